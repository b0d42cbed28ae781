package times

import (
	"strconv"

	"materializer/projections/expressions/datum"
)

// AppendDate writes a date.
func AppendDate(dst []byte, d datum.Date) []byte {
	switch d {
	case datum.DateInfinity:
		return append(dst, "infinity"...)
	case datum.DateNegativeInfinity:
		return append(dst, "-infinity"...)
	}
	var m moment
	m.setJulian(int(d) + epochDay)
	return appendEra(appendDate(dst, &m), &m)
}

// AppendTime writes a time of day.
func AppendTime(dst []byte, t datum.Time) []byte {
	var m moment
	m.setClock(int64(t))
	return appendClock(dst, &m)
}

// AppendTimeTZ writes a time of day with its zone.
func AppendTimeTZ(dst []byte, t datum.TimeTZ) []byte {
	return appendZone(AppendTime(dst, t.Time), int(t.Zone))
}

// AppendTimestamp writes a timestamp.
func AppendTimestamp(dst []byte, t datum.Timestamp) []byte {
	return appendTimestamp(dst, int64(t), "")
}

// AppendTimestampTZ writes a timestamp as it is in UTC.
func AppendTimestampTZ(dst []byte, t datum.TimestampTZ) []byte {
	return appendTimestamp(dst, int64(t), "+00")
}

func appendTimestamp(dst []byte, t int64, zone string) []byte {
	switch t {
	case datum.Infinity:
		return append(dst, "infinity"...)
	case datum.NegativeInfinity:
		return append(dst, "-infinity"...)
	}
	m := splitTimestamp(t)
	dst = append(appendDate(dst, &m), ' ')
	dst = append(appendClock(dst, &m), zone...)
	return appendEra(dst, &m)
}

func appendDate(dst []byte, m *moment) []byte {
	year := m.year
	if year <= 0 {
		year = 1 - year
	}
	dst = append(appendPadded(dst, year, 4), '-')
	dst = append(appendPadded(dst, m.month, 2), '-')
	return appendPadded(dst, m.day, 2)
}

func appendEra(dst []byte, m *moment) []byte {
	if m.year <= 0 {
		return append(dst, " BC"...)
	}
	return dst
}

func appendClock(dst []byte, m *moment) []byte {
	dst = append(appendPadded(dst, m.hour, 2), ':')
	dst = append(appendPadded(dst, m.minute, 2), ':')
	return appendFraction(appendPadded(dst, m.second, 2), m.micros)
}

// appendFraction writes microseconds as a fraction without trailing zeros, if there are any.
func appendFraction(dst []byte, micros int) []byte {
	if micros == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), micros, 6)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendZone writes an offset in seconds west of Greenwich as one to the east.
func appendZone(dst []byte, west int) []byte {
	sign := byte('+')
	if west > 0 {
		sign = '-'
	}
	seconds := max(west, -west)
	dst = appendPadded(append(dst, sign), seconds/3600, 2)
	if seconds%3600 != 0 {
		dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	}
	if seconds%60 != 0 {
		dst = appendPadded(append(dst, ':'), seconds%60, 2)
	}
	return dst
}

// appendPadded writes a number that is not negative with at least so many digits.
func appendPadded(dst []byte, n, digits int) []byte {
	limit := 1
	for range digits - 1 {
		if limit *= 10; n < limit {
			dst = append(dst, '0')
		}
	}
	return strconv.AppendInt(dst, int64(n), 10)
}

// AppendInterval writes an interval.
func AppendInterval(dst []byte, v datum.Interval) []byte {
	w := intervalWriter{dst: dst, empty: true}
	w.part(int64(v.Months/monthsPerYear), "year")
	w.part(int64(v.Months%monthsPerYear), "mon")
	w.part(int64(v.Days), "day")
	if w.empty || v.Microseconds != 0 {
		w.clock(v.Microseconds)
	}
	return w.dst
}

// intervalWriter writes the parts of an interval that are not zero. A part
// after a negative one shows its sign.
type intervalWriter struct {
	dst             []byte
	empty, negative bool
}

func (w *intervalWriter) part(value int64, unit string) {
	if value == 0 {
		return
	}
	w.space()
	if w.negative && value > 0 {
		w.dst = append(w.dst, '+')
	}
	w.dst = append(strconv.AppendInt(w.dst, value, 10), ' ')
	w.dst = append(w.dst, unit...)
	if value != 1 {
		w.dst = append(w.dst, 's')
	}
	w.empty, w.negative = false, value < 0
}

func (w *intervalWriter) space() {
	if !w.empty {
		w.dst = append(w.dst, ' ')
	}
}

func (w *intervalWriter) clock(micros int64) {
	w.space()
	// As an unsigned number the smallest has its opposite.
	u := uint64(micros)
	if micros < 0 {
		w.dst, u = append(w.dst, '-'), -u
	} else if w.negative {
		w.dst = append(w.dst, '+')
	}
	second := u / uint64(microsPerSecond)
	w.dst = append(appendPadded(w.dst, int(second/3600), 2), ':')
	w.dst = append(appendPadded(w.dst, int(second/60%60), 2), ':')
	w.dst = appendFraction(appendPadded(w.dst, int(second%60), 2), int(u%uint64(microsPerSecond)))
}
