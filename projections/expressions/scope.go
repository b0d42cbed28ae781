package expressions

import (
	"fmt"

	"materializer/catalog"
)

// Scope is where names are looked up.
type Scope interface {
	// Column finds what the front of a dotted name means. used is how many
	// words that took; the rest are fields of a composite.
	Column(words []Word) (leaf Leaf, used int, err *Error)
	// Type finds a type that the database defines by its name, schema "" where
	// none was written; nil if there is none. Built-in ones are not asked for.
	Type(schema, name string) *catalog.Type
}

// Word is one part of a dotted name.
type Word struct {
	Name   string // folded as SQL does, without quotes
	Offset int    // in the text, in bytes
	Quoted bool
}

// Leaf is a column, or whatever else a scope lets a name stand for.
type Leaf struct {
	Ref              any           // the scope's own, comparable: equal Refs share a slot
	Type             *catalog.Type // as declared, may be a domain
	TypeMod          int32
	Collation        string // of text that another collation than C orders, "" otherwise
	Nondeterministic bool   // the collation calls different texts equal
	Nullable         bool
}

// Options say what an expression may contain.
type Options struct {
	// Aggregates allows calls of aggregates. Defaults to false.
	Aggregates bool
	// Release of PostgreSQL that is followed: what is missing there is refused, and what
	// differs by release is as there. Defaults to 15.
	Release int
}

// Span is one column in the text of an expression.
type Span struct {
	From, To int // bytes
	Leaf     Leaf
}

// Aggregate is one call of an aggregate. Its arguments have leaves of their own.
type Aggregate struct {
	Signature string // as in signatures/functions.tsv: sum(int4), count() for count(*)
	Args      []*Expr
	Distinct  bool
	OrderBy   []Order
	Filter    *Expr // nil if none
	Type      *catalog.Type
	From, To  int // bytes of the expression's text
}

// Order is one item of an aggregate's ORDER BY.
type Order struct {
	Expr             *Expr
	Desc, NullsFirst bool
}

// Error is why a text is no usable expression, and what to do instead. Offset
// is the byte of the text that is at fault.
type Error struct {
	Offset        int
	Message, Hint string
}

// Error is the message with its hint.
func (e *Error) Error() string {
	if e.Hint == "" {
		return e.Message
	}
	return e.Message + ": " + e.Hint
}

func failure(at int, hint, format string, args ...any) *Error {
	return &Error{Offset: at, Message: fmt.Sprintf(format, args...), Hint: hint}
}
