package collections

import (
	"fmt"
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errRecordText = &datum.Error{Code: "22P02", Message: "malformed record literal"}

func recordTypes() []function.Type {
	return []function.Type{{Kind: catalog.Composite, Make: recordCodec, Order: recordOrder}}
}

func recordCodec(t *catalog.Type, types function.Types) (function.Codec, error) {
	attributes := make([]function.Codec, len(t.Attributes))
	stored := false
	for i, a := range t.Attributes {
		var err error
		if attributes[i], err = types.Codec(a.Type); err != nil {
			return function.Codec{}, fmt.Errorf("attribute %s of %s: %w", a.Name, t.Name, err)
		}
		stored = stored || attributes[i].Stored || a.TypeMod != -1 || a.Type.Kind == catalog.Domain
	}
	return function.Codec{
		Parse:  func(text string) (any, error) { return parseRecord(text, attributes) },
		Append: func(dst []byte, value any) []byte { return appendRecord(dst, value.(*datum.Record), attributes) },
		Stored: stored,
	}, nil
}

func parseRecord(text string, attributes []function.Codec) (any, error) {
	text = trimSpaceLeft(text)
	if !strings.HasPrefix(text, "(") {
		return nil, errRecordText
	}
	text = text[1:]
	record := &datum.Record{Fields: make([]any, len(attributes))}
	for i, attribute := range attributes {
		if i > 0 {
			if !strings.HasPrefix(text, ",") {
				return nil, errRecordText
			}
			text = text[1:]
		}
		field, rest, null, ok := cutField(text, ",)")
		if !ok {
			return nil, errRecordText
		}
		if text = rest; null {
			continue
		}
		var err error
		if record.Fields[i], err = attribute.Parse(field); err != nil {
			return nil, err
		}
	}
	if !strings.HasPrefix(text, ")") || trimSpaceLeft(text[1:]) != "" {
		return nil, errRecordText
	}
	return record, nil
}

// cutField cuts the field of a composite, or the bound of a range, that text
// begins with, up to one of the bytes in end. None at all is NULL.
func cutField(text, end string) (field, rest string, null, ok bool) {
	i, plain, quoted := 0, true, false
	for ; i < len(text) && (quoted || strings.IndexByte(end, text[i]) < 0); i++ {
		switch text[i] {
		case '\\':
			plain = false
			i++
		case '"':
			plain, quoted = false, !quoted
		}
	}
	if i >= len(text) {
		return "", "", false, false
	}
	if field = text[:i]; !plain {
		field = unquoteField(field)
	}
	return field, text[i:], i == 0, true
}

// unquoteField drops quotes and backslashes; two quotes within quotes are one.
func unquoteField(text string) string {
	out, quoted := make([]byte, 0, len(text)), false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
			out = append(out, text[i])
		case c == '"' && quoted && i+1 < len(text) && text[i+1] == '"':
			i++
			out = append(out, '"')
		case c == '"':
			quoted = !quoted
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

func appendRecord(dst []byte, record *datum.Record, attributes []function.Codec) []byte {
	dst = append(dst, '(')
	for i, attribute := range attributes {
		if i > 0 {
			dst = append(dst, ',')
		}
		if record.Fields[i] != nil {
			dst = appendField(dst, record.Fields[i], attribute, `"\(),`)
		}
	}
	return append(dst, ')')
}

// appendField writes a value, in quotes if it is empty or contains space or one
// of special. Quotes and backslashes within are doubled.
func appendField(dst []byte, value any, codec function.Codec, special string) []byte {
	start := len(dst)
	dst = codec.Append(dst, value)
	quote := len(dst) == start
	for _, c := range dst[start:] {
		quote = quote || isSpace(c) || strings.IndexByte(special, c) >= 0
	}
	if !quote {
		return dst
	}
	text := string(dst[start:])
	dst = append(dst[:start], '"')
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, text[i])
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

func recordOrder(t *catalog.Type, types function.Types) (function.Compare, error) {
	attributes := make([]function.Compare, len(t.Attributes))
	for i, a := range t.Attributes {
		var err error
		if attributes[i], err = types.Compare(a.Type); err != nil {
			return nil, err
		}
	}
	return func(a, b any) int {
		x, y := a.(*datum.Record), b.(*datum.Record)
		for i, attribute := range attributes {
			if c := compareNullable(x.Fields[i], y.Fields[i], attribute); c != 0 {
				return c
			}
		}
		return 0
	}, nil
}

func recordFunctions() []function.Function {
	list := append(comparisons("record_", "record"), comparison("btrecordcmp", "record", sign))
	for i, f := range list {
		compare := f.Make
		list[i].Make = func(types function.Types) (function.Func, error) {
			if err := sameAttributes(types.Args[0], types.Args[1]); err != nil {
				return nil, err
			}
			return compare(types)
		}
	}
	return list
}

// sameAttributes refuses to compare composites that PostgreSQL does not compare.
func sameAttributes(a, b *catalog.Type) error {
	if len(a.Attributes) != len(b.Attributes) {
		return datum.Errorf("42804", "cannot compare record types with different numbers of columns")
	}
	for i := range a.Attributes {
		if a.Attributes[i].Type.OID != b.Attributes[i].Type.OID {
			return datum.Errorf("42804", "cannot compare dissimilar column types %s and %s at record column %d",
				a.Attributes[i].Type.Name, b.Attributes[i].Type.Name, i+1)
		}
	}
	return nil
}
