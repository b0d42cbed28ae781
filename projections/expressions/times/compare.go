package times

import (
	"cmp"
	"math/bits"

	"materializer/projections/expressions/datum"
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
	negative := days < 0
	u := uint64(days)
	if negative {
		u = -u
	}
	h, l := bits.Mul64(u, uint64(microsPerDay))
	if negative {
		var borrow uint64
		l, borrow = bits.Sub64(0, l, 0)
		h, _ = bits.Sub64(0, h, borrow)
	}
	low, carry := bits.Add64(l, uint64(v.Microseconds), 0)
	h, _ = bits.Add64(h, uint64(v.Microseconds>>63), carry)
	return int64(h), low
}
