package strings

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// nameLength is the most bytes that a name has.
const nameLength = 63

// errEncoding is for bytes that are no text: PostgreSQL would not have read them.
var errEncoding = &datum.Error{Code: "22021", Message: `invalid byte sequence for encoding "UTF8"`}

// Types lists the types implemented here.
func Types() []function.Type {
	text := function.Codec{Parse: parseText, Append: appendText}
	return []function.Type{
		typeOf("text", text, compareText),
		typeOf("varchar", text, compareText),
		typeOf("bpchar", text, compareBlankPadded),
		typeOf("unknown", text, compareText),
		typeOf("cstring", text, compareText),
		typeOf("xml", function.Codec{Parse: parseText, Append: appendText, Stored: true}, nil),
		typeOf("citext", text, compareCitext),
		typeOf("name", function.Codec{Parse: parseName, Append: appendText}, compareText),
		typeOf("char", function.Codec{Parse: parseChar, Append: appendChar}, compareText),
		typeOf("bytea", function.Codec{Parse: parseBytea, Append: appendBytea}, compareBytea),
	}
}

// typeOf makes a Type whose form and order do not depend on other types.
func typeOf(name string, codec function.Codec, order function.Compare) function.Type {
	t := function.Type{Name: name}
	t.Make = func(*catalog.Type, function.Types) (function.Codec, error) { return codec, nil }
	if order != nil {
		t.Order = func(*catalog.Type, function.Types) (function.Compare, error) { return order, nil }
	}
	return t
}

func parseText(text string) (any, error) {
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, errEncoding
	}
	return text, nil
}

func appendText(dst []byte, value any) []byte { return append(dst, value.(string)...) }

// parseName cuts off what a name cannot hold, as PostgreSQL does.
func parseName(text string) (any, error) {
	if _, err := parseText(text); err != nil {
		return nil, err
	}
	return clip(text, nameLength), nil
}

// clip cuts a text to at most so many bytes, between characters.
func clip(text string, length int) string {
	if len(text) <= length {
		return text
	}
	for length > 0 && !utf8.RuneStart(text[length]) {
		length--
	}
	return text[:length]
}

// parseChar reads a "char", which is held as a string of its one byte, or of
// none for the zero byte. Bytes above ASCII are written \ooo.
func parseChar(text string) (any, error) {
	if _, err := parseText(text); err != nil {
		return nil, err
	}
	if len(text) == 4 && text[0] == '\\' && octal(text[1]) && octal(text[2]) && octal(text[3]) {
		return charOf((text[1]-'0')<<6 | (text[2]-'0')<<3 | (text[3] - '0')), nil
	}
	return text[:min(1, len(text))], nil
}

func octal(b byte) bool { return b >= '0' && b <= '7' }

func charOf(b byte) string {
	if b == 0 {
		return ""
	}
	return string([]byte{b})
}

func appendChar(dst []byte, value any) []byte {
	c := value.(string)
	if c == "" || c[0] < utf8.RuneSelf {
		return append(dst, c...)
	}
	return append(dst, '\\', '0'+c[0]>>6, '0'+c[0]>>3&7, '0'+c[0]&7)
}

func compareText(a, b any) int { return strings.Compare(a.(string), b.(string)) }

func compareBlankPadded(a, b any) int {
	return strings.Compare(unpadded(a.(string)), unpadded(b.(string)))
}

// unpadded is a char(n) without its padding.
func unpadded(text string) string { return strings.TrimRight(text, " ") }

func compareCitext(a, b any) int { return strings.Compare(lower(a.(string)), lower(b.(string))) }

func compareBytea(a, b any) int { return bytes.Compare(a.([]byte), b.([]byte)) }
