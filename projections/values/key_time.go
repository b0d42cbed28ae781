package values

import (
	"bytes"
	"encoding/binary"
	"math"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 86_400 * microsPerSecond
	daysPerMonth    = 30 // as interval comparison has it
)

// appendDateKey encodes days; the infinities are beyond all of them.
func appendDateKey(dst, text []byte) ([]byte, error) {
	if v, ok := infinite(text); ok {
		return appendInt(dst, v), nil
	}
	days, rest, ok := parseDate(text)
	if !ok || len(rest) > 0 {
		return dst, malformed("date")
	}
	return appendInt(dst, days), nil
}

// appendTimestampKey encodes microseconds in UTC in 8 bytes, for timestamp and timestamptz alike.
func appendTimestampKey(dst, text []byte) ([]byte, error) {
	v, ok := infinite(text)
	if !ok {
		v, ok = parseTimestamp(text)
	}
	if !ok {
		return dst, malformed("timestamp")
	}
	return appendMicros(dst, v), nil
}

// appendDateAsTimestampKey is midnight in UTC. Dates go on where timestamps
// end: they equal no timestamp, and sort behind all but infinity.
func appendDateAsTimestampKey(dst, text []byte) ([]byte, error) {
	if v, ok := infinite(text); ok {
		return appendMicros(dst, v), nil
	}
	days, rest, ok := parseDate(text)
	if !ok || len(rest) > 0 {
		return dst, malformed("date")
	}
	if days > math.MaxInt64/microsPerDay {
		// The day after the last timestamp is more than a day before the end of int64.
		dst = appendMicros(dst, math.MaxInt64-1)
		return appendInt(dst, days), nil
	}
	return appendMicros(dst, days*microsPerDay), nil
}

func appendMicros(dst []byte, v int64) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(v)^1<<63)
}

func infinite(text []byte) (int64, bool) {
	switch string(text) {
	case "infinity":
		return math.MaxInt64, true
	case "-infinity":
		return math.MinInt64, true
	}
	return 0, false
}

// parseDate reads 2024-05-06, also 0044-03-15 BC, as days since 2000-01-01.
func parseDate(text []byte) (days int64, rest []byte, ok bool) {
	text, bc := bytes.CutSuffix(text, []byte(" BC"))
	year, text, ok1 := cutNumber(text, '-', 7)
	month, text, ok2 := cutNumber(text, '-', 2)
	digits, rest := cutDigits(text)
	day, ok3 := parseUint(digits, 31)
	if !ok1 || !ok2 || !ok3 || year < 1 || month < 1 || month > 12 || day < 1 {
		return 0, nil, false
	}
	y := int64(year)
	if bc {
		y = 1 - y
	}
	return daysSince2000(y, int64(month), int64(day)), rest, true
}

// cutNumber reads up to size digits and the byte that ends them.
func cutNumber(text []byte, end byte, size int) (v uint64, rest []byte, ok bool) {
	digits, rest := cutDigits(text)
	if len(digits) == 0 || len(digits) > size || len(rest) == 0 || rest[0] != end {
		return 0, nil, false
	}
	v, ok = parseUint(digits, math.MaxInt64)
	return v, rest[1:], ok
}

