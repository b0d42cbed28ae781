package projections

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"materializer/store"
)

// allKeeper makes what is kept of all rows, as a Keeper that is told of each of
// them would leave it, but faster: totals are added up in memory, and nothing
// is read that was just written.
type allKeeper struct {
	plan    *Plan
	stopped func() error
	reader  *store.Reader
	kept    store.Kept
	keep    *store.KeepAll
	builder *Builder
	key     []byte
	spare   []byte

	totals    map[string]*total   // of groups, since they were last written
	written   bool                // some totals of the node were
	seen      map[string]struct{} // distinct values, since they were last forgotten
	forgotten bool                // some values of the node were: they are to be looked up
}

// How many groups, and distinct values, are in memory at a time: 20 MB or so.
const (
	totalsInMemory = 1 << 16
	seenInMemory   = 1 << 17
)

// KeepAll makes what is kept of all rows that reader reads, unless ctx ends
// before. keep is new, and kept reads what it has written.
func (p *Plan) KeepAll(ctx context.Context, reader *store.Reader, kept store.Kept, keep *store.KeepAll) error {
	a := &allKeeper{stopped: ctx.Err, plan: p, reader: reader, kept: kept, keep: keep, builder: NewBuilder(reader, kept)}
	return a.run(totalsInMemory, seenInMemory)
}

// run holds no more than so many totals and distinct values in memory.
func (a *allKeeper) run(totals, seen int) error {
	for _, node := range slices.Backward(a.plan.Nodes) { // a node comes after the one above it
		if node.keeps == nil {
			continue
		}
		if err := a.node(node, totals, seen); err != nil {
			return fmt.Errorf("%s: %w", node.keeps.Relation.Name, err)
		}
	}
	return nil
}

// node makes what is kept at a node, of its rows in the order of their keys.
func (a *allKeeper) node(node *Node, totals, seen int) (err error) {
	a.totals, a.written = map[string]*total{}, false
	a.seen, a.forgotten = map[string]struct{}{}, false
	rows := a.reader.Rows(node.Table.Stored.ID, nil)
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := a.stopped(); err != nil {
			return err
		}
		a.builder.inUse, a.builder.gathered = 0, a.builder.gathered[:0]
		c, err := a.builder.contributionOf(node, rows.Row())
		if err != nil {
			return err
		}
		if c == nil {
			continue
		}
		if err := a.add(node, rows.Key(), c); err != nil {
			return err
		}
		if len(a.totals) >= totals {
			if err := a.write(node); err != nil {
				return err
			}
		}
		if len(a.seen) >= seen {
			if err := a.keep.Flush(); err != nil {
				return err
			}
			clear(a.seen)
			a.forgotten = true
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := a.write(node); err != nil {
		return err
	}
	return a.keep.Flush() // the node above reads the totals
}

// add notes what a row contributes and adds it to the total of its group.
func (a *allKeeper) add(node *Node, rowKey []byte, c *contribution) error {
	a.key = append(appendKeptKey(a.key[:0], keptRecord, node), rowKey...)
	a.spare = c.append(a.spare[:0])
	if err := a.keep.Set(a.key, a.spare); err != nil {
		return err
	}
	sum := a.totals[string(c.group)]
	if sum == nil {
		sum = &total{slots: make([][]byte, len(node.keeps.Slots))}
		a.totals[string(c.group)] = sum
	}
	sum.rows++
	if c.failed != (failure{}) {
		sum.failed++
		sum.raised = c.failed
	}
	for i, slot := range node.keeps.Slots {
		if !slot.kept || len(c.slots[i]) == 0 {
			continue
		}
		if err := a.addSlot(sum, member{node, c.group, rowKey}, i, c.slots[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *allKeeper) addSlot(sum *total, m member, i int, given []byte) error {
	slot := m.node.keeps.Slots[i]
	if !slot.sorted() {
		return a.combine(sum, slot, i, given)
	}
	value, rest, _ := cutSized(given)
	a.key = append(append(append(appendKeptKey(a.key[:0], keptEntry, m.node), byte(i)), m.group...), value...)
	if slot.Distinct {
		again, err := a.again(a.key)
		if err != nil {
			return err
		}
		if !again {
			if err := a.combine(sum, slot, i, rest); err != nil {
				return err
			}
		}
	} else {
		sum.slots[i] = slot.better(sum.slots[i], given)
	}
	a.key = append(a.key, m.row...)
	return a.keep.Set(a.key, given)
}

// combine adds a state to that of a slot.
func (a *allKeeper) combine(sum *total, slot *Slot, i int, given []byte) (err error) {
	if a.spare, err = slot.Function.AppendSum(a.spare[:0], sum.slots[i], given); err != nil {
		return err
	}
	a.spare, sum.slots[i] = sum.slots[i], a.spare
	return nil
}

// again tells whether a value was met before among the rows of the node.
func (a *allKeeper) again(value []byte) (again bool, err error) {
	if _, again = a.seen[string(value)]; again {
		return true, nil
	}
	if a.forgotten {
		again, err = a.kept.First(value, false, func(_, _ []byte) error { return nil })
	}
	a.seen[string(value)] = struct{}{}
	return again, err
}

// better is the extreme of two, of which the second is of a later row.
func (s *Slot) better(state, later []byte) []byte {
	if compared := s.compare(later, state); len(state) == 0 || compared < 0 || compared == 0 && !s.byFirst() {
		return append(state[:0], later...)
	}
	return state
}

// write writes the totals in memory, added to those that were written before.
func (a *allKeeper) write(node *Node) error {
	if err := a.keep.Flush(); err != nil {
		return err
	}
	for _, group := range slices.Sorted(maps.Keys(a.totals)) {
		sum := a.totals[group]
		a.key = append(appendKeptKey(a.key[:0], keptTotal, node), group...)
		if a.written {
			if err := a.addWritten(node, sum); err != nil {
				return err
			}
		}
		a.spare = sum.append(a.spare[:0])
		if err := a.keep.Set(a.key, a.spare); err != nil {
			return err
		}
	}
	clear(a.totals)
	a.written = true
	return a.keep.Flush()
}

// addWritten adds to a total what was written of it before: of earlier rows.
func (a *allKeeper) addWritten(node *Node, sum *total) error {
	_, err := a.kept.Value(a.key, func(value []byte) error {
		before, err := parseTotal(bytes.Clone(value), len(node.keeps.Slots))
		if err != nil {
			return err
		}
		sum.rows += before.rows
		if sum.failed == 0 {
			sum.raised = before.raised
		}
		sum.failed += before.failed
		for i, slot := range node.keeps.Slots {
			switch now := sum.slots[i]; {
			case len(now) == 0:
				sum.slots[i] = before.slots[i]
			case slot.sorted() && !slot.Distinct:
				sum.slots[i] = slot.better(slices.Clone(before.slots[i]), now)
			default:
				if err := a.combine(sum, slot, i, before.slots[i]); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return err
}
