package projections

import (
	"fmt"
	"slices"

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
			if dst, err = b.inline(dst, f, r, b.members); err != nil {
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

// writer appends the members of an object in one form or another.
type writer func(dst []byte, f *frame, body *Body) ([]byte, error)

// inline appends the members of a relation's object into the one around it.
func (b *Builder) inline(dst []byte, f *frame, r *Relation, write writer) ([]byte, error) {
	if f == nil {
		return write(dst, nil, r.Body)
	}
	if r.Grouped != nil {
		row, err := b.results(f, r)
		if err != nil {
			return dst, err
		}
		return write(dst, row, r.Body)
	}
	row, err := b.one(f, r)
	if err != nil {
		return dst, err
	}
	return write(dst, row, r.Body)
}

func (b *Builder) item(dst []byte, f *frame, item *Item) ([]byte, error) {
	switch {
	case item.Expr != nil:
		return b.scalar(dst, f, item.Expr, item.json)
	case item.Object != nil:
		return b.object(dst, f, item.Object)
	case item.Relation.Grouped != nil:
		return b.grouped(dst, f, item.Relation)
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
	from, mark := len(dst), b.inUse
	rows, err := b.open(f, r)
	if err != nil {
		return dst, err
	}
	for {
		row, err := rows.next()
		if err != nil || row == nil {
			b.inUse = mark
			return append(dst, ']'), rows.close(err)
		}
		if len(dst) > from {
			dst = append(dst, ',')
		}
		if dst, err = b.element(dst, row, r); err != nil {
			return dst, rows.close(err)
		}
		rows.done()
	}
}

// keyed appends the rows of a many as an object: of equal names the last wins.
func (b *Builder) keyed(dst []byte, f *frame, r *Relation) ([]byte, error) {
	dst = append(dst, '{')
	if f == nil {
		return append(dst, '}'), nil
	}
	mark, from := b.inUse, len(b.gathered)
	if err := b.gatherNamed(f, r); err != nil {
		return dst, err
	}
	var err error
	for _, row := range b.gathered[from:] {
		if row.hidden {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(values.AppendString(dst, row.name), ':')
		if dst, err = b.element(dst, row, r); err != nil {
			return dst, err
		}
	}
	b.inUse, b.gathered = mark, b.gathered[:from]
	return append(dst, '}'), nil
}

// gatherNamed leaves on the stack the rows of a many that have a name, and
// hides those whose name comes again.
func (b *Builder) gatherNamed(f *frame, r *Relation) error {
	from := len(b.gathered)
	rows, err := b.open(f, r)
	if err != nil {
		return err
	}
	named := len(b.gathered) // above rows that wait to be sorted
	for {
		row, err := rows.next()
		if err == nil && row != nil {
			err = b.nameRow(row, r)
		}
		if err != nil {
			return rows.close(err)
		}
		if row == nil {
			break
		}
	}
	found := copy(b.gathered[from:], b.gathered[named:]) // over what was sorted, and has been gone through
	if err := rows.close(nil); err != nil {
		return err
	}
	b.gathered = b.gathered[:from+found]
	clear(b.seen)
	for _, row := range slices.Backward(b.gathered[from:]) {
		row.hidden = b.meet(row.name)
	}
	return nil
}

func (b *Builder) nameRow(row *frame, r *Relation) error {
	value, err := r.KeyBy.eval(b, row)
	if err != nil || value == nil {
		return err
	}
	if row.name, err = r.text(row.name[:0], value); err == nil {
		b.gathered = append(b.gathered, row)
	}
	return err
}
