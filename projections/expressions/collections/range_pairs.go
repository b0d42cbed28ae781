package collections

import (
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// relationFunctions relate ranges and multiranges to each other. A range is
// taken as the multirange of it alone, the empty one as none.
func relationFunctions() []function.Function {
	var functions []function.Function
	for name, relation := range map[string]func(t *rangeType, a, b []*datum.Range) (bool, error){
		"contains": (*rangeType).containsRanges,
		"contained_by": func(t *rangeType, a, b []*datum.Range) (bool, error) {
			return t.containsRanges(b, a)
		},
		"overlaps": (*rangeType).overlapRanges,
		"before":   ofHulls((*rangeType).before),
		"after": ofHulls(func(t *rangeType, a, b *datum.Range) bool {
			return t.before(b, a)
		}),
		"overleft":  ofHulls((*rangeType).overLeft),
		"overright": ofHulls((*rangeType).overRight),
		"adjacent": func(t *rangeType, a, b []*datum.Range) (bool, error) {
			return t.touch(hull(a), hull(b))
		},
	} {
		call := func(t *rangeType, args []any) (any, error) {
			return boxed(relation(t, ranges(args[0]), ranges(args[1])))
		}
		functions = append(functions,
			withRange("range_"+name+"(anyrange,anyrange)", call),
			withRange("range_"+name+"_multirange(anyrange,anymultirange)", call),
			withRange("multirange_"+name+"_range(anymultirange,anyrange)", call),
			withRange("multirange_"+name+"_multirange(anymultirange,anymultirange)", call),
		)
	}
	return functions
}

// ranges are the ranges that a range or a multirange consists of.
func ranges(v any) []*datum.Range {
	if m, ok := v.(*datum.Multirange); ok {
		return m.Ranges
	}
	if r := v.(*datum.Range); !r.Empty {
		return []*datum.Range{r}
	}
	return nil
}

// hull is the smallest range that contains ranges that are in order.
func hull(list []*datum.Range) *datum.Range {
	if len(list) == 0 {
		return emptyRange
	}
	first, last := list[0], list[len(list)-1]
	return &datum.Range{
		Lower: first.Lower, LowerInclusive: first.LowerInclusive,
		Upper: last.Upper, UpperInclusive: last.UpperInclusive,
	}
}

func ofHulls(relation func(t *rangeType, a, b *datum.Range) bool) func(t *rangeType, a, b []*datum.Range) (bool, error) {
	return func(t *rangeType, a, b []*datum.Range) (bool, error) { return relation(t, hull(a), hull(b)), nil }
}

func (t *rangeType) containsRanges(a, b []*datum.Range) (bool, error) {
	missing := slices.ContainsFunc(b, func(y *datum.Range) bool {
		return !slices.ContainsFunc(a, func(x *datum.Range) bool { return t.contains(x, y) })
	})
	return !missing, nil
}

func (t *rangeType) overlapRanges(a, b []*datum.Range) (bool, error) {
	return slices.ContainsFunc(a, func(x *datum.Range) bool {
		return slices.ContainsFunc(b, func(y *datum.Range) bool { return t.overlap(x, y) })
	}), nil
}

// elementFunctions tell whether a value is in a range or a multirange.
func elementFunctions() []function.Function {
	within := func(t *rangeType, list []*datum.Range, value any) any {
		return slices.ContainsFunc(list, func(r *datum.Range) bool { return t.containsValue(r, value) })
	}
	contains := func(t *rangeType, args []any) (any, error) { return within(t, ranges(args[0]), args[1]), nil }
	contained := func(t *rangeType, args []any) (any, error) { return within(t, ranges(args[1]), args[0]), nil }
	return []function.Function{
		withRange("range_contains_elem(anyrange,anyelement)", contains),
		withRange("multirange_contains_elem(anymultirange,anyelement)", contains),
		withRange("elem_contained_by_range(anyelement,anyrange)", contained),
		withRange("elem_contained_by_multirange(anyelement,anymultirange)", contained),
	}
}

// boundFunctions tell of the bounds of ranges, or of all of a multirange.
func boundFunctions() []function.Function {
	var functions []function.Function
	for name, call := range map[string]func(r *datum.Range) any{
		"lower":     func(r *datum.Range) any { return r.Lower },
		"upper":     func(r *datum.Range) any { return r.Upper },
		"isempty":   func(r *datum.Range) any { return r.Empty },
		"lower_inc": func(r *datum.Range) any { return r.LowerInclusive },
		"upper_inc": func(r *datum.Range) any { return r.UpperInclusive },
		"lower_inf": func(r *datum.Range) any { return !r.Empty && r.Lower == nil },
		"upper_inf": func(r *datum.Range) any { return !r.Empty && r.Upper == nil },
	} {
		ofHull := func(args []any) (any, error) { return call(hull(ranges(args[0]))), nil }
		functions = append(functions,
			function.Function{Signature: name + "(anyrange)", Call: ofHull},
			function.Function{Signature: name + "(anymultirange)", Call: ofHull},
		)
	}
	return append(functions, function.Function{Signature: "range_merge(anymultirange)", Call: func(args []any) (any, error) {
		return hull(ranges(args[0])), nil
	}})
}
