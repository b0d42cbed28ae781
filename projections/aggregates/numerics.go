package aggregates

import (
	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// numerics is an aggregate over the sum and number of numerics. The result
// shows as many decimals as the value with the most of them, and is NaN or infinite
// as soon as one is; so it is counted how many there are of each.
type numerics struct {
	finish func(n int64, sum datum.Numeric) (any, error)
}

func newNumericSum(*call) (additive, error) {
	return numerics{func(_ int64, sum datum.Numeric) (any, error) { return sum, nil }}, nil
}

func newNumericAverage(c *call) (additive, error) {
	divide, err := c.division()
	if err != nil {
		return nil, err
	}
	return numerics{func(n int64, sum datum.Numeric) (any, error) {
		return divide([]any{sum, apd.New(n, 0)})
	}}, nil
}

func (a numerics) start() State { return &numericState{aggregate: a} }

type numericState struct {
	aggregate numerics
	total     numericTotal
}

// Add adds a row.
func (s *numericState) Add(args []any) error {
	if args[0] != nil {
		s.total.add(args[0].(datum.Numeric))
	}
	return nil
}

// Result is made of the total.
func (s *numericState) Result() (any, error) { return s.aggregate.of(&s.total) }

func (a numerics) appendContribution(dst []byte, args []any) ([]byte, error) {
	if args[0] == nil {
		return dst, nil
	}
	var t numericTotal
	t.add(args[0].(datum.Numeric))
	return t.append(dst), nil
}

func (a numerics) appendCombined(dst, x, y []byte, subtract bool) ([]byte, error) {
	var t, u numericTotal
	if err := t.parse(x); err != nil {
		return dst, err
	}
	if err := u.parse(y); err != nil {
		return dst, err
	}
	if subtract {
		u.negate()
	}
	t.combine(&u)
	return t.append(dst), nil
}

func (a numerics) result(state []byte) (any, error) {
	var t numericTotal
	if err := t.parse(state); err != nil {
		return nil, err
	}
	return a.of(&t)
}

func (a numerics) of(t *numericTotal) (any, error) {
	special, finite, err := t.numbers()
	switch {
	case err != nil:
		return nil, err
	case special == 0 && finite == 0:
		return nil, nil
	case special > 0:
		return t.special(), nil
	}
	sum, err := t.sum()
	if err != nil {
		return nil, err
	}
	return a.finish(finite, sum)
}
