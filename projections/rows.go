package projections

import (
	"bytes"
	"fmt"
	"slices"
)

// rowList goes over the rows of a relation below one row: those that exist, in
// the relation's order, each value once if it is distinct, up to its limit.
type rowList struct {
	builder  *Builder
	relation *Relation
	cursor   *cursor // where the store has the rows in order; otherwise
	sorted   []*frame
	from     int // of sorted in Builder.gathered
	mark     int // Builder.inUse before
	left     int // of the limit; negative: no limit
}

// open begins a list. Whoever opens it closes it.
func (b *Builder) open(f *frame, r *Relation) (rowList, error) {
	l := rowList{builder: b, relation: r, from: len(b.gathered), mark: b.inUse, left: -1}
	if r.Limit > 0 {
		l.left = r.Limit
	}
	if r.Distinct {
		clear(b.seen)
	}
	cursor, err := b.cursor(f, r)
	if err != nil {
		return l, err
	}
	if r.inOrder {
		l.cursor = cursor
		return l, nil
	}
	if err := cursor.close(l.gather(cursor)); err != nil {
		return l, err
	}
	l.sorted = b.gathered[l.from:]
	slices.SortFunc(l.sorted, func(a, b *frame) int { return bytes.Compare(a.sort, b.sort) })
	return l, nil
}

func (l *rowList) gather(c *cursor) error {
	for {
		row, err := c.next()
		if err != nil || row == nil {
			return err
		}
		if err := l.builder.sortKey(row, l.relation); err != nil {
			return err
		}
		l.builder.gathered = append(l.builder.gathered, row)
	}
}

// next gives the next row, nil after the last.
func (l *rowList) next() (*frame, error) {
	for l.left != 0 {
		row, err := l.step()
		if err != nil || row == nil {
			return nil, err
		}
		if l.relation.Distinct {
			again, err := l.builder.seenBefore(row, l.relation)
			if err != nil {
				return nil, err
			}
			if again {
				l.done()
				continue
			}
		}
		l.left--
		return row, nil
	}
	return nil, nil
}

func (l *rowList) step() (*frame, error) {
	if l.cursor != nil {
		row, err := l.cursor.next()
		if err != nil || row == nil || !l.relation.ordersByExpr {
			return row, err
		}
		return row, l.builder.sortKey(row, l.relation) // for its error: the index has such rows first
	}
	if len(l.sorted) == 0 {
		return nil, nil
	}
	row := l.sorted[0]
	l.sorted = l.sorted[1:]
	return row, nil
}

// done says that the last row is not needed any more: rows that come straight
// from an index then need no more memory than one of them.
func (l *rowList) done() {
	if l.cursor != nil && len(l.relation.Way) == 1 {
		l.builder.inUse = l.mark
	}
}

// close ends the list, after err or without. Its rows stay until the caller
// gives them back.
func (l *rowList) close(err error) error {
	l.builder.gathered = l.builder.gathered[:l.from]
	if l.cursor != nil {
		return l.cursor.close(err)
	}
	return err
}

// sortKey encodes the row's place in the total order of its relation.
func (b *Builder) sortKey(f *frame, r *Relation) (err error) {
	if f.sort, err = b.place(f.sort[:0], f, r.Total); err != nil {
		return fmt.Errorf("order_by of %s: %w", r.Name, err)
	}
	return nil
}

// place appends a row's place in an order.
func (b *Builder) place(dst []byte, f *frame, order []Order) ([]byte, error) {
	for i := range order {
		item := &order[i]
		value, err := item.Expr.eval(b, f)
		if err != nil {
			return dst, err
		}
		if value == nil {
			dst = append(dst, nullMark(item.NullsFirst))
			continue
		}
		dst = append(dst, 1)
		from := len(dst)
		if dst, err = item.encode(dst, value); err != nil {
			return dst, err
		}
		if item.Desc {
			invert(dst[from:])
		}
	}
	return dst, nil
}

func nullMark(first bool) byte {
	if first {
		return 0
	}
	return 2
}

func invert(bytes []byte) {
	for i := range bytes {
		bytes[i] = ^bytes[i]
	}
}

// seenBefore tells whether an earlier row of the list has the same value.
func (b *Builder) seenBefore(row *frame, r *Relation) (bool, error) {
	value, err := r.Value.eval(b, row)
	if err != nil {
		return false, err
	}
	b.value = b.value[:0]
	if value != nil { // no encoding of a value is as short as that of NULL
		if b.value, err = r.distinct(append(b.value, '='), value); err != nil {
			return false, err
		}
	}
	return b.meet(b.value), nil
}

// meet tells whether a text was met before in the list at hand, and remembers it.
func (b *Builder) meet(text []byte) bool {
	if b.seen[string(text)] {
		return true
	}
	b.seen[string(text)] = true
	return false
}
