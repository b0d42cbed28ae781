package collections

import (
	"math"
	"math/bits"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errBitLength = &datum.Error{Code: "22026", Message: "cannot combine bit strings of different sizes"}
	errNewBit    = &datum.Error{Code: "22023", Message: "new bit must be 0 or 1"}
)

func bitFunctions() []function.Function {
	var functions []function.Function
	for suffix, relation := range relations {
		functions = append(functions, comparison("bit"+suffix, "bit", relation), comparison("varbit"+suffix, "varbit", relation))
	}
	return append(functions,
		ofBits("length(bit)", func(b string) any { return int64(len(b)) }),
		ofBits("bit_length(bit)", func(b string) any { return int64(len(b)) }),
		ofBits("octet_length(bit)", func(b string) any { return int64((len(b) + 7) / 8) }),
		ofBits("bit_count(bit)", func(b string) any { return int64(strings.Count(b, "1")) }),
		ofBits("bitnot(bit)", func(b string) any { return datum.Opaque(invert.Replace(b)) }),
		bitwise("bitand(bit,bit)", func(x, y bool) bool { return x && y }),
		bitwise("bitor(bit,bit)", func(x, y bool) bool { return x || y }),
		bitwise("bitxor(bit,bit)", func(x, y bool) bool { return x != y }),
		function.Of2("bitcat(varbit,varbit)", func(a, b datum.Opaque) (datum.Opaque, error) { return a + b, nil }),
		function.Of2("bitshiftleft(bit,int4)", func(b datum.Opaque, n int64) (datum.Opaque, error) { return shiftBits(b, n), nil }),
		function.Of2("bitshiftright(bit,int4)", func(b datum.Opaque, n int64) (datum.Opaque, error) { return shiftBits(b, -n), nil }),
		function.Of2("position(bit,bit)", func(b, part datum.Opaque) (int64, error) { return positionOfBits(b, part), nil }),
		function.Of2("get_bit(bit,int4)", getBit),
		function.Of3("set_bit(bit,int4,int4)", setBit),
		function.Of2("substring(bit,int4)", func(b datum.Opaque, start int64) (datum.Opaque, error) {
			return cutBits(b, start, int64(len(b))+1), nil
		}),
		function.Of3("substring(bit,int4,int4)", func(b datum.Opaque, start, length int64) (datum.Opaque, error) {
			if length < 0 {
				return "", datum.ErrSubstringLength
			}
			return cutBits(b, start, start+length), nil
		}),
		function.Of3("overlay(bit,bit,int4)", func(b, part datum.Opaque, start int64) (datum.Opaque, error) {
			return overlayBits(b, part, start, int64(len(part)))
		}),
		function.Function{Signature: "overlay(bit,bit,int4,int4)", Call: func(args []any) (any, error) {
			return boxed(overlayBits(args[0].(datum.Opaque), args[1].(datum.Opaque), args[2].(int64), args[3].(int64)))
		}},
	)
}

var invert = strings.NewReplacer("0", "1", "1", "0")

func ofBits(signature string, call func(string) any) function.Function {
	return function.Of1(signature, func(b datum.Opaque) (any, error) { return call(string(b)), nil })
}

func bitwise(signature string, combine func(x, y bool) bool) function.Function {
	return function.Of2(signature, func(a, b datum.Opaque) (datum.Opaque, error) {
		if len(a) != len(b) {
			return "", errBitLength
		}
		out := make([]byte, len(a))
		for i := range out {
			out[i] = '0'
			if combine(a[i] == '1', b[i] == '1') {
				out[i] = '1'
			}
		}
		return datum.Opaque(out), nil
	})
}

// shiftBits keeps the length; negative is to the right.
func shiftBits(b datum.Opaque, n int64) datum.Opaque {
	size := int64(len(b))
	n = max(min(n, size), -size)
	zeros := datum.Opaque(strings.Repeat("0", int(max(n, -n))))
	if n < 0 {
		return zeros + b[:size+n]
	}
	return b[n:] + zeros
}

