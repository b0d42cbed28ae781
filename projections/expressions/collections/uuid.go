package collections

import (
	"bytes"
	"encoding/hex"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func uuidTypes() []function.Type {
	codec := function.Codec{Parse: parseUUID, Append: appendUUID}
	return []function.Type{{
		Name:  "uuid",
		Make:  func(*catalog.Type, function.Types) (function.Codec, error) { return codec, nil },
		Order: func(*catalog.Type, function.Types) (function.Compare, error) { return compareUUIDs, nil },
	}}
}

func compareUUIDs(a, b any) int {
	x, y := a.(datum.UUID), b.(datum.UUID)
	return bytes.Compare(x[:], y[:])
}

// parseUUID reads 32 hexadecimal digits. A hyphen may follow every fourth, and
// braces may stand around the whole.
func parseUUID(text string) (any, error) {
	malformed := datum.Malformed("uuid")
	if len(text) > 0 && text[0] == '{' {
		if text[len(text)-1] != '}' {
			return nil, malformed
		}
		text = text[1 : len(text)-1]
	}
	var uuid datum.UUID
	for i := range uuid {
		if len(text) < 2 {
			return nil, malformed
		}
		if _, err := hex.Decode(uuid[i:i+1], []byte(text[:2])); err != nil {
			return nil, malformed
		}
		text = text[2:]
		if i%2 == 1 && i < len(uuid)-1 && len(text) > 0 && text[0] == '-' {
			text = text[1:]
		}
	}
	if text != "" {
		return nil, malformed
	}
	return uuid, nil
}

func appendUUID(dst []byte, value any) []byte {
	uuid := value.(datum.UUID)
	for i := range uuid {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, uuid[i:i+1])
	}
	return dst
}

func uuidFunctions() []function.Function { return comparisons("uuid_", "uuid") }
