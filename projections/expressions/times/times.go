// Package times is PostgreSQL's dates and times: the types date, time, timetz,
// timestamp, timestamptz and interval, read and written as the release that is followed does
// in a session with TimeZone UTC, DateStyle "ISO, MDY" and IntervalStyle
// postgres, and the functions on them.
//
// Whatever PostgreSQL would raise is a *datum.Error with its SQLSTATE. What
// depends on the clock ('now', 'today', a zone abbreviation without a date whose
// meaning has changed over the years) is refused with 0A000.
//
// Names of time zones are looked up in the system's time zone database, or
// in the one that is compiled in where there is none.
package times

import (
	"cmp"
	"slices"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// Units of time.
const (
	microsPerSecond = int64(1000000)
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
	secondsPerDay   = 86400
	monthsPerYear   = 12
	daysPerMonth    = 30
)

// Functions gives the functions on dates and times.
func Functions() []function.Function {
	list := concat(comparisons(), conversions(), arithmetic(), intervals(), parts(), truncations(), zoneFunctions(), makers(), overlapping(), formatting())
	list = function.Revised(list, 16, withCheckedDifferences())
	list = function.Revised(list, 17, withInfiniteIntervals())
	return function.Revised(list, 18, withCheckedUnits())
}

func concat(lists ...[]function.Function) []function.Function { return slices.Concat(lists...) }

// Types gives the types of dates and times.
func Types() []function.Type {
	return []function.Type{
		typed("date", parseDate, AppendDate, cmp.Compare[datum.Date]),
		typed("time", parseTime, AppendTime, cmp.Compare[datum.Time]),
		typed("timetz", parseTimeTZ, AppendTimeTZ, compareTimeTZ),
		typed("timestamp", parseLocalTimestamp, AppendTimestamp, cmp.Compare[datum.Timestamp]),
		typed("timestamptz", parseTimestampTZ, AppendTimestampTZ, cmp.Compare[datum.TimestampTZ]),
		intervalType(),
	}
}

// typed makes a type from functions on its Go type.
func typed[T any](name string, parse func(text string, release int) (T, error), write func([]byte, T) []byte, order func(a, b T) int) function.Type {
	return function.Type{
		Name: name,
		Make: func(_ *catalog.Type, types function.Types) (function.Codec, error) {
			return function.Codec{
				Parse: func(text string) (any, error) {
					value, err := parse(text, types.Version)
					if err != nil {
						return nil, err
					}
					return value, nil
				},
				Append: func(dst []byte, value any) []byte { return write(dst, value.(T)) },
			}, nil
		},
		Order: func(*catalog.Type, function.Types) (function.Compare, error) { return ordered(order), nil },
	}
}

// intervalType has infinite intervals since PostgreSQL 17.
func intervalType() function.Type {
	parse := func(text string, release int) (datum.Interval, error) { return parseInterval(text, -1, release) }
	older, newer := typed("interval", parse, AppendInterval, compareInterval), typed("interval", parse, appendAnyInterval, compareInterval)
	t := older
	t.Make = func(typ *catalog.Type, types function.Types) (function.Codec, error) {
		if types.Version >= 17 {
			return newer.Make(typ, types)
		}
		return older.Make(typ, types)
	}
	return t
}

func ordered[T any](order func(a, b T) int) function.Compare {
	return func(a, b any) int { return order(a.(T), b.(T)) }
}