// daysSince2000 counts in the proleptic Gregorian calendar, year 0 being 1 BC.
func daysSince2000(year, month, day int64) int64 {
	if month <= 2 { // years begin in March, so that the leap day is the last
		year--
		month += 12
	}
	era := floorDivide(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	const daysPerEra, epoch = 146_097, 730_425 // 2000-01-01 from 0000-03-01
	return era*daysPerEra + dayOfEra - epoch
}

func floorDivide(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// parseTimestamp reads 2024-05-06 07:08:09.1, with an offset for timestamptz, as microseconds since 2000 in UTC.
func parseTimestamp(text []byte) (int64, bool) {
	text, bc := bytes.CutSuffix(text, []byte(" BC"))
	space := bytes.IndexByte(text, ' ')
	if space < 0 {
		return 0, false
	}
	var buffer [24]byte
	date := append(buffer[:0], text[:space]...)
	if bc {
		date = append(date, " BC"...)
	}
	days, rest, ok := parseDate(date)
	if !ok || len(rest) > 0 {
		return 0, false
	}
	micros, rest, ok := parseClock(text[space+1:])
	if !ok {
		return 0, false
	}
	offset, ok := parseOffset(rest)
	if !ok || days > math.MaxInt64/microsPerDay || days < math.MinInt64/microsPerDay {
		return 0, false
	}
	total := days * microsPerDay
	clock := int64(micros) - offset*microsPerSecond
	if clock > 0 && total > math.MaxInt64-clock {
		return 0, false
	}
	return total + clock, true
}

// parseClock reads 07:08:09.123456 as microseconds; there may be any number of hours.
func parseClock(text []byte) (micros uint64, rest []byte, ok bool) {
	hours, text, ok1 := cutNumber(text, ':', 10)
	minutes, text, ok2 := cutNumber(text, ':', 2)
	digits, rest := cutDigits(text)
	seconds, ok3 := parseUint(digits, 60)
	if !ok1 || !ok2 || !ok3 || minutes > 59 || hours > math.MaxUint64/3600/microsPerSecond/2 {
		return 0, nil, false
	}
	micros = (hours*3600 + minutes*60 + seconds) * microsPerSecond
	if len(rest) == 0 || rest[0] != '.' {
		return micros, rest, true
	}
	digits, rest = cutDigits(rest[1:])
	if len(digits) == 0 || len(digits) > 6 {
		return 0, nil, false
	}
	unit := uint64(microsPerSecond)
	for _, c := range digits {
		unit /= 10
		micros += uint64(c-'0') * unit
	}
	return micros, rest, true
}

// parseOffset reads +05, -03:30 or +00:53:28 as seconds east of UTC; nothing is UTC.
func parseOffset(text []byte) (int64, bool) {
	if len(text) == 0 {
		return 0, true
	}
	sign := int64(1)
	switch text[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	var seconds int64
	for unit := int64(3600); unit > 0; unit /= 60 {
		if len(text) < 3 {
			return 0, false
		}
		v, ok := parseUint(text[1:3], 59)
		if !ok {
			return 0, false
		}
		seconds += int64(v) * unit
		if text = text[3:]; len(text) == 0 {
			return sign * seconds, true
		}
		if text[0] != ':' {
			return 0, false
		}
	}
	return 0, false
}

func appendTimeKey(dst, text []byte) ([]byte, error) {
	micros, rest, ok := parseClock(text)
	if !ok || len(rest) > 0 || micros > microsPerDay {
		return dst, malformed("time")
	}
	return appendUint(dst, micros), nil
}

// appendTimetzKey encodes the time in UTC, then the zone, west being greater, as PostgreSQL orders them.
func appendTimetzKey(dst, text []byte) ([]byte, error) {
	micros, rest, ok := parseClock(text)
	if !ok || len(rest) == 0 || micros > microsPerDay {
		return dst, malformed("timetz")
	}
	east, ok := parseOffset(rest)
	if !ok {
		return dst, malformed("timetz")
	}
	dst = appendInt(dst, int64(micros)-east*microsPerSecond)
	return appendInt(dst, -east), nil
}

// appendTimeAsTimetzKey takes a time as one in UTC.
func appendTimeAsTimetzKey(dst, text []byte) ([]byte, error) {
	dst, err := appendTimeKey(dst, text)
	return appendInt(dst, 0), err
}

// appendIntervalKey encodes the whole days, a month being 30, then the rest of
// a day: 1 month, 30 days and 720:00:00 are equal.
func appendIntervalKey(dst, text []byte) ([]byte, error) {
	if v, ok := infinite(text); ok {
		return appendInt(appendInt(dst, v), 0), nil
	}
	days, micros, ok := parseInterval(text)
	if !ok {
		return dst, malformed("interval")
	}
	whole := floorDivide(micros, microsPerDay)
	dst = appendInt(dst, days+whole)
	return appendInt(dst, micros-whole*microsPerDay), nil
}

// parseInterval reads -1 years -2 mons +3 days -04:05:06.7.
func parseInterval(text []byte) (days, micros int64, ok bool) {
	for len(text) > 0 {
		field := text
		if space := bytes.IndexByte(text, ' '); space >= 0 {
			field, text = text[:space], text[space+1:]
		} else {
			text = nil
		}
		if bytes.IndexByte(field, ':') >= 0 {
			micros, ok = parseSignedClock(field)
			return days, micros, ok && len(text) == 0
		}
		unit, rest, _ := bytes.Cut(text, []byte(" "))
		text = rest
		v, ok := parseInt(bytes.TrimPrefix(field, []byte("+")))
		if !ok || v != int64(int32(v)) {
			return 0, 0, false
		}
		switch string(unit) {
		case "year", "years":
			days += v * 12 * daysPerMonth
		case "mon", "mons":
			days += v * daysPerMonth
		case "day", "days":
			days += v
		default:
			return 0, 0, false
		}
	}
	return days, 0, true
}

func parseSignedClock(text []byte) (int64, bool) {
	negative := false
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative, text = text[0] == '-', text[1:]
	}
	micros, rest, ok := parseClock(text)
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	if !ok || len(rest) > 0 || micros > limit {
		return 0, false
	}
	if negative {
		return -int64(micros), true
	}
	return int64(micros), true
}
