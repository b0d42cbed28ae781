package aggregates

import (
	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/signatures"
)

func newIntervalSum(c *call) (additive, error) {
	return intervals(c, func(_ int64, sum datum.Interval) (any, error) { return sum, nil }), nil
}

func newIntervalAverage(c *call) (additive, error) {
	f, err := c.function("interval_div(interval,float8)")
	if err != nil {
		return nil, err
	}
	interval := signatures.ByName("interval")
	divide, err := c.library.Bind(f, []*catalog.Type{interval, signatures.ByName("float8")}, interval, make([]any, 2))
	if err != nil {
		return nil, err
	}
	return intervals(c, func(n int64, sum datum.Interval) (any, error) {
		return divide([]any{sum, float64(n)})
	}), nil
}

// The numbers of a sum of intervals. The infinite ones, which there are since
// PostgreSQL 17, are counted apart.
const (
	intervalRows = iota
	intervalMonths
	intervalDays
	intervalMicroseconds
	intervalsLate
	intervalsEarly
)

// intervals counts the values that are not NULL and sums their three parts apart.
func intervals(c *call, finish func(n int64, sum datum.Interval) (any, error)) *tally {
	infinite := c.library.Version() >= 17
	width := intervalsLate
	if infinite {
		width = intervalsEarly + 1
	}
	return &tally{
		width: width,
		count: func(c *counts, args []any) {
			if args[0] != nil {
				c.addInterval(args[0].(datum.Interval), infinite)
			}
		},
		finish: func(c *counts) (any, error) {
			n, err := c.rows()
			if err != nil || n == 0 {
				return nil, err
			}
			if late, early := c[intervalsLate].sign() != 0, c[intervalsEarly].sign() != 0; late || early {
				return infiniteSum(late, early)
			}
			sum, err := intervalOf(c[intervalMonths], c[intervalDays], c[intervalMicroseconds])
			if err != nil {
				return nil, err
			}
			if infinite && (sum == datum.IntervalInfinity || sum == datum.IntervalNegativeInfinity) {
				return nil, datum.ErrIntervalRange
			}
			return finish(n, sum)
		},
	}
}

func (c *counts) addInterval(v datum.Interval, infinite bool) {
	c.add(intervalRows, 1)
	switch {
	case infinite && v == datum.IntervalInfinity:
		c.add(intervalsLate, 1)
	case infinite && v == datum.IntervalNegativeInfinity:
		c.add(intervalsEarly, 1)
	default:
		c.add(intervalMonths, int64(v.Months))
		c.add(intervalDays, int64(v.Days))
		c.add(intervalMicroseconds, v.Microseconds)
	}
}

// infiniteSum is the sum of infinite intervals and whatever else.
func infiniteSum(late, early bool) (any, error) {
	switch {
	case late && early:
		return nil, datum.ErrIntervalRange
	case late:
		return datum.IntervalInfinity, nil
	}
	return datum.IntervalNegativeInfinity, nil
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
