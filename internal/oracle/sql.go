package oracle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"materializer/projections"
	"materializer/projections/expressions"
)

// SQL is a query for all documents of a projection: one row (keys text[], doc
// jsonb) for each row of the root table that has a document, by primary key. A
// key with a NULL in its template is left out of keys. The document of a hash is
// an object without the fields that are NULL, that of a text a string, that of a
// member of a collection [member, score].
func SQL(p *projections.Projection) string {
	q := &query{}
	root := row{node: p.Root, alias: map[*projections.Node]string{p.Root: q.name()}}
	conditions := q.exists(root)
	if p.Where != nil {
		conditions = append(conditions, q.expr(root, p.Where))
	}
	document := q.document(root, p)
	if p.Shape == projections.Text || p.Shape.Collects() {
		conditions = append(conditions, document+" IS NOT NULL")
	}
	var keys, order []string
	for _, template := range p.Keys {
		keys = append(keys, q.template(root, template))
	}
	for _, column := range p.Root.Table.Primary {
		order = append(order, q.ordered(root, projections.Order{Expr: &projections.Reference{Column: column}}))
	}
	return "SELECT array_remove(ARRAY[" + strings.Join(keys, ", ") + "]::text[], NULL) AS keys, " +
		document + " AS doc" +
		" FROM " + q.table(p.Root) + " AS " + root.alias[p.Root] +
		where(conditions) +
		" ORDER BY " + strings.Join(order, ", ")
}

// query hands out the aliases of one query.
type query struct{ names int }

func (q *query) name() string {
	q.names++
	return "t" + strconv.Itoa(q.names)
}

// row is where an expression stands: the row of a node, with the rows of the
// way that led to it.
type row struct {
	node     *projections.Node
	relation *projections.Relation // nil for the root
	alias    map[*projections.Node]string
}

// rows is the FROM clause of a relation and the conditions of its rows, for one row above.
type rows struct {
	row
	from  string
	where []string
}

// rows joins the way of a relation below one row. Rows without something
// required are not among them.
func (q *query) rows(above row, r *projections.Relation) rows {
	found := rows{row: row{node: r.Target(), relation: r, alias: map[*projections.Node]string{}}}
	for node, alias := range above.alias {
		found.alias[node] = alias
	}
	for _, node := range r.Way {
		found.alias[node] = q.name()
	}
	for i, node := range r.Way {
		var on []string
		for _, join := range node.On {
			on = append(on, column(found.alias[node], join.Child)+" = "+column(found.alias[node.Parent], join.Parent))
		}
		if i == 0 {
			found.from = q.table(node) + " AS " + found.alias[node]
			found.where = on
			continue
		}
		found.from += " JOIN " + q.table(node) + " AS " + found.alias[node] + " ON " + strings.Join(on, " AND ")
	}
	found.where = append(found.where, q.exists(found.row)...)
	return found
}

// exists are the conditions that the required relations put on a row, those of
// joins and of objects of the same row too.
func (q *query) exists(at row) []string {
	var conditions []string
	for _, child := range at.node.Children {
		r := child.Relation
		if r.Way[0] != child || !r.Required {
			continue
		}
		found := q.rows(at, r)
		conditions = append(conditions, "EXISTS (SELECT 1 FROM "+found.from+where(found.where)+")")
	}
	if at.relation != nil && at.relation.Where != nil {
		conditions = append(conditions, q.expr(at, at.relation.Where))
	}
	return conditions
}

// total is the ORDER BY of a relation's rows: what the configuration says, then
// the primary keys of the target and of the way, nearest first. It is made here,
// not taken from the plan.
func (q *query) total(found rows) string {
	r := found.relation
	var items []string
	for _, item := range r.OrderBy {
		items = append(items, q.ordered(found.row, item))
	}
	primary := func(node *projections.Node, through int) {
		for _, column := range node.Table.Primary {
			key := &projections.Reference{Through: through, Column: column}
			items = append(items, q.ordered(found.row, projections.Order{Expr: key}))
		}
	}
	primary(r.Target(), 0)
	for i, node := range r.Way[:len(r.Way)-1] {
		primary(node, i+1)
	}
	return strings.Join(items, ", ")
}

