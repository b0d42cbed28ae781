package numbers

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unsafe"

	"materializer/projections/expressions/datum"
)

// float is one of the floating point types.
type float interface{ float32 | float64 }

// bitsOf is the size of a floating point type.
func bitsOf[F float]() int { return int(unsafe.Sizeof(F(0))) * 8 }

func parseReal(text string) (float32, error)   { return parseFloat[float32](text, "real") }
func parseDouble(text string) (float64, error) { return parseFloat[float64](text, "double precision") }

// parseFloat reads what strtod reads, between white space.
func parseFloat[F float](text, title string) (F, error) {
	text = trim(text)
	if !isDecimal(text) {
		return parseOddFloat[F](text, title)
	}
	value, err := strconv.ParseFloat(text, bitsOf[F]())
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, datum.Malformed(title)
	case err != nil || value == 0 && hasSignificant(text):
		return 0, datum.Errorf("22003", "value is out of range for type %s", title)
	}
	return F(value), nil
}

// parseOddFloat reads names of values and hexadecimal numbers.
func parseOddFloat[F float](text, title string) (F, error) {
	name := lower(text)
	sign := 1
	if strings.HasPrefix(name, "-") {
		sign = -1
	}
	name = strings.TrimLeft(name, "+-")
	if len(text)-len(name) <= 1 {
		switch {
		case name == "inf", name == "infinity":
			return F(math.Inf(sign)), nil
		case name == "nan", strings.HasPrefix(name, "nan(") && isNaNPayload(name[4:]):
			return F(math.NaN()), nil
		case strings.HasPrefix(name, "0x"):
			return parseHexFloat[F](text, name, title)
		}
	}
	return 0, datum.Malformed(title)
}

// isNaNPayload tells whether a text is what may follow "nan(".
func isNaNPayload(text string) bool {
	inner, closed := strings.CutSuffix(text, ")")
	return closed && strings.Trim(inner, "0123456789abcdefghijklmnopqrstuvwxyz_") == ""
}

// parseHexFloat reads a hexadecimal number, whose exponent may be missing.
func parseHexFloat[F float](text, name, title string) (F, error) {
	if strings.Contains(name, "_") {
		return 0, datum.Malformed(title)
	}
	if !strings.Contains(name, "p") {
		text += "p0"
	}
	value, err := strconv.ParseFloat(text, bitsOf[F]())
	mantissa, _, _ := strings.Cut(name[2:], "p")
	switch {
	case errors.Is(err, strconv.ErrSyntax):
		return 0, datum.Malformed(title)
	case err != nil || value == 0 && strings.Trim(mantissa, "0.") != "":
		return 0, datum.Errorf("22003", "value is out of range for type %s", title)
	}
	return F(value), nil
}

// isDecimal tells whether a text has only characters of decimal numbers.
func isDecimal(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isDigit(c) && c != '.' && c != '-' && c != '+' && c|0x20 != 'e' {
			return false
		}
	}
	return true
}

// hasSignificant tells whether a well-formed decimal number is not zero.
func hasSignificant(text string) bool {
	if end := strings.IndexAny(text, "eE"); end >= 0 {
		text = text[:end]
	}
	return strings.ContainsAny(text, "123456789")
}

func appendReal(dst []byte, value float32) []byte   { return appendFloat(dst, value, 6) }
func appendDouble(dst []byte, value float64) []byte { return appendFloat(dst, value, 15) }

// appendFloat writes the shortest decimal that reads back as the value, with an
// exponent where the decimal point would be before -4 or from limit on.
func appendFloat[F float](dst []byte, value F, limit int) []byte {
	v := float64(value)
	switch {
	case math.IsNaN(v):
		return append(dst, "NaN"...)
	case math.IsInf(v, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(v, -1):
		return append(dst, "-Infinity"...)
	}
	var buf [32]byte
	text := shortest(buf[:0], v, bitsOf[F]())
	mark := bytes.LastIndexByte(text, 'e')
	exponent, _ := strconv.Atoi(string(text[mark+1:]))
	if exponent < -4 || exponent >= limit {
		return append(dst, text...)
	}
	return strconv.AppendFloat(dst, v, 'f', max(0, significant(text[:mark])-1-exponent), bitsOf[F]())
}

// significant counts the digits of a mantissa.
func significant(mantissa []byte) int {
	n := 0
	for _, c := range mantissa {
		if isDigit(c) {
			n++
		}
	}
	return n
}

// shortest writes a value as d.ddde+dd in the fewest digits that lie strictly
// nearer to it than to any other value. PostgreSQL does not trust a reader to
// round a tie to even, which Go does.
func shortest(dst []byte, value float64, bits int) []byte {
	text := strconv.AppendFloat(dst, value, 'e', -1, bits)
	// Only numbers of this size can have a tie that so few digits express.
	size := math.Abs(value)
	if size < 1<<21 || size > 1e41 || bits == 64 && size < 1<<51 {
		return text
	}
	for precision := significant(text) - 2; isTie(text, value, bits); precision++ {
		text = strconv.AppendFloat(dst, value, 'e', precision, bits)
	}
	return text
}

// isTie tells whether a decimal lies midway between a value and the next one,
// or does not read back as the value at all.
func isTie(text []byte, value float64, bits int) bool {
	if read, err := strconv.ParseFloat(string(text), bits); err != nil || read != value {
		return true
	}
	decimal, _ := new(big.Rat).SetString(string(text))
	for _, side := range [2]float64{math.Inf(-1), math.Inf(1)} {
		next := math.Nextafter(value, side)
		if bits == 32 {
			next = float64(math.Nextafter32(float32(value), float32(side)))
		}
		if math.IsInf(next, 0) {
			continue
		}
		middle := new(big.Rat).SetFloat64(value)
		middle.Add(middle, new(big.Rat).SetFloat64(next)).Mul(middle, big.NewRat(1, 2))
		if middle.Cmp(decimal) == 0 {
			return true
		}
	}
	return false
}

// compareFloat orders floats as PostgreSQL does: NaN equals itself and is
// greater than all others, and there is one zero.
func compareFloat[F float](a, b F) int {
	switch {
	case a == b || a != a && b != b:
		return 0
	case a < b || b != b:
		return -1
	}
	return 1
}
