package projections

import (
	"fmt"
	"slices"
	"strconv"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/expressions/datum"
)

func shapeOf(as string) Shape {
	return Shape(max(0, slices.Index(shapeNames[:], as)))
}

// shape compiles what the shape of a projection's documents needs.
func (c *compiler) shape(p *Projection, s *scope, source *config.Projection) {
	s.collects = p.Shape.Collects()
	switch p.Shape {
	case Text:
		if p.Value = c.expr(s, sqlOf(source.Value)); p.Value != nil {
			p.text = c.keyText(p.Value, source.Value.Pos, s)
		}
	case Hash:
		if !p.Body.neverEmpty() {
			c.fail(source.As.Pos, s.in, "as: hash: when all fields of a row are NULL its hash would be empty, which Redis cannot hold", "add a column that is NOT NULL, such as the primary key")
		}
	case Set, ZSet:
		p.Member = c.parts(s, "member", source.Member)
		if p.Shape == ZSet {
			c.score(p, s, source.Score)
		}
	}
}

// neverEmpty tells whether a member of an object always has a value.
func (b *Body) neverEmpty() bool { return slices.ContainsFunc(b.Items, Item.isNeverNull) }

func (item Item) isNeverNull() bool {
	r := item.Relation
	switch {
	case item.Expr != nil:
		return !mayBeNull(item.Expr)
	case item.Object != nil, r == nil, r.broken, r.wrong, r.scope == nil: // but for the first they have been reported
		return true
	case r.Inline && r.Body != nil:
		return (r.Grouped != nil || r.Required) && r.Body.neverEmpty()
	case r.Value != nil && (r.Grouped != nil || !r.Many):
		return (r.Grouped != nil || r.Required) && !mayBeNull(r.Value)
	}
	return r.Many || r.Required
}

// isTextual tells whether to_jsonb makes strings of a type's values, so that a
// hash shows their text.
func isTextual(t *catalog.Type) bool {
	t = t.Unwrap()
	switch {
	case t.Kind == catalog.Array || t.Kind == catalog.Composite || t.HasJSONCast:
		return false
	case t.Schema == "pg_catalog" && (t.Name == "json" || t.Name == "jsonb"):
		return false
	}
	return true
}

func (c *compiler) score(p *Projection, s *scope, text config.Text) {
	if p.Score = c.expr(s, sqlOf(text)); p.Score == nil {
		return
	}
	bits, name := 64, p.Score.Type().Name
	switch name {
	case "int2", "int4", "float8":
	case "float4":
		bits = 32
	case "int8", "numeric":
		c.warn(text.Pos, s.in, fmt.Sprintf("score %s is of type %s, and Redis keeps scores as double precision: of larger numbers than 2^53 the last digits are rounded", shortened(text.Value), typeOf(p.Score)),
			"write it ::float8 where that is meant")
	default:
		c.fail(text.Pos, s.in, fmt.Sprintf("score %s is of type %s, and a score is a number", shortened(text.Value), typeOf(p.Score)), scoreRemedy(p.Score))
		return
	}
	p.scored = func(text []byte) (float64, bool, error) {
		score, err := strconv.ParseFloat(string(text), bits)
		if err != nil {
			return 0, false, datum.Errorf("22003", "score is out of range for type double precision")
		}
		return score + 0, score == score, nil // no negative zero; NaN is no score
	}
}

// scoreRemedy tells how a value that is no number can become a score.
func scoreRemedy(e Expr) string {
	text := shortened(exprText(e))
	switch e.Type().Category {
	case 'D':
		return "write extract(epoch from " + text + ")::float8"
	case 'B':
		return "write case when " + text + " then 1 else 0 end"
	case 'S':
		return "where the text is a number, cast it: (" + text + ")::float8"
	}
	return ""
}

// checkGrouped refuses what cannot stand beside aggregates in an object.
func (c *compiler) checkGrouped(d *draft, s *scope) {
	if s.grouped == nil || len(s.grouped.Slots) == 0 {
		return
	}
	s.level.relation.Grouped = s.grouped
	for i, item := range d.Items {
		switch e, isCompiled := item.Expr.(*Compiled); {
		case item.Relation == nil && item.Object == nil && item.Expr == nil: // reported
		case isCompiled && (len(e.slots) > 0 || len(e.Leaves) == 0):
		default:
			s.level.relation.wrong = true
			c.fail(d.at[i], s.in, fmt.Sprintf("%s beside aggregates: the aggregates stand for all rows, %s for each of them", item.Name, item.Name),
				"put it into a relation of its own, or into an aggregate: array_agg, min, max")
		}
	}
}

// checkAggregates refuses what has no meaning for aggregates.
func (c *compiler) checkAggregates(r *Relation, source *config.Relation) {
	const hint = "a limit of the rows that are counted cannot be expressed; order goes into the aggregate: string_agg(x, ', ' order by y)"
	switch {
	case source.Limit.Set():
		c.fail(source.Limit.Pos, r.scope.in, "limit beside aggregates: all rows make one result", hint)
	case len(source.OrderBy) > 0:
		c.fail(source.OrderBy[0].Pos, r.scope.in, "order_by beside aggregates: all rows make one result", hint)
	case source.KeyBy.Set():
		c.fail(source.KeyBy.Pos, r.scope.in, "key_by beside aggregates: all rows make one result", "leave it out")
	case r.Distinct:
		c.fail(source.DistinctPos, r.scope.in, "distinct beside aggregates", "write it into the aggregate: count(distinct x)")
	}
}
