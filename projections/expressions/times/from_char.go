package times

import (
	"materializer/projections/expressions/datum"
)

// Faults of texts that do not fit their template.
var (
	errTooShort    = &datum.Error{Code: "22007", Message: "source string too short for formatting field"}
	errFieldValue  = &datum.Error{Code: "22007", Message: "invalid value for formatting field"}
	errFieldRange  = &datum.Error{Code: "22008", Message: "value for formatting field in source string is out of range"}
	errConflict    = &datum.Error{Code: "22007", Message: "conflicting values for a field in formatting string"}
	errConventions = &datum.Error{Code: "22007", Message: "invalid combination of date conventions"}
	errOnlyToChar  = &datum.Error{Code: "0A000", Message: "formatting field is only supported in to_char"}
	errThousands   = &datum.Error{Code: "22007", Message: "invalid input string for \"Y,YYY\""}
	errHour12      = &datum.Error{Code: "22007", Message: "hour is invalid for the 12-hour clock"}
	errDayOfYear   = &datum.Error{Code: "22007", Message: "cannot calculate day of year without year information"}
)

// templateReader reads a text by a template. Zero is a number that was not given.
type templateReader struct {
	text     string
	at       int
	fixed    bool // FX
	skipped  int  // spaces and separators beyond those of the template
	calendar calendar

	hour, minute, second, secondOfDay         int
	millis, micros, precision                 int
	year, yearDigits, century, month, day     int
	dayOfWeek, dayOfYear, week, weekInMonth   int
	julian, pm, bc, zoneSign, zoneHour, zoneM int
	clock12                                   bool
}

func (r *templateReader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// character skips a character.
func (r *templateReader) character() { r.at += len(firstCharacter(r.text[r.at:])) }

func (r *templateReader) spaces() (skipped int) {
	for r.at < len(r.text) && isSpace(r.text[r.at]) {
		r.at++
		skipped++
	}
	return skipped
}

// read goes through the template, or to the end of the text.
func (r *templateReader) read(nodes []node) error {
	for i := 0; i < len(nodes) && r.at < len(r.text); i++ {
		n := &nodes[i]
		isKeyword := n.kind == keywordNode
		if !r.fixed && (!isKeyword || n.keyword.name != "FX") && (isKeyword || i == 0) {
			r.skipped += r.spaces()
		}
		if !isKeyword {
			r.plain(n)
			continue
		}
		if err := r.setCalendar(n.keyword.calendar); err != nil {
			return err
		}
		if err := r.keyword(n, greedy(nodes, i)); err != nil {
			return err
		}
		if !r.fixed {
			r.skipped = r.spaces()
		}
	}
	return nil
}

// plain reads a character that is not a keyword, whatever it is.
func (r *templateReader) plain(n *node) {
	switch {
	case n.kind == textNode && !r.fixed && r.skipped > 0:
		r.skipped--
	case n.kind == textNode || r.fixed:
		if r.at < len(r.text) {
			r.character()
		}
	default:
		r.skipped--
		if c := r.peek(); isSpace(c) || isPunctuation(c) {
			r.at++
			r.skipped++
		}
	}
}

// greedy tells whether all digits that there are belong to the field: it is
// not followed by another number.
func greedy(nodes []node, i int) bool {
	if nodes[i].fill || nodes[i].ordinal != "" || i+1 == len(nodes) {
		return true
	}
	next := &nodes[i+1]
	if next.kind == keywordNode {
		return !next.keyword.digits
	}
	return len(next.character) != 1 || !isDigit(next.character[0])
}

func (r *templateReader) setCalendar(c calendar) error {
	switch {
	case c == anyCalendar, c == r.calendar:
	case r.calendar == anyCalendar:
		r.calendar = c
	default:
		return errConventions
	}
	return nil
}

// set stores a value, which must not contradict another.
func set(field *int, value int) error {
	if *field != 0 && *field != value {
		return errConflict
	}
	*field = value
	return nil
}

// number reads a number of so many characters, or all digits that there are.
func (r *templateReader) number(field *int, width int, greedy bool) (length int, err error) {
	start := r.at
	r.spaces()
	source := r.text[r.at:]
	if !greedy {
		if len(source) < width {
			return 0, errTooShort
		}
		source = source[:width]
	}
	value, rest, ok := leadingInt(source, 32)
	used := len(source) - len(rest)
	if !greedy && used > 0 && used < width {
		return 0, errFieldValue
	}
	r.at += used
	if used == 0 && greedy {
		r.at = start
	}
	if r.at == start {
		return 0, errFieldValue
	}
	if !ok {
		return 0, errFieldRange
	}
	return r.at - start, set(field, int(value))
}

// oneOf reads one of some words in any case: its index.
func (r *templateReader) oneOf(words []string, width int) (int, error) {
	for i, word := range words {
		if width > 0 {
			word = word[:width]
		}
		if rest := r.text[r.at:]; len(rest) >= len(word) && foldASCII(rest[:len(word)]) == foldASCII(word) {
			r.at += len(word)
			return i, nil
		}
	}
	return 0, errFieldValue
}

func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}
