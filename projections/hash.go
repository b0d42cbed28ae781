package projections

import (
	"encoding/json"
	"fmt"
)

// hash makes the body of a hash: fields with a value, texts as they are,
// everything else as JSON.
func (b *Builder) hash(f *frame, body *Body) (err error) {
	b.body, err = b.fields(b.body, f, body)
	return err
}

// fields appends the fields of a hash, of a missing row if f is nil.
func (b *Builder) fields(dst []byte, f *frame, body *Body) ([]byte, error) {
	var err error
	for i := range body.Items {
		item := &body.Items[i]
		if r := item.Relation; r != nil && r.Inline {
			if dst, err = b.inline(dst, f, r, b.fields); err != nil {
				return dst, err
			}
			continue
		}
		if b.field, err = b.item(b.field[:0], f, item); err != nil {
			return dst, fmt.Errorf("%s: %w", item.Name, err)
		}
		value := b.field
		if string(value) == "null" {
			if there, err := b.isJSONNull(f, item); err != nil || !there {
				if err != nil {
					return dst, err
				}
				continue
			}
		}
		if value[0] == '"' && item.isRaw() {
			if value, err = unquoted(value); err != nil {
				return dst, fmt.Errorf("%s: %w", item.Name, err)
			}
		}
		dst = AppendField(dst, []byte(item.Name), value)
	}
	return dst, nil
}

// isJSONNull tells a json value that is null from a NULL.
func (b *Builder) isJSONNull(f *frame, item *Item) (bool, error) {
	e := item.Expr
	if r := item.Relation; r != nil {
		e = r.Value
	}
	if f == nil || e == nil || isTextual(e.Type()) {
		return false, nil
	}
	var text []byte
	var err error
	switch r := item.Relation; {
	case r == nil:
		text, err = e.eval(b, f)
	case r.Grouped != nil:
		text, err = b.aggregate(f, r, e.(*Compiled))
	default:
		if f, err = b.one(f, r); err == nil && f != nil {
			text, err = e.eval(b, f)
		}
	}
	return text != nil, err
}

// isRaw tells whether a member is a text, to be shown without quotes.
func (item *Item) isRaw() bool {
	switch r := item.Relation; {
	case item.Expr != nil:
		return item.raw
	case r != nil && (!r.Many || r.Grouped != nil) && r.Value != nil:
		return isTextual(r.Value.Type())
	}
	return false
}

// unquoted is the text of a JSON string.
func unquoted(text []byte) ([]byte, error) {
	var plain string
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, fmt.Errorf("read string: %w", err)
	}
	return []byte(plain), nil
}
