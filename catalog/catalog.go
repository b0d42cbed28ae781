// Package catalog is what PostgreSQL says of tables, columns, types and keys,
// read once per check in one repeatable-read transaction, and never changed after.
package catalog

// Catalog is a snapshot of the part of a database's catalog that projections can refer to.
type Catalog struct {
	Version  int    // server_version_num, such as 150018
	Database string //
	Encoding string // server_encoding, such as UTF8
	Collate  string // the database's collation (datcollate), such as C or en_US.UTF-8
	Tables   []*Table
	Types    map[uint32]*Type
}

// Table is an ordinary or partitioned table, or something else that can be
// named in FROM and must then be refused by name (view, foreign table, ...).
type Table struct {
	OID             uint32
	Schema, Name    string
	Kind            byte // pg_class.relkind: r, p, v, m, f
	Persistence     byte // pg_class.relpersistence: p, u (unlogged), t
	IsPartition     bool // a leaf or inner partition of another table
	Columns         []*Column
	PrimaryKey      *Index // nil if none
	Indexes         []*Index
	ForeignKeys     []*ForeignKey // that this table declares
	ReferencedBy    []*ForeignKey // that others declare to this table
	ReplicaIdentity byte          // pg_class.relreplident: d, i, f, n
	IdentityIndex   *Index        // the index of REPLICA IDENTITY USING INDEX, or the usable primary key by default; nil if none
	Rows            float64       // reltuples summed over partitions; -1 if never analysed
	Bytes           int64         // pg_table_size summed over partitions
	FileNode        uint32        // pg_class.relfilenode
	Leaves          []*Table      // leaf partitions; nil unless Kind is p
	RowSecurity     bool          // row-level security applies to the reading role
	Selectable      bool          // the reading role may SELECT every column
}

// Column is one live column of a table, in attnum order.
type Column struct {
	Name             string
	Attnum           int16
	Type             *Type
	TypeMod          int32 // -1 if none
	NotNull          bool
	Generated        byte   // pg_attribute.attgenerated: 0, s (stored), v (virtual, PostgreSQL 18)
	Expression       string // of a generated column
	Collation        string // name of the column's collation, "" if none, "default" for the database's
	Nondeterministic bool   // the column's collation is not deterministic
	Selectable       bool
	Distinct         float64 // pg_stats.n_distinct; 0 if unknown
	MostCommon       float64 // share of the rows that have the most common value; 0 if none stands out
	Nulls            float64 // share of the rows that are NULL
	Width            int     // average bytes of a value; 0 if unknown
}

// Index is a unique index, valid, immediate, without predicate or expression
// unless the fields say otherwise.
type Index struct {
	OID              uint32
	Name             string
	Columns          []string // key columns in index order; "" for an expression
	Primary          bool
	Unique           bool
	Deferrable       bool // not indimmediate: unusable as replica identity
	Partial          bool // has a predicate
	Expressions      bool
	NullsNotDistinct bool
}

// ForeignKey is one foreign key of a table to another.
type ForeignKey struct {
	Name        string
	Table       *Table   // that declares it
	Columns     []string // of Table
	Referenced  *Table
	RefColumns  []string // of Referenced, in the order of Columns
	OnDelete    byte     // pg_constraint.confdeltype: a, r, c, n, d
	OnUpdate    byte
	IsSynthetic bool // stands in the configuration (tables.NAME.references), not in the database
}

// Kind is pg_type.typtype with arrays told apart.
type Kind byte

// The kinds of types.
const (
	Base       Kind = 'b'
	Array      Kind = 'A'
	Enum       Kind = 'e'
	Domain     Kind = 'd'
	Composite  Kind = 'c'
	Range      Kind = 'r'
	Multirange Kind = 'm'
	Pseudo     Kind = 'p'
)

// Type describes a PostgreSQL type as far as its values' text needs it.
type Type struct {
	OID          uint32
	Schema, Name string // pg_type.typname: int4, _text, hstore, ...
	Kind         Kind
	Elem         *Type       // element of an Array; subtype of a Range; the Range of a Multirange
	Base         *Type       // of a Domain, one step down
	BaseMod      int32       // typmod that a Domain puts on its Base, -1 if none
	Delimiter    byte        // typdelim of this type as an array element: ',' but ';' for box
	Labels       []string    // of an Enum in enumsortorder
	Attributes   []Attribute // of a Composite, live ones in attnum order
	HasJSONCast  bool        // an explicit cast to json exists (hstore): to_jsonb uses it
	Category     byte        // typcategory
}

// Attribute is one attribute of a Composite type.
type Attribute struct {
	Name    string
	Type    *Type
	TypeMod int32
}

// Unwrap follows domains down to the type they rest on.
func (t *Type) Unwrap() *Type {
	for t.Kind == Domain {
		t = t.Base
	}
	return t
}

// FindType finds a type by its name; without a schema first in public, then
// anywhere. nil if no column is made of such a type.
func (c *Catalog) FindType(schema, name string) *Type {
	var found *Type
	for _, t := range c.Types {
		switch {
		case t.Name != name || schema != "" && t.Schema != schema:
		case t.Schema == "public" || found == nil || found.Schema != "public" && t.OID < found.OID:
			found = t
		}
	}
	return found
}

// String names the table for messages: schema.name, without the schema public.
func (t *Table) String() string {
	if t.Schema == "public" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// Column finds a column by its exact name, nil if there is none.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}