func (q *query) ordered(at row, item projections.Order) string {
	text := q.expr(at, item.Expr)
	if item.Expr.Type().Category == 'S' {
		text = "(" + text + `) COLLATE "C"`
	}
	if item.Desc {
		text += " DESC"
	}
	if item.NullsFirst {
		return text + " NULLS FIRST"
	}
	return text + " NULLS LAST"
}

// first is a scalar query for something of the first row of a relation to one.
func (q *query) first(above row, r *projections.Relation, what func(row) string) string {
	found := q.rows(above, r)
	return "(SELECT " + what(found.row) + " FROM " + found.from + where(found.where) +
		" ORDER BY " + q.total(found) + " LIMIT 1)"
}

// expr is an expression as it was written, its names replaced.
func (q *query) expr(at row, e projections.Expr) string {
	switch e := e.(type) {
	case *projections.Reference:
		return q.reference(at, e.Path, e)
	case *projections.Reach:
		return q.reached(at, e.Path, func(inner row) string { return q.expr(inner, e.Expr) })
	case *projections.AggregateValue:
		return q.reached(at, e.Path, func(inner row) string {
			return q.overRows(inner, e.Relation, func(found row) string { return q.written(found, e.Expr) })
		})
	case *projections.Compiled:
		return q.written(at, e)
	}
	panic(fmt.Sprintf("oracle: no SQL for an expression of type %T", e))
}

// written replaces equal names alike: DISTINCT and ORDER BY in an aggregate must
// be the same to PostgreSQL.
func (q *query) written(at row, e *projections.Compiled) string {
	text, end := "(", 0
	known := map[string]string{}
	spans := slices.Clone(e.SQL.Spans)
	slices.SortFunc(spans, func(a, b expressions.Span) int { return a.From - b.From })
	for _, span := range slices.CompactFunc(spans, func(a, b expressions.Span) bool { return a.From == b.From }) {
		name := span.Leaf.Ref.(string)
		if known[name] == "" {
			known[name] = "(" + q.expr(at, e.Names[name]) + ")"
		}
		text += e.SQL.Text[end:span.From] + known[name]
		end = span.To
	}
	return text + e.SQL.Text[end:] + ")"
}

// reached is something of the row that a path of relations leads to.
func (q *query) reached(at row, path []*projections.Relation, what func(row) string) string {
	if len(path) == 0 {
		return what(at)
	}
	return q.first(at, path[0], func(inner row) string { return q.reached(inner, path[1:], what) })
}

// overRows is an aggregate over the rows of a relation.
func (q *query) overRows(above row, r *projections.Relation, what func(row) string) string {
	found := q.rows(above, r)
	return "(SELECT " + what(found.row) + " FROM " + found.from + where(found.where) + ")"
}

func (q *query) reference(at row, path []*projections.Relation, r *projections.Reference) string {
	if len(path) > 0 {
		return q.first(at, path[0], func(inner row) string { return q.reference(inner, path[1:], r) })
	}
	node := at.node
	if r.Through > 0 {
		node = at.relation.Way[r.Through-1]
	}
	return column(at.alias[node], r.Column)
}

// template gives NULL where a part is NULL, since || does.
func (q *query) template(at row, t *projections.Template) string {
	var parts []string
	for _, part := range t.Parts {
		if part.Expr == nil {
			parts = append(parts, literal(part.Literal))
			continue
		}
		parts = append(parts, "("+q.expr(at, part.Expr)+")::text")
	}
	return strings.Join(parts, " || ")
}

// table is a table with the rows that are used of it.
func (q *query) table(n *projections.Node) string {
	name := ident(n.Table.Catalog.Schema) + "." + ident(n.Table.Catalog.Name)
	if n.Table.Where == nil {
		return name
	}
	own := row{node: n, alias: map[*projections.Node]string{n: q.name()}}
	return "(SELECT * FROM " + name + " AS " + own.alias[n] + " WHERE " + q.expr(own, n.Table.Where) + ")"
}

func column(alias string, c *projections.Column) string { return alias + "." + ident(c.Catalog.Name) }

func where(conditions []string) string {
	if len(conditions) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(conditions, " AND ")
}

func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
