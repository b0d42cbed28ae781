// Package config reads the one YAML file: service settings (with environment
// and flags over them) and the projections, as a tree that keeps the file's
// order, case and positions. It knows the grammar of the language, not the
// database: names are checked against the catalog by package projections.
package config

// Pos is a place in the file, both counted from 1.
type Pos struct{ Line, Column int }

// Text is a scalar of the file with its place. The zero Text is "not written".
type Text struct {
	Value string
	Pos   Pos
	// Quoted is the quote the scalar was written in: 0, '\'', '"', '|' or '>'.
	Quoted byte
}

// Set tells whether the scalar was written.
func (t Text) Set() bool { return t.Pos.Line > 0 }

// File is a configuration as written.
type File struct {
	Path        string // for messages
	Source      []byte // the file's bytes, for messages
	Name        Text
	Tables      []TableOptions
	Projections []*Projection // in file order
}

// TableOptions is one entry of the top-level section tables.
type TableOptions struct {
	Name       Text
	PrimaryKey []Text
	Where      Text
	References []Reference
}

// Reference stands for a foreign key that the database does not declare.
type Reference struct {
	Columns []Text // of the table
	Table   Text   // referenced, by its primary key
}

// Projection is one entry of the section projections.
type Projection struct {
	Name        Text
	From        Text
	Keys        []Text
	As          Text
	KeyIsUnique bool
	Member      Text
	Score       Text
	Body
}

// Body is what projections, relations and objects of the same row have in common.
type Body struct {
	Pos     Pos
	Where   Text
	Joins   []Field // relations only
	Columns []Text
	All     Text // columns: "*", its place
	Except  []Text
	Fields  []Field // in file order
	Value   Text
}

// Field is one entry of fields or joins: exactly one of Expr, Relation, Object is set.
type Field struct {
	Name     Text
	Expr     Text
	Relation *Relation
	Object   *Body
}

// Relation is a one or many.
type Relation struct {
	Many     bool
	Table    Text
	Through  []Hop // nearest first
	On       []Pair
	OrderBy  []Text // items as written, not yet split into expression and direction: one Text per list item, a text "a desc, b" is one Text
	Limit    Text
	KeyBy    Text
	Required bool
	Inline   bool
	Distinct bool
	Body
	// Places of the flags, for messages.
	RequiredPos, InlinePos, DistinctPos Pos
}

// Hop is one table of a through.
type Hop struct {
	Table Text
	On    []Pair
}

// Pair is one pair of join columns: Left of the named table, Right of the row above.
type Pair struct{ Left, Right Text }
