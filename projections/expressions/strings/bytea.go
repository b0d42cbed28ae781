package strings

import (
	"encoding/hex"

	"materializer/projections/expressions/datum"
)

var (
	errHexDigit  = &datum.Error{Code: "22023", Message: "invalid hexadecimal digit"}
	errHexDigits = &datum.Error{Code: "22023", Message: "invalid hexadecimal data: odd number of digits"}
)

// parseBytea reads both forms of bytea: \x and hexadecimal digits, or text with
// backslashes doubled and other bytes as \ooo.
func parseBytea(text string) (any, error) {
	if len(text) >= 2 && text[0] == '\\' && text[1] == 'x' {
		return decodeHex(text[2:])
	}
	return decodeEscape(text)
}

func appendBytea(dst []byte, value any) []byte {
	return hex.AppendEncode(append(dst, `\x`...), value.([]byte))
}

// decodeHex reads hexadecimal digits; blanks may stand between bytes.
func decodeHex(text string) ([]byte, error) {
	out := make([]byte, 0, len(text)/2)
	for i := 0; i < len(text); i++ {
		if blank(text[i]) {
			continue
		}
		high, ok := hexDigit(text[i])
		if !ok {
			return nil, errHexDigit
		}
		if i++; i >= len(text) {
			return nil, errHexDigits
		}
		low, ok := hexDigit(text[i])
		if !ok {
			return nil, errHexDigit
		}
		out = append(out, high<<4|low)
	}
	return out, nil
}

func blank(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func hexDigit(b byte) (byte, bool) {
	switch {
	case b >= '0' && b <= '9':
		return b - '0', true
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10, true
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10, true
	}
	return 0, false
}

// decodeEscape reads text in which a backslash is doubled or begins three octal digits.
func decodeEscape(text string) ([]byte, error) {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] != '\\':
			out = append(out, text[i])
		case i+1 < len(text) && text[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(text) && text[i+1] >= '0' && text[i+1] <= '3' && octal(text[i+2]) && octal(text[i+3]):
			out = append(out, (text[i+1]-'0')<<6|(text[i+2]-'0')<<3|(text[i+3]-'0'))
			i += 3
		default:
			return nil, datum.Malformed("bytea")
		}
	}
	return out, nil
}
