package projections

import (
	"cmp"
	"slices"

	"materializer/cdc"
	"materializer/projections/values"
	"materializer/store"
)

// layOut plans tables, columns and indexes once all uses are known.
func (c *compiler) layOut(plan *Plan, keep bool) {
	plan.Nodes = c.nodes
	plan.Schema = &store.Schema{}
	tables := c.layoutTables(plan)
	var shared indexes
	c.planAccess(&shared)
	if keep {
		c.planKeeping()
	}
	plan.keeps = slices.ContainsFunc(plan.Nodes, func(n *Node) bool { return n.keeps != nil })
	for _, have := range shared.list {
		plan.Schema.Indexes = append(plan.Schema.Indexes, have.Index)
	}
	plan.indexes = shared.list
	plan.occurrences = make([][]occurrence, len(tables))
	for _, node := range plan.Nodes {
		if where := node.Table.Where; where != nil {
			eachReference(where, func(r *Reference) { node.use(r.Column) })
		}
		node.watch()
		id := node.Table.Stored.ID
		plan.occurrences[id] = addOccurrences(plan.occurrences[id], node)
	}
	plan.Schema.Fingerprint = fingerprint(plan, &shared, c.named)
}

func (c *compiler) layoutTables(plan *Plan) []*Table {
	var tables []*Table
	for _, table := range c.tables {
		tables = append(tables, table)
	}
	slices.SortFunc(tables, func(a, b *Table) int { return cmp.Compare(a.Catalog.OID, b.Catalog.OID) })
	for id, table := range tables {
		table.layout(id)
		stored := store.Table{Table: table.Stored}
		for _, column := range table.Identity {
			natural, _ := values.Natural(column.Type())
			stored.Key = append(stored.Key, store.KeyPart{Column: column.Index, Append: natural.Key(column.Type())})
		}
		plan.Schema.Tables = append(plan.Schema.Tables, stored)
	}
	return tables
}

// layout numbers the used columns in the order of the table.
func (t *Table) layout(id int) {
	t.Stored.ID = id
	for _, from := range t.Catalog.Columns {
		if column := t.columns[from.Name]; column != nil && column.Computed == nil {
			column.Index = len(t.Stored.Columns)
			t.Stored.Columns = append(t.Stored.Columns, cdc.Column{Name: from.Name, Attnum: from.Attnum, TypeOID: from.Type.OID, TypeMod: from.TypeMod})
		}
	}
	for _, column := range t.Identity {
		t.Stored.Identity = append(t.Stored.Identity, column.Index)
	}
}

// planAccess decides for every node how its rows are found from above and the
// rows above from it; first those that need an order, so that the others share their indexes.
func (c *compiler) planAccess(shared *indexes) {
	for _, relation := range c.relations {
		if order, ok := relation.indexOrder(); ok {
			node := relation.Target()
			node.down = shared.accessWhere(node.Table, node.sides(false), order, relation.indexWhere())
			node.ordered = true
		}
	}
	for _, node := range c.nodes {
		if node.Parent == nil {
			continue
		}
		if !node.ordered {
			node.down = shared.access(node.Table, node.sides(false), node.Relation.walkOrder(node))
		}
	}
	for _, node := range c.nodes {
		if node.Parent != nil {
			node.up = shared.access(node.Parent.Table, node.sides(true), anyOrder)
		}
	}
	for _, relation := range c.relations {
		relation.inOrder = relation.isInOrder()
		relation.ordersByExpr = slices.ContainsFunc(relation.OrderBy, func(o Order) bool { return ownColumn(o.Expr) == nil })
	}
}

// watch collects the columns whose change matters at the node.
func (n *Node) watch() {
	if len(n.used) == len(n.Table.Stored.Columns) {
		return
	}
	n.watched = []int{}
	for column := range n.used {
		n.watched = append(n.watched, column.Index)
	}
	slices.Sort(n.watched)
}

// indexOrder tells whether an index on the target should keep the relation's
// order, and with what columns: where a limit makes a walk in order pay.
func (r *Relation) indexOrder() ([]Order, bool) {
	node := r.Target()
	if len(r.Way) > 1 || node.Unique || len(r.OrderBy) == 0 || (r.Limit == 0 && r.Many) || !node.keyIsPrimary() {
		return nil, false
	}
	for _, item := range r.OrderBy {
		if !isOwn(item.Expr) {
			return nil, false
		}
	}
	return r.OrderBy, true
}

// indexWhere is what the entries of that index are of: the rows that the
// relation takes, so that a walk in order never passes by others.
func (r *Relation) indexWhere() Expr {
	if r.Where == nil || !isOwn(r.Where) {
		return nil
	}
	return r.Where
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
