package times

import (
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errInfiniteDates      = &datum.Error{Code: "22008", Message: "cannot subtract infinite dates"}
	errInfiniteTimestamps = &datum.Error{Code: "22008", Message: "cannot subtract infinite timestamps"}
)

func arithmetic() []function.Function {
	return concat(dateArithmetic(), timeArithmetic(), timestampArithmetic())
}

func dateArithmetic() []function.Function {
	plus := func(d datum.Date, v datum.Interval) (datum.Timestamp, error) { return datePlus(d, v) }
	at := func(d datum.Date, t datum.Time) (datum.Timestamp, error) { return asTimestamp(dateAt(d, t)) }
	return []function.Function{
		function.Of2("date_pli(date,int4)", addDays),
		function.Of2("integer_pl_date(int4,date)", swapped(addDays)),
		function.Of2("date_mii(date,int4)", func(d datum.Date, days int64) (datum.Date, error) { return addDays(d, -days) }),
		function.Of2("date_mi(date,date)", func(a, b datum.Date) (int64, error) {
			if !finiteDate(a) || !finiteDate(b) {
				return 0, errInfiniteDates
			}
			// As PostgreSQL's integers, it wraps around.
			return int64(int32(a) - int32(b)), nil
		}),
		function.Of2("date_pl_interval(date,interval)", plus),
		function.Of2("interval_pl_date(interval,date)", swapped(plus)),
		function.Of2("date_mi_interval(date,interval)", func(d datum.Date, v datum.Interval) (datum.Timestamp, error) {
			return datePlus(d, opposite(v))
		}),
		function.Of2("datetime_pl(date,time)", at),
		function.Of2("timestamp(date,time)", at),
		function.Of2("timestamptz(date,time)", func(d datum.Date, t datum.Time) (datum.TimestampTZ, error) {
			return asTimestampTZ(dateAt(d, t))
		}),
		function.Of2("timedate_pl(time,date)", swapped(at)),
		function.Of2("datetimetz_pl(date,timetz)", dateAtTZ),
		function.Of2("timestamptz(date,timetz)", dateAtTZ),
		function.Of2("timetzdate_pl(timetz,date)", swapped(dateAtTZ)),
	}
}

// swapped takes the arguments the other way round.
func swapped[A, B, R any](call func(A, B) (R, error)) func(B, A) (R, error) {
	return func(b B, a A) (R, error) { return call(a, b) }
}

func addDays(d datum.Date, days int64) (datum.Date, error) {
	if !finiteDate(d) {
		return d, nil
	}
	sum := int64(d) + days
	if !validDate(int(sum)) {
		return 0, datum.ErrDateRange
	}
	return datum.Date(sum), nil
}

func datePlus(d datum.Date, v datum.Interval) (datum.Timestamp, error) {
	t, err := startOf(d)
	if err != nil {
		return 0, err
	}
	return asTimestamp(addInterval(t, v))
}

func dateAt(d datum.Date, t datum.Time) (int64, error) {
	start, err := startOf(d)
	if err != nil || !finite(start) {
		return start, err
	}
	if start += int64(t); !validTimestamp(start) {
		return 0, datum.ErrTimestampRange
	}
	return start, nil
}

func dateAtTZ(d datum.Date, t datum.TimeTZ) (datum.TimestampTZ, error) {
	start, err := startOf(d)
	if err != nil || !finite(start) {
		return datum.TimestampTZ(start), err
	}
	if start += int64(t.Time) + int64(t.Zone)*microsPerSecond; !validTimestamp(start) {
		return 0, errDateForTimestamp
	}
	return datum.TimestampTZ(start), nil
}

func timeArithmetic() []function.Function {
	plus := func(t datum.Time, v datum.Interval) (datum.Time, error) { return addClock(t, v.Microseconds), nil }
	plusTZ := func(t datum.TimeTZ, v datum.Interval) (datum.TimeTZ, error) {
		return datum.TimeTZ{Time: addClock(t.Time, v.Microseconds), Zone: t.Zone}, nil
	}
	return []function.Function{
		function.Of2("time_pl_interval(time,interval)", plus),
		function.Of2("interval_pl_time(interval,time)", swapped(plus)),
		function.Of2("time_mi_interval(time,interval)", func(t datum.Time, v datum.Interval) (datum.Time, error) {
			return addClock(t, -v.Microseconds), nil
		}),
		function.Of2("time_mi_time(time,time)", func(a, b datum.Time) (datum.Interval, error) {
			return datum.Interval{Microseconds: int64(a - b)}, nil
		}),
		function.Of2("timetz_pl_interval(timetz,interval)", plusTZ),
		function.Of2("interval_pl_timetz(interval,timetz)", swapped(plusTZ)),
		function.Of2("timetz_mi_interval(timetz,interval)", func(t datum.TimeTZ, v datum.Interval) (datum.TimeTZ, error) {
			return datum.TimeTZ{Time: addClock(t.Time, -v.Microseconds), Zone: t.Zone}, nil
		}),
	}
}

// addClock goes on from midnight to midnight. The sum wraps around as PostgreSQL's does.
func addClock(t datum.Time, micros int64) datum.Time {
	_, clock := floorDiv(int64(t)+micros, microsPerDay)
	return datum.Time(clock)
}

