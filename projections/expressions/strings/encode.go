package strings

import (
	"crypto/md5" //nolint:gosec // what md5() is
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errEncodingName  = &datum.Error{Code: "22023", Message: "unrecognized encoding"}
	errBase64Symbol  = &datum.Error{Code: "22023", Message: "invalid symbol found while decoding base64 sequence"}
	errBase64Equals  = &datum.Error{Code: "22023", Message: `unexpected "=" while decoding base64 sequence`}
	errBase64End     = &datum.Error{Code: "22023", Message: "invalid base64 end sequence"}
	errCharacterSet  = &datum.Error{Code: "0A000", Message: "conversion is supported for UTF8 and LATIN1 only"}
	errNoEquivalent  = &datum.Error{Code: "22P05", Message: `character of encoding "UTF8" has no equivalent in encoding "LATIN1"`}
	base64LineLength = 76
)

func encodings() []function.Function {
	return []function.Function{
		function.Of1("md5(text)", func(text string) (string, error) { return md5Hex([]byte(text)), nil }),
		function.Of1("md5(bytea)", func(b []byte) (string, error) { return md5Hex(b), nil }),
		function.Of1("sha224(bytea)", func(b []byte) ([]byte, error) { sum := sha256.Sum224(b); return sum[:], nil }),
		function.Of1("sha256(bytea)", func(b []byte) ([]byte, error) { sum := sha256.Sum256(b); return sum[:], nil }),
		function.Of1("sha384(bytea)", func(b []byte) ([]byte, error) { sum := sha512.Sum384(b); return sum[:], nil }),
		function.Of1("sha512(bytea)", func(b []byte) ([]byte, error) { sum := sha512.Sum512(b); return sum[:], nil }),
		function.Of2("encode(bytea,text)", encode),
		function.Of2("decode(text,text)", decode),
		function.Of2("convert_from(bytea,name)", convertFrom),
		function.Of2("convert_to(text,name)", convertTo),
		function.Of3("convert(bytea,name,name)", func(b []byte, from, to string) ([]byte, error) {
			text, err := convertFrom(b, from)
			if err != nil {
				return nil, err
			}
			return convertTo(text, to)
		}),
		function.Of2("length(bytea,name)", func(b []byte, encoding string) (int64, error) {
			text, err := convertFrom(b, encoding)
			return int64(utf8.RuneCountInString(text)), err
		}),
	}
}

func md5Hex(b []byte) string {
	sum := md5.Sum(b) //nolint:gosec // what md5() is
	return hex.EncodeToString(sum[:])
}

func encode(b []byte, encoding string) (string, error) {
	switch asciiLower(encoding) {
	case "hex":
		return hex.EncodeToString(b), nil
	case "base64":
		return encodeBase64(b), nil
	case "escape":
		return encodeEscape(b), nil
	}
	return "", errEncodingName
}

func decode(text, encoding string) ([]byte, error) {
	switch asciiLower(encoding) {
	case "hex":
		return decodeHex(text)
	case "base64":
		return decodeBase64(text)
	case "escape":
		return decodeEscape(text)
	}
	return nil, errEncodingName
}

// asciiLower is for names, which PostgreSQL compares without regard to ASCII's case.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// encodeBase64 breaks lines as soon as they are full, the last one too, unless
// what fills it ends in padding.
func encodeBase64(b []byte) string {
	text := base64.StdEncoding.EncodeToString(b)
	var out strings.Builder
	for len(text) > base64LineLength {
		out.WriteString(text[:base64LineLength])
		out.WriteByte('\n')
		text = text[base64LineLength:]
	}
	out.WriteString(text)
	if len(text) == base64LineLength && text[len(text)-1] != '=' {
		out.WriteByte('\n')
	}
	return out.String()
}

// decodeBase64 reads as PostgreSQL does: blanks anywhere, padding at the end
// only of a group, and nothing left over.
func decodeBase64(text string) ([]byte, error) {
	var out []byte
	var group uint32
	digits, padding := 0, 0
	for i := range len(text) {
		c := text[i]
		if blank(c) {
			continue
		}
		digit := uint32(0)
		if c != '=' {
			at := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", c)
			if at < 0 {
				return nil, errBase64Symbol
			}
			digit = uint32(at)
		} else if padding == 0 {
			if digits < 2 {
				return nil, errBase64Equals
			}
			padding = digits - 1
		}
		group = group<<6 | digit
		if digits++; digits < 4 {
			continue
		}
		out = append(out, byte(group>>16))
		if padding != 1 {
			out = append(out, byte(group>>8))
		}
		if padding == 0 {
			out = append(out, byte(group))
		}
		group, digits = 0, 0
	}
	if digits != 0 {
		return nil, errBase64End
	}
	return out, nil
}

func encodeEscape(b []byte) string {
	var out []byte
	for _, c := range b {
		switch {
		case c == 0 || c >= utf8.RuneSelf:
			out = append(out, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		case c == '\\':
			out = append(out, `\\`...)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// characterSet normalizes the name of an encoding.
func characterSet(name string) (string, error) {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, asciiLower(name))
	switch plain {
	case "utf8", "unicode":
		return "utf8", nil
	case "latin1", "iso88591":
		return "latin1", nil
	}
	return "", errCharacterSet
}

func convertFrom(b []byte, encoding string) (string, error) {
	set, err := characterSet(encoding)
	if err != nil {
		return "", err
	}
	text := string(b)
	if set == "latin1" {
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		text = string(runes)
	}
	if _, err := parseText(text); err != nil {
		return "", err
	}
	return text, nil
}

func convertTo(text, encoding string) ([]byte, error) {
	set, err := characterSet(encoding)
	if err != nil {
		return nil, err
	}
	if set == "utf8" {
		return []byte(text), nil
	}
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xff {
			return nil, errNoEquivalent
		}
		out = append(out, byte(r))
	}
	return out, nil
}
