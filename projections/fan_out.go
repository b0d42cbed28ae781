package projections

import (
	"fmt"
	"slices"
	"strings"
)

// changes tells for each place of each table how its changes find the documents.
func (e *explanation) changes() {
	for _, node := range e.nodes() {
		if node.Parent == nil {
			e.line(node.Table.Catalog.String(), "its "+shapeNouns[e.projection.Shape][len("one "):], strings.TrimPrefix(columnsUsed(node), ", "))
			continue
		}
		out := node.fanOut()
		e.line(node.Table.Catalog.String(), out.String(), "as "+node.place()+": "+strings.Join(append(out.steps, "document"), " -> ")+columnsUsed(node))
	}
}

// fanOut is what a change of one row leads to.
type fanOut struct {
	steps     []string // the joins upwards
	documents estimate
	rows      estimate // the most that are read at one step
	widest    *Node    // the node whose join upwards finds the most
	kept      bool     // results that are kept are on the way
	givers    estimate // rows that contribute to them
}

// fanOut follows the joins from a row of the node up to documents.
func (n *Node) fanOut() fanOut {
	out := fanOut{documents: exactly(1), rows: exactly(1), widest: n}
	widest := 0.0
	for ; n.Parent != nil; n = n.Parent {
		if n.keeps != nil {
			if !out.kept {
				out.kept, out.givers = true, out.documents
			}
			out.steps = append(out.steps, n.total())
		}
		found := n.above()
		if found.most > widest {
			widest, out.widest = found.most, n
		}
		out.documents = out.documents.times(found).capped(n.Parent.Table.Catalog.Rows)
		out.rows = out.rows.larger(out.documents)
		out.steps = append(out.steps, n.step())
	}
	return out
}

// String tells how many documents, and how many rows and totals come before them.
func (f fanOut) String() string {
	documents := f.documents.of("document", "documents")
	switch {
	case !f.kept:
		return documents
	case f.givers == exactly(1):
		return "one total, then " + documents
	}
	return "totals of " + f.givers.of("row", "rows") + ", then " + documents
}

// step is one join upwards: the rows above, and how they are found.
func (n *Node) step() string {
	how := "index"
	if n.up.direct {
		how = "row key"
	}
	return fmt.Sprintf("%s by %s (%s)", n.Parent.Table.Catalog, strings.Join(n.joinedAbove(), ", "), how)
}

// joinedAbove names the columns of the row above.
func (n *Node) joinedAbove() []string {
	var names []string
	for _, join := range n.On {
		names = append(names, join.Parent.Catalog.Name)
	}
	return names
}

// place is where a node stands in the document: category.parent.
func (n *Node) place() string {
	var names []string
	for n.Parent != nil {
		name := n.Relation.Name
		if n != n.Relation.Target() {
			name += " (on the way)"
		}
		names = append(names, name)
		n = n.Relation.Way[0].Parent
	}
	slices.Reverse(names)
	return strings.Join(names, ".")
}

// columnsUsed names the columns whose change matters, unless all of them do.
func columnsUsed(n *Node) string {
	if n.watched == nil {
		return ""
	}
	return ", if " + strings.Join(n.watchedNames(), ", ") + " changed"
}

func (n *Node) watchedNames() []string {
	var names []string
	for _, column := range n.watched {
		names = append(names, n.Table.Stored.Columns[column].Name)
	}
	return names
}
