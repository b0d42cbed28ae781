package times

import "materializer/projections/expressions/datum"

// datePart is a field of a date's calendar.
func (m *moment) datePart(u unit) (part, bool) {
	switch u {
	case day:
		return wholePart(m.day), true
	case month:
		return wholePart(m.month), true
	case quarter:
		return wholePart((m.month-1)/3 + 1), true
	case week:
		_, n := isoWeek(m.year, m.month, m.day)
		return wholePart(n), true
	case year:
		return wholePart(withoutZero(m.year)), true
	case decade:
		if m.year >= 0 {
			return wholePart(m.year / 10), true
		}
		return wholePart(-((9 - m.year) / 10)), true
	case century:
		return wholePart(countedBy(m.year, 100)), true
	case millennium:
		return wholePart(countedBy(m.year, 1000)), true
	case isoYear:
		n, _ := isoWeek(m.year, m.month, m.day)
		return wholePart(withoutZero(n)), true
	case dayOfWeek:
		return wholePart(weekday(m.julian())), true
	case isoDayOfWeek:
		return wholePart(weekday(m.julian()-1) + 1), true
	case dayOfYear:
		return wholePart(m.julian() - toJulian(m.year, 1, 1) + 1), true
	}
	return part{}, false
}

// withoutZero counts years before Christ from -1.
func withoutZero(year int) int {
	if year <= 0 {
		return year - 1
	}
	return year
}

// countedBy is the century or millennium of a year; there is none of number 0.
func countedBy(year, length int) int {
	if year > 0 {
		return (year + length - 1) / length
	}
	return -((length - year) / length)
}

func datePart(name string, d datum.Date) (part, error) {
	u, err := unitNamed(name, "date")
	if err != nil {
		return part{}, err
	}
	clock := u == microsecond || u == millisecond || u == second || u == minute || u == hour
	zoned := u == zoneOffset || u == zoneHour || u == zoneMinute
	if clock || zoned {
		return part{}, unsupportedUnit("date")
	}
	if !finiteDate(d) {
		return infinitePart(u, d > 0, "date")
	}
	var m moment
	m.setJulian(int(d) + epochDay)
	switch u {
	case julianDay:
		return wholePart(m.julian()), nil
	case epochPoint:
		return decimalPart((int64(d)+epochDay-unixEpochDay)*secondsPerDay, 0), nil
	}
	if p, ok := m.datePart(u); ok {
		return p, nil
	}
	return part{}, unsupportedUnit("date")
}

// infinitePart is a field of an infinite value: infinite, or NULL if it goes round.
func infinitePart(u unit, positive bool, typeName string) (part, error) {
	switch u {
	case microsecond, millisecond, second, minute, hour, day, month, quarter, week,
		dayOfWeek, isoDayOfWeek, dayOfYear, zoneOffset, zoneHour, zoneMinute:
		return part{null: true}, nil
	case year, decade, century, millennium, julianDay, isoYear, epochPoint:
		if positive {
			return part{infinite: 1}, nil
		}
		return part{infinite: -1}, nil
	}
	return part{}, unsupportedUnit(typeName)
}

func timestampPart(name string, t int64, typeName string) (part, error) {
	u, err := unitNamed(name, typeName)
	if err != nil {
		return part{}, err
	}
	if !finite(t) {
		return infinitePart(u, t > 0, typeName)
	}
	m := splitTimestamp(t)
	if p, ok := m.clockPart(u); ok {
		return p, nil
	}
	if p, ok := m.datePart(u); ok {
		return p, nil
	}
	switch u {
	case julianDay:
		return m.julianPart(), nil
	case epochPoint:
		return sinceEpoch(t), nil
	case zoneOffset, zoneHour, zoneMinute:
		if typeName == zonedTimestamp {
			return wholePart(0), nil
		}
	}
	return part{}, unsupportedUnit(typeName)
}
