package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// outline writes a document for people: one line for each field, each cut to
// the width.
func outline(document []byte, width int) ([]string, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	if _, err := decoder.Token(); err != nil { // the opening brace
		return nil, fmt.Errorf("read document: %w", err)
	}
	lines := []string{"{"}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("read field %v: %w", name, err)
		}
		comma := ""
		if decoder.More() {
			comma = ","
		}
		lines = append(lines, cut(fmt.Sprintf("  %q: %s%s", name, spaced(value), comma), width))
	}
	return append(lines, "}"), nil
}

// spaced puts a space after the commas and colons between values.
func spaced(value []byte) string {
	var out []byte
	quoted, escaped := false, false
	for _, c := range value {
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			out = append(out, ' ')
		}
	}
	return string(out)
}
