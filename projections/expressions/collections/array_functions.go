package collections

import (
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func arrayFunctions() []function.Function {
	return slices.Concat(
		comparisons("array_", "anyarray"),
		arrayShapeFunctions(),
		arrayBuildFunctions(),
		arraySearchFunctions(),
		[]function.Function{comparison("btarraycmp", "anyarray", sign)},
	)
}

// arrayShapeFunctions tell of dimensions.
func arrayShapeFunctions() []function.Function {
	return []function.Function{
		ofArray("array_ndims(anyarray)", func(a *datum.Array) any { return nullIfZero(len(a.Dims)) }),
		ofArray("cardinality(anyarray)", func(a *datum.Array) any { return int64(len(a.Values)) }),
		ofArray("array_dims(anyarray)", func(a *datum.Array) any {
			if len(a.Dims) == 0 {
				return nil
			}
			return string(appendBounds(nil, a.Dims))
		}),
		ofDimension("array_length", func(d datum.Dimension) int { return d.Length }),
		ofDimension("array_lower", func(d datum.Dimension) int { return d.Lower }),
		ofDimension("array_upper", func(d datum.Dimension) int { return d.Lower + d.Length - 1 }),
	}
}

func nullIfZero(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

func ofArray(signature string, call func(*datum.Array) any) function.Function {
	return function.Of1(signature, func(a *datum.Array) (any, error) { return call(a), nil })
}

// ofDimension makes a function of a dimension counted from 1, NULL if there is no such.
func ofDimension(name string, part func(datum.Dimension) int) function.Function {
	return function.Of2(name+"(anyarray,int4)", func(a *datum.Array, n int64) (any, error) {
		if n < 1 || n > int64(len(a.Dims)) {
			return nil, nil
		}
		return int64(part(a.Dims[n-1])), nil
	})
}

// array gives an argument as an array, nil if it is NULL.
func array(arg any) *datum.Array {
	a, _ := arg.(*datum.Array)
	return a
}
