package collections

import "materializer/projections/expressions/datum"

// Subscript is a[indexes...]: NULL if there are not as many indexes as
// dimensions, or one is out of range.
func Subscript(a *datum.Array, indexes []int) any {
	if len(a.Dims) == 0 || len(indexes) != len(a.Dims) {
		return nil
	}
	at := 0
	for i, d := range a.Dims {
		index := indexes[i] - d.Lower
		if index < 0 || index >= d.Length {
			return nil
		}
		at = at*d.Length + index
	}
	return a.Values[at]
}

// Slice is a[from:to]..., where nil leaves a bound open. What exceeds the array
// is cut off; dimensions that are not named are taken whole. The result counts
// from 1. It is empty if nothing is left or there are too many subscripts.
func Slice(a *datum.Array, from, to []*int) *datum.Array {
	if len(a.Dims) == 0 || len(from) > len(a.Dims) {
		return emptyArray()
	}
	starts := make([]int, len(a.Dims))
	dims := make([]datum.Dimension, len(a.Dims))
	for i, d := range a.Dims {
		start, end := d.Lower, d.Lower+d.Length
		if i < len(from) {
			if from[i] != nil {
				start = max(start, *from[i])
			}
			if to[i] != nil {
				end = min(end, *to[i]+1)
			}
		}
		if start >= end {
			return emptyArray()
		}
		starts[i], dims[i] = start-d.Lower, datum.Dimension{Length: end - start, Lower: 1}
	}
	return &datum.Array{Dims: dims, Values: appendSlice(nil, a.Dims, a.Values, starts, dims)}
}

// appendSlice appends the values of an array that are within dims from starts on.
func appendSlice(dst []any, whole []datum.Dimension, values []any, starts []int, dims []datum.Dimension) []any {
	if len(whole) == 1 {
		return append(dst, values[starts[0]:starts[0]+dims[0].Length]...)
	}
	size := len(values) / whole[0].Length
	for i := starts[0]; i < starts[0]+dims[0].Length; i++ {
		dst = appendSlice(dst, whole[1:], values[i*size:(i+1)*size], starts[1:], dims[1:])
	}
	return dst
}
