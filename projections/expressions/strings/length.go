package strings

import (
	"math/bits"
	"unicode/utf8"

	"materializer/projections/expressions/function"
)

func lengths() []function.Function {
	characters := func(text string) (int64, error) { return int64(utf8.RuneCountInString(text)), nil }
	unpaddedCharacters := func(text string) (int64, error) { return int64(utf8.RuneCountInString(unpadded(text))), nil }
	octets := func(text string) (int64, error) { return int64(len(text)), nil }
	return []function.Function{
		function.Of1("length(text)", characters),
		function.Of1("char_length(text)", characters),
		function.Of1("character_length(text)", characters),
		function.Of1("textlen(text)", characters),
		function.Of1("length(bpchar)", unpaddedCharacters),
		function.Of1("char_length(bpchar)", unpaddedCharacters),
		function.Of1("character_length(bpchar)", unpaddedCharacters),
		function.Of1("octet_length(text)", octets),
		function.Of1("octet_length(bpchar)", octets),
		function.Of1("bit_length(text)", func(text string) (int64, error) { return 8 * int64(len(text)), nil }),
		function.Of1("length(bytea)", func(b []byte) (int64, error) { return int64(len(b)), nil }),
		function.Of1("octet_length(bytea)", func(b []byte) (int64, error) { return int64(len(b)), nil }),
		function.Of1("bit_length(bytea)", func(b []byte) (int64, error) { return 8 * int64(len(b)), nil }),
		function.Of1("bit_count(bytea)", countBits),
	}
}

func countBits(b []byte) (int64, error) {
	count := 0
	for _, octet := range b {
		count += bits.OnesCount8(octet)
	}
	return int64(count), nil
}
