package oracle

import (
	"fmt"
	"strings"

	"materializer/projections"
)

// mostMembers is how many members jsonb_build_object is given at once: a
// function takes at most 100 arguments.
const mostMembers = 50

// object collects the members of a jsonb object and puts the pieces together.
type object struct {
	pieces  []string
	members []string
}

func (o *object) add(name, value string) {
	o.members = append(o.members, literal(name)+", "+value)
	if len(o.members) == mostMembers {
		o.flush()
	}
}

// merge puts the members of another object here.
func (o *object) merge(other string) {
	o.flush()
	o.pieces = append(o.pieces, other)
}

func (o *object) flush() {
	if len(o.members) > 0 {
		o.pieces = append(o.pieces, "jsonb_build_object("+strings.Join(o.members, ", ")+")")
		o.members = nil
	}
}

func (o *object) String() string {
	o.flush()
	if len(o.pieces) == 0 {
		return "'{}'::jsonb"
	}
	return "(" + strings.Join(o.pieces, " || ") + ")"
}

// body is the object made of a row.
func (q *query) body(at row, b *projections.Body) string {
	var o object
	for _, item := range b.Items {
		switch r := item.Relation; {
		case item.Expr != nil:
			o.add(item.Name, q.json(at, item.Expr))
		case item.Object != nil:
			o.add(item.Name, q.body(at, item.Object))
		case r.Inline && r.Grouped != nil:
			o.merge(q.overRows(at, r, func(found row) string { return q.body(found, r.Body) }))
		case r.Grouped != nil:
			o.add(item.Name, q.overRows(at, r, func(found row) string { return q.shown(found, r) }))
		case r.Inline:
			found := q.first(at, r, func(inner row) string { return q.body(inner, r.Body) })
			o.merge("COALESCE(" + found + ", " + missing(r.Body) + ")")
		case r.Many:
			o.add(item.Name, q.many(at, r))
		default:
			o.add(item.Name, q.first(at, r, func(inner row) string { return q.shown(inner, r) }))
		}
	}
	return o.String()
}

// missing is the body of an inline relation that has no row: of the same shape.
func missing(b *projections.Body) string {
	var o object
	for _, item := range b.Items {
		switch r := item.Relation; {
		case item.Object != nil:
			o.add(item.Name, missing(item.Object))
		case r == nil || !r.Inline && (!r.Many || r.Grouped != nil):
			o.add(item.Name, "NULL")
		case r.Inline:
			o.merge(missing(r.Body))
		default:
			o.add(item.Name, nothing(r))
		}
	}
	return o.String()
}

// nothing is what a relation to many shows when it has no rows.
func nothing(r *projections.Relation) string {
	if r.KeyBy != nil {
		return "'{}'::jsonb"
	}
	return "'[]'::jsonb"
}

func (q *query) json(at row, e projections.Expr) string { return "to_jsonb(" + q.expr(at, e) + ")" }

// shown is what a relation shows of one of its rows.
func (q *query) shown(at row, r *projections.Relation) string {
	if r.Value != nil {
		return q.json(at, r.Value)
	}
	return q.body(at, r.Body)
}

// many is an array or an object of the rows of a relation. The limit counts
// rows, after distinct and before keys that are NULL or equal are dropped.
func (q *query) many(above row, r *projections.Relation) string {
	found := q.rows(above, r)
	columns := []string{
		q.shown(found.row, r) + " AS shown",
		"row_number() OVER (ORDER BY " + q.total(found) + ") AS place",
	}
	if r.KeyBy != nil {
		columns = append(columns, "("+q.expr(found.row, r.KeyBy)+")::text AS key")
	}
	if r.Distinct {
		columns = append(columns, q.identity(found.row, r.Value)+" AS identity")
	}
	rows := "SELECT " + strings.Join(columns, ", ") + " FROM " + found.from + where(found.where)
	if r.Distinct {
		rows = "SELECT DISTINCT ON (identity) * FROM (" + rows + ") every ORDER BY identity, place"
	}
	if r.Limit > 0 {
		rows = fmt.Sprintf("SELECT * FROM (%s) listed ORDER BY place LIMIT %d", rows, r.Limit)
	}
	if r.KeyBy == nil {
		return "COALESCE((SELECT jsonb_agg(shown ORDER BY place) FROM (" + rows + ") found), " + nothing(r) + ")"
	}
	rows = "SELECT DISTINCT ON (key) * FROM (" + rows + ") keyed WHERE key IS NOT NULL ORDER BY key, place DESC"
	return "COALESCE((SELECT jsonb_object_agg(key, shown) FROM (" + rows + ") found), " + nothing(r) + ")"
}

// identity is what tells values apart: the value, but json, which has no equality, as jsonb.
func (q *query) identity(at row, e projections.Expr) string {
	text := q.expr(at, e)
	if e.Type().Name == "json" {
		return text + "::jsonb"
	}
	return text
}
