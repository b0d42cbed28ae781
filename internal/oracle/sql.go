package oracle

import (
	"fmt"
	"strconv"
	"strings"

	"materializer/projections"
)

// SQL is a query for all documents of a projection: one row (keys text[], doc
// jsonb) for each row of the root table that has a document, by primary key. A
// key with a NULL in its template is left out of keys.
func SQL(p *projections.Projection) string {
	q := &query{}
	root := row{node: p.Root, alias: map[*projections.Node]string{p.Root: q.name()}}
	var keys, order []string
	for _, template := range p.Keys {
		keys = append(keys, q.template(root, template))
	}
	for _, column := range p.Root.Table.Primary {
		order = append(order, q.ordered(root, projections.Order{Expr: &projections.Reference{Column: column}}))
	}
	return "SELECT array_remove(ARRAY[" + strings.Join(keys, ", ") + "]::text[], NULL) AS keys, " +
		q.body(root, p.Body) + " AS doc" +
		" FROM " + table(p.Root) + " AS " + root.alias[p.Root] +
		where(q.exists(root)) +
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
			found.from = table(node) + " AS " + found.alias[node]
			found.where = on
			continue
		}
		found.from += " JOIN " + table(node) + " AS " + found.alias[node] + " ON " + strings.Join(on, " AND ")
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
	if reference(item.Expr).Column.Catalog.Collation != "" {
		text += ` COLLATE "C"`
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

// reference is an expression as the only kind that there is.
func reference(e projections.Expr) *projections.Reference {
	r, ok := e.(*projections.Reference)
	if !ok {
		panic(fmt.Sprintf("oracle: no SQL for an expression of type %T", e))
	}
	return r
}

func (q *query) expr(at row, e projections.Expr) string {
	r := reference(e)
	return q.reference(at, r.Path, r)
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

func table(n *projections.Node) string {
	return ident(n.Table.Catalog.Schema) + "." + ident(n.Table.Catalog.Name)
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
