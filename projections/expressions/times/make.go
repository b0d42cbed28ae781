package times

import (
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errDateField = &datum.Error{Code: "22008", Message: "date field value out of range"}
	errTimeField = &datum.Error{Code: "22008", Message: "time field value out of range"}
)

func makers() []function.Function {
	return []function.Function{
		function.Of3("make_date(int4,int4,int4)", func(year, month, day int64) (datum.Date, error) {
			m, err := madeDate(year, month, day)
			if err != nil {
				return 0, err
			}
			return dateOf(&m)
		}),
		function.Of3("make_time(int4,int4,float8)", func(hour, minute int64, second float64) (datum.Time, error) {
			clock, err := madeClock(hour, minute, second)
			return datum.Time(clock), err
		}),
		{Signature: "make_timestamp(int4,int4,int4,int4,int4,float8)", Call: func(args []any) (any, error) {
			_, t, err := madeTimestamp(args)
			return datum.Timestamp(t), err
		}},
		{Signature: "make_timestamptz(int4,int4,int4,int4,int4,float8)", Call: func(args []any) (any, error) {
			_, t, err := madeTimestamp(args)
			return datum.TimestampTZ(t), err
		}},
		{Signature: "make_timestamptz(int4,int4,int4,int4,int4,float8,text)", Call: func(args []any) (any, error) {
			m, t, err := madeTimestamp(args)
			if err != nil {
				return nil, err
			}
			west, err := saneZone(args[6].(string), &m)
			if err != nil {
				return nil, err
			}
			return asTimestampTZ(shift(t, west))
		}},
		{Signature: "make_interval(int4,int4,int4,int4,int4,int4,float8)", Call: madeInterval},
		function.Of1("to_timestamp(float8)", fromUnix),
	}
}

func madeDate(year, month, day int64) (moment, error) {
	d := decoder{have: hasDate, bc: year < 0}
	d.year, d.month, d.day = int(max(year, -year)), int(month), int(day)
	if err := d.finishDate(); err != nil {
		return d.moment, errDateField
	}
	if !validJulian(d.year, d.month) {
		return d.moment, datum.ErrDateRange
	}
	return d.moment, nil
}

func madeClock(hour, minute int64, second float64) (int64, error) {
	micros := math.RoundToEven(second * 1e6)
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 || !(micros >= 0 && micros <= float64(microsPerMinute)) {
		return 0, errTimeField
	}
	clock := hour*microsPerHour + minute*microsPerMinute + int64(micros)
	if clock > microsPerDay {
		return 0, errTimeField
	}
	return clock, nil
}

func madeTimestamp(args []any) (moment, int64, error) {
	m, err := madeDate(args[0].(int64), args[1].(int64), args[2].(int64))
	if err != nil {
		return m, 0, err
	}
	clock, err := madeClock(args[3].(int64), args[4].(int64), args[5].(float64))
	if err != nil {
		return m, 0, err
	}
	m.setClock(clock)
	t, err := m.timestamp(0)
	return m, t, err
}

// madeInterval adds in 32 bits, as PostgreSQL does.
func madeInterval(args []any) (any, error) {
	of := func(i int) int32 { return int32(args[i].(int64)) }
	seconds := args[6].(float64)
	if math.IsInf(seconds, 0) || math.IsNaN(seconds) {
		return nil, datum.ErrIntervalRange
	}
	micros := int64(of(4))*microsPerHour + int64(of(5))*microsPerMinute + truncated(math.RoundToEven(seconds*1e6))
	return datum.Interval{Months: of(0)*monthsPerYear + of(1), Days: of(2)*7 + of(3), Microseconds: micros}, nil
}

// truncated is a float as an integer; what does not fit is the smallest, as on PostgreSQL's machines.
func truncated(f float64) int64 {
	if f >= math.MinInt64 && f < -math.MinInt64 {
		return int64(f)
	}
	return math.MinInt64
}

// fromUnix is a timestamp of Unix seconds.
func fromUnix(seconds float64) (datum.TimestampTZ, error) {
	switch {
	case math.IsNaN(seconds):
		return 0, datum.Errorf("22008", "timestamp cannot be NaN")
	case math.IsInf(seconds, 1):
		return datum.Infinity, nil
	case math.IsInf(seconds, -1):
		return datum.NegativeInfinity, nil
	case seconds < -float64(unixEpochDay)*secondsPerDay, seconds >= float64(109203528-unixEpochDay)*secondsPerDay:
		return 0, datum.ErrTimestampRange
	}
	seconds -= (epochDay - unixEpochDay) * secondsPerDay
	t := int64(math.RoundToEven(seconds * 1e6))
	if !validTimestamp(t) {
		return 0, datum.ErrTimestampRange
	}
	return datum.TimestampTZ(t), nil
}
