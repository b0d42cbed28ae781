package times

import (
	"math"
	"strconv"
)

// leadingInt reads an integer with an optional sign off the front of a text:
// 0 and the whole text if there is none. ok is false if it does not fit.
func leadingInt(text string, bits int) (value int64, rest string, ok bool) {
	end := 0
	if end < len(text) && (text[end] == '-' || text[end] == '+') {
		end++
	}
	start := end
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	if end == start {
		return 0, text, true
	}
	value, err := strconv.ParseInt(text[:end], 10, bits)
	return value, text[end:], err == nil
}

// wrappedInt is what C's atoi makes of digits: those beyond 64 bits give -1,
// those beyond 32 are cut.
func wrappedInt(digits string) int {
	value, _, ok := leadingInt(digits, 64)
	if !ok {
		return -1
	}
	return int(int32(value))
}

// fraction reads a point and digits, all of a text.
func fraction(text string) (float64, error) {
	for _, c := range []byte(text[1:]) {
		if !isDigit(c) {
			return 0, errFormat
		}
	}
	if len(text) == 1 {
		return 0, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, errFormat
	}
	return value, nil
}

// fractionMicros reads the fraction of a second.
func fractionMicros(text string) (int, error) {
	value, err := fraction(text)
	return int(math.RoundToEven(value * 1e6)), err
}
