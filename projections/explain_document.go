package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/projections/values"
)

func (e *explanation) document() { e.body(e.projection.Body, "") }

func (e *explanation) body(b *Body, indent string) {
	for i := range b.Items {
		item := &b.Items[i]
		switch {
		case item.Object != nil:
			e.line(indent+item.Name, "an object of the same row")
			e.body(item.Object, indent+"  ")
		case item.Relation != nil && item.Relation.Inline:
			e.relation(indent+"...", "in place: ", item.Relation, indent)
		case item.Relation != nil:
			e.relation(indent+item.Name, "", item.Relation, indent)
		default:
			e.line(indent+item.Name, describeExpr(item.Expr, item.Name))
		}
	}
}

// relation describes a relation and, below it, what is shown of its rows.
func (e *explanation) relation(name, how string, r *Relation, indent string) {
	e.shown[r] = true
	e.line(name, how+r.describe())
	switch {
	case r.Body == nil:
	case r.Grouped == nil:
		e.body(r.Body, indent+"  ")
	default:
		for _, item := range r.Body.Items {
			e.line(indent+"  "+item.Name, r.Grouped.describe(item.Expr, item.Name))
		}
	}
}

// unseen are the relations that are not in the document.
func (e *explanation) unseen() []*Relation {
	var list []*Relation
	for _, node := range e.nodes() {
		if r := node.Relation; r != nil && node == r.Target() && !e.shown[r] && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

func (e *explanation) joins() {
	for _, r := range e.unseen() {
		e.relation(r.Target().place(), "", r, "")
	}
}

// describe tells what rows a relation delivers, and as what.
func (r *Relation) describe() string {
	rows := r.Target().Table.Catalog.String()
	for i := len(r.Way) - 2; i >= 0; i-- {
		rows += " through " + r.Way[i].Table.Catalog.String()
	}
	rows += whereText(r.Where)
	if r.Grouped != nil {
		return r.describeGrouped(rows)
	}
	text := "a row of " + rows
	switch {
	case r.Many:
		text = "rows of " + rows + ", by " + describeOrder(r.Total)
	case len(r.OrderBy) > 0:
		text = "the first row of " + rows + ", by " + describeOrder(r.Total)
	}
	if r.Limit > 0 {
		text += fmt.Sprintf(", at most %d", r.Limit)
	}
	switch {
	case r.KeyBy != nil:
		text += ", an object keyed by " + describeExpr(r.KeyBy, "")
	case !r.Many && r.Required:
		text += ", without which the row above does not exist"
	case !r.Many:
		text += ", or null"
	}
	if r.Value != nil {
		text += ": " + describeExpr(r.Value, "")
	}
	if r.Distinct {
		text += ", each value once"
	}
	return text
}

func (r *Relation) describeGrouped(rows string) string {
	if r.Value == nil {
		return "over all rows of " + rows
	}
	return "over all rows of " + rows + ": " + r.Grouped.describe(r.Value, "")
}

// describe tells what an expression over aggregates is, and how it is computed.
func (g *Grouping) describe(e Expr, name string) string {
	text := describeExpr(e, name)
	compiled, ok := e.(*Compiled)
	if !ok || len(compiled.slots) == 0 {
		return text
	}
	for _, slot := range compiled.slots {
		if why, _ := g.whyByRows(g.Slots[slot]); why != "" {
			return text + ", computed from all rows: " + why
		}
	}
	return text + ", kept"
}

// whyByRows tells why an aggregate is not kept but computed from all rows of
// its group, and what would be; nothing if it is kept.
func (g *Grouping) whyByRows(s *Slot) (why, remedy string) {
	reader := g.wayReader()
	switch {
	case s.kept:
		return "", ""
	case s.keepable(true) && !s.keepable(false):
		return "distinct over several joins", "leave distinct out, or join so that only one step can find several rows"
	case s.keepable(true) && reader == shortened(s.Text):
		return "made of through, and the last join can find several rows", fmt.Sprintf("use columns of %s alone", g.Relation.Target().Table.Catalog)
	case s.keepable(true):
		return fmt.Sprintf("not kept beside %s, which is made of through, and the last join can find several rows", reader), "put that into a relation of its own"
	case len(s.Args) > 0 && isFloat(s.Args[0]):
		return "of floats, where the order of the rows decides", "cast to numeric: sum(x::numeric) is kept"
	}
	return "made of every row", "count, min, max, and sums and averages of integers and numerics are kept; or list a few rows with order_by and limit"
}

func isFloat(e Expr) bool {
	t := e.Type()
	return t.Schema == "pg_catalog" && (t.Name == "float4" || t.Name == "float8")
}

func describeOrder(orders []Order) string {
	var items []string
	for _, order := range orders {
		item := exprText(order.Expr)
		if order.Desc {
			item += " desc"
		}
		if order.NullsFirst != order.Desc {
			item += map[bool]string{true: " nulls first", false: " nulls last"}[order.NullsFirst]
		}
		items = append(items, item)
	}
	return strings.Join(items, ", ")
}

// describeExpr is the type of an expression, and the expression itself unless it is just the name.
func describeExpr(e Expr, name string) string {
	text, mod := exprText(e), int32(-1)
	column := columnOf(e)
	if column != nil {
		mod = column.Catalog.TypeMod
	}
	kind := values.TypeName(e.Type(), mod)
	if column != nil && column.Computed != nil {
		kind += ", computed as " + shortened(column.Catalog.Expression)
	}
	if text == name {
		return kind
	}
	return text + " (" + kind + ")"
}

func exprText(e Expr) string { return e.String() }

// String is the reference as a configuration writes it.
func (r *Reference) String() string {
	text := pathText(r.Path)
	if r.Through > 0 {
		text += "through."
	}
	return text + quoteIdentifier(r.Column.Catalog.Name)
}

// pathText is a path of relations with the dot behind it.
func pathText(path []*Relation) string {
	var b strings.Builder
	for _, relation := range path {
		b.WriteString(quoteIdentifier(relation.Name) + ".")
	}
	return b.String()
}
