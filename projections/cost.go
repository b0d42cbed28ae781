package projections

import (
	"fmt"
	"math"

	"materializer/catalog"
)

// estimate is a number by the server's statistics: on average, and at worst as
// far as they tell. Less than 0 is unknown.
type estimate struct{ average, most float64 }

var unknown = estimate{-1, -1}

func exactly(n float64) estimate { return estimate{n, n} }

func (e estimate) isKnown() bool { return e.average >= 0 }

func (e estimate) times(other estimate) estimate {
	if !e.isKnown() || !other.isKnown() {
		return unknown
	}
	return estimate{e.average * other.average, e.most * other.most}
}

// capped is the estimate where there are no more than so many; less than 0 is unknown.
func (e estimate) capped(rows float64) estimate {
	if rows < 0 || !e.isKnown() {
		return e
	}
	return estimate{min(e.average, rows), min(e.most, rows)}
}

// larger is the larger of two.
func (e estimate) larger(other estimate) estimate {
	if !e.isKnown() || !other.isKnown() {
		return unknown
	}
	return estimate{max(e.average, other.average), max(e.most, other.most)}
}

// of writes the number of something: "about 200 rows, at most about 5,000".
func (e estimate) of(one, many string) string {
	switch {
	case !e.isKnown():
		return many
	case e.most < 1.5:
		return "1 " + one
	}
	text := "about " + number(e.average) + " " + many
	if e.average < 1.5 {
		text = "1 " + one
	}
	return text + e.atWorst()
}

// atWorst is the end of a text that tells the average.
func (e estimate) atWorst() string {
	if e.most < 1.5*e.average {
		return ""
	}
	return ", at most about " + number(e.most)
}

// sharing estimates how many rows of a table have the same values in columns.
func sharing(t *catalog.Table, columns []*Column) estimate {
	if t.Rows < 0 {
		return unknown
	}
	rows, distinct, most := t.Rows, 1.0, t.Rows
	for _, column := range columns {
		c := column.Catalog
		if c.Distinct == 0 {
			return unknown
		}
		filled := t.Rows * (1 - c.Nulls)
		different := c.Distinct
		if different < 0 { // as a share of the rows
			different *= -t.Rows
		}
		rows, distinct = min(rows, filled), distinct*max(1, different)
		most = min(most, max(t.Rows*c.MostCommon, filled/max(1, different)))
	}
	average := rows / max(1, min(rows, distinct))
	return estimate{average, max(average, most)}
}

// above estimates how many rows above belong to one row of the node.
func (n *Node) above() estimate {
	if uniqueOn(n.Parent.Table, n.sides(true)) {
		return exactly(1)
	}
	var columns []*Column
	for _, join := range n.On {
		columns = append(columns, join.Parent)
	}
	return sharing(n.Parent.Table.Catalog, columns)
}

// below estimates how many rows of the node belong to one row above.
func (n *Node) below() estimate {
	if n.Unique {
		return exactly(1)
	}
	var columns []*Column
	for _, join := range n.On {
		columns = append(columns, join.Child)
	}
	return sharing(n.Table.Catalog, columns)
}

// group estimates how many rows a relation finds below one row.
func (r *Relation) group() estimate {
	found := exactly(1)
	for _, node := range r.Way {
		found = found.times(node.below()).capped(node.Table.Catalog.Rows)
	}
	return found
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
