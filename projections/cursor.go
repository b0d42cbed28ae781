package projections

import (
	"errors"

	"materializer/store"
)

// cursor goes over the rows at the end of a relation's way below one row, those
// that exist, in the order in which the store has them.
type cursor struct {
	builder  *Builder
	relation *Relation
	hops     []hop // one per node of the way
	depth    int   // the hop to be continued; -1 after the last row
}

// hop is the rows of one node of a way that join one row above.
type hop struct {
	row     *frame // the last one
	match   []byte
	single  bool                 // match is the key of the only row, which is still to come
	entries *store.IndexIterator // nil unless found by an index
}

// cursor begins with the rows of a relation below f.
func (b *Builder) cursor(f *frame, r *Relation) (*cursor, error) {
	var c *cursor
	if n := len(b.cursors); n > 0 {
		c, b.cursors = b.cursors[n-1], b.cursors[:n-1]
	} else {
		c = &cursor{builder: b}
	}
	for len(c.hops) < len(r.Way) {
		c.hops = append(c.hops, hop{})
	}
	c.relation, c.depth = r, 0
	if err := c.enter(f); err != nil {
		return nil, c.close(err)
	}
	return c, nil
}

// enter begins with the rows that join above.
func (c *cursor) enter(above *frame) error {
	node, h := c.relation.Way[c.depth], &c.hops[c.depth]
	match, joins, err := node.down.key(h.match[:0], above.fields)
	h.match, h.single, h.entries = match, false, nil
	switch {
	case err != nil || !joins:
	case node.down.direct:
		h.single = true
	default:
		h.entries = c.builder.reader.Lookup(node.down.index, match, false)
	}
	return err
}

// next gives the next row, nil after the last.
func (c *cursor) next() (*frame, error) {
	last := len(c.relation.Way) - 1
	for c.depth >= 0 {
		mark := c.builder.inUse
		row, err := c.step(last)
		if err != nil {
			return nil, err
		}
		switch {
		case row == nil:
			c.depth--
		case c.depth < last:
			c.hops[c.depth].row = row
			c.depth++
			if err := c.enter(row); err != nil {
				return nil, err
			}
		default:
			for i := range last {
				row.way = append(row.way, c.hops[i].row)
			}
			if exists, err := c.builder.exists(row); err != nil || exists {
				return row, err
			}
			c.builder.inUse = mark
		}
	}
	return nil, nil
}

// step loads the next row of the hop at hand, nil if there are no more.
func (c *cursor) step(last int) (*frame, error) {
	h, b := &c.hops[c.depth], c.builder
	var l *level
	if c.depth == last {
		l = c.relation.level
	}
	for {
		key, more := h.next()
		if !more {
			return nil, h.close()
		}
		mark := b.inUse
		row := b.frame(l)
		found, err := b.load(row, c.relation.Way[c.depth], key)
		if err != nil || found {
			return row, err
		}
		b.inUse = mark
	}
}

// next gives the key of the next row.
func (h *hop) next() (key []byte, more bool) {
	switch {
	case h.single:
		h.single = false
		return h.match, true
	case h.entries != nil && h.entries.Next():
		return h.entries.RowKey(), true
	}
	return nil, false
}

func (h *hop) close() error {
	if h.entries == nil {
		return nil
	}
	err := h.entries.Close()
	h.entries = nil
	return err
}

// close ends the cursor, after err or without, wherever it is.
func (c *cursor) close(err error) error {
	for ; c.depth >= 0; c.depth-- {
		err = errors.Join(err, c.hops[c.depth].close())
	}
	c.builder.cursors = append(c.builder.cursors, c)
	return err
}
