package collections

import (
	"slices"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errDifferenceGap = &datum.Error{Code: "22000", Message: "result of range difference would not be contiguous"}
	errUnionGap      = &datum.Error{Code: "22000", Message: "result of range union would not be contiguous"}
	errBoundFlags    = &datum.Error{Code: "42601", Message: "invalid range bound flags"}
	errNoBoundFlags  = &datum.Error{Code: "22000", Message: "range constructor flags argument must not be null"}
)

func rangeFunctions() []function.Function {
	functions := slices.Concat(
		rangeConstructors(),
		boundFunctions(),
		comparisons("range_", "anyrange"),
		comparisons("multirange_", "anymultirange"),
		relationFunctions(),
		elementFunctions(),
		multirangeFunctions(),
	)
	return append(functions,
		comparison("range_cmp", "anyrange", sign),
		comparison("multirange_cmp", "anymultirange", sign),
		ofRanges("range_union(anyrange,anyrange)", (*rangeType).join),
		ofRanges("range_merge(anyrange,anyrange)", (*rangeType).merge),
		ofRanges("range_intersect(anyrange,anyrange)", (*rangeType).intersect),
		ofRanges("range_minus(anyrange,anyrange)", (*rangeType).minus),
	)
}

// withRange makes a function that needs the range type of its arguments.
func withRange(signature string, call func(*rangeType, []any) (any, error)) function.Function {
	return function.Function{Signature: signature, Make: func(types function.Types) (function.Func, error) {
		r, err := newRangeType(rangeTypeOf(types), types)
		if err != nil {
			return nil, err
		}
		return func(args []any) (any, error) { return call(r, args) }, nil
	}}
}

// rangeTypeOf finds the range type among the types of a call.
func rangeTypeOf(types function.Types) *catalog.Type {
	for _, t := range append([]*catalog.Type{types.Result}, types.Args...) {
		for ; t != nil; t = t.Elem {
			if t.Kind == catalog.Range {
				return t
			}
		}
	}
	return nil
}

func ofRanges(signature string, call func(t *rangeType, a, b *datum.Range) (*datum.Range, error)) function.Function {
	return withRange(signature, func(t *rangeType, args []any) (any, error) {
		return boxed(call(t, args[0].(*datum.Range), args[1].(*datum.Range)))
	})
}

func rangeConstructors() []function.Function {
	var functions []function.Function
	for name, subtype := range map[string]string{
		"int4range": "int4", "int8range": "int8", "numrange": "numeric",
		"daterange": "date", "tsrange": "timestamp", "tstzrange": "timestamptz",
	} {
		signature := name + "(" + subtype + "," + subtype
		functions = append(functions, withRange(signature+")", constructRange), withRange(signature+",text)", constructRange))
	}
	return functions
}

func constructRange(t *rangeType, args []any) (any, error) {
	flags := "[)"
	if len(args) == 3 {
		if args[2] == nil {
			return nil, errNoBoundFlags
		}
		flags = args[2].(string)
	}
	switch flags {
	case "[]", "[)", "(]", "()":
	default:
		return nil, errBoundFlags
	}
	return boxed(t.make(bound{args[0], flags[0] == '[', true}, bound{args[1], flags[1] == ']', false}))
}

// join is the union, which must have no gap.
func (t *rangeType) join(a, b *datum.Range) (*datum.Range, error) {
	if !a.Empty && !b.Empty && !t.overlap(a, b) {
		touching, err := t.touch(a, b)
		if err != nil {
			return nil, err
		}
		if !touching {
			return nil, errUnionGap
		}
	}
	return t.merge(a, b)
}

func (t *rangeType) intersect(a, b *datum.Range) (*datum.Range, error) {
	if !t.overlap(a, b) {
		return emptyRange, nil
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	if t.compareBounds(lowerB, lowerA) > 0 {
		lowerA = lowerB
	}
	if t.compareBounds(upperB, upperA) < 0 {
		upperA = upperB
	}
	return t.make(lowerA, upperA)
}

// minus must have no gap.
func (t *rangeType) minus(a, b *datum.Range) (*datum.Range, error) {
	parts, err := t.without(a, b)
	switch {
	case err != nil:
		return nil, err
	case len(parts) == 0:
		return emptyRange, nil
	case len(parts) > 1:
		return nil, errDifferenceGap
	}
	return parts[0], nil
}

// without gives what is left of a range: up to two parts.
func (t *rangeType) without(a, b *datum.Range) ([]*datum.Range, error) {
	if !t.overlap(a, b) {
		return []*datum.Range{a}, nil
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	var parts []*datum.Range
	if t.compareBounds(lowerA, lowerB) < 0 {
		left, err := t.make(lowerA, bound{lowerB.value, !lowerB.inclusive, false})
		if err != nil {
			return nil, err
		}
		parts = append(parts, left)
	}
	if t.compareBounds(upperA, upperB) > 0 {
		right, err := t.make(bound{upperB.value, !upperB.inclusive, true}, upperA)
		if err != nil {
			return nil, err
		}
		parts = append(parts, right)
	}
	return parts, nil
}
