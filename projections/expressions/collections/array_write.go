package collections

import (
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// arrayWriter writes as array_out does.
type arrayWriter struct {
	delimiter byte
	element   func([]byte, any) []byte
}

func (w arrayWriter) array(dst []byte, a *datum.Array) []byte {
	if len(a.Values) == 0 {
		return append(dst, "{}"...)
	}
	for _, d := range a.Dims {
		if d.Lower != 1 {
			dst = append(appendBounds(dst, a.Dims), '=')
			break
		}
	}
	return w.part(dst, a.Dims, a.Values)
}

// appendBounds writes [lower:upper] of each dimension.
func appendBounds(dst []byte, dims []datum.Dimension) []byte {
	for _, d := range dims {
		dst = strconv.AppendInt(append(dst, '['), int64(d.Lower), 10)
		dst = strconv.AppendInt(append(dst, ':'), int64(d.Lower+d.Length-1), 10)
		dst = append(dst, ']')
	}
	return dst
}

func (w arrayWriter) part(dst []byte, dims []datum.Dimension, values []any) []byte {
	size := len(values) / dims[0].Length
	for i := range dims[0].Length {
		if i == 0 {
			dst = append(dst, '{')
		} else {
			dst = append(dst, w.delimiter)
		}
		if len(dims) > 1 {
			dst = w.part(dst, dims[1:], values[i*size:(i+1)*size])
		} else {
			dst = w.value(dst, values[i])
		}
	}
	return append(dst, '}')
}

func (w arrayWriter) value(dst []byte, value any) []byte {
	if value == nil {
		return append(dst, "NULL"...)
	}
	start := len(dst)
	dst = w.element(dst, value)
	if !w.needsQuotes(dst[start:]) {
		return dst
	}
	text := string(dst[start:])
	dst = append(dst[:start], '"')
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

func (w arrayWriter) needsQuotes(text []byte) bool {
	if len(text) == 0 || len(text) == 4 && strings.EqualFold(string(text), "NULL") {
		return true
	}
	for _, c := range text {
		if c == '"' || c == '\\' || c == '{' || c == '}' || c == w.delimiter || isSpace(c) {
			return true
		}
	}
	return false
}
