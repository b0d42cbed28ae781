package projections

import (
	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/projections/values"
	"materializer/store"
)

// Plan is a configuration compiled against a catalog. Read-only and safe for
// concurrent use once built.
type Plan struct {
	Schema      *store.Schema // what must be stored
	Projections []*Projection // by Projection.ID, in file order
	Nodes       []*Node       // by Node.ID
	Warnings    config.Problems

	occurrences [][]occurrence // by cdc.Table.ID
	keeps       bool           // some node keeps results
	indexes     []*index       // by store.Index.ID
}

// Projection makes one document of each row of its root table.
type Projection struct {
	ID    uint16
	Name  string
	Shape Shape
	Root  *Node
	Keys  []*Template
	Body  *Body // of json and hash
	// Where is nil, or what must be true of a root.
	Where  Expr
	Value  Expr      // of text
	Member *Template // of set and zset
	Score  Expr      // of zset
	// Claims is set where two roots can come to claim the same key, so that an
	// index of owners is kept. Otherwise keys and roots are one to one.
	Claims bool
	// Columns are the names of the document's top-level members, in order: its shape.
	Columns []string

	level  *level
	text   values.AppendFunc // of Value
	scored func(text []byte) (score float64, ok bool, err error)
}

// Table is a table that the plan uses.
type Table struct {
	Catalog  *catalog.Table
	Stored   *cdc.Table
	Identity []*Column // by which a row is stored and named in the stream
	Primary  []*Column // by which rows are ordered when nothing else decides
	Where    Expr      // nil, or what must be true of a row for it to exist here
	columns  map[string]*Column
}

// Column is one column of a Table that the plan uses.
type Column struct {
	Table   *Table
	Catalog *catalog.Column
	Index   int // in Table.Stored.Columns; not for a computed one
	// Computed is what a generated column is computed from: the stream does not have it. Otherwise nil.
	Computed Expr
}

// Type is the column's type with domains followed to their base.
func (c *Column) Type() *catalog.Type { return c.Catalog.Type.Unwrap() }

// Node is one occurrence of a table in a projection: the root, the target of a
// relation, or a table on its way. A table that occurs five times has five nodes.
type Node struct {
	ID         uint16
	Projection *Projection
	Table      *Table
	Parent     *Node     // nil for the root
	On         []Join    // how this node's rows and the Parent's belong together
	Unique     bool      // a row of the Parent has at most one row here
	Relation   *Relation // that ends here or passes through; nil for the root
	Children   []*Node

	down, up  access
	keeps     *Grouping        // whose results are kept at this node; usually nil
	keepAt    int              // which of keeps' nodes it is
	belowKept bool             // a node above keeps results
	ordered   bool             // down's index has the relation's order_by
	used      map[*Column]bool // the columns that matter at this place
	watched   []int            // their indexes; nil if all stored columns matter
}

// Join is one pair of join columns: Child of the node, Parent of the node above.
type Join struct {
	Child, Parent *Column
	Class         values.Class
}

// Relation is a one or many: a way of nodes from the row above to the target.
type Relation struct {
	Name     string
	Many     bool
	Way      []*Node // nearest first; the last is the target
	OrderBy  []Order // what the configuration says
	Total    []Order // OrderBy, then the target's primary key, then those of the way, nearest first
	Limit    int     // 0: none
	KeyBy    Expr    // nil unless an object keyed by it
	Value    Expr    // nil unless scalars
	Where    Expr    // nil, or what must be true of the target row
	Required bool
	Inline   bool
	Distinct bool
	Body     *Body // of the target row; nil if Value is set, or for joins, which are not shown
	// Grouped is set for aggregates: Value or the items of Body are Compiled over their results.
	Grouped *Grouping

	json     values.AppendFunc // of Value
	text     values.AppendFunc // of KeyBy
	distinct values.AppendFunc // tells values of Value apart
	inOrder  bool              // the way delivers rows in the order of Total
	// ordersByExpr is set where that order is by what can raise an error.
	ordersByExpr bool
	slot         int // among the relations to one row, or those with aggregates, of its level
	level        *level

	// While compiling:
	scope  *scope // of its row; nil if its table cannot be used
	valued bool   // it has a value, be it right or wrong
	broken bool   // the way to its row is wrong
	wrong  bool   // something else is
}

// Target is the node whose rows the relation delivers.
func (r *Relation) Target() *Node { return r.Way[len(r.Way)-1] }

// Body is an object made of one row.
type Body struct {
	Items []Item // in document order
	level *level
}

// Item is one member of a Body: exactly one of Expr, Relation, Object is set.
type Item struct {
	Name     string
	Expr     Expr
	Relation *Relation
	Object   *Body

	json   values.AppendFunc // of Expr
	prefix []byte            // the encoded name and a colon
	raw    bool              // of Expr: shown as it is in a hash, a text without quotes
}

// Order is one item of an order_by.
type Order struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool

	encode values.AppendFunc
}

// Expr is an SQL expression over a row and the rows it reaches to one: a
// Reference, a Reach, an AggregateValue, or Compiled from several of these.
type Expr interface {
	Type() *catalog.Type // domains followed to their base
	String() string      // as a configuration writes it
	// eval gives the value's text, nil for NULL. It aliases the frame's rows.
	eval(b *Builder, f *frame) ([]byte, error)
}

// Reference is the expression `relation.relation.column`, `through.column` or `column`.
type Reference struct {
	Path    []*Relation // to-one relations to go through, nearest first
	Through int         // 1 + index into the relation's Way if a column of a table on the way is meant; 0 otherwise
	Column  *Column
}

// Type is the type of the column.
func (r *Reference) Type() *catalog.Type { return r.Column.Type() }

// Template is a Redis key with expressions.
type Template struct {
	Source string
	Parts  []Part
}

// Part is a literal or an expression of a Template.
type Part struct {
	Literal string
	Expr    Expr // nil for a literal

	text values.AppendFunc
}
