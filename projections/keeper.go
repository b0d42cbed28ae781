package projections

import (
	"bytes"
	"fmt"

	"materializer/store"
)

// Keeper keeps the results of aggregates up to date: from a touch it goes to the
// rows whose contribution can be another now, compares it with what the row has
// contributed so far, and passes the difference on to the totals of its group.
// It does so as often as it is asked to: a contribution that is the same changes nothing.
//
// It reads rows in one snapshot, and is for one goroutine.
type Keeper struct {
	plan      *Plan
	reader    *store.Reader
	keep      *store.Keep
	builder   *Builder
	followers []*Follower // by depth
	touch     func(store.Touch) error
	between   func(unfinished []store.Touch) error
	// unfinished are the groups whose totals have changed and whose rows above are
	// being brought up to date: as touches, so that a commit in between can leave them to be done again.
	unfinished []store.Touch
}

// NewKeeper makes a Keeper that reads rows through reader and changes what is
// kept through keep, which its owner commits. touch is called with what follows
// from the changes: touches that lead to documents. It must be committed with them.
func (p *Plan) NewKeeper(reader *store.Reader, keep *store.Keep, touch func(store.Touch) error) *Keeper {
	return &Keeper{plan: p, reader: reader, keep: keep, builder: NewBuilder(reader, keep.Kept()), touch: touch}
}

// Apply follows a touch of which Plan.Kept is true. between is called where what
// is kept may be committed: where repeating the touch, and those that are
// unfinished, would do the rest.
func (k *Keeper) Apply(t store.Touch, between func(unfinished []store.Touch) error) error {
	k.between, k.unfinished = between, k.unfinished[:0]
	if t.Node&keptTouch != 0 {
		node := k.plan.node(t.Node &^ keptTouch)
		if node == nil || node.keeps == nil {
			return fmt.Errorf("keep: the plan keeps nothing at node %d", t.Node&^keptTouch)
		}
		if err := k.update(node, t.Key, 0); err != nil {
			return err
		}
		return between(nil)
	}
	return k.up(t, 0)
}

func (p *Plan) node(id uint16) *Node {
	if int(id) >= len(p.Nodes) {
		return nil
	}
	return p.Nodes[id]
}

// up follows a touch to the rows that contribute, and to documents past them.
func (k *Keeper) up(t store.Touch, depth int) error {
	for len(k.followers) <= depth {
		k.followers = append(k.followers, k.plan.NewFollower(k.reader))
	}
	return k.followers[depth].FollowKept(t, func(p *Projection, key []byte) error {
		return k.touch(store.Touch{Node: p.Root.ID, Key: key})
	}, func(node *Node, rowKey []byte) error {
		if err := k.update(node, rowKey, depth+1); err != nil {
			return err
		}
		return k.between(k.unfinished)
	})
}

// update brings what a row contributes up to date.
func (k *Keeper) update(node *Node, rowKey []byte, depth int) error {
	key := append(appendKeptKey(nil, keptRecord, node), rowKey...)
	var old *contribution
	var record []byte
	_, err := k.keep.Kept().Value(key, func(value []byte) (err error) {
		record = bytes.Clone(value)
		old, err = parseContribution(record, len(node.keeps.Slots))
		return err
	})
	if err != nil {
		return err
	}
	k.builder.kept = k.keep.Kept() // another after each commit
	k.builder.inUse, k.builder.gathered = 0, k.builder.gathered[:0]
	now, err := k.builder.contribution(node, rowKey)
	if err != nil {
		return fmt.Errorf("%s: %w", node.keeps.Relation.Name, err)
	}
	if now == nil {
		if old == nil {
			return nil
		}
		k.keep.Delete(key)
	} else {
		made := now.append(nil)
		if old != nil && bytes.Equal(made, record) {
			return nil
		}
		k.keep.Set(key, made)
	}
	return k.move(node, rowKey, old, now, depth)
}

// move takes the old contribution out of its group and puts the new one in its.
// Only then it goes on from what has changed: a commit on the way has both.
func (k *Keeper) move(node *Node, rowKey []byte, old, now *contribution, depth int) error {
	var changed [][]byte
	change := func(group []byte, out, in *contribution) error {
		differs, err := k.change(member{node, group, rowKey}, out, in)
		if differs {
			changed = append(changed, bytes.Clone(group))
		}
		return err
	}
	var err error
	switch {
	case old == nil:
		err = change(now.group, nil, now)
	case now == nil:
		err = change(old.group, old, nil)
	case bytes.Equal(old.group, now.group):
		err = change(old.group, old, now)
	default:
		if err = change(old.group, old, nil); err == nil {
			err = change(now.group, nil, now)
		}
	}
	if err != nil {
		return err
	}
	return k.touchGroups(node, changed, depth)
}

