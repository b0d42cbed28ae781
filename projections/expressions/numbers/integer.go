package numbers

import (
	"math"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// width is one of the integer types. All of them hold their values as int64.
type width struct {
	name     string // in pg_type
	title    string // in messages
	min, max int64
	rangeErr *datum.Error
}

var (
	smallint = width{"int2", "smallint", math.MinInt16, math.MaxInt16, datum.ErrSmallintRange}
	integer  = width{"int4", "integer", math.MinInt32, math.MaxInt32, datum.ErrIntegerRange}
	bigint   = width{"int8", "bigint", math.MinInt64, math.MaxInt64, datum.ErrBigintRange}
)

// check gives a value if the type has it.
func (w width) check(value int64) (int64, error) {
	if value < w.min || value > w.max {
		return 0, w.rangeErr
	}
	return value, nil
}

// parse reads white space, a sign, decimal digits and white space.
func (w width) parse(text string) (int64, error) {
	text = strings.TrimLeft(text, spaces)
	number := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	n := digits(text)
	if n == 0 {
		return 0, datum.Malformed(w.title)
	}
	number = number[:len(number)-len(text)+n]
	value, err := strconv.ParseInt(number, 10, 64)
	// What follows the digits matters only while they are in range.
	if err != nil || value < w.min || value > w.max {
		return 0, datum.Errorf("22003", "value out of range for type %s", w.title)
	}
	if trim(text[n:]) != "" {
		return 0, datum.Malformed(w.title)
	}
	return value, nil
}

func appendInteger(dst []byte, value int64) []byte { return strconv.AppendInt(dst, value, 10) }
