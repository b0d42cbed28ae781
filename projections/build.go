package projections

import (
	"bytes"
	"fmt"

	"materializer/cdc"
	"materializer/projections/values"
	"materializer/store"
)

// Document is what Redis is to be given for one root. Its bytes are the
// Builder's and valid until the next Build.
type Document struct {
	Keys [][]byte // in the order of the templates, without those that have a NULL part; of collections the names of elements
	Body []byte   // as the projection's Shape says
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
	field []byte          // of a hash, as JSON
	kept  store.Kept      // results that are kept up to date
}

// frame is one row while its document is built.
type frame struct {
	level  *level
	row    []byte
	fields [][]byte
	way    []*frame  // the rows of the tables on the way to it, nearest first
	ones   []one     // by Relation.slot
	groups []grouped // by Relation.slot
	// results makes the frame one of the results of aggregates, and of no row.
	results []any
	sort    []byte // its place in the order of its relation
	name    []byte // its name in an object with key_by
	hidden  bool   // a later row has the same name
}

// one is the row of a to-one relation, once it has been asked for.
type one struct {
	known bool
	frame *frame // nil if there is none
}

// NewBuilder makes a Builder that reads rows through reader, and the results of
// aggregates that are kept up to date from kept.
func NewBuilder(reader *store.Reader, kept store.Kept) *Builder {
	return &Builder{reader: reader, kept: kept, seen: map[string]bool{}}
}

// Build makes the document of the root with the given row key. It gives ok
// false when there is none: the row is gone, or a required relation is missing.
func (b *Builder) Build(p *Projection, root []byte) (doc Document, ok bool, err error) {
	b.inUse, b.gathered = 0, b.gathered[:0]
	f := b.frame(p.level)
	ok, err = b.load(f, p.Root, root)
	if err == nil && ok {
		ok, err = b.exists(f)
	}
	switch {
	case Unshowable(err):
		_ = b.buildKeys(p, f) // as far as they can be: what they are may well not depend on what failed
		return Document{Keys: b.list}, false, err
	case err != nil || !ok:
		return Document{}, false, err
	}
	if err := b.buildKeys(p, f); err != nil {
		return Document{Keys: b.list}, false, err
	}
	if ok, err = b.shape(p, f); err != nil || !ok {
		return Document{Keys: b.list}, false, err // its keys are known all the same: see Unshowable
	}
	return Document{Keys: b.list, Body: b.body}, true, nil
}

// shape makes the body; ok is false if there is no document.
func (b *Builder) shape(p *Projection, f *frame) (ok bool, err error) {
	b.body = b.body[:0]
	switch p.Shape {
	case JSON:
		b.body, err = b.object(b.body, f, p.Body)
	case Hash:
		err = b.hash(f, p.Body)
	case Text:
		return b.appendValue(f, p.Value, p.text)
	case ZSet:
		return b.score(p, f)
	}
	return err == nil, err
}

func (b *Builder) appendValue(f *frame, e Expr, encode values.AppendFunc) (ok bool, err error) {
	text, err := e.eval(b, f)
	if err != nil || text == nil {
		return false, err
	}
	b.body, err = encode(b.body, text)
	return err == nil, err
}

func (b *Builder) score(p *Projection, f *frame) (ok bool, err error) {
	text, err := p.Score.eval(b, f)
	if err != nil || text == nil {
		return false, err
	}
	score, ok, err := p.scored(text)
	if err == nil && ok {
		b.body = AppendScore(b.body, score)
	}
	return ok, err
}

// buildKeys lists the keys of a root, as many as can be made.
func (b *Builder) buildKeys(p *Projection, f *frame) error {
	b.keys, b.list = b.keys[:0], b.list[:0]
	var member []byte
	if p.Member != nil {
		complete, err := b.buildKey(p.Member, f)
		if err != nil {
			return fmt.Errorf("member %s: %w", p.Member.Source, err)
		}
		if !complete {
			return nil
		}
		member = b.keys
	}
	var failed error
	for _, template := range p.Keys {
		from := len(b.keys)
		complete, err := b.buildKey(template, f)
		if err != nil && failed == nil {
			failed = fmt.Errorf("key %s: %w", template.Source, err)
		}
		if err != nil || !complete {
			b.keys = b.keys[:from]
			continue
		}
		if p.Member != nil {
			key := b.keys[from:len(b.keys):len(b.keys)]
			from = len(b.keys)
			b.keys = AppendElement(b.keys, key, member)
		}
		b.addName(b.keys[from:len(b.keys):len(b.keys)])
	}
	return failed
}

// addName lists a key or element, once.
func (b *Builder) addName(name []byte) {
	for _, have := range b.list {
		if bytes.Equal(have, name) {
			return
		}
	}
	b.list = append(b.list, name)
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
	f.groups, f.results = f.groups[:0], nil
	if l != nil {
		for range l.ones {
			f.ones = append(f.ones, one{})
		}
		for range l.groups {
			f.groups = append(f.groups, grouped{})
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
	return b.loaded(f, node, row)
}

// loaded takes a row into the frame.
func (b *Builder) loaded(f *frame, node *Node, row cdc.Row) (_ bool, err error) {
	f.row = row
	if f.fields, err = split(f.fields, row, node.Table.Stored); err != nil || node.Table.Where == nil {
		return true, err
	}
	return b.holds(node.Table.Where, f)
}

// exists tells whether the row is one of its relation: whether all required
// relations lead to a row, and what must be true of it is.
func (b *Builder) exists(f *frame) (bool, error) {
	for _, r := range f.level.required {
		found, err := b.one(f, r)
		if err != nil || found == nil {
			return false, err
		}
	}
	if f.level.where == nil {
		return true, nil
	}
	return b.holds(f.level.where, f)
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
	f, err := b.along(r.Path, f)
	if err != nil || f == nil {
		return nil, err
	}
	if r.Through > 0 {
		f = f.way[r.Through-1]
	}
	if r.Column.Computed != nil {
		return r.Column.Computed.eval(b, f)
	}
	return f.fields[r.Column.Index], nil
}
