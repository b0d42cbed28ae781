package strings

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errCharRange = &datum.Error{Code: "22003", Message: `"char" out of range`}

// header is by how much the modifier of varchar(n) and char(n) exceeds n.
const header = 4

// longestPadded is the greatest n of char(n).
const longestPadded = 10485760

// coercions are the casts among the types of text.
func coercions() []function.Function {
	same := func(text string) (string, error) { return text, nil }
	short := func(text string) (string, error) { return clip(text, nameLength), nil }
	written := func(c string) (string, error) { return string(appendChar(nil, c)), nil }
	return []function.Function{
		function.Of1("text(bpchar)", func(text string) (string, error) { return unpadded(text), nil }),
		function.Of1("text(name)", same),
		function.Of1("text(xml)", same),
		function.Of1("bpchar(name)", same),
		function.Of1("varchar(name)", same),
		function.Of1("name(text)", short),
		function.Of1("name(varchar)", short),
		function.Of1("name(bpchar)", func(text string) (string, error) { return unpadded(clip(text, nameLength)), nil }),
		function.Of1("text(char)", written),
		function.Of1("bpchar(char)", func(c string) (string, error) {
			if c != "" && c[0] >= utf8.RuneSelf { // PostgreSQL makes a text of it that is none
				return "", errEncoding
			}
			return c, nil
		}),
		function.Of1("char(text)", toChar),
		function.Of1("char(int4)", charFromInteger),
		function.Of1("int4(char)", charToInteger),
		function.Of1("citext(bpchar)", func(text string) (string, error) { return unpadded(text), nil }),
		function.Of1("citext(bool)", func(b bool) (string, error) {
			if b {
				return "true", nil
			}
			return "false", nil
		}),
		function.Of3("bpchar(bpchar,int4,bool)", toBlankPadded),
		function.Of3("varchar(varchar,int4,bool)", toVarchar),
	}
}

func toChar(text string) (string, error) {
	c, err := parseChar(text)
	if err != nil {
		return "", err
	}
	return c.(string), nil
}

func charFromInteger(value int64) (string, error) {
	if value < -128 || value > 127 {
		return "", errCharRange
	}
	return charOf(byte(value)), nil
}

func charToInteger(c string) (int64, error) {
	if c == "" {
		return 0, nil
	}
	return int64(int8(c[0])), nil
}

// toBlankPadded makes a char(n): padded, or cut. Only blanks are cut off where
// the cast is implicit.
func toBlankPadded(text string, modifier int64, explicit bool) (string, error) {
	length := int(modifier - header)
	if length < 0 {
		return text, nil
	}
	has := utf8.RuneCountInString(text)
	if length > longestPadded {
		return "", errTooLarge
	}
	if has <= length {
		return text + strings.Repeat(" ", length-has), nil
	}
	return shorten(text, length, explicit, "character")
}

func toVarchar(text string, modifier int64, explicit bool) (string, error) {
	length := int(modifier - header)
	if length < 0 || utf8.RuneCountInString(text) <= length {
		return text, nil
	}
	return shorten(text, length, explicit, "character varying")
}

func shorten(text string, length int, explicit bool, typeName string) (string, error) {
	at := offset(text, length)
	if !explicit && unpadded(text[at:]) != "" {
		return "", datum.Errorf("22001", "value too long for type %s(%d)", typeName, length)
	}
	return text[:at], nil
}
