package aggregates

import (
	"math"

	"materializer/projections/expressions/datum"
)

// overFloats makes an aggregate of floats from their number, sum, and sum of squared deviations.
func overFloats(finish func(*moments) any) func(*call) (*Aggregate, error) {
	return func(*call) (*Aggregate, error) {
		return &Aggregate{start: func() State { return &moments{finish: finish} }}, nil
	}
}

func average(m *moments) any { return m.sum / m.n }

func variance(kind spread) func(*moments) any {
	return func(m *moments) any {
		n := m.n
		if kind&samples != 0 {
			if n--; n == 0 {
				return nil
			}
		}
		v := m.squares / n
		if kind&root != 0 {
			v = math.Sqrt(v)
		}
		return v
	}
}

// moments follows PostgreSQL step by step (Youngs and Cramer), since every step
// rounds. The conversions keep the compiler from joining steps.
type moments struct {
	finish          func(*moments) any
	n, sum, squares float64
}

// Add adds a value that is not NULL.
func (m *moments) Add(args []any) error {
	var v float64
	switch value := args[0].(type) {
	case nil:
		return nil
	case float32:
		v = float64(value)
	case float64:
		v = value
	}
	before := *m
	m.n++
	m.sum += v
	if before.n == 0 {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			m.squares = math.NaN()
		}
		return nil
	}
	deviation := float64(v*m.n) - m.sum
	m.squares += float64(deviation*deviation) / float64(m.n*before.n)
	if math.IsInf(m.sum, 0) || math.IsInf(m.squares, 0) {
		if !math.IsInf(before.sum, 0) && !math.IsInf(v, 0) {
			return datum.ErrOverflow
		}
		m.squares = math.NaN()
	}
	return nil
}

// Result is NULL if there was no value.
func (m *moments) Result() (any, error) {
	if m.n == 0 {
		return nil, nil
	}
	return m.finish(m), nil
}
