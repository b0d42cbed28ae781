package values

import "bytes"

// appendJSONB appends jsonb's text without the blanks between its tokens.
// Everything else about it is canonical as PostgreSQL sends it.
func appendJSONB(dst, text []byte) ([]byte, error) {
	if len(text) == 0 {
		return dst, malformed("jsonb")
	}
	for len(text) > 0 {
		quote := bytes.IndexByte(text, '"')
		if quote < 0 {
			return appendTokens(dst, text), nil
		}
		dst = appendTokens(dst, text[:quote])
		end := stringEnd(text[quote:])
		if end < 0 {
			return dst, malformed("jsonb")
		}
		dst = append(dst, text[quote:quote+end]...)
		text = text[quote+end:]
	}
	return dst, nil
}

func appendTokens(dst, text []byte) []byte {
	for {
		blank := bytes.IndexByte(text, ' ')
		if blank < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:blank]...)
		text = text[blank+1:]
	}
}

// stringEnd gives the length of the JSON string that text begins with, quotes included; -1 if it does not end.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}
