package times

import (
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func intervals() []function.Function {
	return []function.Function{
		function.Of2("interval_pl(interval,interval)", addIntervals),
		function.Of2("interval_mi(interval,interval)", subtractIntervals),
		function.Of1("interval_um(interval)", func(v datum.Interval) (datum.Interval, error) {
			return subtractIntervals(datum.Interval{}, v)
		}),
		function.Of2("interval_mul(interval,float8)", multiply),
		function.Of2("mul_d_interval(float8,interval)", swapped(multiply)),
		function.Of2("interval_div(interval,float8)", divide),
		function.Of1("justify_hours(interval)", justifyHours),
		function.Of1("justify_days(interval)", justifyDays),
		function.Of1("justify_interval(interval)", justify),
	}
}

func addIntervals(a, b datum.Interval) (datum.Interval, error) {
	months, okMonths := add32(a.Months, b.Months)
	days, okDays := add32(a.Days, b.Days)
	micros, okMicros := add64(a.Microseconds, b.Microseconds)
	if !okMonths || !okDays || !okMicros {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	return datum.Interval{Months: months, Days: days, Microseconds: micros}, nil
}

func subtractIntervals(a, b datum.Interval) (datum.Interval, error) {
	months, okMonths := int32Of(int64(a.Months) - int64(b.Months))
	days, okDays := int32Of(int64(a.Days) - int64(b.Days))
	micros, okMicros := sub64(a.Microseconds, b.Microseconds)
	if !okMonths || !okDays || !okMicros {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	return datum.Interval{Months: months, Days: days, Microseconds: micros}, nil
}

func multiply(v datum.Interval, factor float64) (datum.Interval, error) {
	return scale(v, func(part float64) float64 { return part * factor })
}

func divide(v datum.Interval, divisor float64) (datum.Interval, error) {
	if divisor == 0 {
		return datum.Interval{}, datum.ErrDivisionByZero
	}
	return scale(v, func(part float64) float64 { return part / divisor })
}

// scale multiplies or divides all parts. Fractions of months go to the days, those of days to the time.
func scale(v datum.Interval, by func(float64) float64) (datum.Interval, error) {
	months, days := by(float64(v.Months)), by(float64(v.Days))
	if !fitsInt32(months) || !fitsInt32(days) {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	result := datum.Interval{Months: int32(months), Days: int32(days)}
	restDays := roundToMicros(float64(months-float64(result.Months)) * daysPerMonth)
	rest := roundToMicros((float64(days-float64(result.Days)) + restDays - math.Trunc(restDays)) * secondsPerDay)
	ok := true
	if math.Abs(rest) >= secondsPerDay {
		whole := int32(rest / secondsPerDay)
		if result.Days, ok = add32(result.Days, whole); !ok {
			return datum.Interval{}, datum.ErrIntervalRange
		}
		rest -= float64(whole) * secondsPerDay
	}
	if result.Days, ok = add32(result.Days, int32(restDays)); !ok {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	micros := math.RoundToEven(by(float64(v.Microseconds)) + float64(rest*1e6))
	if !(micros >= math.MinInt64 && micros < -math.MinInt64) {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	result.Microseconds = int64(micros)
	return result, nil
}

func fitsInt32(f float64) bool { return f >= math.MinInt32 && f <= math.MaxInt32 }

func roundToMicros(f float64) float64 { return math.RoundToEven(f*1e6) / 1e6 }

// justifyHours makes days of each 24 hours, and the signs of days and time alike.
func justifyHours(v datum.Interval) (datum.Interval, error) {
	days, ok := add32(v.Days, int32(v.Microseconds/microsPerDay))
	if !ok {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	v.Days, v.Microseconds = days, v.Microseconds%microsPerDay
	return alignTime(v), nil
}

func alignTime(v datum.Interval) datum.Interval {
	switch {
	case v.Days > 0 && v.Microseconds < 0:
		v.Microseconds += microsPerDay
		v.Days--
	case v.Days < 0 && v.Microseconds > 0:
		v.Microseconds -= microsPerDay
		v.Days++
	}
	return v
}

// wholeMonths makes months of each 30 days.
func wholeMonths(v datum.Interval) (datum.Interval, error) {
	months, ok := add32(v.Months, v.Days/daysPerMonth)
	if !ok {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	v.Months, v.Days = months, v.Days%daysPerMonth
	return v, nil
}

func justifyDays(v datum.Interval) (datum.Interval, error) {
	v, err := wholeMonths(v)
	switch {
	case err != nil:
		return v, err
	case v.Months > 0 && v.Days < 0:
		v.Days += daysPerMonth
		v.Months--
	case v.Months < 0 && v.Days > 0:
		v.Days -= daysPerMonth
		v.Months++
	}
	return v, nil
}

// justify does both, and makes all signs alike.
func justify(v datum.Interval) (datum.Interval, error) {
	var err error
	if v.Days > 0 && v.Microseconds > 0 || v.Days < 0 && v.Microseconds < 0 {
		// Fewer days cannot overflow below.
		if v, err = wholeMonths(v); err != nil {
			return v, err
		}
	}
	v.Days += int32(v.Microseconds / microsPerDay)
	v.Microseconds %= microsPerDay
	if v, err = wholeMonths(v); err != nil {
		return v, err
	}
	switch {
	case v.Months > 0 && (v.Days < 0 || v.Days == 0 && v.Microseconds < 0):
		v.Days += daysPerMonth
		v.Months--
	case v.Months < 0 && (v.Days > 0 || v.Days == 0 && v.Microseconds > 0):
		v.Days -= daysPerMonth
		v.Months++
	}
	return alignTime(v), nil
}
