package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"materializer/config"
	"materializer/projections/values"
)

// relation compiles a one or many under the row of s. If it is wrong the
// result is broken, and what lies below is checked as far as it can be.
func (c *compiler) relation(s *scope, name config.Text, source *config.Relation, in subject, shown bool) *Relation {
	r := &Relation{
		Name: name.Value, Many: source.Many, Required: source.Required,
		Inline: source.Inline, Distinct: source.Distinct, valued: source.Value.Set(),
	}
	if source.Limit.Set() {
		r.Limit, _ = strconv.Atoi(source.Limit.Value) // package config has checked it
	}
	if !c.way(s.level.node, r, source, in) {
		return r
	}
	c.relations = append(c.relations, r)
	r.level = &level{node: r.Target(), relation: r}
	r.scope = newScope(r.level, nil, in)
	if !r.Many {
		r.slot = len(s.level.ones)
		s.level.ones = append(s.level.ones, r)
		if r.Required {
			s.level.required = append(s.level.required, r)
		}
	}
	r.Body = c.body(r.scope, &source.Body, (shown || r.Many && len(source.Fields) > 0) && !r.valued)
	if source.Where.Set() {
		inner := *r.scope
		inner.grouped = nil
		r.Where = c.condition(&inner, source.Where)
		r.level.where = r.Where
		r.wrong = r.Where == nil
	}
	r.scope.grouped = nil
	c.order(r, source)
	c.checkArity(r, source)
	c.scalars(r, source)
	if r.Grouped != nil {
		r.slot = len(s.level.groups)
		s.level.groups = append(s.level.groups, r)
		c.checkAggregates(r, source)
	}
	return r
}

// scalars compiles value, key_by and distinct.
func (c *compiler) scalars(r *Relation, source *config.Relation) {
	in := r.scope.in
	if r.valued {
		r.Value = c.value(r, source.Value, in)
		if r.wrong = r.wrong || r.Value == nil; r.Value != nil {
			r.json = c.json(r.Value, source.Value.Pos, r.scope, "leave it out")
		}
	}
	if r.Inline && r.Many && r.Grouped == nil && !r.wrong {
		c.fail(source.InlinePos, in, "inline on a many that lists rows: a list has no fields to merge", "inline is for one and for aggregates")
	}
	if source.KeyBy.Set() {
		if r.KeyBy = c.expr(r.scope, sqlOf(source.KeyBy)); r.KeyBy != nil {
			r.text = c.keyText(r.KeyBy, source.KeyBy.Pos, r.scope)
			c.warnKeyBy(r, source)
		}
	}
	if r.Distinct {
		c.distinct(r, source)
	}
}

// keyText is how values of an expression become part of a key; nil if they cannot.
func (c *compiler) keyText(e Expr, at config.Pos, s *scope) values.AppendFunc {
	if t := e.Type(); t.Schema == "pg_catalog" && t.Name == "xml" {
		c.fail(at, s.in, fmt.Sprintf("%s cannot be part of a key: type xml has no exact text in the stream", exprText(e)), "use a column of another type")
		return nil
	}
	return values.KeyText(e.Type())
}

func (c *compiler) distinct(r *Relation, source *config.Relation) {
	in := r.scope.in
	switch {
	case source.KeyBy.Set():
		c.fail(source.DistinctPos, in, "distinct beside key_by: of equal keys the last is shown already", "leave one of them out")
	case r.Value == nil:
	case columnOf(r.Value) != nil && columnOf(r.Value).Catalog.Nondeterministic:
		c.fail(source.DistinctPos, in, fmt.Sprintf("distinct: %s has the non-deterministic collation %s, and which of its values are equal only PostgreSQL knows", exprText(r.Value), columnOf(r.Value).Catalog.Collation), "leave it out")
	default:
		encode, ok := values.Order(r.Value.Type())
		if !ok {
			c.fail(source.DistinctPos, in, fmt.Sprintf("distinct: values of type %s cannot be told apart", values.TypeName(r.Value.Type(), -1)), "leave it out")
		}
		r.distinct = encode
		c.warnFolding(columnOf(r.Value), source.Value.Pos, in)
	}
}

// warnKeyBy warns when two rows of one list can have the same key.
func (c *compiler) warnKeyBy(r *Relation, source *config.Relation) {
	column, isColumn := r.KeyBy.(*Reference)
	if !r.broken && !(isColumn && tellsRows(r, column)) {
		c.warn(source.KeyBy.Pos, r.scope.in, fmt.Sprintf("no unique index says that %s is different in every row of one list", source.KeyBy.Value),
			"of equal keys the last in order is shown")
	}
}

// checkArity refuses a one that could find several rows, and wonders about a many that cannot.
func (c *compiler) checkArity(r *Relation, source *config.Relation) {
	if r.broken {
		return
	}
	several := slices.IndexFunc(r.Way, func(n *Node) bool { return !n.Unique })
	switch {
	case !r.Many && several >= 0 && len(source.OrderBy) == 0:
		c.fail(source.Table.Pos, r.scope.in, fmt.Sprintf("one %s: several rows of %s can match, since %s", source.Table.Value, r.Way[several].Table.Catalog, r.Way[several].whySeveral()),
			"use many, or give an order_by to take the first")
	case r.Many && several < 0:
		c.warn(source.Table.Pos, r.scope.in, fmt.Sprintf("many %s: there is never more than one row, since the join columns are unique", source.Table.Value),
			"did you mean one, or the pair the other way round?")
	}
}

// whySeveral tells why the node's join columns are not unique.
func (n *Node) whySeveral() string {
	var names, types []string
	for _, join := range n.On {
		names = append(names, join.Child.Catalog.Name)
		types = append(types, typeName(join.Parent.Catalog))
	}
	if coversUnique(n.Table, nameSet(names)) {
		return fmt.Sprintf("different values of its %s can be equal to one value of type %s", columnWord(names), strings.Join(types, ", "))
	}
	return "no unique index is on its " + columnWord(names) + " alone"
}
