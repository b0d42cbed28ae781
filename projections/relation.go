package projections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/values"
)

// relation compiles a one or many under the row of s; nil if it cannot be.
func (c *compiler) relation(p *Projection, s *scope, name string, source *config.Relation, shown bool) *Relation {
	about := s.about + ", " + name
	r := &Relation{
		Name: name, Many: source.Many, Required: source.Required,
		Inline: source.Inline, Distinct: source.Distinct,
	}
	r.Limit = c.limit(source, about)
	if !c.way(p, s.level.node, r, source, about) {
		return nil
	}
	c.rels = append(c.rels, r)
	r.level = &level{node: r.Target(), relation: r}
	r.scope = newScope(r.level, nil, about)
	for _, node := range r.Way {
		node.Relation = r
	}
	if !r.Many {
		r.slot = len(s.level.ones)
		s.level.ones = append(s.level.ones, r)
		if r.Required {
			s.level.required = append(s.level.required, r)
		}
	}
	if source.Where.Set() {
		c.unsupported(source.Where, about, "a filter")
	}
	r.Body = c.body(p, r.scope, &source.Body, shown && !source.Value.Set())
	c.order(r, source)
	c.checkArity(r, source, about)
	c.scalars(r, source, about)
	return r
}

func (c *compiler) limit(source *config.Relation, about string) int {
	if !source.Limit.Set() {
		return 0
	}
	n, err := strconv.Atoi(source.Limit.Value)
	if err != nil || n < 1 {
		c.fail(source.Limit.Pos, about, fmt.Sprintf("limit %s: it wants a number of at least 1", source.Limit.Value), "")
	}
	return n
}

// scalars compiles value, key_by and distinct.
func (c *compiler) scalars(r *Relation, source *config.Relation, about string) {
	if source.Value.Set() {
		if r.Value = c.expr(r.scope, source.Value, nil); r.Value != nil {
			r.json = c.json(r.Value, source.Value, about)
		}
	}
	if source.KeyBy.Set() {
		if r.KeyBy = c.expr(r.scope, source.KeyBy, nil); r.KeyBy != nil {
			r.text = values.KeyText(r.KeyBy.Type())
			c.warnKeyBy(r, source, about)
		}
	}
	if r.Distinct {
		switch {
		case !source.Value.Set():
			c.fail(source.DistinctPos, about, "distinct needs a value: whole rows are distinct already", "")
		case r.Value != nil:
			encode, ok := values.Order(r.Value.Type())
			if !ok {
				c.fail(source.DistinctPos, about, "values of type "+values.TypeName(r.Value.Type(), -1)+" cannot be told apart", "")
			}
			r.distinct = encode
		}
	}
}

func (c *compiler) json(e Expr, at config.Text, about string) values.AppendFunc {
	encode, err := values.JSON(e.Type())
	if err != nil {
		c.fail(at.Pos, about, err.Error(), "")
	}
	return encode
}

// warnKeyBy warns when two rows of one list can have the same key.
func (c *compiler) warnKeyBy(r *Relation, source *config.Relation, about string) {
	reference, ok := r.KeyBy.(*Reference)
	if !ok || len(reference.Path) > 0 || reference.Through > 0 || len(r.Way) > 1 {
		return
	}
	fixed := map[string]bool{reference.Column.Catalog.Name: true}
	for _, join := range r.Target().On {
		fixed[join.Child.Catalog.Name] = true
	}
	if !coversUnique(r.Target().Table, fixed) {
		c.warn(source.KeyBy.Pos, about, fmt.Sprintf("no unique index says that %s is different in every row of one list", source.KeyBy.Value),
			"of equal keys the last in order is shown")
	}
}

// way compiles the nodes from the row above to the target.
func (c *compiler) way(p *Projection, from *Node, r *Relation, source *config.Relation, about string) bool {
	hops := append(slices.Clone(source.Through), config.Hop{Table: source.Table, On: source.On})
	above := from
	for i, hop := range hops {
		table := c.table(hop.Table, about)
		if table == nil {
			return false
		}
		node := &Node{Projection: p, Table: table, Parent: above, Relation: r, used: map[*Column]bool{}}
		var ok bool
		if node.On, ok = c.joins(node, r, hop, len(hops) == 1, i, about); !ok {
			return false
		}
		for _, column := range table.Primary {
			node.used[column] = true
		}
		for _, join := range node.On {
			node.used[join.Child], above.used[join.Parent] = true, true
		}
		node.Unique = uniqueOn(table, node.sides(false))
		c.addNode(node)
		r.Way = append(r.Way, node)
		above = node
	}
	return true
}

func (c *compiler) addNode(node *Node) {
	node.ID = uint16(len(c.nodes))
	c.nodes = append(c.nodes, node)
	if node.Parent != nil {
		node.Parent.Children = append(node.Parent.Children, node)
	}
}

