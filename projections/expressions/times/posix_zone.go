package times

import (
	"encoding/binary"
	"strings"
	"time"

	"materializer/projections/expressions/datum"
)

// posixZone reads a zone that is described, not named: "EST5",
// "<+03>-3", "AAA4BBB,M3.2.0,M11.1.0", with offsets to the west.
func posixZone(text string) (*zone, error) {
	name, rest, ok := posixName(text)
	if !ok || rest == "" || text[0] == ':' {
		return nil, errZone
	}
	west, rest, ok := posixOffset(rest)
	if !ok {
		return nil, errZone
	}
	if rest == "" {
		return &zone{location: time.FixedZone(name, -west)}, nil
	}
	return posixRules(text, rest)
}

// posixRules reads a zone with daylight saving time.
func posixRules(text, rest string) (*zone, error) {
	name, rest, ok := posixName(rest)
	if ok && rest != "" && rest[0] != ',' && rest[0] != ';' {
		_, rest, ok = posixOffset(rest)
	}
	if !ok || name == "" {
		return nil, errZone
	}
	if rest == "" {
		return nil, &datum.Error{Code: "0A000", Message: "time zones with daylight saving time need a name, or rules"}
	}
	start, end, ok := strings.Cut(rest[1:], ",")
	if !ok || !posixRule(start) || !posixRule(end) {
		return nil, errZone
	}
	location, err := time.LoadLocationFromTZData(text, tzData(text))
	if err != nil {
		return nil, errZone
	}
	return &zone{location: location, rules: true}, nil
}

// posixRule tells whether a text is a rule for a day of the year: J60, 59 or
// M3.2.0, perhaps with a time, /2.
func posixRule(text string) bool {
	date, clock, timed := strings.Cut(text, "/")
	if timed {
		if _, rest, ok := posixOffset(clock); !ok || rest != "" {
			return false
		}
	}
	switch {
	case strings.HasPrefix(date, "J"):
		return within(date[1:], 1, 365)
	case strings.HasPrefix(date, "M"):
		parts := strings.Split(date[1:], ".")
		return len(parts) == 3 && within(parts[0], 1, 12) && within(parts[1], 1, 5) && within(parts[2], 0, 6)
	}
	return within(date, 0, 365)
}

// within tells whether a text is a number without a sign within bounds.
func within(digits string, low, high int64) bool {
	value, rest, ok := leadingInt(digits, 32)
	return ok && rest == "" && digits != "" && isDigit(digits[0]) && low <= value && value <= high
}

// tzData is a file of the time zone database that only has rules: one
// transition, before all that happens, so that they are looked at.
func tzData(rules string) []byte {
	header := func(version byte) []byte {
		h := append([]byte("TZif"), version)
		h = append(h, make([]byte, 15)...)
		for _, count := range []uint32{0, 0, 0, 1, 1, 4} { // the last three: transitions, types, bytes of names
			h = binary.BigEndian.AppendUint32(h, count)
		}
		return h
	}
	longAgo := int64(-1 << 59)
	kind := []byte{0, 0, 0, 0, 0, 0, 'L', 'M', 'T', 0}
	data := binary.BigEndian.AppendUint32(header('2'), 0)
	data = append(append(data, 0), kind...)
	data = binary.BigEndian.AppendUint64(append(data, header('2')...), uint64(longAgo))
	data = append(append(data, 0), kind...)
	return append(data, "\n"+rules+"\n"...)
}

// posixName takes the name off the front: anything up to an offset, or what is in <>.
func posixName(text string) (name, rest string, ok bool) {
	if strings.HasPrefix(text, "<") {
		return strings.Cut(text[1:], ">")
	}
	end := strings.IndexAny(text, "0123456789,-+")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], true
}

// posixOffset takes hh[:mm[:ss]] off the front, in seconds.
func posixOffset(text string) (seconds int, rest string, ok bool) {
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	limit, scale := 167, 3600
	for {
		digits := 0
		for digits < len(text) && isDigit(text[digits]) {
			digits++
		}
		value, _, fits := leadingInt(text[:digits], 32)
		if digits == 0 || !fits || int(value) > limit {
			return 0, "", false
		}
		seconds += int(value) * scale
		text = text[digits:]
		if scale == 1 || !strings.HasPrefix(text, ":") {
			break
		}
		text, limit, scale = text[1:], 59, scale/60
		if scale == 1 {
			limit = 60
		}
	}
	if negative {
		seconds = -seconds
	}
	return seconds, text, true
}
