package times

import (
	"cmp"
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// Since PostgreSQL 17 the two intervals that are longest are infinite ones, and
// what was computed of them, or of infinite timestamps, is another thing.
var earlyInterval, lateInterval = datum.IntervalNegativeInfinity, datum.IntervalInfinity

var (
	errAddInfinite      = &datum.Error{Code: "22008", Message: "cannot add infinite interval to time"}
	errSubtractInfinite = &datum.Error{Code: "22008", Message: "cannot subtract infinite interval from time"}
	errInfiniteClock    = &datum.Error{Code: "22008", Message: "cannot convert infinite interval to time"}
	errBinInfinite      = &datum.Error{Code: "22008", Message: "timestamps cannot be binned into infinite intervals"}
	errZoneInfinite     = &datum.Error{Code: "22023", Message: "interval time zone must be finite"}
)

// withInfiniteIntervals is what the functions do since PostgreSQL 17.
func withInfiniteIntervals() []function.Function {
	return concat(
		movesBy("date", startOf, asTimestamp),
		movesBy("timestamp", func(t datum.Timestamp) (int64, error) { return int64(t), nil }, asTimestamp),
		movesBy("timestamptz", func(t datum.TimestampTZ) (int64, error) { return int64(t), nil }, asTimestampTZ),
		clockMoves(), infiniteArithmetic(), infiniteParts(), infiniteOverlaps(), infiniteZones(),
	)
}

// movesBy adds intervals to a type, and subtracts them.
func movesBy[A, R any](name string, start func(A) (int64, error), as func(int64, error) (R, error)) []function.Function {
	plus := func(a A, v datum.Interval) (R, error) {
		t, err := start(a)
		if err != nil {
			return as(0, err)
		}
		return as(addAnyInterval(t, v))
	}
	minus := func(a A, v datum.Interval) (R, error) {
		t, err := start(a)
		if err != nil {
			return as(0, err)
		}
		if v, err = negated(v); err != nil {
			return as(0, err)
		}
		return as(addAnyInterval(t, v))
	}
	return []function.Function{
		function.Of2(name+"_pl_interval("+name+",interval)", plus),
		function.Of2("interval_pl_"+name+"(interval,"+name+")", swapped(plus)),
		function.Of2(name+"_mi_interval("+name+",interval)", minus),
	}
}

// addAnyInterval is addInterval with infinite intervals.
func addAnyInterval(t int64, v datum.Interval) (int64, error) {
	switch {
	case v == earlyInterval && t == datum.Infinity, v == lateInterval && t == datum.NegativeInfinity:
		return 0, datum.ErrTimestampRange
	case v == earlyInterval:
		return datum.NegativeInfinity, nil
	case v == lateInterval:
		return datum.Infinity, nil
	}
	return addInterval(t, v)
}

// appendAnyInterval writes infinite intervals, too.
func appendAnyInterval(dst []byte, v datum.Interval) []byte {
	switch v {
	case earlyInterval:
		return append(dst, "-infinity"...)
	case lateInterval:
		return append(dst, "infinity"...)
	}
	return AppendInterval(dst, v)
}

func infiniteInterval(v datum.Interval) bool { return v == earlyInterval || v == lateInterval }

// finiteResult refuses what was computed of finite intervals and looks like an infinite one.
func finiteResult(v datum.Interval, err error) (datum.Interval, error) {
	if err == nil && infiniteInterval(v) {
		return v, datum.ErrIntervalRange
	}
	return v, err
}

// negated is the opposite, if there is one.
func negated(v datum.Interval) (datum.Interval, error) {
	switch v {
	case earlyInterval:
		return lateInterval, nil
	case lateInterval:
		return earlyInterval, nil
	}
	return finiteResult(subtractIntervals(datum.Interval{}, v))
}

func clockMoves() []function.Function {
	moved := func(t datum.Time, v datum.Interval, sign int64, infinite error) (datum.Time, error) {
		if infiniteInterval(v) {
			return 0, infinite
		}
		return addClock(t, sign*v.Microseconds), nil
	}
	plus := func(t datum.Time, v datum.Interval) (datum.Time, error) { return moved(t, v, 1, errAddInfinite) }
	minus := func(t datum.Time, v datum.Interval) (datum.Time, error) { return moved(t, v, -1, errSubtractInfinite) }
	zoned := func(move func(datum.Time, datum.Interval) (datum.Time, error)) func(datum.TimeTZ, datum.Interval) (datum.TimeTZ, error) {
		return func(t datum.TimeTZ, v datum.Interval) (datum.TimeTZ, error) {
			clock, err := move(t.Time, v)
			return datum.TimeTZ{Time: clock, Zone: t.Zone}, err
		}
	}
	return append([]function.Function{
		function.Of2("time_pl_interval(time,interval)", plus),
		function.Of2("interval_pl_time(interval,time)", swapped(plus)),
		function.Of2("time_mi_interval(time,interval)", minus),
		function.Of2("timetz_pl_interval(timetz,interval)", zoned(plus)),
		function.Of2("interval_pl_timetz(interval,timetz)", swapped(zoned(plus))),
		function.Of2("timetz_mi_interval(timetz,interval)", zoned(minus)),
		function.Of1("time(interval)", func(v datum.Interval) (datum.Time, error) {
			if infiniteInterval(v) {
				return 0, errInfiniteClock
			}
			return clockOfInterval(v), nil
		}),
	}, overlapsOf("time", cmp.Compare[datum.Time], plus)...)
}

func infiniteArithmetic() []function.Function {
	kept := func(call func(datum.Interval) (datum.Interval, error)) func(datum.Interval) (datum.Interval, error) {
		return func(v datum.Interval) (datum.Interval, error) {
			if infiniteInterval(v) {
				return v, nil
			}
			return call(v)
		}
	}
	return []function.Function{
		function.Of2("interval_pl(interval,interval)", addAnyIntervals),
		function.Of2("interval_mi(interval,interval)", subtractAnyIntervals),
		function.Of1("interval_um(interval)", negated),
		function.Of2("interval_mul(interval,float8)", multiplyAny),
		function.Of2("mul_d_interval(float8,interval)", swapped(multiplyAny)),
		function.Of2("interval_div(interval,float8)", divideAny),
		function.Of1("justify_hours(interval)", kept(justifyHours)),
		function.Of1("justify_days(interval)", kept(justifyDays)),
		function.Of1("justify_interval(interval)", kept(justify)),
		function.Of2("interval(interval,int4)", func(v datum.Interval, typmod int64) (datum.Interval, error) {
			return adjustAnyInterval(v, int32(typmod))
		}),
		function.Of1("isfinite(interval)", func(v datum.Interval) (bool, error) { return !infiniteInterval(v), nil }),
		function.Of2("timestamp_mi(timestamp,timestamp)", func(a, b datum.Timestamp) (datum.Interval, error) {
			return between(int64(a), int64(b), subtractChecked)
		}),
		function.Of2("timestamptz_mi(timestamptz,timestamptz)", func(a, b datum.TimestampTZ) (datum.Interval, error) {
			return between(int64(a), int64(b), subtractChecked)
		}),
		function.Of2("age(timestamp,timestamp)", func(a, b datum.Timestamp) (datum.Interval, error) {
			return between(int64(a), int64(b), age)
		}),
		function.Of2("age(timestamptz,timestamptz)", func(a, b datum.TimestampTZ) (datum.Interval, error) {
			return between(int64(a), int64(b), age)
		}),
		{Signature: "make_interval(int4,int4,int4,int4,int4,int4,float8)", Call: madeFiniteInterval},
	}
}

func addAnyIntervals(a, b datum.Interval) (datum.Interval, error) {
	switch {
	case a == earlyInterval && b == lateInterval, a == lateInterval && b == earlyInterval:
		return a, datum.ErrIntervalRange
	case infiniteInterval(a):
		return a, nil
	case infiniteInterval(b):
		return b, nil
	}
	return finiteResult(addIntervals(a, b))
}

func subtractAnyIntervals(a, b datum.Interval) (datum.Interval, error) {
	switch {
	case infiniteInterval(a) && a == b:
		return a, datum.ErrIntervalRange
	case infiniteInterval(a):
		return a, nil
	case infiniteInterval(b):
		return negated(b)
	}
	return finiteResult(subtractIntervals(a, b))
}

// infinitely is an infinite interval of a sign.
func infinitely(negative bool) datum.Interval {
	if negative {
		return earlyInterval
	}
	return lateInterval
}

func multiplyAny(v datum.Interval, factor float64) (datum.Interval, error) {
	sign := compareInterval(v, datum.Interval{})
	switch {
	case math.IsNaN(factor),
		infiniteInterval(v) && factor == 0,
		math.IsInf(factor, 0) && sign == 0:
		return v, datum.ErrIntervalRange
	case infiniteInterval(v) || math.IsInf(factor, 0):
		return infinitely(math.Signbit(factor) != (sign < 0)), nil
	}
	return finiteResult(multiply(v, factor))
}

func divideAny(v datum.Interval, divisor float64) (datum.Interval, error) {
	switch {
	case divisor == 0:
		return v, datum.ErrDivisionByZero
	case math.IsNaN(divisor), infiniteInterval(v) && math.IsInf(divisor, 0):
		return v, datum.ErrIntervalRange
	case infiniteInterval(v):
		return infinitely(math.Signbit(divisor) != (v == earlyInterval)), nil
	}
	return finiteResult(divide(v, divisor))
}

// between is the time between timestamps of which one may be infinite.
func between(a, b int64, finitely func(a, b int64) (datum.Interval, error)) (datum.Interval, error) {
	switch {
	case !finite(a) && a == b:
		return datum.Interval{}, datum.ErrIntervalRange
	case !finite(a):
		return infinitely(a == datum.NegativeInfinity), nil
	case !finite(b):
		return infinitely(b == datum.Infinity), nil
	}
	return finitely(a, b)
}

// adjustAnyInterval keeps what is infinite, and rounds only what then fits.
func adjustAnyInterval(v datum.Interval, typmod int32) (datum.Interval, error) {
	if infiniteInterval(v) {
		return v, nil
	}
	adjusted, err := adjustInterval(v, typmod)
	if err == nil && (adjusted.Microseconds < 0) != (v.Microseconds < 0) && adjusted.Microseconds != 0 {
		return v, datum.ErrIntervalRange
	}
	return adjusted, err
}

// madeFiniteInterval adds what fits only.
func madeFiniteInterval(args []any) (any, error) {
	of := func(i int) int64 { return args[i].(int64) }
	seconds := math.RoundToEven(args[6].(float64) * 1e6)
	if !(seconds >= math.MinInt64 && seconds < -math.MinInt64) {
		return nil, datum.ErrIntervalRange
	}
	years, okYears := int32Of(of(0) * monthsPerYear)
	months, okMonths := add32(years, int32(of(1)))
	weeks, okWeeks := int32Of(of(2) * 7)
	days, okDays := add32(weeks, int32(of(3)))
	micros, okMicros := add64(of(4)*microsPerHour+of(5)*microsPerMinute, int64(seconds))
	if !okYears || !okMonths || !okWeeks || !okDays || !okMicros {
		return nil, datum.ErrIntervalRange
	}
	v, err := finiteResult(datum.Interval{Months: months, Days: days, Microseconds: micros}, nil)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func infiniteParts() []function.Function {
	get := func(name string, v datum.Interval) (part, error) {
		if infiniteInterval(v) {
			return infiniteIntervalPart(name, v == earlyInterval)
		}
		return intervalPart(name, v)
	}
	return append(partsOf("interval", get),
		function.Of2("date_trunc(text,interval)", func(name string, v datum.Interval) (datum.Interval, error) {
			if infiniteInterval(v) {
				return v, nil
			}
			return truncateInterval(name, v)
		}),
		function.Of3("date_bin(interval,timestamp,timestamp)", func(width datum.Interval, t, origin datum.Timestamp) (datum.Timestamp, error) {
			return asTimestamp(binAny(width, int64(t), int64(origin)))
		}),
		function.Of3("date_bin(interval,timestamptz,timestamptz)", func(width datum.Interval, t, origin datum.TimestampTZ) (datum.TimestampTZ, error) {
			return asTimestampTZ(binAny(width, int64(t), int64(origin)))
		}),
		function.Of2("to_char(interval,text)", func(v datum.Interval, template string) (any, error) {
			if infiniteInterval(v) {
				return nil, nil
			}
			return formatInterval(v, template)
		}),
	)
}

// infiniteIntervalPart is infinite where the part grows with the interval, NULL where it goes round.
func infiniteIntervalPart(name string, negative bool) (part, error) {
	u, err := unitNamed(name, "interval")
	if err != nil {
		return part{}, err
	}
	switch u {
	case microsecond, millisecond, second, minute, month, quarter:
		return part{null: true}, nil
	case hour, day, year, decade, century, millennium, epochPoint:
		if negative {
			return part{infinite: -1}, nil
		}
		return part{infinite: 1}, nil
	}
	return intervalPart(name, datum.Interval{})
}

func binAny(width datum.Interval, t, origin int64) (int64, error) {
	if finite(t) && finite(origin) && infiniteInterval(width) {
		return 0, errBinInfinite
	}
	return bin(width, t, origin)
}

func infiniteOverlaps() []function.Function {
	return concat(
		overlapsOf("timestamp", cmp.Compare[datum.Timestamp], func(t datum.Timestamp, v datum.Interval) (datum.Timestamp, error) {
			return asTimestamp(addAnyInterval(int64(t), v))
		}),
		overlapsOf("timestamptz", cmp.Compare[datum.TimestampTZ], func(t datum.TimestampTZ, v datum.Interval) (datum.TimestampTZ, error) {
			return asTimestampTZ(addAnyInterval(int64(t), v))
		}),
	)
}

// infiniteZones refuses infinite offsets, of which the others know only that they have months.
func infiniteZones() []function.Function {
	var list []function.Function
	for _, f := range zoneFunctions() {
		switch f.Signature {
		case "timezone(interval,timestamp)", "timezone(interval,timestamptz)", "timezone(interval,timetz)":
			list = append(list, function.Function{Signature: f.Signature, Call: func(args []any) (any, error) {
				result, err := f.Call(args)
				if err != nil && infiniteInterval(args[0].(datum.Interval)) {
					return nil, errZoneInfinite
				}
				return result, err
			}})
		}
	}
	return list
}
