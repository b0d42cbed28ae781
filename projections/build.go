package projections

import (
	"bytes"
	"fmt"
	"slices"

	"materializer/store"
)

// Document is what Redis is to be given for one root. Its bytes are the
// Builder's and valid until the next Build.
type Document struct {
	Keys [][]byte // in the order of the templates, without those that have a NULL part
	Body []byte
}

// Builder makes documents, reading one snapshot. It keeps buffers: one per
// goroutine and snapshot.
type Builder struct {
	reader *store.Reader
	frames []*frame
	next   int // frames in use
	body   []byte
	keys   []byte
	list   [][]byte
	match  []byte
	row    []byte
}

// frame is one row while its document is built.
type frame struct {
	level  *level
	key    []byte
	row    []byte
	fields [][]byte
	way    []*frame // the rows of the tables on the way to it, nearest first
	ones   []one    // by Relation.slot
	sort   []byte
}

// one is the row of a to-one relation, once it has been asked for.
type one struct {
	known bool
	frame *frame // nil if there is none
}

// NewBuilder makes a Builder that reads through reader.
func NewBuilder(reader *store.Reader) *Builder { return &Builder{reader: reader} }

// Build makes the document of the root with the given row key. It gives ok
// false when there is none: the row is gone, or a required relation is missing.
func (b *Builder) Build(p *Projection, root []byte) (doc Document, ok bool, err error) {
	b.next = 0
	f := b.frame(p.Body.level)
	f.key = append(f.key[:0], root...)
	if ok, err = b.load(f, p.Root); err != nil || !ok {
		return Document{}, false, err
	}
	if ok, err = b.exists(f); err != nil || !ok {
		return Document{}, false, err
	}
	if err := b.buildKeys(p, f); err != nil {
		return Document{}, false, err
	}
	if b.body, err = b.object(b.body[:0], f, p.Body); err != nil {
		return Document{}, false, err
	}
	return Document{Keys: b.list, Body: b.body}, true, nil
}

func (b *Builder) buildKeys(p *Projection, f *frame) error {
	b.keys, b.list = b.keys[:0], b.list[:0]
	for _, template := range p.Keys {
		from := len(b.keys)
		complete := true
		for i := range template.Parts {
			part := &template.Parts[i]
			if part.Expr == nil {
				b.keys = append(b.keys, part.Literal...)
				continue
			}
			value, err := part.Expr.eval(b, f)
			if err != nil {
				return err
			}
			if value == nil {
				complete = false
				break
			}
			if b.keys, err = part.text(b.keys, value); err != nil {
				return fmt.Errorf("key %s: %w", template.Source, err)
			}
		}
		if !complete {
			b.keys = b.keys[:from]
			continue
		}
		b.list = append(b.list, b.keys[from:len(b.keys):len(b.keys)])
	}
	return nil
}

// frame takes an empty frame from the pool.
func (b *Builder) frame(l *level) *frame {
	if b.next == len(b.frames) {
		b.frames = append(b.frames, &frame{})
	}
	f := b.frames[b.next]
	b.next++
	f.level = l
	f.way = f.way[:0]
	f.ones = f.ones[:0]
	if l != nil {
		for range l.ones {
			f.ones = append(f.ones, one{})
		}
	}
	return f
}

// load reads the frame's row by its key.
func (b *Builder) load(f *frame, node *Node) (bool, error) {
	row, ok, err := b.reader.Row(node.Table.Stored.ID, f.key, f.row[:0])
	if err != nil || !ok {
		return false, err
	}
	f.row = row
	f.fields, err = split(f.fields, row, node.Table.Stored)
	return true, err
}

// exists tells whether all required relations of the row lead to a row.
func (b *Builder) exists(f *frame) (bool, error) {
	for _, r := range f.level.required {
		found, err := b.one(f, r)
		if err != nil || found == nil {
			return false, err
		}
	}
	return true, nil
}

