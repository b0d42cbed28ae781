package values

// The first byte of a numeric's encoding.
const (
	numericMinusInfinity = 0x10 + iota
	numericNegative
	numericZero
	numericPositive
	numericInfinity
	numericNaN
)

// appendNumericKey encodes a number of any scale. Behind the first byte stands
// the exponent e of 0.ddd × 10^e, then the digits in pairs, each pair plus one, up to
// a zero byte; all inverted for a negative number. Zeros at either end do not count.
func appendNumericKey(dst, text []byte) ([]byte, error) {
	switch string(text) {
	case "NaN":
		return append(dst, numericNaN), nil
	case "Infinity":
		return append(dst, numericInfinity), nil
	case "-Infinity":
		return append(dst, numericMinusInfinity), nil
	}
	d, ok := parseDecimal(text)
	if !ok || d.scientific {
		return dst, malformed("numeric")
	}
	first, last := 0, len(d.integer)+len(d.fraction)
	for first < last && d.digit(first) == '0' {
		first++
	}
	for last > first && d.digit(last-1) == '0' {
		last--
	}
	if first == last {
		return append(dst, numericZero), nil
	}
	tag := byte(numericPositive)
	if d.negative {
		tag = numericNegative
	}
	dst = append(dst, tag)
	start := len(dst)
	dst = appendInt(dst, int64(len(d.integer)-first))
	for place := first; place < last; place += 2 {
		low := byte('0')
		if place+1 < last {
			low = d.digit(place + 1)
		}
		dst = append(dst, (d.digit(place)-'0')*10+(low-'0')+1)
	}
	dst = append(dst, 0)
	if d.negative {
		invert(dst[start:])
	}
	return dst, nil
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}
