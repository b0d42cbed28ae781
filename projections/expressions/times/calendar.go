package times

import "materializer/projections/expressions/datum"

// Days are counted as Julian days: 0 is 4714-11-24 BC, by the Gregorian
// calendar extended backwards. Years are astronomical: 0 is 1 BC.
const (
	epochDay     = 2451545 // 2000-01-01, the zero of PostgreSQL's types
	unixEpochDay = 2440588 // 1970-01-01
	// unixEpoch is 1970-01-01 as a timestamp.
	unixEpoch = int64(unixEpochDay-epochDay) * microsPerDay

	minDate      = datum.Date(-epochDay)
	endDate      = datum.Date(2147483494 - epochDay)
	minTimestamp = int64(-211813488000000000)
	endTimestamp = int64(9223371331200000000)
)

// moment is a point in time taken apart, by a calendar and a clock.
type moment struct {
	year, month, day     int
	hour, minute, second int
	micros               int // beyond the second
	yearDay, weekday     int
	zoneName             string // of the offset, "" if unknown
}

// clockMicros is the time of day.
func (m *moment) clockMicros() int64 {
	return clockMicros(m.hour, m.minute, m.second, m.micros)
}

func clockMicros(hour, minute, second, micros int) int64 {
	return int64(hour)*microsPerHour + int64(minute)*microsPerMinute + int64(second)*microsPerSecond + int64(micros)
}

// setClock sets the time of day.
func (m *moment) setClock(micros int64) {
	m.hour = int(micros / microsPerHour)
	m.minute = int(micros / microsPerMinute % 60)
	m.second = int(micros / microsPerSecond % 60)
	m.micros = int(micros % microsPerSecond)
}

// julian is the Julian day of the date.
func (m *moment) julian() int { return toJulian(m.year, m.month, m.day) }

// setJulian sets the date.
func (m *moment) setJulian(day int) { m.year, m.month, m.day = fromJulian(day) }

// toJulian is the Julian day of a date; days and months beyond their end carry
// on. It wraps around after 32 bits, which intervals can show.
func toJulian(year, month, day int) int {
	y, m := int32(year), int32(month)
	if m > 2 {
		m++
		y += 4800
	} else {
		m += 13
		y += 4799
	}
	century := y / 100
	julian := y*365 - 32167
	julian += y/4 - century + century/4
	return int(julian + 7834*m/256 + int32(day))
}

// fromJulian is the date of a Julian day.
func fromJulian(day int) (year, month, dayOfMonth int) {
	julian := uint32(int32(day)) + 32044
	quad := julian / 146097
	extra := (julian-quad*146097)*4 + 3
	julian += 60 + quad*3 + extra/146097
	quad = julian / 1461
	julian -= quad * 1461
	y := julian * 4 / 1461
	if y != 0 {
		julian = (julian+305)%365 + 123
	} else {
		julian = (julian+306)%366 + 123
	}
	y += quad * 4
	quad = julian * 2141 / 65536
	return int(y) - 4800, int((quad+10)%12 + 1), int(julian - 7834*quad/256)
}

// weekday is 0 for Sundays.
func weekday(julian int) int { return floorMod(julian+1, 7) }

func floorMod(a, b int) int {
	if a %= b; a < 0 {
		a += b
	}
	return a
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

var monthDays = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// daysIn is the length of a month, 1 to 12.
func daysIn(year, month int) int {
	if month == 2 && isLeap(year) {
		return 29
	}
	return monthDays[month-1]
}

// validJulian tells whether a date can be counted in Julian days.
func validJulian(year, month int) bool {
	return (year > -4713 || year == -4713 && month >= 11) &&
		(year < 5874898 || year == 5874898 && month < 6)
}

func validDate(d int) bool { return int(minDate) <= d && d < int(endDate) }

func validTimestamp(t int64) bool { return minTimestamp <= t && t < endTimestamp }

// timestamp is the moment as a timestamp; zone is in seconds west of Greenwich.
func (m *moment) timestamp(zone int) (int64, error) {
	if !validJulian(m.year, m.month) {
		return 0, datum.ErrTimestampRange
	}
	day, clock := int64(m.julian()-epochDay), m.clockMicros()
	t, ok := mulAdd(day, microsPerDay, clock)
	if !ok {
		return 0, datum.ErrTimestampRange
	}
	// The last bound excludes what wrapped around.
	if t, ok = add64(t, int64(zone)*microsPerSecond); !ok || !validTimestamp(t) {
		return 0, datum.ErrTimestampRange
	}
	return t, nil
}

// splitTimestamp takes a finite timestamp apart.
func splitTimestamp(t int64) moment {
	day, clock := floorDiv(t, microsPerDay)
	var m moment
	m.setJulian(int(day) + epochDay)
	m.setClock(clock)
	return m
}

// floorDiv divides, rounding down; the remainder is not negative.
func floorDiv(a, b int64) (quotient, remainder int64) {
	quotient, remainder = a/b, a%b
	if remainder < 0 {
		quotient--
		remainder += b
	}
	return quotient, remainder
}

// isoWeek is the year and the week of the ISO calendar.
func isoWeek(year, month, day int) (isoYear, week int) {
	today := toJulian(year, month, day)
	start := isoWeekOne(year)
	if today < start {
		year--
		start = isoWeekOne(year)
	}
	week = (today-start)/7 + 1
	if week >= 53 {
		if next := isoWeekOne(year + 1); today >= next {
			return year + 1, (today-next)/7 + 1
		}
	}
	return year, week
}

// isoWeekOne is the Julian day of the Monday of a year's first week, the one with January 4th.
func isoWeekOne(year int) int {
	fourth := toJulian(year, 1, 4)
	return fourth - weekday(fourth-1)
}

// isoWeekDay is the Julian day of the Monday of a week of the ISO calendar.
func isoWeekDay(year, week int) int { return isoWeekOne(year) + (week-1)*7 }
