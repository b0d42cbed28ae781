package times

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func truncations() []function.Function {
	return []function.Function{
		function.Of2("date_trunc(text,timestamp)", func(name string, t datum.Timestamp) (datum.Timestamp, error) {
			return asTimestamp(truncate(name, int64(t), nil, "timestamp without time zone"))
		}),
		function.Of2("date_trunc(text,timestamptz)", func(name string, t datum.TimestampTZ) (datum.TimestampTZ, error) {
			return asTimestampTZ(truncate(name, int64(t), nil, zonedTimestamp))
		}),
		function.Of3("date_trunc(text,timestamptz,text)", func(name string, t datum.TimestampTZ, zoneName string) (datum.TimestampTZ, error) {
			if !finite(int64(t)) {
				return t, nil
			}
			z, err := findZone(zoneName)
			if err != nil {
				return 0, err
			}
			return asTimestampTZ(truncate(name, int64(t), z.zone(), zonedTimestamp))
		}),
		function.Of2("date_trunc(text,interval)", truncateInterval),
		function.Of3("date_bin(interval,timestamp,timestamp)", func(width datum.Interval, t, origin datum.Timestamp) (datum.Timestamp, error) {
			return asTimestamp(bin(width, int64(t), int64(origin)))
		}),
		function.Of3("date_bin(interval,timestamptz,timestamptz)", func(width datum.Interval, t, origin datum.TimestampTZ) (datum.TimestampTZ, error) {
			return asTimestampTZ(bin(width, int64(t), int64(origin)))
		}),
	}
}

// truncationUnit is the unit of a name that an interval could have.
func truncationUnit(name, typeName string) (unit, error) {
	t, ok := lookUp(unitTokens, foldUnit(name))
	if !ok || t.kind != unitKind {
		return noUnit, unknownUnit(typeName)
	}
	return t.unit(), nil
}

// truncate goes back to the start of a unit, in a zone or, if it is nil, in UTC.
func truncate(name string, t int64, z *zone, typeName string) (int64, error) {
	if !finite(t) {
		return t, nil
	}
	u, err := truncationUnit(name, typeName)
	if err != nil {
		return 0, err
	}
	offset := 0
	if z != nil {
		offset = z.at(unixOf(t)).offset
	}
	m := splitTimestamp(t + int64(offset)*microsPerSecond)
	if !m.truncate(u) {
		return 0, unsupportedUnit(typeName)
	}
	if z != nil && u >= day {
		offset = z.offsetOfLocal(&m)
	}
	return m.timestamp(-offset)
}

// unixOf is a timestamp in Unix seconds.
func unixOf(t int64) int64 {
	seconds, _ := floorDiv(t, microsPerSecond)
	return seconds - unixEpoch/microsPerSecond
}

// truncate goes back to the start of a unit; false if there is no such.
func (m *moment) truncate(u unit) bool {
	switch u {
	case microsecond:
		return true
	case millisecond:
		m.micros = m.micros / 1000 * 1000
		return true
	case second, minute, hour:
		scale := microsIn[u]
		m.setClock(m.clockMicros() / scale * scale)
		return true
	case day:
	case week:
		isoYear, n := isoWeek(m.year, m.month, m.day)
		m.setJulian(isoWeekDay(isoYear, n))
	case month:
		m.day = 1
	case quarter:
		m.month, m.day = (m.month-1)/3*3+1, 1
	case year, decade, century, millennium:
		m.year, m.month, m.day = firstYear(m.year, u), 1, 1
	default:
		return false
	}
	m.setClock(0)
	return true
}

// firstYear is the first year of the decade, century or millennium.
func firstYear(y int, u unit) int {
	length := int(yearsIn[u])
	switch {
	case u == year:
		return y
	case u == decade && y > 0:
		return y / 10 * 10
	case u == decade:
		return -((9 - y) / 10) * 10
	case y > 0:
		return (y+length-1)/length*length - length + 1
	}
	return -((length-y)/length)*length + 1
}

func truncateInterval(name string, v datum.Interval) (datum.Interval, error) {
	u, err := truncationUnit(name, "interval")
	if err != nil {
		return v, err
	}
	months := func(scale int32) (datum.Interval, error) {
		return datum.Interval{Months: v.Months / scale * scale}, nil
	}
	switch u {
	case microsecond, millisecond, second, minute, hour:
		v.Microseconds = v.Microseconds / microsIn[u] * microsIn[u]
		return v, nil
	case day:
		return datum.Interval{Months: v.Months, Days: v.Days}, nil
	case month:
		return months(1)
	case quarter:
		return months(3)
	case year, decade, century, millennium:
		return months(int32(yearsIn[u]) * monthsPerYear)
	}
	return v, unsupportedUnit("interval")
}

var (
	errOrigin   = &datum.Error{Code: "22008", Message: "origin out of range"}
	errBinMonth = &datum.Error{Code: "0A000", Message: "timestamps cannot be binned into intervals containing months or years"}
	errBinWidth = &datum.Error{Code: "22008", Message: "stride must be greater than zero"}
)

// bin is the start of the interval that a timestamp is in, if they begin at the origin.
func bin(width datum.Interval, t, origin int64) (int64, error) {
	switch {
	case !finite(t):
		return t, nil
	case !finite(origin):
		return 0, errOrigin
	case width.Months != 0:
		return 0, errBinMonth
	}
	stride, ok := mulAdd(int64(width.Days), microsPerDay, width.Microseconds)
	if !ok {
		return 0, datum.ErrIntervalRange
	}
	if stride <= 0 {
		return 0, errBinWidth
	}
	difference, ok := sub64(t, origin)
	if !ok {
		return 0, datum.ErrIntervalRange
	}
	_, rest := floorDiv(difference, stride)
	start, ok := sub64(t, rest)
	if !ok || !validTimestamp(start) {
		return 0, datum.ErrTimestampRange
	}
	return start, nil
}
