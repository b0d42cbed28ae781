package jsons

import (
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/values"
)

// appendValue writes a jsonb value as PostgreSQL does.
func appendValue(dst []byte, v *datum.JSON) []byte {
	switch v.Kind {
	case datum.JSONArray:
		dst = append(dst, '[')
		for i, item := range v.Items {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendValue(dst, item)
		}
		return append(dst, ']')
	case datum.JSONObject:
		dst = append(dst, '{')
		for i, m := range v.Members {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendString(dst, m.Name), ": "...)
			dst = appendValue(dst, m.Value)
		}
		return append(dst, '}')
	}
	return appendScalar(dst, v)
}

func appendScalar(dst []byte, v *datum.JSON) []byte {
	switch v.Kind {
	case datum.JSONBool:
		return appendBool(dst, v.Bool)
	case datum.JSONNumber:
		return v.Number.Append(dst, 'f')
	case datum.JSONString:
		return appendString(dst, v.String)
	}
	return append(dst, "null"...)
}

func appendBool(dst []byte, b bool) []byte {
	if b {
		return append(dst, "true"...)
	}
	return append(dst, "false"...)
}

// appendString writes a string in quotes.
func appendString(dst []byte, text string) []byte {
	if strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) >= 0 {
		return values.AppendString(dst, []byte(text))
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}
