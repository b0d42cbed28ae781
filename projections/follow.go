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
	if int(t.Node) >= len(f.plan.Nodes) {
		return fmt.Errorf("follow touch: the plan has no node %d", t.Node)
	}
	node := f.plan.Nodes[t.Node]
	if node.Parent != nil {
		return f.up(node, t.Key, 0, root)
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
func (f *Follower) up(node *Node, key []byte, depth int, root func(*Projection, []byte) error) error {
	if node.up.direct {
		return f.above(node, key, depth, root)
	}
	found := f.reader.Lookup(node.up.index, key, false)
	for found.Next() {
		if err := f.above(node, found.RowKey(), depth, root); err != nil {
			return errors.Join(err, found.Close())
		}
	}
	return found.Close()
}

// above goes on from one row above node.
func (f *Follower) above(node *Node, rowKey []byte, depth int, root func(*Projection, []byte) error) error {
	if node.Parent.Parent == nil {
		return root(node.Projection, rowKey)
	}
	return f.row(node.Parent, rowKey, depth, root)
}

// row goes up from the stored row of a node that is not the root.
func (f *Follower) row(node *Node, rowKey []byte, depth int, root func(*Projection, []byte) error) error {
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
	return f.up(node, level.key, depth+1, root)
}
