package jsons

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errLengthOfScalar = datum.Errorf("22023", "cannot get array length of a scalar")
	errLengthOfObject = datum.Errorf("22023", "cannot get array length of a non-array")
)

func shapeFunctions() []function.Function {
	return []function.Function{
		function.Of1("jsonb_typeof(jsonb)", func(v *datum.JSON) (string, error) { return kindName(v.Kind), nil }),
		function.Of1("jsonb_array_length(jsonb)", arrayLength),
		function.Of1("jsonb_pretty(jsonb)", func(v *datum.JSON) (string, error) { return string(appendPretty(nil, v, 1)), nil }),
	}
}

func kindName(kind datum.JSONKind) string {
	return [...]string{
		datum.JSONNull: "null", datum.JSONBool: "boolean", datum.JSONNumber: "number",
		datum.JSONString: "string", datum.JSONArray: "array", datum.JSONObject: "object",
	}[kind]
}

func arrayLength(v *datum.JSON) (int64, error) {
	switch v.Kind {
	case datum.JSONArray:
		return int64(len(v.Items)), nil
	case datum.JSONObject:
		return 0, errLengthOfObject
	}
	return 0, errLengthOfScalar
}

// appendPretty writes each element and member on a line of its own, at a level.
func appendPretty(dst []byte, v *datum.JSON, level int) []byte {
	switch v.Kind {
	case datum.JSONArray:
		dst = append(dst, '[')
		for i, item := range v.Items {
			dst = appendPretty(appendLine(dst, i, level), item, level+1)
		}
		return append(appendLine(dst, 0, level-1), ']')
	case datum.JSONObject:
		dst = append(dst, '{')
		for i, m := range v.Members {
			dst = append(appendString(appendLine(dst, i, level), m.Name), ": "...)
			dst = appendPretty(dst, m.Value, level+1)
		}
		return append(appendLine(dst, 0, level-1), '}')
	}
	return appendScalar(dst, v)
}

// appendLine begins a line, with a comma unless it is the first.
func appendLine(dst []byte, i, level int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = append(dst, '\n')
	for range level {
		dst = append(dst, "    "...)
	}
	return dst
}
