package times

import (
	"math"
	"strings"
)

// plainDate reads a date with delimiters; the day of the year is one, too.
func (d *decoder) plainDate(text string) (seen, error) {
	parts, err := dateParts(text)
	if err != nil {
		return 0, err
	}
	have, textMonth := d.have, false
	var found seen
	// A month's name is not ambiguous, so it comes first.
	for i, part := range parts {
		if !isLetter(part[0]) {
			continue
		}
		t, _ := lookUp(dateTokens, part)
		if t.kind == ignoredKind {
			continue
		}
		if t.kind != monthKind || have&hasMonth != 0 {
			return 0, errFormat
		}
		d.month, textMonth, parts[i] = t.value, true, ""
		have |= hasMonth
		found |= hasMonth
	}
	for _, part := range parts {
		if part == "" {
			continue
		}
		one, err := d.number(part, textMonth, have)
		if err != nil {
			return 0, err
		}
		if have&one != 0 {
			return 0, errFormat
		}
		have |= one
		found |= one
	}
	if have&^(hasDayOfYear|hasZone) != hasDate {
		return 0, errFormat
	}
	return found, nil
}

// dateParts splits a date into runs of digits and runs of letters.
func dateParts(text string) ([]string, error) {
	var parts []string
	for text != "" && len(parts) < maxFields {
		text = strings.TrimLeftFunc(text, func(r rune) bool { return !isDigit(byte(r)) && !isLetter(byte(r)) })
		if text == "" {
			return nil, errFormat
		}
		same := isLetter
		if isDigit(text[0]) {
			same = isDigit
		}
		end := 1
		for end < len(text) && same(text[end]) {
			end++
		}
		parts = append(parts, text[:end])
		// The byte after a run is dropped, whatever it is.
		text = text[min(end+1, len(text)):]
	}
	return parts, nil
}

// number reads a number by what was said before it.
func (d *decoder) number(text string, textMonth bool, have seen) (seen, error) {
	wide, rest, ok := leadingInt(text, 32)
	if !ok {
		return 0, errField
	}
	digits := len(text) - len(rest)
	if digits == 0 {
		return 0, errFormat
	}
	if rest != "" && rest[0] == '.' {
		if digits > 2 { // 2001.360, 040506.789
			return d.concatenated(text, have|hasDate)
		}
		micros, err := fractionMicros(rest)
		if err != nil {
			return 0, err
		}
		d.micros = micros
	} else if rest != "" {
		return 0, errFormat
	}
	value := int(wide)
	if len(text) == 3 && have&hasDate == hasYear && value >= 1 && value <= 366 {
		d.yearDay = value
		return hasDayOfYear | hasMonth | hasDay, nil
	}
	return d.numberInDate(text, value, textMonth, have)
}

// numberInDate takes a number for the part of the date that is due.
func (d *decoder) numberInDate(text string, value int, textMonth bool, have seen) (seen, error) {
	long := len(text) >= 3
	switch have & hasDate {
	case 0:
		if long {
			return d.setYear(text, value), nil
		}
		d.month = value
		return hasMonth, nil
	case hasYear, hasDay:
		d.month = value
		return hasMonth, nil
	case hasMonth:
		if textMonth && long {
			return d.setYear(text, value), nil
		}
	case hasYear | hasMonth:
		if textMonth && long && d.shortYear {
			// What was taken for the year was the day: 08-Jan-1999.
			d.day, d.year, d.shortYear = d.year, value, false
			return hasDay, nil
		}
	case hasMonth | hasDay:
		return d.setYear(text, value), nil
	case hasDate:
		return d.concatenated(text, have)
	default:
		return 0, errFormat
	}
	d.day = value
	return hasDay, nil
}

func (d *decoder) setYear(text string, value int) seen {
	d.year, d.shortYear = value, len(text) <= 2
	return hasYear
}

// concatenated reads yyyymmdd or hhmmss.
func (d *decoder) concatenated(text string, have seen) (seen, error) {
	if point := strings.IndexByte(text, '.'); point >= 0 {
		value, err := fraction(text[point:])
		if err != nil {
			return 0, err
		}
		d.micros = int(math.RoundToEven(value * 1e6))
		text = text[:point]
	} else if n := len(text); have&hasDate != hasDate && n >= 6 {
		d.day = wrappedInt(text[n-2:])
		d.month = wrappedInt(text[n-4 : n-2])
		d.year = wrappedInt(text[:n-4])
		if n == 6 {
			d.shortYear = true
		}
		return hasDate, nil
	}
	if have&hasTime == hasTime || len(text) != 6 && len(text) != 4 {
		return 0, errFormat
	}
	d.second = 0
	if len(text) == 6 {
		d.second = wrappedInt(text[4:])
	}
	d.hour, d.minute = wrappedInt(text[:2]), wrappedInt(text[2:4])
	return hasTime, nil
}

// clock is a time of day, or a longer time.
type clock struct {
	hour                   int64
	minute, second, micros int
}

// decodeClock reads hh:mm:ss; hh:mm means minutes and seconds if so wanted, or with a fraction.
func decodeClock(text string, minuteToSecond bool) (clock, error) {
	var c clock
	var ok bool
	hour, rest, ok := leadingInt(text, 64)
	if !ok {
		return c, errField
	}
	if rest == "" || rest[0] != ':' {
		return c, errFormat
	}
	minute, rest, ok := leadingInt(rest[1:], 32)
	if !ok {
		return c, errField
	}
	var second int64
	var err error
	switch {
	case rest == "" && !minuteToSecond:
	case rest == "", rest[0] == '.':
		if rest != "" {
			if c.micros, err = fractionMicros(rest); err != nil {
				return c, err
			}
		}
		if _, fits := int32Of(hour); !fits {
			return c, errField
		}
		hour, minute, second = 0, hour, minute
	case rest[0] == ':':
		if second, rest, ok = leadingInt(rest[1:], 32); !ok {
			return c, errField
		}
		if rest != "" && rest[0] != '.' {
			return c, errFormat
		}
		if rest != "" {
			if c.micros, err = fractionMicros(rest); err != nil {
				return c, err
			}
		}
	default:
		return c, errFormat
	}
	if hour < 0 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return c, errField
	}
	c.hour, c.minute, c.second = hour, int(minute), int(second)
	return c, nil
}
