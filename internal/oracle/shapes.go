package oracle

import (
	"strings"

	"materializer/projections"
)

// document is what a root shows, as jsonb; NULL if it has no document.
func (q *query) document(root row, p *projections.Projection) string {
	switch p.Shape {
	case projections.Hash:
		return "(SELECT COALESCE(jsonb_object_agg(name, value), '{}'::jsonb) FROM (VALUES " + strings.Join(q.pairs(root, p.Body, own), ", ") +
			") AS fields (name, value) WHERE value IS NOT NULL)"
	case projections.Text:
		return "to_jsonb((" + q.expr(root, p.Value) + ")::text)"
	case projections.Set:
		return "CASE WHEN " + q.template(root, p.Member) + " IS NOT NULL THEN jsonb_build_array(" + q.template(root, p.Member) + ", 0) END"
	case projections.ZSet:
		score := "(" + q.expr(root, p.Score) + ")::float8"
		return "CASE WHEN " + q.template(root, p.Member) + " IS NOT NULL AND " + score + " <> 'NaN' THEN jsonb_build_array(" +
			q.template(root, p.Member) + ", (" + score + ")::text) END"
	}
	return q.body(root, p.Body)
}

// own is a value of the row itself.
func own(value func(row) string, at row) string { return value(at) }

// pairs are the fields of a hash: name and value, NULL where the value is.
func (q *query) pairs(at row, b *projections.Body, of func(value func(row) string, at row) string) []string {
	var pairs []string
	add := func(name string, value func(row) string) {
		pairs = append(pairs, "("+literal(name)+", "+of(value, at)+")")
	}
	// What is shown of a missing row too.
	always := func(name string, value func(row) string, missing string) {
		pairs = append(pairs, "("+literal(name)+", COALESCE("+of(value, at)+", "+missing+"))")
	}
	for _, item := range b.Items {
		switch r := item.Relation; {
		case item.Expr != nil:
			add(item.Name, func(at row) string { return q.json(at, item.Expr) })
		case item.Object != nil:
			always(item.Name, func(at row) string { return q.body(at, item.Object) }, missing(item.Object))
		case r.Inline:
			into := q.first
			if r.Grouped != nil {
				into = q.overRows
			}
			pairs = append(pairs, q.pairs(at, r.Body, func(value func(row) string, at row) string {
				return of(func(at row) string { return into(at, r, value) }, at)
			})...)
		case r.Grouped != nil:
			add(item.Name, func(at row) string {
				return q.overRows(at, r, func(found row) string { return q.shown(found, r) })
			})
		case r.Many:
			always(item.Name, func(at row) string { return q.many(at, r) }, nothing(r))
		default:
			add(item.Name, func(at row) string {
				return q.first(at, r, func(inner row) string { return q.shown(inner, r) })
			})
		}
	}
	return pairs
}
