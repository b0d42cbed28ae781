package oracle

import (
	"fmt"
	"strings"
)

// Table is a table of a scenario.
type Table struct {
	Schema, Name string
	Columns      []*Column
	Key          []*Column   // the primary key, or what stands for it
	Unique       [][]*Column // other unique keys
	Foreign      []*ForeignKey
	// Keyless tables have no primary key; Key is a unique index that is their replica identity.
	Keyless bool
	// Identity is the REPLICA IDENTITY: DEFAULT, FULL or USING INDEX of Unique[0].
	Identity Identity
	// Partitioning is PARTITION BY of the first column of the key: HASH, RANGE or nothing.
	Partitioning string
}

// Identity is how the stream names a table's rows.
type Identity string

// The replica identities that scenarios have.
const (
	ByDefault Identity = "DEFAULT"
	ByRow     Identity = "FULL"
	ByIndex   Identity = "USING INDEX"
)

// Column is a column of a scenario's table.
type Column struct {
	Table    *Table
	Name     string
	Nullable bool
	External bool   // stored out of line
	Made     string // of a generated column: what it is computed from
	foreign  *ForeignKey
	kind     *kind
}

// written are the columns that statements give values to.
func (t *Table) written() []*Column {
	var columns []*Column
	for _, c := range t.Columns {
		if c.Made == "" {
			columns = append(columns, c)
		}
	}
	return columns
}

// ForeignKey is a reference from one table to the key of another, or to its own.
type ForeignKey struct {
	Table    *Table
	Columns  []*Column
	To       *Table
	OnDelete string // CASCADE, SET NULL, NO ACTION
	OnUpdate string // CASCADE, NO ACTION
	// Undeclared keys are in the configuration only, and may lead nowhere.
	Undeclared bool
}

func (t *Table) sql() string { return ident(t.Schema) + "." + ident(t.Name) }

// String names the table as a configuration does.
func (t *Table) String() string {
	if t.Schema == "public" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

func (t *Table) indexName() string { return t.Name + " identity" }

// create is the DDL of the table but for its foreign keys.
func (t *Table) create() []string {
	var parts []string
	for _, c := range t.Columns {
		parts = append(parts, c.declaration())
	}
	if !t.Keyless {
		parts = append(parts, "PRIMARY KEY ("+names(t.Key)+")")
	}
	for i, unique := range t.Unique {
		if i > 0 || t.Identity != ByIndex {
			parts = append(parts, "UNIQUE ("+names(unique)+")")
		}
	}
	create := fmt.Sprintf("CREATE TABLE %s (\n  %s\n)", t.sql(), strings.Join(parts, ",\n  "))
	if t.Partitioning != "" {
		create += fmt.Sprintf(" PARTITION BY %s (%s)", t.Partitioning, ident(t.Key[0].Name))
	}
	statements := append([]string{create}, t.partitions()...)
	for _, c := range t.Columns {
		if c.External {
			statements = append(statements, fmt.Sprintf("ALTER TABLE %s ALTER %s SET STORAGE EXTERNAL", t.sql(), ident(c.Name)))
		}
	}
	return append(statements, t.identity()...)
}

func (t *Table) partitions() []string {
	part := func(n int, bounds string) string {
		name := ident(t.Schema) + "." + ident(fmt.Sprintf("%s %d", t.Name, n))
		return fmt.Sprintf("CREATE TABLE %s PARTITION OF %s FOR VALUES %s", name, t.sql(), bounds)
	}
	switch t.Partitioning {
	case "HASH":
		return []string{part(0, "WITH (MODULUS 2, REMAINDER 0)"), part(1, "WITH (MODULUS 2, REMAINDER 1)")}
	case "RANGE":
		middle := t.Key[0].kind.value("5")
		return []string{part(0, "FROM (MINVALUE) TO ("+middle+")"), part(1, "FROM ("+middle+") TO (MAXVALUE)")}
	}
	return nil
}

func (t *Table) identity() []string {
	switch t.Identity {
	case ByRow:
		return []string{"ALTER TABLE " + t.sql() + " REPLICA IDENTITY FULL"}
	case ByIndex:
		columns := t.Key
		if !t.Keyless {
			columns = t.Unique[0]
		}
		return []string{
			fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (%s)", ident(t.indexName()), t.sql(), names(columns)),
			fmt.Sprintf("ALTER TABLE %s REPLICA IDENTITY USING INDEX %s", t.sql(), ident(t.indexName())),
		}
	}
	return nil
}

// isUnique tells whether at most one row has given values in these columns.
func (t *Table) isUnique(columns []*Column) bool {
	has := map[*Column]bool{}
	for _, c := range columns {
		has[c] = true
	}
	for _, unique := range append([][]*Column{t.Key}, t.Unique...) {
		all := true
		for _, c := range unique {
			all = all && has[c]
		}
		if all {
			return true
		}
	}
	return false
}

func (t *Table) inKey(c *Column) bool {
	for _, k := range t.Key {
		if k == c {
			return true
		}
	}
	return false
}

func (c *Column) declaration() string {
	text := ident(c.Name) + " " + c.kind.name
	if c.kind.name == "mood" {
		text = ident(c.Name) + " public.mood"
	}
	if c.Made != "" {
		return text + " GENERATED ALWAYS AS (" + c.Made + ") STORED"
	}
	if !c.Nullable {
		text += " NOT NULL"
	}
	return text
}

// create is the DDL of the foreign key, with an index that makes the oracle's joins fast.
func (f *ForeignKey) create() []string {
	index := fmt.Sprintf("CREATE INDEX ON %s (%s)", f.Table.sql(), names(f.Columns))
	if f.Undeclared {
		return []string{index}
	}
	return []string{index, fmt.Sprintf("ALTER TABLE %s ADD FOREIGN KEY (%s) REFERENCES %s (%s) ON DELETE %s ON UPDATE %s",
		f.Table.sql(), names(f.Columns), f.To.sql(), names(f.To.Key), f.OnDelete, f.OnUpdate)}
}

// names is a list of column names as SQL has it.
func names(columns []*Column) string {
	var list []string
	for _, c := range columns {
		list = append(list, ident(c.Name))
	}
	return strings.Join(list, ", ")
}
