package projections

import (
	"fmt"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/aggregates"
	"materializer/projections/expressions"
	"materializer/projections/values"
)

// Grouping is what a relation with aggregates computes of its rows.
type Grouping struct {
	Relation *Relation
	Slots    []*Slot
	keeps    []*Node // the nodes at which results are kept, nearest first; empty if none are
	tail     []*Node // below the last of them: at most one row each
}

// Slot is one aggregate of a Grouping.
type Slot struct {
	Text     string // as it was written
	Function *aggregates.Aggregate
	Args     []Expr
	Distinct bool
	OrderBy  []Order
	Filter   Expr // nil, or which rows count

	decode   []codec           // of Args
	distinct values.AppendFunc // tells values of the argument apart
	kept     bool              // its result is kept up to date, not computed from all rows
}

// codec reads the text of a value.
type codec func(text string) (any, error)

// AggregateValue is the result of an aggregate relation, by the relation's name.
type AggregateValue struct {
	Path     []*Relation // to-one relations to go through first
	Relation *Relation
	Name     string // of one of several
	Expr     *Compiled
}

// Type is the type of the result.
func (e *AggregateValue) Type() *catalog.Type { return e.Expr.Type() }

// String is the relation's name with the path to it.
func (e *AggregateValue) String() string {
	text := pathText(e.Path) + quoteIdentifier(e.Relation.Name)
	if e.Name != "" {
		text += "." + quoteIdentifier(e.Name)
	}
	return text
}

func (e *AggregateValue) eval(b *Builder, f *frame) ([]byte, error) {
	f, err := b.along(e.Path, f)
	if err != nil || f == nil {
		return nil, err
	}
	return b.aggregate(f, e.Relation, e.Expr)
}

// add makes a slot of an aggregate call; the same call twice is one.
func (g *Grouping) add(n *names, a *expressions.Aggregate) int {
	text := n.text.text[a.From:a.To]
	for i, have := range g.Slots {
		if have.Text == text {
			return i
		}
	}
	slot := &Slot{Text: text, Distinct: a.Distinct}
	g.Slots = append(g.Slots, slot)
	fail := func(message, hint string) { n.fail(n.place(n.text, a.From), n.scope.in, message, hint) }
	var types []*catalog.Type
	library := expressions.LibraryOf(n.release())
	for _, arg := range a.Args {
		slot.Args, types = append(slot.Args, n.compiled(arg)), append(types, arg.Type)
		decode, err := library.Codec(arg.Type)
		if err != nil {
			fail(err.Error(), "")
			continue
		}
		slot.decode = append(slot.decode, decode.Parse)
	}
	for _, item := range a.OrderBy {
		encode, ok := values.Order(item.Expr.Type)
		if !ok {
			fail(fmt.Sprintf("order by %s: values of type %s have no order that could be kept", item.Expr.Text, values.TypeName(item.Expr.Type, -1)), "")
		}
		slot.OrderBy = append(slot.OrderBy, Order{Expr: n.compiled(item.Expr), Desc: item.Desc, NullsFirst: item.NullsFirst, encode: encode})
	}
	if a.Filter != nil {
		slot.Filter = n.compiled(a.Filter)
	}
	if a.Distinct && len(types) > 0 {
		encode, ok := values.Order(types[0])
		if !ok {
			fail(fmt.Sprintf("distinct: values of type %s cannot be told apart", values.TypeName(types[0], -1)), "leave it out")
		}
		slot.distinct = encode
	}
	function, err := aggregates.New(library, a.Signature, types, a.Type)
	if err != nil {
		fail(err.Error(), "")
	}
	slot.Function = function
	return len(g.Slots) - 1
}

// value compiles the value of a relation. That of a many may be made of aggregates.
func (c *compiler) value(r *Relation, text config.Text, in subject) Expr {
	s := *r.scope
	s.in = in
	s.grouped = &Grouping{Relation: r}
	e := c.sql(&s, sqlOf(text), expressions.Options{Aggregates: r.Many})
	if len(s.grouped.Slots) > 0 {
		r.Grouped = s.grouped
	}
	return e
}
