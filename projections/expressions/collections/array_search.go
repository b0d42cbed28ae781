package collections

import (
	"slices"
	"sort"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errSearchDimensions = &datum.Error{Code: "0A000", Message: "searching for elements in multidimensional arrays is not supported"}
	errRemoveDimensions = &datum.Error{Code: "0A000", Message: "removing elements from multidimensional arrays is not supported"}
	errPositionNull     = &datum.Error{Code: "22004", Message: "initial position must not be null"}
	errThresholdShape   = &datum.Error{Code: "2202E", Message: "thresholds must be one-dimensional array"}
	errThresholdNull    = &datum.Error{Code: "22004", Message: "thresholds array must not contain NULLs"}
)

// arraySearchFunctions compare elements. Where an element is searched for, NULL is found, too.
func arraySearchFunctions() []function.Function {
	return []function.Function{
		ofElements("array_position(anycompatiblearray,anycompatible)", 0, position),
		ofElements("array_position(anycompatiblearray,anycompatible,int4)", 0, position),
		ofElements("array_positions(anycompatiblearray,anycompatible)", 0, positions),
		ofElements("array_remove(anycompatiblearray,anycompatible)", 0, remove),
		ofElements("array_replace(anycompatiblearray,anycompatible,anycompatible)", 0, replace),
		ofElements("arraycontains(anyarray,anyarray)", 0, func(args []any, compare function.Compare) (any, error) {
			return containsAll(array(args[0]), array(args[1]), compare), nil
		}),
		ofElements("arraycontained(anyarray,anyarray)", 0, func(args []any, compare function.Compare) (any, error) {
			return containsAll(array(args[1]), array(args[0]), compare), nil
		}),
		ofElements("arrayoverlap(anyarray,anyarray)", 0, func(args []any, compare function.Compare) (any, error) {
			return slices.ContainsFunc(array(args[1]).Values, func(v any) bool {
				return v != nil && find(array(args[0]).Values, v, compare) >= 0
			}), nil
		}),
		ofElements("width_bucket(anycompatible,anycompatiblearray)", 1, widthBucket),
	}
}

// ofElements makes a function that needs the order of the elements of one of its arguments.
func ofElements(signature string, arg int, call func([]any, function.Compare) (any, error)) function.Function {
	return function.Function{Signature: signature, Make: func(types function.Types) (function.Func, error) {
		compare, err := types.Compare(types.Args[arg].Elem)
		if err != nil {
			return nil, err
		}
		return func(args []any) (any, error) { return call(args, compare) }, nil
	}}
}

func find(values []any, value any, compare function.Compare) int {
	return slices.IndexFunc(values, func(v any) bool { return compareNullable(v, value, compare) == 0 })
}

func containsAll(a, b *datum.Array, compare function.Compare) bool {
	return !slices.ContainsFunc(b.Values, func(v any) bool {
		return v == nil || find(a.Values, v, compare) < 0
	})
}

func position(args []any, compare function.Compare) (any, error) {
	a := array(args[0])
	switch {
	case a == nil:
		return nil, nil
	case len(a.Dims) > 1:
		return nil, errSearchDimensions
	case len(a.Dims) == 0, args[1] == nil && !slices.Contains(a.Values, nil):
		return nil, nil
	}
	lower, start := a.Dims[0].Lower, 0
	if len(args) == 3 {
		if args[2] == nil {
			return nil, errPositionNull
		}
		start = min(max(int(args[2].(int64))-lower, 0), len(a.Values))
	}
	if i := find(a.Values[start:], args[1], compare); i >= 0 {
		return int64(lower + start + i), nil
	}
	return nil, nil
}

func positions(args []any, compare function.Compare) (any, error) {
	a := array(args[0])
	switch {
	case a == nil:
		return nil, nil
	case len(a.Dims) > 1:
		return nil, errSearchDimensions
	}
	var found []any
	for i, v := range a.Values {
		if compareNullable(v, args[1], compare) == 0 {
			found = append(found, int64(a.Dims[0].Lower+i))
		}
	}
	return vector(found, 1), nil
}

// remove keeps the lower bound.
func remove(args []any, compare function.Compare) (any, error) {
	a := array(args[0])
	switch {
	case a == nil:
		return nil, nil
	case len(a.Values) == 0:
		return a, nil
	case len(a.Dims) > 1:
		return nil, errRemoveDimensions
	}
	kept := slices.DeleteFunc(slices.Clone(a.Values), func(v any) bool { return compareNullable(v, args[1], compare) == 0 })
	return vector(kept, a.Dims[0].Lower), nil
}

func replace(args []any, compare function.Compare) (any, error) {
	a := array(args[0])
	if a == nil {
		return nil, nil
	}
	replaced := slices.Clone(a.Values)
	for i, v := range replaced {
		if compareNullable(v, args[1], compare) == 0 {
			replaced[i] = args[2]
		}
	}
	return &datum.Array{Dims: a.Dims, Values: replaced}, nil
}

// widthBucket counts how many of sorted thresholds are not above a value.
func widthBucket(args []any, compare function.Compare) (any, error) {
	a := array(args[1])
	if len(a.Dims) > 1 {
		return nil, errThresholdShape
	}
	if slices.Contains(a.Values, nil) {
		return nil, errThresholdNull
	}
	return int64(sort.Search(len(a.Values), func(i int) bool { return compare(args[0], a.Values[i]) < 0 })), nil
}
