package numbers

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// withSince16 is what the functions do since PostgreSQL 16.
func withSince16() []function.Function {
	list := []function.Function{
		function.Of1("pg_size_bytes(text)", func(text string) (int64, error) {
			if cut, ok := strings.CutSuffix(lower(trim(text)), "b"); ok && (trim(cut) != cut || cut != "" && isDigit(cut[len(cut)-1])) {
				text = trim(cut)
			}
			return parseSize(text)
		}),
		{Signature: "width_bucket(float8,float8,float8,int4)", Call: func(args []any) (any, error) {
			return boxed(floatBucketBelow(args[0].(float64), args[1].(float64), args[2].(float64), args[3].(int64)))
		}},
		{Signature: "width_bucket(numeric,numeric,numeric,int4)", Call: func(args []any) (any, error) {
			operand, high, count := args[0].(datum.Numeric), args[2].(datum.Numeric), args[3].(int64)
			low := args[1].(datum.Numeric)
			bucket, err := numericBucket(operand, low, high, count)
			// A quotient that is rounded up to the count lies.
			if err == nil && Compare(operand, high)*sign(Compare(low, high)) > 0 {
				bucket = min(bucket, count)
			}
			return boxed(bucket, err)
		}},
	}
	for _, name := range []string{"pow", "power", "numeric_power"} {
		list = append(list, function.Of2(name+"(numeric,numeric)", func(a, b datum.Numeric) (datum.Numeric, error) {
			return numericPower(a, b, 16)
		}))
	}
	return list
}

func boxed(n int64, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

// floatBucketBelow keeps what is below the upper bound out of the bucket above it.
func floatBucketBelow(operand, low, high float64, count int64) (int64, error) {
	bucket, err := floatBucket(operand, low, high, count)
	inside := low < high && operand >= low && operand < high || low > high && operand <= low && operand > high
	if err != nil || !inside {
		return bucket, err
	}
	part := (operand - low) / (high - low)
	if isInf(high - low) {
		part = (operand/2 - low/2) / (high/2 - low/2)
	}
	return min(int64(float64(count)*part), count-1) + 1, nil
}

// radixes are the prefixes of numbers to other bases than ten.
var radixes = map[byte]uint64{'x': 16, 'o': 8, 'b': 2}

// radix is the base of a number without its sign, and the rest of it.
func radix(text string) (base uint64, rest string) {
	if len(text) > 1 && text[0] == '0' && radixes[text[1]|0x20] != 0 {
		return radixes[text[1]|0x20], text[2:]
	}
	return 10, text
}

// digitOf is the value of a digit to any base, 99 for what is none.
func digitOf(c byte) uint64 {
	switch {
	case isDigit(c):
		return uint64(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return uint64(c|0x20-'a') + 10
	}
	return 99
}

// parse16 reads other bases and underscores between digits, too.
func (w width) parse16(text string) (int64, error) {
	text = strings.TrimLeft(text, spaces)
	unsigned := strings.TrimLeft(text[:min(len(text), 1)], "+-") + text[min(len(text), 1):]
	base, rest := radix(unsigned)
	value, count := uint64(0), 0
	for ; rest != ""; rest = rest[1:] {
		if rest[0] == '_' && (count > 0 || base != 10) && len(rest) > 1 && digitOf(rest[1]) < base {
			continue
		}
		digit := digitOf(rest[0])
		if digit >= base {
			break
		}
		if value > uint64(-(w.min / int64(base))) {
			return 0, datum.Errorf("22003", "value out of range for type %s", w.title)
		}
		value, count = value*base+digit, count+1
	}
	limit := uint64(w.max)
	if strings.HasPrefix(text, "-") {
		limit++
	}
	switch {
	case count == 0 || trim(rest) != "":
		return 0, datum.Malformed(w.title)
	case value > limit:
		return 0, datum.Errorf("22003", "value out of range for type %s", w.title)
	case strings.HasPrefix(text, "-"):
		return int64(-value), nil
	}
	return int64(value), nil
}

// parseOID16 reads the bases that strtoul knows by their prefix.
func parseOID16(text string) (int64, error) {
	text = strings.TrimLeft(text, spaces)
	body := strings.TrimLeft(text[:min(len(text), 1)], "+-") + text[min(len(text), 1):]
	base := 10
	switch {
	case len(body) > 2 && body[0] == '0' && body[1]|0x20 == 'x' && digitOf(body[2]) < 16:
		base, body = 16, body[2:]
	case len(body) > 1 && body[0] == '0':
		base = 8
	}
	n := 0
	for n < len(body) && digitOf(body[n]) < uint64(base) {
		n++
	}
	if n == 0 {
		return 0, datum.Malformed("oid")
	}
	magnitude, err := strconv.ParseUint(body[:n], base, 64)
	if err != nil {
		return 0, errOIDRange
	}
	sign := ""
	if text[0] == '-' {
		sign = "-"
	}
	return parseOID(sign + strconv.FormatUint(magnitude, 10) + body[n:])
}

// parseNumeric16 reads other bases and underscores between digits, too, and no space in an exponent.
func parseNumeric16(text string) (datum.Numeric, error) {
	body := trim(text)
	sign := ""
	if body != "" && (body[0] == '-' || body[0] == '+') {
		sign, body = body[:1], body[1:]
	}
	if base, rest := radix(body); base != 10 {
		return numericOfBase(rest, base, sign == "-")
	}
	if strings.ContainsAny(body, spaces) {
		return nil, datum.Malformed("numeric")
	}
	for i := range len(body) {
		if body[i] == '_' && (i == 0 || i == len(body)-1 || !isDigit(body[i-1]) || !isDigit(body[i+1])) {
			return nil, datum.Malformed("numeric")
		}
	}
	return parseNumeric(sign + strings.ReplaceAll(body, "_", ""))
}

func numericOfBase(digits string, base uint64, negative bool) (datum.Numeric, error) {
	value, previous := fromInt(0), byte('_')
	digits = strings.TrimPrefix(digits, "_")
	for i := range len(digits) {
		c := digits[i]
		switch {
		case c == '_' && previous != '_':
		case digitOf(c) < base:
			value.Coeff.Mul(&value.Coeff, apd.NewBigInt(int64(base))).Add(&value.Coeff, apd.NewBigInt(int64(digitOf(c))))
		default:
			return nil, datum.Malformed("numeric")
		}
		previous = c
	}
	if previous == '_' {
		return nil, datum.Malformed("numeric")
	}
	if value.NumDigits() > maxExponent {
		return nil, datum.ErrNumericRange
	}
	value.Negative = negative && value.Coeff.Sign() != 0
	return value, nil
}

// powerScale is the scale of an integer power since PostgreSQL 16: enough for 16 digits that count.
func powerScale(a, b datum.Numeric, size float64) int {
	return resultScale(minSignificant-int(math.Max(size, -maxDisplayScale-1)), a, b)
}
