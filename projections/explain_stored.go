package projections

import (
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/projections/aggregates"
)

func (e *explanation) stored() {
	for _, table := range e.tables() {
		var names []string
		for _, column := range table.Stored.Columns {
			names = append(names, column.Name)
		}
		e.line(table.Catalog.String(), strings.Join(names, ", "), size(table.Catalog))
		if table.Where != nil {
			e.line("", "only rows"+whereText(table.Where)+" count")
		}
	}
	for _, index := range e.indexes() {
		e.line("index", e.describeIndex(index))
	}
	for _, node := range e.nodes() {
		if node.keeps != nil {
			e.line("kept", node.describeKept())
		}
	}
}

// describeKept names the results that are kept at a node.
func (n *Node) describeKept() string {
	var list []string
	for _, slot := range n.keeps.Slots {
		if !slot.kept {
			continue
		}
		text := shortened(slot.Text)
		switch {
		case slot.Function.Maintenance() == aggregates.Extreme:
			text += " with its values in order"
		case slot.Distinct:
			text += " with its values"
		}
		list = append(list, text)
	}
	return n.total() + ": " + strings.Join(list, ", ")
}

// total names what is kept of each group of a node's rows.
func (n *Node) total() string {
	var names []string
	for _, join := range n.On {
		names = append(names, join.Child.Catalog.Name)
	}
	return "total of " + n.Table.Catalog.String() + " by " + strings.Join(names, ", ")
}

// tables are those of the projection, the root's first.
func (e *explanation) tables() []*Table {
	var tables []*Table
	for _, node := range e.nodes() {
		if !slices.Contains(tables, node.Table) {
			tables = append(tables, node.Table)
		}
	}
	return tables
}

func (e *explanation) nodes() []*Node {
	var nodes []*Node
	for _, node := range e.plan.Nodes {
		if node.Projection == e.projection {
			nodes = append(nodes, node)
		}
	}
	return nodes
}

// indexes are the numbers of those that the projection uses.
func (e *explanation) indexes() []int {
	var numbers []int
	for _, node := range e.nodes() {
		if node.Parent == nil {
			continue
		}
		for _, way := range []access{node.down, node.up} {
			if !way.direct && !slices.Contains(numbers, way.index) {
				numbers = append(numbers, way.index)
			}
		}
	}
	slices.Sort(numbers)
	return numbers
}

func (e *explanation) describeIndex(number int) string {
	index := e.plan.indexes[number]
	var match []string
	for _, side := range index.match {
		match = append(match, side.target.Catalog.Name)
	}
	text := e.plan.Schema.Tables[index.Table].String() + " by " + strings.Join(match, ", ")
	if len(index.order) > 0 {
		text += ", in order of " + describeOrder(index.order)
	}
	if index.where != nil {
		text += ", of rows" + whereText(index.where)
	}
	return text
}

// size is how much there is of a table, where the server knows.
func size(t *catalog.Table) string {
	var parts []string
	if t.Rows >= 0 {
		parts = append(parts, "about "+number(t.Rows)+" rows")
	} else {
		parts = append(parts, "never analysed")
	}
	if t.Bytes > 0 {
		parts = append(parts, bytesText(t.Bytes))
	}
	return strings.Join(parts, ", ")
}
