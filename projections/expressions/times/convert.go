package times

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errDateForTimestamp = &datum.Error{Code: "22008", Message: "date out of range for timestamp"}

func finite(t int64) bool { return t != datum.Infinity && t != datum.NegativeInfinity }

func finiteDate(d datum.Date) bool {
	return d != datum.DateInfinity && d != datum.DateNegativeInfinity
}

// endTimestampDate is the first date that no timestamp reaches.
const endTimestampDate = datum.Date(109203528 - epochDay)

// startOf is midnight of a date.
func startOf(d datum.Date) (int64, error) {
	if finiteDate(d) && d >= endTimestampDate {
		return 0, errDateForTimestamp
	}
	return instant(d), nil
}

// dayOf is the date of a timestamp.
func dayOf(t int64) (datum.Date, error) {
	switch t {
	case datum.Infinity:
		return datum.DateInfinity, nil
	case datum.NegativeInfinity:
		return datum.DateNegativeInfinity, nil
	}
	date, _ := floorDiv(t, microsPerDay)
	return datum.Date(date), nil
}

// clockOf is the time of day of a timestamp; infinite ones have none.
func clockOf(t int64) (datum.Time, bool) {
	if !finite(t) {
		return 0, false
	}
	_, micros := floorDiv(t, microsPerDay)
	return datum.Time(micros), true
}

// clockOfInterval is what is left of an interval's time without whole days.
// The smallest wraps around, as in PostgreSQL.
func clockOfInterval(v datum.Interval) datum.Time {
	micros := v.Microseconds
	if micros < 0 {
		micros += (-micros + microsPerDay - 1) / microsPerDay * microsPerDay
	} else {
		micros %= microsPerDay
	}
	return datum.Time(micros)
}

func conversions() []function.Function {
	return []function.Function{
		function.Of1("date(timestamp)", func(t datum.Timestamp) (datum.Date, error) { return dayOf(int64(t)) }),
		function.Of1("date(timestamptz)", func(t datum.TimestampTZ) (datum.Date, error) { return dayOf(int64(t)) }),
		function.Of1("timestamp(date)", func(d datum.Date) (datum.Timestamp, error) { return asTimestamp(startOf(d)) }),
		function.Of1("timestamptz(date)", func(d datum.Date) (datum.TimestampTZ, error) { return asTimestampTZ(startOf(d)) }),
		function.Of1("timestamp(timestamptz)", func(t datum.TimestampTZ) (datum.Timestamp, error) { return datum.Timestamp(t), nil }),
		function.Of1("timestamptz(timestamp)", func(t datum.Timestamp) (datum.TimestampTZ, error) { return datum.TimestampTZ(t), nil }),
		function.Of1("time(timestamp)", func(t datum.Timestamp) (any, error) { return orNull(clockOf(int64(t))) }),
		function.Of1("time(timestamptz)", func(t datum.TimestampTZ) (any, error) { return orNull(clockOf(int64(t))) }),
		function.Of1("timetz(timestamptz)", func(t datum.TimestampTZ) (any, error) {
			clock, ok := clockOf(int64(t))
			return orNull(datum.TimeTZ{Time: clock}, ok)
		}),
		function.Of1("time(timetz)", func(t datum.TimeTZ) (datum.Time, error) { return t.Time, nil }),
		function.Of1("timetz(time)", func(t datum.Time) (datum.TimeTZ, error) { return datum.TimeTZ{Time: t}, nil }),
		function.Of1("time(interval)", func(v datum.Interval) (datum.Time, error) { return clockOfInterval(v), nil }),
		function.Of1("interval(time)", func(t datum.Time) (datum.Interval, error) {
			return datum.Interval{Microseconds: int64(t)}, nil
		}),
		function.Of2("date_part(text,date)", func(name string, d datum.Date) (any, error) {
			t, err := startOf(d)
			if err != nil {
				return nil, err
			}
			return float(timestampPart(name, t, "timestamp without time zone"))
		}),
		function.Of2("time(time,int4)", func(t datum.Time, digits int64) (datum.Time, error) { return scaledTime(t, digits), nil }),
		function.Of2("timetz(timetz,int4)", func(t datum.TimeTZ, digits int64) (datum.TimeTZ, error) {
			return datum.TimeTZ{Time: scaledTime(t.Time, digits), Zone: t.Zone}, nil
		}),
		function.Of2("timestamp(timestamp,int4)", func(t datum.Timestamp, digits int64) (datum.Timestamp, error) {
			return asTimestamp(scaledTimestamp(int64(t), digits))
		}),
		function.Of2("timestamptz(timestamptz,int4)", func(t datum.TimestampTZ, digits int64) (datum.TimestampTZ, error) {
			return asTimestampTZ(scaledTimestamp(int64(t), digits))
		}),
		function.Of2("interval(interval,int4)", func(v datum.Interval, typmod int64) (datum.Interval, error) {
			return adjustInterval(v, int32(typmod))
		}),
	}
}

func asTimestamp(t int64, err error) (datum.Timestamp, error)     { return datum.Timestamp(t), err }
func asTimestampTZ(t int64, err error) (datum.TimestampTZ, error) { return datum.TimestampTZ(t), err }

// orNull is a value, or NULL.
func orNull[T any](value T, ok bool) (any, error) {
	if !ok {
		return nil, nil
	}
	return value, nil
}

func scaledTime(t datum.Time, digits int64) datum.Time {
	if digits < 0 || digits > maxPrecision {
		return t
	}
	return datum.Time(roundMicros(int64(t), int32(digits)))
}

func scaledTimestamp(t, digits int64) (int64, error) {
	if !finite(t) || digits == -1 || digits == maxPrecision {
		return t, nil
	}
	if digits < 0 || digits > maxPrecision {
		return 0, datum.Errorf("22023", "timestamp precision must be between 0 and %d", maxPrecision)
	}
	return roundMicros(t, int32(digits)), nil
}