// one gives the row of a to-one relation, nil if there is none.
func (b *Builder) one(f *frame, r *Relation) (*frame, error) {
	slot := &f.ones[r.slot]
	if slot.known {
		return slot.frame, nil
	}
	var first *frame
	err := b.each(f, r, func(row *frame) (bool, error) {
		first = row
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	f.ones[r.slot] = one{known: true, frame: first}
	return first, nil
}

// each visits the rows of a relation in order, those that exist only, up to its
// limit or until visit says to stop.
func (b *Builder) each(f *frame, r *Relation, visit func(*frame) (bool, error)) error {
	if r.inOrder {
		n := 0
		_, err := b.walk(f, r, 0, nil, func(row *frame) (bool, error) {
			n++
			more, err := visit(row)
			return more && n != r.Limit, err
		})
		return err
	}
	rows, err := b.sorted(f, r)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if i == r.Limit && r.Limit > 0 {
			break
		}
		if more, err := visit(row); err != nil || !more {
			return err
		}
	}
	return nil
}

// sorted gathers the rows of a relation and sorts them by its total order.
func (b *Builder) sorted(f *frame, r *Relation) ([]*frame, error) {
	var rows []*frame
	_, err := b.walk(f, r, 0, nil, func(row *frame) (bool, error) {
		rows = append(rows, row)
		return true, b.sortKey(row, r)
	})
	slices.SortFunc(rows, func(a, b *frame) int { return bytes.Compare(a.sort, b.sort) })
	return rows, err
}

func (b *Builder) sortKey(f *frame, r *Relation) error {
	f.sort = f.sort[:0]
	for i := range r.Total {
		item := &r.Total[i]
		value, err := item.Expr.eval(b, f)
		if err != nil {
			return err
		}
		if value == nil {
			f.sort = append(f.sort, nullMark(item.NullsFirst))
			continue
		}
		f.sort = append(f.sort, 1)
		from := len(f.sort)
		if f.sort, err = item.encode(f.sort, value); err != nil {
			return fmt.Errorf("order_by of %s: %w", r.Name, err)
		}
		if item.Desc {
			invert(f.sort[from:])
		}
	}
	return nil
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

// walk visits the rows at the end of a relation's way that exist, in the order
// in which the store has them. It gives false when visit asked to stop.
func (b *Builder) walk(f *frame, r *Relation, at int, way []*frame, visit func(*frame) (bool, error)) (bool, error) {
	node := r.Way[at]
	var l *level
	if at == len(r.Way)-1 {
		l = r.level
	}
	match, ok, err := node.down.key(nil, f.fields)
	if err != nil || !ok {
		return true, err
	}
	step := func(rowKey []byte) (bool, error) {
		mark := b.next
		row := b.frame(l)
		row.key = append(row.key[:0], rowKey...)
		found, err := b.load(row, node)
		if err != nil || !found {
			b.next = mark
			return true, err
		}
		if at < len(r.Way)-1 {
			return b.walk(row, r, at+1, append(way, row), visit)
		}
		row.way = append(row.way, way...)
		if found, err = b.exists(row); err != nil || !found {
			b.next = mark
			return true, err
		}
		return visit(row)
	}
	if node.down.direct {
		return step(match)
	}
	entries := b.reader.Lookup(node.down.index, match, false)
	for entries.Next() {
		if more, err := step(entries.RowKey()); err != nil || !more {
			entries.Close()
			return false, err
		}
	}
	return true, entries.Close()
}

// eval reads the column from the row that the path leads to.
func (r *Reference) eval(b *Builder, f *frame) ([]byte, error) {
	for _, relation := range r.Path {
		next, err := b.one(f, relation)
		if err != nil || next == nil {
			return nil, err
		}
		f = next
	}
	if r.Through > 0 {
		f = f.way[r.Through-1]
	}
	return f.fields[r.Column.Index], nil
}
