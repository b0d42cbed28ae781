package collections

import (
	"math"
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// maxFilled is how many elements array_fill makes at most: PostgreSQL's bound
// depends on their size, and would let one row take all memory.
const maxFilled = 1 << 24

var (
	errNotVector  = &datum.Error{Code: "22000", Message: "argument must be empty or one-dimensional array"}
	errNotAlike   = &datum.Error{Code: "2202E", Message: "cannot concatenate incompatible arrays"}
	errFillNull   = &datum.Error{Code: "22004", Message: "dimension array or low bound array cannot be null"}
	errFillNulls  = &datum.Error{Code: "22004", Message: "dimension values cannot be null"}
	errFillTooBig = datum.Errorf("54000", "array size exceeds the maximum supported (%d elements)", maxFilled)
)

func arrayBuildFunctions() []function.Function {
	return []function.Function{
		{Signature: "array_append(anycompatiblearray,anycompatible)", Call: func(args []any) (any, error) {
			return boxed(appendElement(array(args[0]), args[1]))
		}},
		{Signature: "array_prepend(anycompatible,anycompatiblearray)", Call: func(args []any) (any, error) {
			return boxed(prependElement(args[0], array(args[1])))
		}},
		{Signature: "array_cat(anycompatiblearray,anycompatiblearray)", Call: concatenate},
		{Signature: "array_fill(anyelement,_int4)", Call: func(args []any) (any, error) {
			if args[1] == nil {
				return nil, errFillNull
			}
			return boxed(fill(args[0], array(args[1]), nil))
		}},
		{Signature: "array_fill(anyelement,_int4,_int4)", Call: func(args []any) (any, error) {
			if args[1] == nil || args[2] == nil {
				return nil, errFillNull
			}
			return boxed(fill(args[0], array(args[1]), array(args[2])))
		}},
		function.Of2("trim_array(anyarray,int4)", trimArray),
	}
}

func appendElement(a *datum.Array, element any) (*datum.Array, error) {
	switch {
	case a == nil || len(a.Dims) == 0:
		return vector([]any{element}, 1), nil
	case len(a.Dims) > 1:
		return nil, errNotVector
	case a.Dims[0].Lower+a.Dims[0].Length > math.MaxInt32:
		return nil, datum.ErrIntegerRange
	}
	result := vector(append(slices.Clone(a.Values), element), a.Dims[0].Lower)
	return result, checkShape(result.Dims)
}

// prependElement keeps the lower bound: what was first moves up.
func prependElement(element any, a *datum.Array) (*datum.Array, error) {
	switch {
	case a == nil || len(a.Dims) == 0:
		return vector([]any{element}, 1), nil
	case len(a.Dims) > 1:
		return nil, errNotVector
	case a.Dims[0].Lower == math.MinInt32:
		return nil, datum.ErrIntegerRange
	}
	return vector(append([]any{element}, a.Values...), a.Dims[0].Lower), nil
}

// concatenate joins arrays of the same dimensions, or puts one into another
// that has one dimension more.
func concatenate(args []any) (any, error) {
	a, b := array(args[0]), array(args[1])
	switch {
	case a == nil:
		return args[1], nil
	case b == nil:
		return a, nil
	case len(a.Dims) == 0 && len(b.Dims) > 0:
		return b, nil
	case len(b.Dims) == 0:
		return a, nil
	}
	var dims []datum.Dimension
	switch len(a.Dims) - len(b.Dims) {
	case 0:
		dims = slices.Clone(a.Dims)
		dims[0].Length += b.Dims[0].Length
		if !slices.Equal(a.Dims[1:], b.Dims[1:]) {
			return nil, errNotAlike
		}
	case -1:
		dims = slices.Clone(b.Dims)
		dims[0].Length++
		if !slices.Equal(a.Dims, b.Dims[1:]) {
			return nil, errNotAlike
		}
	case 1:
		dims = slices.Clone(a.Dims)
		dims[0].Length++
		if !slices.Equal(b.Dims, a.Dims[1:]) {
			return nil, errNotAlike
		}
	default:
		return nil, errNotAlike
	}
	if err := checkShape(dims); err != nil {
		return nil, err
	}
	return &datum.Array{Dims: dims, Values: slices.Concat(a.Values, b.Values)}, nil
}

func fill(value any, lengths, lowers *datum.Array) (*datum.Array, error) {
	if err := checkFill(lengths); err != nil {
		return nil, err
	}
	if len(lengths.Values) > maxDimensions {
		return nil, errDimensions
	}
	if lowers != nil {
		if err := checkFill(lowers); err != nil {
			return nil, err
		}
		if len(lowers.Values) != len(lengths.Values) {
			return nil, datum.ErrArraySubscript
		}
	}
	dims := make([]datum.Dimension, len(lengths.Values))
	items := min(1, len(dims))
	for i, length := range lengths.Values {
		dims[i] = datum.Dimension{Length: int(length.(int64)), Lower: 1}
		if lowers != nil {
			dims[i].Lower = int(lowers.Values[i].(int64))
		}
		items *= dims[i].Length
	}
	if err := checkShape(dims); err != nil {
		return nil, err
	}
	if items > maxFilled {
		return nil, errFillTooBig
	}
	if items == 0 {
		return emptyArray(), nil
	}
	return &datum.Array{Dims: dims, Values: slices.Repeat([]any{value}, items)}, nil
}

func checkFill(a *datum.Array) error {
	if len(a.Dims) > 1 {
		return datum.ErrArraySubscript
	}
	if slices.Contains(a.Values, nil) {
		return errFillNulls
	}
	return nil
}

// trimArray drops the last n elements of the first dimension.
func trimArray(a *datum.Array, n int64) (*datum.Array, error) {
	length, lower := 0, 0
	if len(a.Dims) > 0 {
		length, lower = a.Dims[0].Length, a.Dims[0].Lower
	}
	if n < 0 || n > int64(length) {
		return nil, datum.Errorf("2202E", "number of elements to trim must be between 0 and %d", length)
	}
	last := lower + length - int(n) - 1
	return Slice(a, []*int{nil}, []*int{&last}), nil
}
