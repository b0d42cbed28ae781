package times

import (
	"cmp"
	"math"
	"math/bits"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// compareTimeTZ orders by the moment in UTC, then by the zone.
func compareTimeTZ(a, b datum.TimeTZ) int {
	utc := func(t datum.TimeTZ) int64 { return int64(t.Time) + int64(t.Zone)*microsPerSecond }
	return cmp.Or(cmp.Compare(utc(a), utc(b)), cmp.Compare(a.Zone, b.Zone))
}

// compareInterval orders by length, with months of 30 days and days of 24 hours.
func compareInterval(a, b datum.Interval) int {
	highA, lowA := intervalLength(a)
	highB, lowB := intervalLength(b)
	return cmp.Or(cmp.Compare(highA, highB), cmp.Compare(lowA, lowB))
}

// intervalLength is the length of an interval in microseconds, in 128 bits.
func intervalLength(v datum.Interval) (high int64, low uint64) {
	days := int64(v.Months)*daysPerMonth + int64(v.Days)
	h, l := bits.Mul64(uint64(days), uint64(microsPerDay))
	// The product of unsigned numbers has too much where a factor was negative.
	h -= uint64(days>>63) & uint64(microsPerDay)
	low, carry := bits.Add64(l, uint64(v.Microseconds), 0)
	h, _ = bits.Add64(h, uint64(v.Microseconds>>63), carry)
	return int64(h), low
}

// instant is a date or timestamp as microseconds since 2000, for comparisons.
func instant[T datum.Date | datum.Timestamp | datum.TimestampTZ](t T) int64 {
	date, isDate := any(t).(datum.Date)
	switch {
	case !isDate:
		return int64(t)
	case date == datum.DateInfinity:
		return datum.Infinity
	case date == datum.DateNegativeInfinity:
		return datum.NegativeInfinity
	}
	if micros, ok := mul64(int64(date), microsPerDay); ok {
		return micros
	}
	// After all timestamps, before their infinity.
	return math.MaxInt64 - 1
}

func compareInstants[A, B datum.Date | datum.Timestamp | datum.TimestampTZ](a A, b B) int {
	return cmp.Compare(instant(a), instant(b))
}

func comparisons() []function.Function {
	return concat(
		ownComparisons("date", cmp.Compare[datum.Date]),
		ownComparisons("time", cmp.Compare[datum.Time]),
		ownComparisons("timetz", compareTimeTZ),
		ownComparisons("timestamp", cmp.Compare[datum.Timestamp]),
		ownComparisons("timestamptz", cmp.Compare[datum.TimestampTZ]),
		ownComparisons("interval", compareInterval),
		crossComparisons("date", "timestamp", compareInstants[datum.Date, datum.Timestamp]),
		crossComparisons("date", "timestamptz", compareInstants[datum.Date, datum.TimestampTZ]),
		crossComparisons("timestamp", "date", compareInstants[datum.Timestamp, datum.Date]),
		crossComparisons("timestamp", "timestamptz", compareInstants[datum.Timestamp, datum.TimestampTZ]),
		crossComparisons("timestamptz", "date", compareInstants[datum.TimestampTZ, datum.Date]),
		crossComparisons("timestamptz", "timestamp", compareInstants[datum.TimestampTZ, datum.Timestamp]),
	)
}

func ownComparisons[T any](name string, order func(a, b T) int) []function.Function {
	args := "(" + name + "," + name + ")"
	return append(operators(name, "", args, order),
		function.Of2(name+"_larger"+args, func(a, b T) (T, error) {
			if order(a, b) > 0 {
				return a, nil
			}
			return b, nil
		}),
		function.Of2(name+"_smaller"+args, func(a, b T) (T, error) {
			if order(a, b) < 0 {
				return a, nil
			}
			return b, nil
		}))
}

func crossComparisons[A, B any](a, b string, order func(A, B) int) []function.Function {
	return operators(a, "_"+b, "("+a+","+b+")", order)
}

func operators[A, B any](prefix, suffix, args string, order func(A, B) int) []function.Function {
	test := func(name string, holds func(int) bool) function.Function {
		return function.Of2(prefix+name+suffix+args, func(a A, b B) (bool, error) { return holds(order(a, b)), nil })
	}
	return []function.Function{
		test("_eq", func(c int) bool { return c == 0 }),
		test("_ne", func(c int) bool { return c != 0 }),
		test("_lt", func(c int) bool { return c < 0 }),
		test("_le", func(c int) bool { return c <= 0 }),
		test("_gt", func(c int) bool { return c > 0 }),
		test("_ge", func(c int) bool { return c >= 0 }),
		function.Of2(prefix+"_cmp"+suffix+args, func(a A, b B) (int64, error) { return int64(order(a, b)), nil }),
	}
}
