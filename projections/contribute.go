package projections

import (
	"bytes"

	"materializer/cdc"
	"materializer/projections/aggregates"
)

// contribution is what a row of a node gives to the results kept there, nil if
// nothing: it is gone, belongs to no group, or is not one of the relation's rows.
func (b *Builder) contribution(node *Node, rowKey []byte) (*contribution, error) {
	f := b.frame(node.keeps.levelOf(node))
	found, err := b.load(f, node, rowKey)
	return b.contributed(node, f, found, err)
}

// contributionOf is contribution of a row that was read.
func (b *Builder) contributionOf(node *Node, row cdc.Row) (*contribution, error) {
	f := b.frame(node.keeps.levelOf(node))
	found, err := b.loaded(f, node, append(f.row[:0], row...))
	return b.contributed(node, f, found, err)
}

// contributed goes on after a row was looked for, or an expression raised an error for it.
func (b *Builder) contributed(node *Node, f *frame, found bool, err error) (*contribution, error) {
	g := node.keeps
	if raised, ok := failureOf(err); ok { // of the condition on the table
		group, joins, err := node.up.key(nil, f.fields)
		if err != nil || !joins {
			return nil, err
		}
		return &contribution{group: group, failed: raised, slots: make([][]byte, len(g.Slots))}, nil
	}
	if err != nil || !found {
		return nil, err
	}
	group, joins, err := node.up.key(nil, f.fields)
	if err != nil || !joins {
		return nil, err
	}
	c := &contribution{group: group, slots: make([][]byte, len(g.Slots))}
	if node.keepAt+1 < len(g.keeps) {
		found, err = b.totalBelow(c, g.keeps[node.keepAt+1], f)
	} else {
		found, err = b.ownContribution(c, g, f)
	}
	if raised, ok := failureOf(err); ok {
		return &contribution{group: group, failed: raised, slots: make([][]byte, len(g.Slots))}, nil
	}
	if err != nil || !found {
		return nil, err
	}
	return c, nil
}

// levelOf is the level of a node's rows where they are the relation's own, else nil.
func (g *Grouping) levelOf(node *Node) *level {
	if node == g.Relation.Target() {
		return g.Relation.level
	}
	return nil
}

// totalBelow takes the total of the group below a row as its contribution.
func (b *Builder) totalBelow(c *contribution, below *Node, f *frame) (bool, error) {
	sum, err := b.total(below, f)
	if err != nil || sum == nil {
		return false, err
	}
	if sum.failed > 0 {
		return false, sum.raised.err()
	}
	c.slots = sum.slots
	return true, nil
}

// total reads the total of the group of a node's rows below a row; nil if the
// group is empty.
func (b *Builder) total(node *Node, above *frame) (sum *total, err error) {
	key := appendKeptKey(nil, keptTotal, node)
	for _, part := range node.up.seen {
		field := above.fields[part.column]
		if field == nil {
			return nil, nil
		}
		if key, err = part.encode(key, field); err != nil {
			return nil, err
		}
	}
	_, err = b.kept.Value(key, func(value []byte) (err error) {
		sum, err = parseTotal(bytes.Clone(value), len(node.keeps.Slots))
		return err
	})
	return sum, err
}

// ownContribution evaluates the aggregates' arguments for the one row that the
// rest of the way leads to.
func (b *Builder) ownContribution(c *contribution, g *Grouping, f *frame) (bool, error) {
	row, err := b.downTail(g, f)
	if err != nil || row == nil {
		return false, err
	}
	if ok, err := b.exists(row); err != nil || !ok {
		return false, err
	}
	for i, slot := range g.Slots {
		if !slot.kept {
			continue
		}
		if c.slots[i], err = b.slotContribution(slot, row); err != nil {
			return false, err
		}
	}
	return true, nil
}

// downTail goes down the joins that find at most one row each; nil if one finds none.
func (b *Builder) downTail(g *Grouping, f *frame) (*frame, error) {
	way := make([]*frame, len(g.Relation.Way)-1)
	at := len(g.keeps) - 1
	for _, node := range g.tail {
		way[at] = f
		at++
		row, err := b.only(node, f, g.levelOf(node))
		if err != nil || row == nil {
			return nil, err
		}
		f = row
	}
	f.way = append(f.way[:0], way...)
	return f, nil
}

// only gives the row of a node that joins a row above, nil if there is none.
func (b *Builder) only(node *Node, above *frame, l *level) (*frame, error) {
	match, joins, err := node.down.key(nil, above.fields)
	if err != nil || !joins {
		return nil, err
	}
	f := b.frame(l)
	if node.down.direct {
		found, err := b.load(f, node, match)
		if err != nil || !found {
			return nil, err
		}
		return f, nil
	}
	entries := b.reader.Lookup(node.down.index, match, false)
	for entries.Next() {
		found, err := b.load(f, node, entries.RowKey())
		if err != nil {
			entries.Close()
			return nil, err
		}
		if found {
			return f, entries.Close()
		}
	}
	return nil, entries.Close()
}

func (b *Builder) slotContribution(slot *Slot, row *frame) ([]byte, error) {
	if slot.Filter != nil {
		if ok, err := b.holds(slot.Filter, row); err != nil || !ok {
			return nil, err
		}
	}
	args, texts, err := slot.arguments(b, row)
	if err != nil {
		return nil, err
	}
	switch {
	case slot.Function.Maintenance() == aggregates.Extreme:
		if args[0] == nil {
			return nil, nil
		}
		value, err := slot.Function.AppendKey(nil, args[0])
		if err != nil {
			return nil, err
		}
		return slot.Function.AppendText(appendSized(nil, value), args[0]), nil
	case slot.Distinct:
		if args[0] == nil {
			return nil, nil
		}
		state, err := slot.Function.AppendContribution(nil, args)
		if err != nil {
			return nil, err
		}
		value, err := slot.distinct(nil, texts[0])
		if err != nil {
			return nil, err
		}
		return append(appendSized(nil, value), state...), nil
	}
	return slot.Function.AppendContribution(nil, args)
}

// keptResults sets those results of a relation that are kept.
func (b *Builder) keptResults(f *frame, r *Relation, results []any) error {
	sum, err := b.total(r.Grouped.keeps[0], f)
	if err != nil {
		return err
	}
	if sum != nil && sum.failed > 0 {
		return sum.raised.err()
	}
	for i, slot := range r.Grouped.Slots {
		if !slot.kept {
			continue
		}
		var state []byte
		if sum != nil {
			state = sum.slots[i]
		}
		if results[i], err = slot.result(state); err != nil {
			return err
		}
	}
	return nil
}

// result is the value that a state stands for.
func (s *Slot) result(state []byte) (any, error) {
	if s.Function.Maintenance() != aggregates.Extreme {
		return s.Function.Result(state)
	}
	if len(state) == 0 {
		return nil, nil
	}
	_, text, _ := cutSized(state)
	return s.Function.ParseText(string(text))
}
