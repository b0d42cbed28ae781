package projections

import (
	"errors"
	"fmt"

	"materializer/store"
)

// Follower walks the joins up from touches to roots, in one snapshot. It keeps
// buffers: one per goroutine and snapshot.
type Follower struct {
	plan   *Plan
	reader *store.Reader
	levels []followLevel
	root   func(p *Projection, key []byte) error
	kept   func(node *Node, rowKey []byte) error // nil: rows that results are kept of are passed by
}

type followLevel struct {
	row    []byte
	fields [][]byte
	key    []byte
}

// NewFollower makes a Follower that reads through reader.
func (p *Plan) NewFollower(reader *store.Reader) *Follower {
	return &Follower{plan: p, reader: reader}
}

// All is the touch of every root of a projection.
func (p *Projection) All() store.Touch { return store.Touch{Node: p.Root.ID} }

// Follow calls root for each root that the touch leads to. The same root may
// come several times. The key is only valid during the call.
func (f *Follower) Follow(t store.Touch, root func(p *Projection, key []byte) error) error {
	return f.FollowKept(t, root, nil)
}

// FollowKept is Follow for touches of which Plan.Kept is true: it calls kept for
// each row that results are kept of. From there on documents are affected
// through the results alone, unless some are computed from all rows.
func (f *Follower) FollowKept(t store.Touch, root func(p *Projection, key []byte) error, kept func(node *Node, rowKey []byte) error) error {
	f.root, f.kept = root, kept
	node := f.plan.node(t.Node)
	if node == nil {
		return fmt.Errorf("follow touch: the plan has no node %d", t.Node)
	}
	if node.Parent != nil {
		return f.up(node, t.Key, 0)
	}
	if len(t.Key) > 0 {
		return root(node.Projection, t.Key)
	}
	rows := f.reader.Rows(node.Table.Stored.ID, nil)
	for rows.Next() {
		if err := root(node.Projection, rows.Key()); err != nil {
			return errors.Join(err, rows.Close())
		}
	}
	return rows.Close()
}

// up finds the rows above node that join by key and goes on from each.
func (f *Follower) up(node *Node, key []byte, depth int) error {
	if node.up.direct {
		return f.above(node, key, depth)
	}
	found := f.reader.Lookup(node.up.index, key, false)
	for found.Next() {
		if err := f.above(node, found.RowKey(), depth); err != nil {
			return errors.Join(err, found.Close())
		}
	}
	return found.Close()
}

// above goes on from one row above node.
func (f *Follower) above(node *Node, rowKey []byte, depth int) error {
	above := node.Parent
	if above.Parent == nil {
		return f.root(node.Projection, rowKey)
	}
	if above.keeps != nil && f.kept != nil {
		if err := f.kept(above, rowKey); err != nil || !above.keeps.byRows() {
			return err
		}
	}
	return f.row(above, rowKey, depth)
}

// row goes up from the stored row of a node that is not the root.
func (f *Follower) row(node *Node, rowKey []byte, depth int) error {
	for len(f.levels) <= depth {
		f.levels = append(f.levels, followLevel{})
	}
	level := f.levels[depth]
	row, ok, err := f.reader.Row(node.Table.Stored.ID, rowKey, level.row[:0])
	if err != nil || !ok {
		return err // without the row nothing is reached through it
	}
	level.row = row
	if level.fields, err = split(level.fields, row, node.Table.Stored); err != nil {
		return err
	}
	if level.key, ok, err = node.up.key(level.key[:0], level.fields); err != nil {
		return err
	}
	f.levels[depth] = level
	if !ok {
		return nil
	}
	return f.up(node, level.key, depth+1)
}
