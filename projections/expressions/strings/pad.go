package strings

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// largest is the most bytes that a value of PostgreSQL can have, its header of
// four bytes included.
const largest = 0x3fffffff

var errTooLarge = &datum.Error{Code: "54000", Message: "requested length too large"}

func pads() []function.Function {
	return []function.Function{
		function.Of2("repeat(text,int4)", repeat),
		function.Of2("lpad(text,int4)", func(text string, length int64) (string, error) { return leftPad(text, length, " ") }),
		function.Of3("lpad(text,int4,text)", leftPad),
		function.Of2("rpad(text,int4)", func(text string, length int64) (string, error) { return rightPad(text, length, " ") }),
		function.Of3("rpad(text,int4,text)", rightPad),
		function.Of1("btrim(text)", func(text string) (string, error) { return strings.Trim(text, " "), nil }),
		function.Of1("ltrim(text)", func(text string) (string, error) { return strings.TrimLeft(text, " "), nil }),
		function.Of1("rtrim(text)", func(text string) (string, error) { return strings.TrimRight(text, " "), nil }),
		function.Of2("btrim(text,text)", func(text, set string) (string, error) { return strings.Trim(text, set), nil }),
		function.Of2("ltrim(text,text)", func(text, set string) (string, error) { return strings.TrimLeft(text, set), nil }),
		function.Of2("rtrim(text,text)", func(text, set string) (string, error) { return strings.TrimRight(text, set), nil }),
		function.Of2("btrim(bytea,bytea)", func(b, set []byte) ([]byte, error) { return trimLeftBytes(trimRightBytes(b, set), set), nil }),
		function.Of2("ltrim(bytea,bytea)", func(b, set []byte) ([]byte, error) { return trimLeftBytes(b, set), nil }),
		function.Of2("rtrim(bytea,bytea)", func(b, set []byte) ([]byte, error) { return trimRightBytes(b, set), nil }),
	}
}

func repeat(text string, count int64) (string, error) {
	count = max(count, 0)
	if count*int64(len(text))+4 > largest {
		return "", errTooLarge
	}
	return strings.Repeat(text, int(count)), nil
}

func leftPad(text string, length int64, with string) (string, error) {
	text, padding, err := pad(text, length, with)
	return padding + text, err
}

func rightPad(text string, length int64, with string) (string, error) {
	text, padding, err := pad(text, length, with)
	return text + padding, err
}

// pad gives the text, cut to a length, and what it lacks to have it.
func pad(text string, length int64, with string) (string, string, error) {
	length = max(length, 0)
	has := int64(utf8.RuneCountInString(text))
	if with == "" {
		length = min(length, has)
	}
	if length*utf8.UTFMax+4 > largest {
		return "", "", errTooLarge
	}
	if has >= length {
		return text[:offset(text, int(length))], "", nil
	}
	lacking, unit := int(length-has), utf8.RuneCountInString(with)
	padding := strings.Repeat(with, lacking/unit)
	return text, padding + with[:offset(with, lacking%unit)], nil
}

func trimLeftBytes(b, set []byte) []byte {
	for len(b) > 0 && bytes.IndexByte(set, b[0]) >= 0 {
		b = b[1:]
	}
	return b
}

func trimRightBytes(b, set []byte) []byte {
	for len(b) > 0 && bytes.IndexByte(set, b[len(b)-1]) >= 0 {
		b = b[:len(b)-1]
	}
	return b
}
