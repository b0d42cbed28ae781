package projections

import (
	"fmt"

	"materializer/projections/values"
)

// object appends a row as a JSON object.
func (b *Builder) object(dst []byte, f *frame, body *Body) ([]byte, error) {
	dst = append(dst, '{')
	dst, err := b.members(dst, f, body)
	return append(dst, '}'), err
}

// members appends the members of an object, of a missing row if f is nil.
func (b *Builder) members(dst []byte, f *frame, body *Body) ([]byte, error) {
	var err error
	for i := range body.Items {
		item := &body.Items[i]
		if r := item.Relation; r != nil && r.Inline {
			if dst, err = b.inline(dst, f, r); err != nil {
				return dst, err
			}
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(dst, item.prefix...)
		if dst, err = b.item(dst, f, item); err != nil {
			return dst, fmt.Errorf("%s: %w", item.Name, err)
		}
	}
	return dst, nil
}

func (b *Builder) inline(dst []byte, f *frame, r *Relation) ([]byte, error) {
	var row *frame
	var err error
	if f != nil {
		if row, err = b.one(f, r); err != nil {
			return dst, err
		}
	}
	return b.members(dst, row, r.Body)
}

func (b *Builder) item(dst []byte, f *frame, item *Item) ([]byte, error) {
	switch {
	case item.Expr != nil:
		return b.scalar(dst, f, item.Expr, item.json)
	case item.Object != nil:
		return b.object(dst, f, item.Object)
	case !item.Relation.Many:
		return b.single(dst, f, item.Relation)
	case item.Relation.KeyBy != nil:
		return b.keyed(dst, f, item.Relation)
	}
	return b.array(dst, f, item.Relation)
}

func (b *Builder) scalar(dst []byte, f *frame, e Expr, json func(dst, text []byte) ([]byte, error)) ([]byte, error) {
	if f == nil {
		return append(dst, "null"...), nil
	}
	value, err := e.eval(b, f)
	if err != nil {
		return dst, err
	}
	if value == nil {
		return append(dst, "null"...), nil
	}
	return json(dst, value)
}

// single appends the row of a one: an object, a scalar, or null.
func (b *Builder) single(dst []byte, f *frame, r *Relation) ([]byte, error) {
	if f == nil {
		return append(dst, "null"...), nil
	}
	row, err := b.one(f, r)
	if err != nil {
		return dst, err
	}
	if row == nil {
		return append(dst, "null"...), nil
	}
	return b.element(dst, row, r)
}

func (b *Builder) element(dst []byte, row *frame, r *Relation) ([]byte, error) {
	if r.Value != nil {
		return b.scalar(dst, row, r.Value, r.json)
	}
	return b.object(dst, row, r.Body)
}

// array appends the rows of a many.
func (b *Builder) array(dst []byte, f *frame, r *Relation) ([]byte, error) {
	dst = append(dst, '[')
	if f == nil {
		return append(dst, ']'), nil
	}
	from, mark := len(dst), b.next
	var seen map[string]bool
	err := b.each(f, r, func(row *frame) (bool, error) {
		if r.Distinct {
			again, err := b.seenBefore(row, r, &seen)
			if err != nil || again {
				return true, err
			}
		}
		if len(dst) > from {
			dst = append(dst, ',')
		}
		var err error
		dst, err = b.element(dst, row, r)
		if r.inOrder {
			b.next = mark // streamed: the row is done with
		}
		return true, err
	})
	b.next = mark
	return append(dst, ']'), err
}

func (b *Builder) seenBefore(row *frame, r *Relation, seen *map[string]bool) (bool, error) {
	value, err := r.Value.eval(b, row)
	if err != nil {
		return false, err
	}
	name := "null"
	if value != nil {
		encoded, err := r.distinct([]byte{'='}, value)
		if err != nil {
			return false, err
		}
		name = string(encoded)
	}
	if *seen == nil {
		*seen = map[string]bool{}
	}
	again := (*seen)[name]
	(*seen)[name] = true
	return again, nil
}

// keyed appends the rows of a many as an object: of equal keys the last wins.
func (b *Builder) keyed(dst []byte, f *frame, r *Relation) ([]byte, error) {
	dst = append(dst, '{')
	if f == nil {
		return append(dst, '}'), nil
	}
	mark := b.next
	var rows []*frame
	var names [][]byte
	last := map[string]int{}
	err := b.each(f, r, func(row *frame) (bool, error) {
		value, err := r.KeyBy.eval(b, row)
		if err != nil || value == nil {
			return true, err
		}
		name, err := r.text(nil, value)
		rows, names = append(rows, row), append(names, name)
		last[string(name)] = len(rows) - 1
		return true, err
	})
	if err != nil {
		return dst, err
	}
	for i, row := range rows {
		if last[string(names[i])] != i {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(values.AppendString(dst, names[i]), ':')
		if dst, err = b.element(dst, row, r); err != nil {
			return dst, err
		}
	}
	b.next = mark
	return append(dst, '}'), nil
}
