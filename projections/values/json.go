package values

import (
	"bytes"
	"errors"
	"fmt"

	"materializer/catalog"
)

// ErrNotJSONB is wrapped by the error for a json value that jsonb cannot hold,
// and for which to_jsonb therefore fails as well: \u0000, a lone surrogate,
// a number out of the range of numeric.
var ErrNotJSONB = errors.New("json value that jsonb cannot hold")

// JSON gives the function that appends what to_jsonb gives for a value of type
// t, compact, object keys in the order of jsonb. It refuses types whose JSON
// only PostgreSQL can compute: those with a cast to json of their own.
func JSON(t *catalog.Type) (AppendFunc, error) {
	t = t.Unwrap()
	switch {
	case isVector(t):
		return jsonVector(t), nil
	case t.Kind == catalog.Array:
		return jsonArray(t)
	case t.Kind == catalog.Composite:
		return jsonComposite(t)
	case isExtension(t, "hstore"):
		return appendHstoreJSON, nil
	case t.Kind == catalog.Pseudo:
		return nil, unsupported(t, "has no values of its own")
	case t.HasJSONCast && t.OID >= firstUserOID:
		return nil, unsupported(t, "has a cast to json, which only PostgreSQL can compute")
	}
	return jsonScalar(t.OID), nil
}

func jsonScalar(oid uint32) AppendFunc {
	switch oid {
	case oidBool:
		return appendBoolJSON
	case oidInt2, oidInt4, oidInt8:
		return appendIntJSON
	case oidNumeric, oidFloat4, oidFloat8:
		return appendNumberJSON
	case oidTimestamp, oidTimestamptz:
		return appendTimestampJSON
	case oidJSON:
		return appendJSON
	case oidJSONB:
		return appendJSONB
	}
	return appendStringJSON
}

func appendBoolJSON(dst, text []byte) ([]byte, error) {
	switch string(text) {
	case "t":
		return append(dst, "true"...), nil
	case "f":
		return append(dst, "false"...), nil
	}
	return dst, malformed("boolean")
}

func appendIntJSON(dst, text []byte) ([]byte, error) {
	digits := bytes.TrimPrefix(text, []byte("-"))
	if len(digits) == 0 || !allDigits(digits) || digits[0] == '0' && len(digits) > 1 {
		return dst, malformed("integer")
	}
	return append(dst, text...), nil
}

// appendNumberJSON is for numeric and floats: to_jsonb reads the float's text as a numeric.
func appendNumberJSON(dst, text []byte) ([]byte, error) {
	switch string(text) {
	case "NaN", "Infinity", "-Infinity":
		return appendString(dst, text), nil
	}
	return appendNumber(dst, text)
}

// appendTimestampJSON turns "2024-05-06 07:08:09.1+00 BC" into
// "2024-05-06T07:08:09.1+00:00 BC".
func appendTimestampJSON(dst, text []byte) ([]byte, error) {
	if isInfinite(text) {
		return appendString(dst, text), nil
	}
	clock := bytes.IndexByte(text, ' ')
	if clock < 0 || !isTimestampText(text) {
		return dst, malformed("timestamp")
	}
	dst = append(dst, '"')
	dst = append(dst, text[:clock]...)
	dst = append(dst, 'T')
	rest, era := bytes.CutSuffix(text[clock+1:], []byte(" BC"))
	dst = append(dst, rest...)
	if sign := bytes.LastIndexAny(rest, "+-"); sign >= 0 && len(rest)-sign == len("+00") {
		dst = append(dst, ":00"...)
	}
	if era {
		dst = append(dst, " BC"...)
	}
	return append(dst, '"'), nil
}

func appendStringJSON(dst, text []byte) ([]byte, error) {
	return appendString(dst, text), nil
}

func isInfinite(text []byte) bool {
	return string(text) == "infinity" || string(text) == "-infinity"
}

func isTimestampText(text []byte) bool {
	for _, c := range text {
		switch {
		case '0' <= c && c <= '9', c == '-', c == '+', c == ':', c == '.', c == ' ', c == 'B', c == 'C':
		default:
			return false
		}
	}
	return true
}

func allDigits(text []byte) bool {
	for _, c := range text {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

func notJSONB(reason string) error {
	return fmt.Errorf("%w: %s", ErrNotJSONB, reason)
}
