package aggregates

import (
	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// newIntegerSum gives a bigint, of bigints a numeric.
func newIntegerSum(c *call) (additive, error) {
	isNumeric := c.parameters[0] == "int8"
	return integers(func(_ int64, sum wide) (any, error) {
		if isNumeric {
			return sum.numeric(), nil
		}
		v, ok := sum.int64()
		if !ok {
			return nil, datum.ErrBigintRange
		}
		return v, nil
	}), nil
}

func newIntegerAverage(c *call) (additive, error) {
	divide, err := c.division()
	if err != nil {
		return nil, err
	}
	return integers(func(n int64, sum wide) (any, error) {
		return divide([]any{sum.numeric(), apd.New(n, 0)})
	}), nil
}

// division is numeric division with PostgreSQL's choice of scale.
func (c *call) division() (function.Func, error) {
	f, err := c.function("numeric_div(numeric,numeric)")
	return f.Call, err
}

// integers counts and sums the values that are not NULL.
func integers(finish func(n int64, sum wide) (any, error)) *tally {
	return &tally{
		width: 2,
		count: func(c *counts, args []any) {
			if args[0] != nil {
				c.add(0, 1)
				c.add(1, args[0].(int64))
			}
		},
		finish: func(c *counts) (any, error) {
			n, err := c.rows()
			if err != nil || n == 0 {
				return nil, err
			}
			return finish(n, c[1])
		},
	}
}
