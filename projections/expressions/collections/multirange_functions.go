package collections

import (
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errMultirangeNull = &datum.Error{Code: "22004", Message: "multirange values cannot contain null members"}

func multirangeFunctions() []function.Function {
	functions := []function.Function{
		withRange("multirange(anyrange)", constructMultirange),
		ofMultiranges("multirange_union(anymultirange,anymultirange)", func(t *rangeType, a, b []*datum.Range) ([]*datum.Range, error) {
			return slices.Concat(a, b), nil
		}),
		ofMultiranges("multirange_intersect(anymultirange,anymultirange)", (*rangeType).intersectRanges),
		ofMultiranges("multirange_minus(anymultirange,anymultirange)", (*rangeType).minusRanges),
	}
	for _, name := range []string{"int4", "int8", "num", "date", "ts", "tstz"} {
		multirange, single := name+"multirange", name+"range"
		functions = append(functions,
			withRange(multirange+"()", constructMultirange),
			withRange(multirange+"("+single+")", constructMultirange),
			withRange(multirange+"(_"+single+")", constructMultirange),
		)
	}
	return functions
}

// constructMultirange joins ranges. Those of a variadic call may be NULL, which is refused.
func constructMultirange(t *rangeType, args []any) (any, error) {
	var list []*datum.Range
	for _, arg := range args {
		if arg == nil {
			return nil, errMultirangeNull
		}
		list = append(list, arg.(*datum.Range))
	}
	return boxed(t.union(list))
}

// ofMultiranges makes a function of the ranges of two multiranges.
func ofMultiranges(signature string, call func(t *rangeType, a, b []*datum.Range) ([]*datum.Range, error)) function.Function {
	return withRange(signature, func(t *rangeType, args []any) (any, error) {
		list, err := call(t, ranges(args[0]), ranges(args[1]))
		if err != nil {
			return nil, err
		}
		return boxed(t.union(list))
	})
}

func (t *rangeType) intersectRanges(a, b []*datum.Range) ([]*datum.Range, error) {
	var list []*datum.Range
	for _, x := range a {
		for _, y := range b {
			common, err := t.intersect(x, y)
			if err != nil {
				return nil, err
			}
			list = append(list, common)
		}
	}
	return list, nil
}

func (t *rangeType) minusRanges(a, b []*datum.Range) ([]*datum.Range, error) {
	for _, y := range b {
		var left []*datum.Range
		for _, x := range a {
			parts, err := t.without(x, y)
			if err != nil {
				return nil, err
			}
			left = append(left, parts...)
		}
		a = left
	}
	return a, nil
}