// positionOfBits counts from 1; 0 is nowhere.
func positionOfBits(b, part datum.Opaque) int64 {
	if b == "" {
		return 0
	}
	return int64(strings.Index(string(b), string(part)) + 1)
}

func getBit(b datum.Opaque, n int64) (int64, error) {
	if n < 0 || n >= int64(len(b)) {
		return 0, datum.Errorf("2202E", "bit index out of valid range (0..%d)", len(b)-1)
	}
	return int64(b[n] - '0'), nil
}

func setBit(b datum.Opaque, n, bit int64) (datum.Opaque, error) {
	if _, err := getBit(b, n); err != nil {
		return "", err
	}
	if bit != 0 && bit != 1 {
		return "", errNewBit
	}
	return b[:n] + datum.Opaque([]byte{'0' + byte(bit)}) + b[n+1:], nil
}

// cutBits gives the bits from start to before end, counted from 1.
func cutBits(b datum.Opaque, start, end int64) datum.Opaque {
	start, end = max(start, 1), min(end, int64(len(b))+1)
	if start >= end {
		return ""
	}
	return b[start-1 : end-1]
}

func overlayBits(b, part datum.Opaque, start, length int64) (datum.Opaque, error) {
	switch end := start + length; {
	case start <= 0:
		return "", datum.ErrSubstringLength
	case end > math.MaxInt32 || end < math.MinInt32:
		return "", datum.ErrIntegerRange
	default:
		return cutBits(b, 1, start) + part + cutBits(b, end, int64(len(b))+1), nil
	}
}

// bitCasts are the casts between bit strings and from and to integers.
func bitCasts() []function.Function {
	return []function.Function{
		function.Of3("bit(bit,int4,bool)", fitBits),
		function.Of3("varbit(varbit,int4,bool)", limitBits),
		function.Of2("bit(int4,int4)", func(n, size int64) (datum.Opaque, error) { return bitsOf(n, size), nil }),
		function.Of2("bit(int8,int4)", func(n, size int64) (datum.Opaque, error) { return bitsOf(n, size), nil }),
		function.Of1("int4(bit)", func(b datum.Opaque) (int64, error) {
			if len(b) > 32 {
				return 0, datum.ErrIntegerRange
			}
			return int64(int32(numberOf(b))), nil
		}),
		function.Of1("int8(bit)", func(b datum.Opaque) (int64, error) {
			if len(b) > 64 {
				return 0, datum.ErrBigintRange
			}
			return int64(numberOf(b)), nil
		}),
	}
}

// maxBits is the most bits that a bit string has.
const maxBits = math.MaxInt32 - 7

// fitBits makes a bit(size) of any length, which must be right unless the cast was written.
func fitBits(b datum.Opaque, size int64, explicit bool) (datum.Opaque, error) {
	length := int64(len(b))
	switch {
	case size <= 0 || size > maxBits || size == length:
		return b, nil
	case !explicit:
		return "", datum.Errorf("22026", "bit string length does not match type bit(%d)", size)
	case size < length:
		return b[:size], nil
	}
	return b + datum.Opaque(strings.Repeat("0", int(size-length))), nil
}

func limitBits(b datum.Opaque, size int64, explicit bool) (datum.Opaque, error) {
	switch {
	case size <= 0 || size >= int64(len(b)):
		return b, nil
	case !explicit:
		return "", datum.Errorf("22001", "bit string too long for type bit varying(%d)", size)
	}
	return b[:size], nil
}

// bitsOf gives the last bits of a number, its sign repeated before them.
func bitsOf(n, size int64) datum.Opaque {
	if size <= 0 || size > maxBits {
		size = 1
	}
	out := make([]byte, size)
	for i := range out {
		out[i] = '0' + byte(n>>min(size-1-int64(i), bits.UintSize-1)&1)
	}
	return datum.Opaque(out)
}

func numberOf(b datum.Opaque) uint64 {
	var n uint64
	for i := range len(b) {
		n = n<<1 | uint64(b[i]-'0')
	}
	return n
}