// member is a row as one of a group.
type member struct {
	node       *Node
	group, row []byte
}

// change brings the total of a row's group up to date, and tells whether what it
// shows is another now.
func (k *Keeper) change(m member, out, in *contribution) (bool, error) {
	key := append(appendKeptKey(nil, keptTotal, m.node), m.group...)
	sum := &total{slots: make([][]byte, len(m.node.keeps.Slots))}
	var before []byte
	_, err := k.keep.Kept().Value(key, func(value []byte) (err error) {
		sum, err = parseTotal(bytes.Clone(value), len(m.node.keeps.Slots))
		before = sum.appendShown(nil)
		return err
	})
	if err != nil {
		return false, err
	}
	if err := k.count(sum, m, out, in); err != nil {
		return false, err
	}
	if sum.rows == 0 {
		k.keep.Delete(key)
		return true, nil
	}
	k.keep.Set(key, sum.append(nil))
	return before == nil || !bytes.Equal(before, sum.appendShown(nil)), nil
}

// count takes one contribution out of a total and another in.
func (k *Keeper) count(sum *total, m member, out, in *contribution) error {
	var gone, come [][]byte
	if out != nil {
		sum.rows--
		if gone = out.slots; out.failed != (failure{}) {
			sum.failed--
		}
	}
	if in != nil {
		sum.rows++
		if come = in.slots; in.failed != (failure{}) {
			sum.failed++
			sum.raised = in.failed
		}
	}
	for i, slot := range m.node.keeps.Slots {
		old, now := part(gone, i), part(come, i)
		if !slot.kept || bytes.Equal(old, now) {
			continue
		}
		if err := k.exchange(sum, m, i, old, now); err != nil {
			return err
		}
	}
	return nil
}

// exchange takes one contribution out of a slot and puts another in; either
// may be nothing. Of two values the new one comes first: an extreme that is
// surpassed needs no search for the one that would follow it.
func (k *Keeper) exchange(sum *total, m member, i int, old, now []byte) (err error) {
	add := func() error {
		if len(now) > 0 {
			sum.slots[i], err = k.add(sum.slots[i], m, i, now)
		}
		return err
	}
	first := m.node.keeps.Slots[i].sorted() && len(old) > 0 && len(now) > 0 && !bytes.Equal(valueOf(old), valueOf(now))
	if first && add() != nil {
		return err
	}
	if len(old) > 0 {
		if sum.slots[i], err = k.remove(sum.slots[i], m, i, old); err != nil {
			return err
		}
	}
	if first {
		return nil
	}
	return add()
}

// valueOf is the value that the key of an entry has.
func valueOf(given []byte) []byte {
	value, _, _ := cutSized(given)
	return value
}

func part(slots [][]byte, i int) []byte {
	if slots == nil {
		return nil
	}
	return slots[i]
}

// touchGroups says that the totals of groups are others: to the contributions of
// the rows above, or to the documents.
func (k *Keeper) touchGroups(node *Node, groups [][]byte, depth int) error {
	if !node.belowKept {
		for _, group := range groups {
			if err := k.touch(store.Touch{Node: node.touchName(), Key: group}); err != nil {
				return err
			}
		}
		return nil
	}
	mark := len(k.unfinished)
	for _, group := range groups {
		k.unfinished = append(k.unfinished, store.Touch{Node: node.ID, Key: group})
	}
	for _, group := range groups {
		if err := k.up(store.Touch{Node: node.ID, Key: group}, depth+1); err != nil {
			return err
		}
	}
	k.unfinished = k.unfinished[:mark]
	return nil
}

// add adds a contribution to the state of a slot.
func (k *Keeper) add(state []byte, m member, i int, given []byte) ([]byte, error) {
	slot := m.node.keeps.Slots[i]
	if !slot.sorted() {
		return slot.Function.AppendSum(nil, state, given)
	}
	e := m.entry(i, given)
	k.keep.Set(e.key, given)
	if slot.Distinct {
		return k.addDistinct(state, slot, e)
	}
	return k.addExtreme(state, slot, e)
}

// remove takes a contribution out of the state of a slot.
func (k *Keeper) remove(state []byte, m member, i int, given []byte) ([]byte, error) {
	slot := m.node.keeps.Slots[i]
	if !slot.sorted() {
		return slot.Function.AppendDifference(nil, state, given)
	}
	e := m.entry(i, given)
	k.keep.Delete(e.key)
	if slot.Distinct {
		return k.removeDistinct(state, slot, e)
	}
	return k.removeExtreme(state, slot, e)
}