// joins gives the join columns of a hop, written or inferred.
func (c *compiler) joins(node *Node, r *Relation, hop config.Hop, only bool, at int, about string) ([]Join, bool) {
	if len(hop.On) == 0 {
		return c.infer(node, r, hop, only, about)
	}
	var joins []Join
	for _, pair := range hop.On {
		left := c.catalogColumn(node.Table.Catalog, pair.Left, about)
		right := pair.Right
		if through, ok := strings.CutPrefix(right.Value, "through."); ok && at > 0 {
			right.Value = through
		}
		above := c.catalogColumn(node.Parent.Table.Catalog, right, about)
		if left == nil || above == nil {
			return nil, false
		}
		join, ok := c.join(node, left, above, pair.Left.Pos, about)
		if !ok {
			return nil, false
		}
		joins = append(joins, join)
	}
	return joins, true
}

func (c *compiler) join(node *Node, left, above *catalog.Column, at config.Pos, about string) (Join, bool) {
	for _, side := range []*catalog.Column{left, above} {
		if side.Nondeterministic {
			c.fail(at, about, fmt.Sprintf("column %s has the non-deterministic collation %s: which values are equal cannot be known outside of PostgreSQL", side.Name, side.Collation),
				"join by another column")
			return Join{}, false
		}
	}
	class, err := values.JoinClass(left.Type.Unwrap(), above.Type.Unwrap())
	if err != nil {
		c.fail(at, about, fmt.Sprintf("%s.%s and %s.%s cannot be joined: %v", node.Table.Catalog, left.Name, node.Parent.Table.Catalog, above.Name, err), "")
		return Join{}, false
	}
	return Join{
		Child:  c.column(node.Table, left, at, about),
		Parent: c.column(node.Parent.Table, above, at, about),
		Class:  class,
	}, true
}

// candidate is a foreign key that could join a node to the row above.
type candidate struct{ child, parent []string }

// infer finds the one foreign key that says how two tables are joined.
func (c *compiler) infer(node *Node, r *Relation, hop config.Hop, only bool, about string) ([]Join, bool) {
	child, parent := node.Table.Catalog, node.Parent.Table.Catalog
	var forth, back []candidate
	for _, key := range c.foreignKeys(parent) {
		if key.Referenced == child {
			forth = append(forth, candidate{key.RefColumns, key.Columns})
		}
	}
	for _, key := range c.foreignKeys(child) {
		if key.Referenced == parent {
			back = append(back, candidate{key.Columns, key.RefColumns})
		}
	}
	options := choose(r.Many, only, forth, back, func(k candidate) bool { return c.uniqueColumns(child, k.child) })
	if len(options) != 1 {
		c.failInference(node, hop, r.Many, only, options, append(forth, back...), about)
		return nil, false
	}
	var joins []Join
	for i := range options[0].child {
		left, above := child.Column(options[0].child[i]), parent.Column(options[0].parent[i])
		join, ok := c.join(node, left, above, hop.Table.Pos, about)
		if !ok {
			return nil, false
		}
		joins = append(joins, join)
	}
	return joins, true
}

// choose applies the rule of inference: a one follows the foreign key of the row
// above, or a unique one back to it; a many one back; a hop of a way either.
func choose(many, only bool, forth, back []candidate, unique func(candidate) bool) []candidate {
	switch {
	case !only:
		return append(slices.Clone(forth), back...)
	case many:
		return back
	case len(forth) > 0:
		return forth
	}
	var fitting []candidate
	for _, k := range back {
		if unique(k) {
			fitting = append(fitting, k)
		}
	}
	return fitting
}

func (c *compiler) failInference(node *Node, hop config.Hop, many, only bool, options, all []candidate, about string) {
	child, parent := node.Table.Catalog, node.Parent.Table.Catalog
	message := fmt.Sprintf("no foreign key says how %s belongs to %s", child, parent)
	if len(options) > 1 {
		message = fmt.Sprintf("%d foreign keys could join %s to %s", len(options), child, parent)
	} else {
		options = all
	}
	hint := fmt.Sprintf("write `on: {column of %s: column of %s}`", child, parent)
	if len(options) > 0 {
		var lines []string
		for _, k := range options {
			lines = append(lines, "on: "+k.String())
		}
		hint = "write one of\n  " + strings.Join(lines, "\n  ")
		if only && !many && len(all) > 0 && len(options) == len(all) && message[0] == 'n' {
			message = fmt.Sprintf("a row of %s can have many rows of %s", parent, child)
			hint = "use many, or give an order_by to take the first; the join is " + lines[0]
		}
	}
	c.fail(hop.Table.Pos, about, message, hint)
}

