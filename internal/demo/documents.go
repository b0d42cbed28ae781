package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// outline writes a document for people: one line for each field, each cut to
// the width.
func outline(document []byte, width int) ([]string, error) {
	fields, err := members(document)
	if err != nil {
		return nil, err
	}
	lines := []string{"{"}
	for i, field := range fields {
		comma := ","
		if i == len(fields)-1 {
			comma = ""
		}
		lines = append(lines, cut(fmt.Sprintf("  %q: %s%s", field.name, field.text, comma), width))
	}
	return append(lines, "}"), nil
}

var errNoObject = errors.New("it is no object")

// members are the fields of a JSON object, in their order.
func members(document []byte) (content, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	if brace, err := decoder.Token(); err != nil || brace != json.Delim('{') {
		return nil, fmt.Errorf("read document: %w", errors.Join(errNoObject, err))
	}
	var fields content
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("read document: %w", err)
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("read field %v: %w", name, err)
		}
		fields = append(fields, part{fmt.Sprint(name), spaced(value)})
	}
	return fields, nil
}

// spaced puts a space after the commas and colons between values of JSON.
func spaced(value []byte) string {
	if !json.Valid(value) {
		return string(value)
	}
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
