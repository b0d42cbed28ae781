package aggregates

import (
	"slices"

	"materializer/projections/expressions/datum"
)

func newArrayAgg(*call) (*Aggregate, error) {
	return &Aggregate{start: func() State { return &elements{} }}, nil
}

func newArraysAgg(*call) (*Aggregate, error) {
	return &Aggregate{start: func() State { return &subarrays{} }}, nil
}

// elements collects values, NULL or not.
type elements struct{ values []any }

// Add adds a value.
func (s *elements) Add(args []any) error {
	s.values = append(s.values, args[0])
	return nil
}

// Result is NULL if there was no row.
func (s *elements) Result() (any, error) {
	if len(s.values) == 0 {
		return nil, nil
	}
	dims := []datum.Dimension{{Length: len(s.values), Lower: 1}}
	return &datum.Array{Dims: dims, Values: slices.Clone(s.values)}, nil
}

// subarrays collects arrays of one shape into one with a dimension more.
type subarrays struct {
	rows   int
	dims   []datum.Dimension
	values []any
}

// maxDimensions is how many dimensions an array can have.
const maxDimensions = 6

// Add adds an array.
func (s *subarrays) Add(args []any) error {
	if args[0] == nil {
		return datum.Errorf("22004", "cannot accumulate null arrays")
	}
	a := args[0].(*datum.Array)
	switch {
	case s.rows == 0 && len(a.Dims) == 0:
		return datum.Errorf("2202E", "cannot accumulate empty arrays")
	case s.rows == 0 && len(a.Dims) == maxDimensions:
		return datum.Errorf("54000", "number of array dimensions (%d) exceeds the maximum allowed (%d)", maxDimensions+1, maxDimensions)
	case s.rows == 0:
		s.dims = a.Dims
	case !slices.Equal(s.dims, a.Dims):
		return datum.Errorf("2202E", "cannot accumulate arrays of different dimensionality")
	}
	s.rows++
	s.values = append(s.values, a.Values...)
	return nil
}

// Result is NULL if there was no row.
func (s *subarrays) Result() (any, error) {
	if s.rows == 0 {
		return nil, nil
	}
	dims := append([]datum.Dimension{{Length: s.rows, Lower: 1}}, s.dims...)
	return &datum.Array{Dims: dims, Values: slices.Clone(s.values)}, nil
}
