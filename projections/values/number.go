package values

import "bytes"

// The limits of PostgreSQL's numeric.
const (
	maxIntegerDigits  = 131072
	maxFractionDigits = 16383
)

// decimal is a number's text taken apart: value = ±integer.fraction × 10^exponent.
type decimal struct {
	negative          bool
	integer, fraction []byte
	exponent          int
	scientific        bool // an exponent is written, be it zero
}

// appendNumber appends the number as numeric prints it: no exponent, every
// digit of the scale, no negative zero.
func appendNumber(dst, text []byte) ([]byte, error) {
	d, ok := parseDecimal(text)
	if !ok {
		return dst, malformed("numeric")
	}
	if !d.scientific && len(d.integer)+len(d.fraction) <= maxFractionDigits && d.isPlain() {
		return append(dst, text...), nil
	}
	return d.append(dst)
}

// parseDecimal reads the grammar of JSON numbers.
func parseDecimal(text []byte) (d decimal, ok bool) {
	text, d.negative = bytes.CutPrefix(text, []byte("-"))
	d.integer, text = cutDigits(text)
	if len(d.integer) == 0 || len(d.integer) > 1 && d.integer[0] == '0' {
		return d, false
	}
	if len(text) > 0 && text[0] == '.' {
		d.fraction, text = cutDigits(text[1:])
		if len(d.fraction) == 0 {
			return d, false
		}
	}
	if len(text) == 0 {
		return d, true
	}
	d.scientific = true
	d.exponent, ok = parseExponent(text)
	return d, ok
}

// parseExponent reads e+7. What is beyond any numeric is cut to the limit of int32.
func parseExponent(text []byte) (int, bool) {
	if text[0] != 'e' && text[0] != 'E' {
		return 0, false
	}
	text = text[1:]
	sign := 1
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		if text[0] == '-' {
			sign = -1
		}
		text = text[1:]
	}
	if len(text) == 0 || !allDigits(text) {
		return 0, false
	}
	exponent := 0
	for _, c := range text {
		exponent = min(exponent*10+int(c-'0'), maxExponent)
	}
	return sign * exponent, true
}

// maxExponent is the exponent from which on PostgreSQL refuses even a zero.
const maxExponent = 1<<30 - 1

func cutDigits(text []byte) (digits, rest []byte) {
	n := 0
	for n < len(text) && text[n]-'0' <= 9 {
		n++
	}
	return text[:n], text[n:]
}

// isPlain tells that it is no negative zero, which numeric does not have.
func (d *decimal) isPlain() bool {
	return !d.negative || d.integer[0] != '0' || !d.isZero()
}

func (d *decimal) isZero() bool {
	return allZeros(d.integer) && allZeros(d.fraction)
}

func allZeros(digits []byte) bool {
	for _, c := range digits {
		if c != '0' {
			return false
		}
	}
	return true
}

// digit gives the digit at a place counted from the first of integer; zero outside.
func (d *decimal) digit(place int) byte {
	switch {
	case place < 0:
		return '0'
	case place < len(d.integer):
		return d.integer[place]
	case place < len(d.integer)+len(d.fraction):
		return d.fraction[place-len(d.integer)]
	}
	return '0'
}

func (d *decimal) append(dst []byte) ([]byte, error) {
	scale := max(0, len(d.fraction)-d.exponent)
	zero := d.isZero()
	first := 0 // place of the first significant digit
	for !zero && d.digit(first) == '0' {
		first++
	}
	point := len(d.integer) + d.exponent // place of the first digit behind the point
	if zero {
		first = point
	}
	if scale > maxFractionDigits || point-first > maxIntegerDigits || d.exponent == maxExponent || d.exponent == -maxExponent {
		return dst, notJSONB("a number out of the range of numeric")
	}
	if d.negative && !zero {
		dst = append(dst, '-')
	}
	if first >= point {
		dst = append(dst, '0')
	}
	for place := first; place < point; place++ {
		dst = append(dst, d.digit(place))
	}
	if scale > 0 {
		dst = append(dst, '.')
	}
	for place := point; place < point+scale; place++ {
		dst = append(dst, d.digit(place))
	}
	return dst, nil
}
