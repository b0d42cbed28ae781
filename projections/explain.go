package projections

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Explain writes down, for people, what becomes of a projection: its documents,
// what is stored for them, what a change of each table leads to, and what of
// that can become expensive by the catalog's statistics.
func (p *Plan) Explain(w io.Writer, projection *Projection) error {
	e := &explanation{plan: p, projection: projection, shown: map[*Relation]bool{}}
	e.head()
	if projection.Body != nil && len(projection.Body.Items) > 0 {
		e.section("document", e.document)
	}
	if len(e.unseen()) > 0 {
		e.section("joins, used in expressions only", e.joins)
	}
	e.section("stored, and indexes", e.stored)
	e.section("what a change of a row leads to", e.changes)
	e.warnings()
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
	table      *tabwriter.Writer  // of the section at hand
	shown      map[*Relation]bool // in the document
}

// head says what is made of which rows, and under which keys.
func (e *explanation) head() {
	p := e.projection
	root := p.Root.Table.Catalog
	fmt.Fprintf(&e.text, "%s\n  %s for each row of %s%s%s\n  keys: %s\n", p.Name, shapeNouns[p.Shape], root,
		whereText(p.Where), about(root.Rows, " (about %s)"), e.keys())
	if p.Member != nil {
		fmt.Fprintf(&e.text, "  member: %s\n", p.Member.Source)
	}
	if p.Score != nil {
		fmt.Fprintf(&e.text, "  score: %s\n", describeExpr(p.Score, ""))
	}
	if p.Value != nil {
		fmt.Fprintf(&e.text, "  value: %s\n", describeExpr(p.Value, ""))
	}
	switch {
	case p.Claims && p.Shape.Collects():
		e.text.WriteString("  which rows give a member is kept: several can give the same\n")
	case p.Claims:
		e.text.WriteString("  who owns a key is kept: these keys are not the rows' identity\n")
	}
}

// shapeNouns name what becomes of a row, by shape.
var shapeNouns = [...]string{JSON: "one document", Hash: "one hash", Text: "one text", Set: "one member of a set", ZSet: "one member of a sorted set"}

func whereText(where Expr) string {
	if where == nil {
		return ""
	}
	return " where " + exprText(where)
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
