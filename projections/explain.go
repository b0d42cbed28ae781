package projections

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"materializer/catalog"
	"materializer/projections/values"
)

// Explain writes down, for people, what becomes of a projection: its document,
// what is stored for it, and what a change of each table leads to.
func (p *Plan) Explain(w io.Writer, projection *Projection) error {
	e := &explanation{plan: p, projection: projection}
	e.head()
	e.section("document", e.document)
	e.section("stored, and indexes", e.stored)
	e.section("what a change of a row leads to", e.changes)
	_, err := io.WriteString(w, e.text.String())
	return err
}

// Summary is a projection in one line.
func (p *Plan) Summary(projection *Projection) string {
	e := &explanation{plan: p, projection: projection}
	return fmt.Sprintf("%s: %s -> %s (%s, %s)", projection.Name, projection.Root.Table.Catalog, e.keys(),
		plural(len(e.tables()), "table", "tables"), plural(len(e.indexes()), "index", "indexes"))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// explanation is one projection being explained.
type explanation struct {
	plan       *Plan
	projection *Projection
	text       strings.Builder
	table      *tabwriter.Writer // of the section at hand
}

func (e *explanation) head() {
	root := e.projection.Root.Table.Catalog
	fmt.Fprintf(&e.text, "%s\n  one document for each row of %s%s\n  keys: %s\n", e.projection.Name, root, about(root.Rows, " (about %s)"), e.keys())
	if e.projection.Claims {
		e.text.WriteString("  who owns a key is kept: these keys are not the rows' identity\n")
	}
}

func (e *explanation) keys() string {
	var sources []string
	for _, key := range e.projection.Keys {
		sources = append(sources, key.Source)
	}
	return strings.Join(sources, ", ")
}

// section writes a title and below it lines of columns.
func (e *explanation) section(title string, lines func()) {
	fmt.Fprintf(&e.text, "\n  %s\n", title)
	e.table = tabwriter.NewWriter(&e.text, 0, 0, 3, ' ', 0)
	lines()
	_ = e.table.Flush() // into memory
}

func (e *explanation) line(cells ...string) {
	for len(cells) > 1 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	fmt.Fprintf(e.table, "    %s\n", strings.Join(cells, "\t"))
}

func (e *explanation) document() {
	if e.projection.Body != nil {
		e.body(e.projection.Body, "")
	}
}

func (e *explanation) body(b *Body, indent string) {
	for i := range b.Items {
		item := &b.Items[i]
		switch {
		case item.Object != nil:
			e.line(indent+item.Name, "an object of the same row")
			e.body(item.Object, indent+"  ")
		case item.Relation != nil && item.Relation.Inline:
			e.line(indent+"...", "in place: "+item.Relation.describe())
			e.body(item.Relation.Body, indent+"  ")
		case item.Relation != nil:
			e.line(indent+item.Name, item.Relation.describe())
			if item.Relation.Body != nil {
				e.body(item.Relation.Body, indent+"  ")
			}
		default:
			e.line(indent+item.Name, describeExpr(item.Expr, item.Name))
		}
	}
}

// describe tells what rows a relation delivers, and as what.
func (r *Relation) describe() string {
	rows := r.Target().Table.Catalog.String()
	for i := len(r.Way) - 2; i >= 0; i-- {
		rows += " through " + r.Way[i].Table.Catalog.String()
	}
	text := "a row of " + rows
	if r.Many {
		text = "rows of " + rows + ", by " + describeOrder(r.Total)
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
	if reference, ok := e.(*Reference); ok {
		mod = reference.Column.Catalog.TypeMod
	}
	kind := values.TypeName(e.Type(), mod)
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

func (e *explanation) stored() {
	for _, table := range e.tables() {
		var names []string
		for _, column := range table.Stored.Columns {
			names = append(names, column.Name)
		}
		e.line(table.Catalog.String(), strings.Join(names, ", "), size(table.Catalog))
	}
	for _, index := range e.indexes() {
		e.line("index", e.describeIndex(index))
	}
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
	index := e.plan.Schema.Indexes[number]
	table := e.plan.Schema.Tables[index.Table]
	var match, order []string
	for _, part := range index.Match {
		match = append(match, table.Columns[part.Column].Name)
	}
	for _, part := range index.Order {
		name := table.Columns[part.Column].Name
		if part.Desc {
			name += " desc"
		}
		order = append(order, name)
	}
	text := table.String() + " by " + strings.Join(match, ", ")
	if len(order) > 0 {
		text += ", in order of " + strings.Join(order, ", ")
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
