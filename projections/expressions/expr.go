// Package expressions compiles and evaluates SQL expressions as PostgreSQL would.
//
// What a text means is decided by PostgreSQL's own parser, by its rules for
// types, and by its own catalog of functions, operators and casts (package
// signatures); what those compute is implemented in the families below this package. An expression
// that PostgreSQL refuses, that depends on anything but its columns, or that is not
// implemented is refused by Compile, with the place and a remedy.
// An expression that fails for a row fails with PostgreSQL's error.
//
// One thing differs on purpose: text is ordered by its bytes, as under the collation C.
package expressions

import (
	"errors"
	"slices"
	"sync"

	"materializer/catalog"
	"materializer/projections/expressions/function"
)

// Expr is a compiled expression. It does not change and is safe for concurrent use.
type Expr struct {
	Text       string
	Type       *catalog.Type // domains followed to their base
	TypeMod    int32
	Leaves     []Leaf // columns outside of aggregates, by slot
	Aggregates []*Aggregate
	// Spans are the columns in Text, also those inside of aggregates, in
	// order. The arguments of an aggregate have none of their own.
	Spans    []Span
	Warnings []*Error

	root   *operand
	codec  function.Codec
	held   int
	frames sync.Pool
}

// Row gives the values that an expression is evaluated on.
type Row interface {
	// Leaf is the text of a leaf's value as PostgreSQL's output function writes it, nil for NULL.
	// It is not kept.
	Leaf(slot int) (text []byte, err error)
	// Aggregate is the result of Aggregates[i], a datum.
	Aggregate(i int) (any, error)
}

// Compile compiles an expression in a scope.
func Compile(text string, scope Scope, o Options) (*Expr, *Error) {
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{text: text, tokens: p.tokens, version: p.version, scope: scope, options: o, library: LibraryOf(o.Release)}
	c.sink = c.newSink()
	root, err := c.value(p.node)
	if err != nil {
		return nil, err
	}
	if err := c.refuseGroup(); err != nil {
		return nil, err
	}
	if root.typ != unknownType && root.leaf < 0 {
		if _, err := c.codec(root.typ, root.at); err != nil {
			return nil, err
		}
	}
	e := c.finish(root, c.sink, text)
	if err := e.refuseFailing(); err != nil {
		return nil, err
	}
	slices.SortFunc(c.spans, func(a, b Span) int { return a.From - b.From }) // POSITION(a IN b) calls position(b, a)
	e.Spans, e.Warnings = c.spans, c.warnings
	return e, nil
}

// finish makes an Expr of an operand and what it reads.
func (c *compiler) finish(root *operand, s *sink, text string) *Expr {
	if root.typ == unknownType {
		root = root.as(textType)
	}
	e := &Expr{Text: text, Type: root.typ, TypeMod: root.mod, Leaves: s.leaves, Aggregates: s.aggregates, root: root, held: s.held}
	e.codec, _ = c.library.Codec(root.typ)
	e.frames.New = func() any {
		return &frame{values: make([]any, len(e.Leaves)), read: make([]bool, len(e.Leaves)), held: make([]any, e.held)}
	}
	return e
}

// refuseFailing refuses an expression of constants that raises an error, whatever the row.
func (e *Expr) refuseFailing() *Error {
	if e.root.constant || len(e.Leaves) > 0 || len(e.Aggregates) > 0 {
		return nil
	}
	if _, err := e.Eval(nil); err != nil {
		return failure(e.root.at, "", "%s", messageOf(err))
	}
	return nil
}

// hold puts a value where the evaluation finds it again.
func (x *frame) hold(slot int, value any) {
	for len(x.held) <= slot {
		x.held = append(x.held, nil)
	}
	x.held[slot] = value
}

// Eval computes the value for a row, a datum; nil is NULL. The error is a
// *datum.Error where PostgreSQL would raise one.
func (e *Expr) Eval(row Row) (any, error) {
	if e.root.constant {
		return e.root.value, nil
	}
	x := e.frames.Get().(*frame)
	x.row = row
	value, err := e.root.eval(x)
	x.row = nil
	clear(x.values)
	clear(x.read)
	clear(x.held)
	e.frames.Put(x)
	return value, err
}

var errNoText = errors.New("values of this type have no text here")

// AppendText appends the value's text as PostgreSQL's output function writes it.
func (e *Expr) AppendText(dst []byte, row Row) (text []byte, null bool, err error) {
	if e.root.leaf >= 0 {
		leaf, err := row.Leaf(e.root.leaf)
		return append(dst, leaf...), leaf == nil, err
	}
	value, err := e.Eval(row)
	switch {
	case err != nil || value == nil:
		return dst, err == nil, err
	case e.codec.Append == nil:
		return dst, false, errNoText
	}
	return e.codec.Append(dst, value), false, nil
}

// True tells whether a condition holds; NULL does not.
func (e *Expr) True(row Row) (bool, error) {
	value, err := e.Eval(row)
	return value == any(true), err
}

// Nullable is false only where the value is never NULL.
func (e *Expr) Nullable() bool { return e.root.nullable }
