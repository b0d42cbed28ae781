package projections

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// changes tells for each place of each table how its changes find the documents.
func (e *explanation) changes() {
	for _, node := range e.nodes() {
		if node.Parent == nil {
			e.line(node.Table.Catalog.String(), "its document", strings.TrimPrefix(columnsUsed(node), ", "))
			continue
		}
		way, documents := node.wayUp()
		e.line(node.Table.Catalog.String(), estimate(documents), "as "+node.place()+": "+way+columnsUsed(node))
	}
}

// wayUp tells how a row of the node leads to documents, and to about how many; less
// than 0 if nobody knows.
func (n *Node) wayUp() (way string, documents float64) {
	var steps []string
	documents = 1
	for ; n.Parent != nil; n = n.Parent {
		found := n.matches()
		if documents >= 0 && found >= 0 {
			documents *= found
		} else {
			documents = -1
		}
		steps = append(steps, n.step())
	}
	return strings.Join(append(steps, "document"), " -> "), documents
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

// matches estimates how many rows above belong to one row; less than 0 if
// nobody knows.
func (n *Node) matches() float64 {
	table := n.Parent.Table
	if uniqueOn(table, n.sides(true)) {
		return 1
	}
	rows, distinct := table.Catalog.Rows, 1.0
	if rows < 0 {
		return -1
	}
	for _, join := range n.On {
		switch have := join.Parent.Catalog.Distinct; {
		case have == 0:
			return -1
		case have < 0:
			distinct *= -have * rows // as a share of the rows
		default:
			distinct *= have
		}
	}
	return rows / max(1, min(rows, distinct))
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
	var names []string
	for _, column := range n.watched {
		names = append(names, n.Table.Stored.Columns[column].Name)
	}
	return ", if " + strings.Join(names, ", ") + " changed"
}

func estimate(documents float64) string {
	switch {
	case documents < 0:
		return "documents"
	case documents < 1.5:
		return "1 document"
	}
	return "about " + number(documents) + " documents"
}

// about puts an estimate into a text, or says nothing.
func about(n float64, format string) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprintf(format, number(n))
}

// number writes an estimate: two digits of it mean something.
func number(n float64) string {
	if n >= 100 {
		unit := math.Pow(10, math.Floor(math.Log10(n))-1)
		n = math.Round(n/unit) * unit
	}
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func bytesText(n int64) string {
	units := []string{"B", "KB", "MB", "GB", "TB", "PB"}
	size := float64(n)
	for size >= 1000 && len(units) > 1 {
		size, units = size/1000, units[1:]
	}
	if size < 10 && units[0] != "B" {
		return fmt.Sprintf("%.1f %s", size, units[0])
	}
	return fmt.Sprintf("%.0f %s", size, units[0])
}
