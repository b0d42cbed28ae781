package collections

import (
	"math"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

const (
	maxDimensions = 6                      // MAXDIM
	maxElements   = (1<<30 - 1) / (64 / 8) // MaxArraySize: elements of eight bytes in a gigabyte
)

var (
	errArraySize   = datum.Errorf("54000", "array size exceeds the maximum allowed (%d)", maxElements)
	errDimensions  = datum.Errorf("54000", "number of array dimensions exceeds the maximum allowed (%d)", maxDimensions)
	errLowerBound  = datum.Errorf("54000", "array lower bound is too large")
	errArrayBounds = datum.Errorf("2202E", "upper bound cannot be less than lower bound")
)

func arrayTypes() []function.Type {
	return []function.Type{
		{Kind: catalog.Array, Make: arrayCodec, Order: arrayOrder},
		{Name: "int2vector", Make: vectorCodec, Order: arrayOrder},
		{Name: "oidvector", Make: vectorCodec, Order: arrayOrder},
	}
}

// emptyArray is the array without elements, of which there is only one.
func emptyArray() *datum.Array { return &datum.Array{} }

// vector makes an array of one dimension.
func vector(values []any, lower int) *datum.Array {
	if len(values) == 0 {
		return emptyArray()
	}
	return &datum.Array{Dims: []datum.Dimension{{Length: len(values), Lower: lower}}, Values: values}
}

// checkShape tells whether PostgreSQL can hold an array of these dimensions.
func checkShape(dims []datum.Dimension) error {
	if len(dims) > maxDimensions {
		return errDimensions
	}
	items := 1
	for _, d := range dims {
		if items *= d.Length; d.Length < 0 || items > maxElements {
			return errArraySize
		}
	}
	for _, d := range dims {
		if d.Length+d.Lower > math.MaxInt32 {
			return errLowerBound
		}
	}
	return nil
}

func arrayOrder(t *catalog.Type, types function.Types) (function.Compare, error) {
	element, err := types.Compare(t.Elem)
	if err != nil {
		return nil, err
	}
	return func(a, b any) int { return compareArrays(a.(*datum.Array), b.(*datum.Array), element) }, nil
}

// compareArrays compares elements, then how many there are, then dimensions,
// their lengths and their lower bounds. NULLs are greater than values and equal.
func compareArrays(a, b *datum.Array, element function.Compare) int {
	for i := range min(len(a.Values), len(b.Values)) {
		if c := compareNullable(a.Values[i], b.Values[i], element); c != 0 {
			return c
		}
	}
	if c := len(a.Values) - len(b.Values); c != 0 {
		return c
	}
	if c := len(a.Dims) - len(b.Dims); c != 0 {
		return c
	}
	for i := range a.Dims {
		if c := a.Dims[i].Length - b.Dims[i].Length; c != 0 {
			return c
		}
	}
	for i := range a.Dims {
		if c := a.Dims[i].Lower - b.Dims[i].Lower; c != 0 {
			return c
		}
	}
	return 0
}

// compareNullable puts NULL above every value.
func compareNullable(a, b any, compare function.Compare) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return compare(a, b)
}
