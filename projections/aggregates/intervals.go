package aggregates

import (
	"materializer/projections/expressions/datum"
)

func newIntervalSum(*call) (additive, error) {
	return intervals(func(_ int64, sum datum.Interval) (any, error) { return sum, nil }), nil
}

func newIntervalAverage(c *call) (additive, error) {
	divide, err := c.function("interval_div(interval,float8)")
	if err != nil {
		return nil, err
	}
	return intervals(func(n int64, sum datum.Interval) (any, error) {
		return divide.Call([]any{sum, float64(n)})
	}), nil
}

// intervals counts the values that are not NULL and sums their three parts apart.
func intervals(finish func(n int64, sum datum.Interval) (any, error)) *tally {
	return &tally{
		width: 4,
		count: func(c *counts, args []any) {
			if args[0] == nil {
				return
			}
			v := args[0].(datum.Interval)
			c.add(0, 1)
			c.add(1, int64(v.Months))
			c.add(2, int64(v.Days))
			c.add(3, v.Microseconds)
		},
		finish: func(c *counts) (any, error) {
			n, err := c.rows()
			if err != nil || n == 0 {
				return nil, err
			}
			sum, err := intervalOf(c[1], c[2], c[3])
			if err != nil {
				return nil, err
			}
			return finish(n, sum)
		},
	}
}

func intervalOf(months, days, micros wide) (datum.Interval, error) {
	m, ok1 := months.int64()
	d, ok2 := days.int64()
	u, ok3 := micros.int64()
	if !ok1 || !ok2 || !ok3 || m != int64(int32(m)) || d != int64(int32(d)) {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	return datum.Interval{Months: int32(m), Days: int32(d), Microseconds: u}, nil
}
