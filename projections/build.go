package projections

import (
	"fmt"

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
	body   []byte
	keys   []byte
	list   [][]byte

	// Rows in hand. Frames are taken and given back as from a stack: whoever
	// is done with rows sets inUse back to what it was.
	frames   []*frame
	inUse    int
	cursors  []*cursor // idle
	gathered []*frame  // a stack, too: rows waiting to be sorted or shown

	seen  map[string]bool // values or names met before, in the list at hand
	value []byte          // one of them, encoded
}

// frame is one row while its document is built.
type frame struct {
	level  *level
	row    []byte
	fields [][]byte
	way    []*frame // the rows of the tables on the way to it, nearest first
	ones   []one    // by Relation.slot
	sort   []byte   // its place in the order of its relation
	name   []byte   // its name in an object with key_by
	hidden bool     // a later row has the same name
}

// one is the row of a to-one relation, once it has been asked for.
type one struct {
	known bool
	frame *frame // nil if there is none
}

// NewBuilder makes a Builder that reads through reader.
func NewBuilder(reader *store.Reader) *Builder {
	return &Builder{reader: reader, seen: map[string]bool{}}
}

// Build makes the document of the root with the given row key. It gives ok
// false when there is none: the row is gone, or a required relation is missing.
func (b *Builder) Build(p *Projection, root []byte) (doc Document, ok bool, err error) {
	b.inUse, b.gathered = 0, b.gathered[:0]
	f := b.frame(p.Body.level)
	if ok, err = b.load(f, p.Root, root); err != nil || !ok {
		return Document{}, false, err
	}
	if ok, err = b.exists(f); err != nil || !ok {
		return Document{}, false, err
	}
	if err := b.buildKeys(p, f); err != nil {
		return Document{}, false, err
	}
	if b.body, err = b.object(b.body[:0], f, p.Body); err != nil {
		return Document{Keys: b.list}, false, err // its keys are known all the same: see Unshowable
	}
	return Document{Keys: b.list, Body: b.body}, true, nil
}

func (b *Builder) buildKeys(p *Projection, f *frame) error {
	b.keys, b.list = b.keys[:0], b.list[:0]
	for _, template := range p.Keys {
		from := len(b.keys)
		complete, err := b.buildKey(template, f)
		if err != nil {
			return fmt.Errorf("key %s: %w", template.Source, err)
		}
		if !complete {
			b.keys = b.keys[:from]
			continue
		}
		b.list = append(b.list, b.keys[from:len(b.keys):len(b.keys)])
	}
	return nil
}

// buildKey appends one key to b.keys; complete is false if a part of it is NULL.
func (b *Builder) buildKey(template *Template, f *frame) (complete bool, err error) {
	for i := range template.Parts {
		part := &template.Parts[i]
		if part.Expr == nil {
			b.keys = append(b.keys, part.Literal...)
			continue
		}
		value, err := part.Expr.eval(b, f)
		if err != nil || value == nil {
			return false, err
		}
		if b.keys, err = part.text(b.keys, value); err != nil {
			return false, err
		}
	}
	return true, nil
}

// frame takes an empty frame from the pool; l is nil for a row on a way.
func (b *Builder) frame(l *level) *frame {
	if b.inUse == len(b.frames) {
		b.frames = append(b.frames, &frame{})
	}
	f := b.frames[b.inUse]
	b.inUse++
	f.level, f.way, f.ones, f.hidden = l, f.way[:0], f.ones[:0], false
	if l != nil {
		for range l.ones {
			f.ones = append(f.ones, one{})
		}
	}
	return f
}

// load reads the row with a key into the frame.
func (b *Builder) load(f *frame, node *Node, key []byte) (bool, error) {
	row, ok, err := b.reader.Row(node.Table.Stored.ID, key, f.row[:0])
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
	if have := f.ones[r.slot]; have.known {
		return have.frame, nil
	}
	l, err := b.open(f, r)
	if err != nil {
		return nil, err
	}
	first, err := l.next()
	if err = l.close(err); err != nil {
		return nil, err
	}
	f.ones[r.slot] = one{known: true, frame: first}
	return first, nil
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
