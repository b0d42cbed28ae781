package numbers

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// Limits of numeric's format.
const (
	maxScale    = 16383     // digits after the decimal point
	maxExponent = 32768 * 4 // digits before it
)

// The values that are no numbers.
var (
	numericNaN      = &apd.Decimal{Form: apd.NaN}
	numericInfinity = &apd.Decimal{Form: apd.Infinite}
	numericMinusInf = &apd.Decimal{Form: apd.Infinite, Negative: true}
)

// parseNumeric reads a decimal number with an optional exponent, NaN, or an
// infinity, between white space.
func parseNumeric(text string) (datum.Numeric, error) {
	text = trim(text)
	body := text
	negative := false
	if text != "" && (text[0] == '-' || text[0] == '+') {
		negative, body = text[0] == '-', text[1:]
	}
	if body != "" && !isDigit(body[0]) && body[0] != '.' {
		return parseOddNumeric(text, body, negative)
	}
	whole := digits(body)
	rest := body[whole:]
	fraction := ""
	if strings.HasPrefix(rest, ".") {
		n := digits(rest[1:])
		fraction, rest = rest[1:1+n], rest[1+n:]
	}
	if whole+len(fraction) == 0 {
		return nil, datum.Malformed("numeric")
	}
	exponent, err := parseExponent(rest)
	if err != nil {
		return nil, err
	}
	return newNumeric(body[:whole]+fraction, negative, exponent-len(fraction))
}

// parseOddNumeric reads the names of values that are no numbers. Only an
// infinity has a sign.
func parseOddNumeric(text, body string, negative bool) (datum.Numeric, error) {
	switch {
	case lower(text) == "nan":
		return numericNaN, nil
	case lower(body) != "inf" && lower(body) != "infinity":
		return nil, datum.Malformed("numeric")
	case negative:
		return numericMinusInf, nil
	}
	return numericInfinity, nil
}

// parseExponent reads "e5" or nothing. As with strtol, white space may follow the e.
func parseExponent(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	number := strings.TrimLeft(text[1:], spaces)
	unsigned := strings.TrimPrefix(number, "-")
	if unsigned == number {
		unsigned = strings.TrimPrefix(number, "+")
	}
	if text[0]|0x20 != 'e' || unsigned == "" || digits(unsigned) != len(unsigned) {
		return 0, datum.Malformed("numeric")
	}
	exponent, err := strconv.Atoi(number)
	if err != nil || exponent >= math.MaxInt32/2 || exponent <= -(math.MaxInt32/2) {
		return 0, datum.ErrNumericRange
	}
	return exponent, nil
}

// newNumeric makes the number ±digits * 10^exponent.
func newNumeric(digits string, negative bool, exponent int) (datum.Numeric, error) {
	digits = strings.TrimLeft(digits, "0")
	if exponent < -maxScale || digits != "" && len(digits)+exponent > maxExponent {
		return nil, datum.ErrNumericRange
	}
	value := new(apd.Decimal)
	if digits == "" {
		value.Exponent = int32(min(exponent, 0))
		return value, nil
	}
	value.Negative = negative
	if exponent > 0 {
		digits += strings.Repeat("0", exponent)
		exponent = 0
	}
	value.Exponent = int32(exponent)
	if len(digits) <= 18 {
		small, _ := strconv.ParseInt(digits, 10, 64)
		value.Coeff.SetInt64(small)
	} else {
		value.Coeff.SetString(digits, 10)
	}
	return value, nil
}

// appendNumeric writes a numeric with all digits of its scale.
func appendNumeric(dst []byte, value datum.Numeric) []byte {
	switch {
	case value.Form == apd.NaN:
		return append(dst, "NaN"...)
	case value.Form == apd.Infinite && value.Negative:
		return append(dst, "-Infinity"...)
	case value.Form == apd.Infinite:
		return append(dst, "Infinity"...)
	}
	if value.Negative {
		dst = append(dst, '-')
	}
	scale := int(-value.Exponent)
	start := len(dst)
	dst = value.Coeff.Append(dst, 10)
	if scale == 0 {
		return dst
	}
	if missing := scale + 1 - (len(dst) - start); missing > 0 {
		dst = append(dst, make([]byte, missing)...)
		copy(dst[start+missing:], dst[start:])
		for i := range missing {
			dst[start+i] = '0'
		}
	}
	point := len(dst) - scale
	dst = append(dst, 0)
	copy(dst[point+1:], dst[point:])
	dst[point] = '.'
	return dst
}

// Compare orders numerics: the infinities at the ends and NaN, which equals
// itself, after all others.
func Compare(a, b datum.Numeric) int {
	if rank := formRank(a) - formRank(b); rank != 0 || a.Form != apd.Finite {
		return rank
	}
	return a.Cmp(b)
}

// formRank orders what is no number around those that are.
func formRank(n datum.Numeric) int {
	switch {
	case n.Form == apd.NaN:
		return 2
	case n.Form == apd.Infinite && n.Negative:
		return -1
	case n.Form == apd.Infinite:
		return 1
	}
	return 0
}
