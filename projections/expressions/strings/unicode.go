package strings

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errCharacterMinus   = &datum.Error{Code: "22023", Message: "character number must be positive"}
	errCharacterNull    = &datum.Error{Code: "54000", Message: "null character not permitted"}
	errCharacterRange   = &datum.Error{Code: "54000", Message: "requested character too large for encoding"}
	errCharacterInvalid = &datum.Error{Code: "54000", Message: "requested character not valid for encoding"}
	errNormalForm       = &datum.Error{Code: "22023", Message: "invalid normalization form"}
	errUnicodeEscape    = &datum.Error{Code: "42601", Message: "invalid Unicode escape"}
	errSurrogatePair    = &datum.Error{Code: "42601", Message: "invalid Unicode surrogate pair"}
	errCodePoint        = &datum.Error{Code: "22023", Message: "invalid Unicode code point"}
)

func characters() []function.Function {
	return []function.Function{
		function.Of1("chr(int4)", chr),
		function.Of1("ascii(text)", func(text string) (int64, error) {
			if text == "" {
				return 0, nil
			}
			r, _ := utf8.DecodeRuneInString(text)
			return int64(r), nil
		}),
		function.Of1("unistr(text)", unistr),
		function.Of2("normalize(text,text)", func(text, form string) (string, error) {
			f, err := normalForm(form)
			if err != nil {
				return "", err
			}
			return f.String(text), nil
		}),
		function.Of2("is_normalized(text,text)", func(text, form string) (bool, error) {
			f, err := normalForm(form)
			if err != nil {
				return false, err
			}
			return f.IsNormalString(text), nil
		}),
	}
}

func chr(code int64) (string, error) {
	switch {
	case code < 0:
		return "", errCharacterMinus
	case code == 0:
		return "", errCharacterNull
	case code > utf8.MaxRune:
		return "", errCharacterRange
	case !utf8.ValidRune(rune(code)):
		return "", errCharacterInvalid
	}
	return string(rune(code)), nil
}

func normalForm(name string) (norm.Form, error) {
	switch asciiLower(name) {
	case "nfc":
		return norm.NFC, nil
	case "nfd":
		return norm.NFD, nil
	case "nfkc":
		return norm.NFKC, nil
	case "nfkd":
		return norm.NFKD, nil
	}
	return 0, errNormalForm
}

// unistr replaces escapes: \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX and \\. Two
// surrogates make one character.
func unistr(text string) (string, error) {
	var out strings.Builder
	var high rune // a surrogate that waits for its other half
	for text != "" {
		if text[0] != '\\' || strings.HasPrefix(text, `\\`) {
			if high != 0 {
				return "", errSurrogatePair
			}
			out.WriteByte(text[0])
			text = text[1+strings.Count(text[:1], `\`):]
			continue
		}
		code, size, err := unicodeEscape(text)
		if err != nil {
			return "", err
		}
		text = text[size:]
		low := utf16.IsSurrogate(code) && code >= 0xdc00
		switch {
		case low != (high != 0):
			return "", errSurrogatePair
		case low:
			code = utf16.DecodeRune(high, code)
			high = 0
		case utf16.IsSurrogate(code):
			high = code
			continue
		}
		out.WriteRune(code)
	}
	if high != 0 {
		return "", errSurrogatePair
	}
	return out.String(), nil
}

// unicodeEscape reads one: its code point and how long it is.
func unicodeEscape(text string) (rune, int, error) {
	begin, digits := 1, 4
	if len(text) > 1 {
		switch text[1] {
		case 'u':
			begin = 2
		case '+':
			begin, digits = 2, 6
		case 'U':
			begin, digits = 2, 8
		}
	}
	if len(text) < begin+digits {
		return 0, 0, errUnicodeEscape
	}
	code, err := strconv.ParseUint(text[begin:begin+digits], 16, 32)
	if err != nil || strings.ContainsAny(text[begin:begin+digits], "+_") {
		return 0, 0, errUnicodeEscape
	}
	if code == 0 || code > utf8.MaxRune {
		return 0, 0, errCodePoint
	}
	return rune(code), begin + digits, nil
}