func timestampArithmetic() []function.Function {
	plus := func(t datum.Timestamp, v datum.Interval) (datum.Timestamp, error) {
		return asTimestamp(addInterval(int64(t), v))
	}
	plusTZ := func(t datum.TimestampTZ, v datum.Interval) (datum.TimestampTZ, error) {
		return asTimestampTZ(addInterval(int64(t), v))
	}
	return []function.Function{
		function.Of2("timestamp_pl_interval(timestamp,interval)", plus),
		function.Of2("interval_pl_timestamp(interval,timestamp)", swapped(plus)),
		function.Of2("timestamptz_pl_interval(timestamptz,interval)", plusTZ),
		function.Of2("interval_pl_timestamptz(interval,timestamptz)", swapped(plusTZ)),
		function.Of2("timestamp_mi_interval(timestamp,interval)", func(t datum.Timestamp, v datum.Interval) (datum.Timestamp, error) {
			return plus(t, opposite(v))
		}),
		function.Of2("timestamptz_mi_interval(timestamptz,interval)", func(t datum.TimestampTZ, v datum.Interval) (datum.TimestampTZ, error) {
			return plusTZ(t, opposite(v))
		}),
		function.Of2("timestamp_mi(timestamp,timestamp)", func(a, b datum.Timestamp) (datum.Interval, error) {
			return subtract(int64(a), int64(b))
		}),
		function.Of2("timestamptz_mi(timestamptz,timestamptz)", func(a, b datum.TimestampTZ) (datum.Interval, error) {
			return subtract(int64(a), int64(b))
		}),
		function.Of2("age(timestamp,timestamp)", func(a, b datum.Timestamp) (datum.Interval, error) { return age(int64(a), int64(b)) }),
		function.Of2("age(timestamptz,timestamptz)", func(a, b datum.TimestampTZ) (datum.Interval, error) {
			return age(int64(a), int64(b))
		}),
		function.Of1("isfinite(date)", func(d datum.Date) (bool, error) { return finiteDate(d), nil }),
		function.Of1("isfinite(timestamp)", func(t datum.Timestamp) (bool, error) { return finite(int64(t)), nil }),
		function.Of1("isfinite(timestamptz)", func(t datum.TimestampTZ) (bool, error) { return finite(int64(t)), nil }),
		function.Of1("isfinite(interval)", func(datum.Interval) (bool, error) { return true, nil }),
	}
}

// opposite negates an interval; what has no opposite stays, as PostgreSQL's integers do.
func opposite(v datum.Interval) datum.Interval {
	return datum.Interval{Months: -v.Months, Days: -v.Days, Microseconds: -v.Microseconds}
}

// addInterval adds months, then days, then time. A day beyond the end of a month is its last.
func addInterval(t int64, v datum.Interval) (int64, error) {
	if !finite(t) {
		return t, nil
	}
	m := splitTimestamp(t)
	if v.Months != 0 {
		months := m.month - 1 + int(v.Months)
		if months >= math.MaxInt32 {
			return 0, datum.ErrTimestampRange
		}
		years, month := floorDiv(int64(months), monthsPerYear)
		m.year, m.month = m.year+int(years), int(month)+1
		if !validJulian(m.year, m.month) {
			return 0, datum.ErrTimestampRange
		}
		m.day = min(m.day, daysIn(m.year, m.month))
		var err error
		if t, err = m.timestamp(0); err != nil {
			return 0, err
		}
	}
	if v.Days != 0 {
		julian := m.julian() + int(v.Days)
		if julian < 0 || julian > math.MaxInt32 {
			return 0, datum.ErrTimestampRange
		}
		m.setJulian(julian)
		var err error
		if t, err = m.timestamp(0); err != nil {
			return 0, err
		}
	}
	t, ok := add64(t, v.Microseconds)
	if !ok || !validTimestamp(t) {
		return 0, datum.ErrTimestampRange
	}
	return t, nil
}

// subtract is the time between timestamps, in days and time.
func subtract(a, b int64) (datum.Interval, error) {
	if !finite(a) || !finite(b) {
		return datum.Interval{}, errInfiniteTimestamps
	}
	// The difference wraps around, as PostgreSQL's does.
	return justifyHours(datum.Interval{Microseconds: a - b})
}

// subtractChecked refuses what is too long, as PostgreSQL does since 16.
func subtractChecked(a, b int64) (datum.Interval, error) {
	if _, ok := sub64(a, b); !ok && finite(a) && finite(b) {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	return subtract(a, b)
}

// age is the time between timestamps as one counts it, in years, months and days.
func age(a, b int64) (datum.Interval, error) {
	if a == datum.NegativeInfinity || b == datum.NegativeInfinity {
		return datum.Interval{}, datum.ErrTimestampRange
	}
	// The later, the earlier; what is borrowed from is the earlier one's month.
	sign := int64(1)
	if a < b {
		a, b, sign = b, a, -1
	}
	late, early := splitTimestamp(a), splitTimestamp(b)
	micros := late.clockMicros() - early.clockMicros()
	days, months := late.day-early.day, (late.year-early.year)*monthsPerYear+late.month-early.month
	if micros < 0 {
		micros += microsPerDay
		days--
	}
	for days < 0 {
		days += daysIn(early.year, early.month)
		months--
	}
	return datum.Interval{Months: int32(sign) * int32(months), Days: int32(sign) * int32(days), Microseconds: sign * micros}, nil
}