func (k candidate) String() string {
	var pairs []string
	for i := range k.child {
		pairs = append(pairs, k.child[i]+": "+k.parent[i])
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}

func (c *compiler) foreignKeys(table *catalog.Table) []*catalog.ForeignKey {
	keys := slices.Clone(table.ForeignKeys)
	for _, key := range c.foreign {
		if key.Table == table {
			keys = append(keys, key)
		}
	}
	return keys
}

func (c *compiler) uniqueColumns(table *catalog.Table, columns []string) bool {
	set := map[string]bool{}
	for _, column := range columns {
		set[column] = true
	}
	for _, key := range uniqueKeys(table) {
		if len(key) > 0 && !slices.ContainsFunc(key, func(name string) bool { return !set[name] }) {
			return true
		}
	}
	return false
}

// order compiles order_by and completes it to a total order.
func (c *compiler) order(r *Relation, source *config.Relation) {
	for _, text := range source.OrderBy {
		for _, item := range splitList(text.Value) {
			c.orderItem(r, text, item)
		}
	}
	r.Total = slices.Clone(r.OrderBy)
	tables := append([]*Node{r.Target()}, r.Way[:len(r.Way)-1]...)
	for i, node := range tables {
		for _, column := range node.Table.Primary {
			encode, ok := values.Order(column.Type())
			if !ok {
				c.fail(source.Table.Pos, r.scope.about, fmt.Sprintf("rows of %s cannot be ordered by their key: type %s has no order that is kept", node.Table.Catalog, typeName(column)), "")
			}
			r.Total = append(r.Total, Order{Expr: &Reference{Through: i, Column: column}, encode: encode})
		}
	}
}

func (c *compiler) orderItem(r *Relation, text config.Text, item string) {
	expr, desc, nullsFirst, err := direction(item)
	if err != nil {
		c.fail(text.Pos, r.scope.about, "order_by: "+err.Error(), "")
		return
	}
	if expr == "" {
		c.fail(text.Pos, r.scope.about, "order_by has an empty item", "write columns with commas between: position, name desc")
		return
	}
	part := text
	part.Value = expr
	compiled := c.expr(r.scope, part, nil)
	if compiled == nil {
		return
	}
	encode, ok := values.Order(compiled.Type())
	if !ok {
		c.fail(text.Pos, r.scope.about, fmt.Sprintf("cannot order by %s: type %s has no order that is kept", expr, values.TypeName(compiled.Type(), -1)), "")
		return
	}
	r.OrderBy = append(r.OrderBy, Order{Expr: compiled, Desc: desc, NullsFirst: nullsFirst, encode: encode})
}

// checkArity refuses a one that could find several rows, and wonders about a many that cannot.
func (c *compiler) checkArity(r *Relation, source *config.Relation, about string) {
	unique := true
	for _, node := range r.Way {
		unique = unique && node.Unique
	}
	switch {
	case !r.Many && !unique && len(r.OrderBy) == 0:
		c.fail(source.Table.Pos, about, fmt.Sprintf("one %s: several rows can match, since no unique index covers the join columns", source.Table.Value),
			"use many, or give an order_by to take the first")
	case r.Many && unique && len(r.Way) == 1:
		c.warn(source.Table.Pos, about, fmt.Sprintf("many %s: the join columns are unique in it, so that there is never more than one row", source.Table.Value),
			"did you mean one, or the pair the other way round?")
	}
}

// indexOrder tells whether an index on the target should keep the relation's
// order, and with what columns: where a limit makes a walk in order pay.
func (r *Relation) indexOrder() ([]Order, bool) {
	node := r.Target()
	if len(r.Way) > 1 || node.Unique || len(r.OrderBy) == 0 || (r.Limit == 0 && r.Many) || !node.keyIsPrimary() {
		return nil, false
	}
	for _, item := range r.OrderBy {
		reference, ok := item.Expr.(*Reference)
		if !ok || len(reference.Path) > 0 || reference.Through > 0 {
			return nil, false
		}
	}
	return r.OrderBy, true
}

// walkOrder is what an index on the node must deliver where indexOrder gives
// none: the order of row keys if the relation's rows are taken as they come.
func (r *Relation) walkOrder(node *Node) []Order {
	if node == r.Target() && r.isInOrder() {
		return []Order{}
	}
	return anyOrder
}

// isInOrder tells whether walking the way gives the rows in the order of Total.
func (r *Relation) isInOrder() bool {
	node := r.Target()
	if len(r.Way) > 1 {
		return !slices.ContainsFunc(r.Way, func(n *Node) bool { return !n.Unique })
	}
	return node.Unique || node.ordered || len(r.OrderBy) == 0 && node.keyIsPrimary()
}

// keyIsPrimary tells whether the order of row keys is that of the primary key.
func (n *Node) keyIsPrimary() bool { return slices.Equal(n.Table.Identity, n.Table.Primary) }
