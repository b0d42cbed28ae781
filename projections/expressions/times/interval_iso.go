package times

import (
	"math"
	"strconv"
)

// isoReader reads a duration as ISO 8601 writes it: P1Y2M3DT4H5M6S, or P0001-02-03T04:05:06.
type isoReader struct {
	intervalParts
	text string
	at   int
	// last number read
	value int64
	part  float64
	width int // digits of its whole
}

func parseISOInterval(text string, release int) (intervalParts, error) {
	if len(text) < 2 || text[0] != 'P' {
		return intervalParts{}, errFormat
	}
	r := isoReader{intervalParts: intervalParts{release: release}, text: text, at: 1}
	err := r.read()
	return r.intervalParts, err
}

// peek is the next byte, 0 at the end.
func (r *isoReader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// next takes a byte, 0 at the end.
func (r *isoReader) next() byte {
	c := r.peek()
	r.at++
	return c
}

func (r *isoReader) read() error {
	inDate, first := true, true
	for r.peek() != 0 {
		if r.peek() == 'T' {
			r.at++
			inDate, first = false, true
			continue
		}
		if err := r.number(); err != nil {
			return err
		}
		var done bool
		var err error
		unit := r.next()
		switch u, isUnit := isoUnit(inDate, unit); {
		case isUnit:
			err = r.add(u)
			first = false
		case inDate:
			done, err = r.alternativeDate(unit, first)
			inDate, first = false, true
		default:
			return r.alternativeTime(unit, first)
		}
		if err != nil || done {
			return err
		}
	}
	return nil
}

func isoUnit(inDate bool, c byte) (unit, bool) {
	if inDate {
		switch c {
		case 'Y':
			return year, true
		case 'M':
			return month, true
		case 'W':
			return week, true
		case 'D':
			return day, true
		}
		return noUnit, false
	}
	switch c {
	case 'H':
		return hour, true
	case 'M':
		return minute, true
	case 'S':
		return second, true
	}
	return noUnit, false
}

// add adds the number last read.
func (r *isoReader) add(u unit) error {
	d := intervalDecoder{intervalParts: r.intervalParts}
	_, err := d.add(u, r.value, r.part)
	r.intervalParts = d.intervalParts
	return err
}

// number reads a number as C's strtod does, within limits.
func (r *isoReader) number() error {
	if c := r.peek(); !isDigit(c) && c != '-' && c != '.' {
		return errFormat
	}
	rest := r.text[r.at:]
	length := floatLength(rest)
	if length == 0 {
		return errFormat
	}
	value, err := strconv.ParseFloat(rest[:length], 64)
	if err != nil {
		return errFormat
	}
	if math.IsNaN(value) || value < -1e15 || value > 1e15 {
		return errField
	}
	r.at += length
	whole := math.Trunc(value)
	r.value, r.part = int64(whole), value-whole
	r.width = 0
	if rest[0] == '-' {
		rest = rest[1:]
	}
	for r.width < len(rest) && isDigit(rest[r.width]) {
		r.width++
	}
	return nil
}

// alternativeDate reads the rest of yyyymmdd or yyyy-mm-dd. It is done at the text's end.
func (r *isoReader) alternativeDate(unit byte, first bool) (done bool, err error) {
	if unit != 'T' && unit != 0 && unit != '-' || !first {
		return false, errFormat
	}
	if unit != '-' && r.width == 8 {
		return unit == 0, r.addBasicDate()
	}
	if err := r.add(year); err != nil || unit != '-' {
		return unit == 0, err
	}
	for _, u := range []isoPart{{month, '-'}, {day, 0}} {
		if err := r.number(); err != nil {
			return false, err
		}
		if err := r.add(u.unit); err != nil {
			return false, err
		}
		switch c := r.peek(); {
		case c == 0:
			return true, nil
		case c == 'T':
			return false, nil
		case c != u.after:
			return false, errFormat
		}
		r.at++
	}
	return false, errFormat
}

// isoPart is a unit and what comes after it.
type isoPart struct {
	unit  unit
	after byte
}

func (r *isoReader) addBasicDate() error {
	if !r.addYears(r.value/10000, 1) || !r.addMonths(r.value/100%100) ||
		!r.addDays(r.value%100, 1) || !r.addFractionMicros(r.part, microsPerDay) {
		return errField
	}
	return nil
}

// alternativeTime reads the rest of hhmmss or hh:mm:ss, with which the text ends.
func (r *isoReader) alternativeTime(unit byte, first bool) error {
	if unit != 0 && unit != ':' || !first {
		return errFormat
	}
	if unit == 0 && r.width == 6 {
		if !r.addMicros(r.value/10000, 0, microsPerHour) || !r.addMicros(r.value/100%100, 0, microsPerMinute) ||
			!r.addMicros(r.value%100, 0, microsPerSecond) || !r.addFractionMicros(r.part, 1) {
			return errField
		}
		return nil
	}
	if err := r.add(hour); err != nil || unit == 0 {
		return err
	}
	for _, u := range []isoPart{{minute, ':'}, {second, 0}} {
		if err := r.number(); err != nil {
			return err
		}
		if err := r.add(u.unit); err != nil {
			return err
		}
		switch c := r.peek(); {
		case c == 0:
			return nil
		case c != u.after:
			return errFormat
		}
		r.at++
	}
	return errFormat
}

// floatLength is how much of a text's front is a decimal number.
func floatLength(text string) int {
	end := 0
	if end < len(text) && text[end] == '-' {
		end++
	}
	digits := 0
	for ; end < len(text) && isDigit(text[end]); end++ {
		digits++
	}
	if end < len(text) && text[end] == '.' {
		end++
		for ; end < len(text) && isDigit(text[end]); end++ {
			digits++
		}
	}
	if digits == 0 {
		return 0
	}
	if end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		exponent := end + 1
		if exponent < len(text) && (text[exponent] == '-' || text[exponent] == '+') {
			exponent++
		}
		if exponent < len(text) && isDigit(text[exponent]) {
			for end = exponent; end < len(text) && isDigit(text[end]); end++ {
			}
		}
	}
	return end
}
