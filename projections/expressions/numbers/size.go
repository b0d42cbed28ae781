package numbers

import (
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// sizeFunctions write and read sizes of storage.
func sizeFunctions() []function.Function {
	return []function.Function{
		function.Of1("pg_size_pretty(int8)", func(size int64) (string, error) { return prettySize(fromInt(size)) }),
		function.Of1("pg_size_pretty(numeric)", prettySize),
		function.Of1("pg_size_bytes(text)", parseSize),
	}
}

// sizeUnits are the units of sizes, each 1024 of the one before.
var sizeUnits = []string{"bytes", "kB", "MB", "GB", "TB", "PB"}

// prettySize takes the unit in which a size has no more than five digits. From
// the second unit on it counts halves, which it rounds at the end.
func prettySize(size datum.Numeric) (string, error) {
	limit, divisor := fromInt(10*1024), fromInt(512)
	var err error
	for i, unit := range sizeUnits {
		if i == len(sizeUnits)-1 || Compare(absolute(size), limit) < 0 {
			if i > 0 {
				size, err = half(size)
			}
			return string(appendNumeric(nil, size)) + " " + unit, err
		}
		if size, err = divideWhole(size, divisor); err != nil {
			return "", err
		}
		limit, divisor = fromInt(20*1024-1), fromInt(1024)
	}
	return "", nil
}

// half rounds to the nearest integer, away from zero of two.
func half(n datum.Numeric) (datum.Numeric, error) {
	step := int64(1)
	if n.Negative {
		step = -1
	}
	more, err := Add(n, fromInt(step))
	if err != nil {
		return nil, err
	}
	return divideWhole(more, fromInt(2))
}

// parseSize reads a number and a unit.
func parseSize(text string) (int64, error) {
	text = trim(text)
	length := sizeNumber(text)
	if length == 0 {
		return 0, errSize
	}
	size, err := parseNumeric(text[:length])
	if err != nil {
		return 0, err
	}
	power := 0
	if unit := trim(text[length:]); unit != "" {
		if power = findUnit(unit); power < 0 {
			return 0, errSize
		}
	}
	bytes := new(apd.BigInt).Lsh(apd.NewBigInt(1), uint(power)*10)
	if size, err = Mul(size, apd.NewWithBigInt(bytes, 0)); err != nil {
		return 0, err
	}
	return bigint.fromNumeric(size)
}

var errSize = &datum.Error{Code: "22023", Message: "invalid size"}

// sizeNumber is the length of the number that a text begins with, 0 if none.
func sizeNumber(text string) int {
	n := 0
	if text != "" && (text[0] == '-' || text[0] == '+') {
		n = 1
	}
	whole := digits(text[n:])
	n += whole
	if strings.HasPrefix(text[n:], ".") {
		fraction := digits(text[n+1:])
		whole += fraction
		n += 1 + fraction
	}
	if whole == 0 {
		return 0
	}
	return n + sizeExponent(text[n:])
}

// sizeExponent is the length of an exponent, 0 if there is none.
func sizeExponent(text string) int {
	if text == "" || text[0]|0x20 != 'e' {
		return 0
	}
	number := strings.TrimLeft(text[1:], spaces)
	unsigned := strings.TrimPrefix(number, "-")
	if unsigned == number {
		unsigned = strings.TrimPrefix(number, "+")
	}
	n := digits(unsigned)
	if n == 0 {
		return 0
	}
	return len(text) - len(unsigned) + n
}

// findUnit is the place of a unit in the list, -1 if it is none.
func findUnit(name string) int {
	for i, unit := range sizeUnits {
		if lower(name) == lower(unit) {
			return i
		}
	}
	return -1
}
