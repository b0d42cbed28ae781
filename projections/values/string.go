package values

const hexDigits = "0123456789abcdef"

// escapes tells how a byte stands in a JSON string: 0 as it is, 'u' as \u00xx,
// otherwise as a backslash and that byte. PostgreSQL's escape_json: everything
// from a blank upwards is left as it is, whatever the encoding.
var escapes = [256]byte{
	0: 'u', 1: 'u', 2: 'u', 3: 'u', 4: 'u', 5: 'u', 6: 'u', 7: 'u',
	8: 'b', 9: 't', 10: 'n', 11: 'u', 12: 'f', 13: 'r', 14: 'u', 15: 'u',
	16: 'u', 17: 'u', 18: 'u', 19: 'u', 20: 'u', 21: 'u', 22: 'u', 23: 'u',
	24: 'u', 25: 'u', 26: 'u', 27: 'u', 28: 'u', 29: 'u', 30: 'u', 31: 'u',
	'"': '"', '\\': '\\',
}

// AppendString appends text as a JSON string, escaped as PostgreSQL does.
func AppendString(dst, text []byte) []byte { return appendString(dst, text) }

func appendString(dst, text []byte) []byte {
	dst = append(dst, '"')
	done := 0
	for i, c := range text {
		escape := escapes[c]
		if escape == 0 {
			continue
		}
		dst = append(dst, text[done:i]...)
		dst = append(dst, '\\', escape)
		if escape == 'u' {
			dst = append(dst, '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		done = i + 1
	}
	dst = append(dst, text[done:]...)
	return append(dst, '"')
}
