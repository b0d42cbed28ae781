package projections

import (
	"bytes"

	"materializer/projections/aggregates"
)

// sorted tells whether the values of a group are kept in order.
func (s *Slot) sorted() bool {
	return s.Distinct || s.Function.Maintenance() == aggregates.Extreme
}

// sortedEntry is a value of a group, of one row, where values are kept in order.
// Equal values lie side by side, in the order of their rows. What stands for
// such a value is that of its first row, or of its last (Slot.byFirst): it
// depends on the rows there are, never on which came first.
//
// Neighbours are looked for from the entry itself: see store.Kept.Beside.
type sortedEntry struct {
	group []byte // what the keys of the group's values begin with
	value []byte // and those of this value
	key   []byte
	given []byte // what the row contributes
	state []byte // of it, after the value: the text of an extreme, what something distinct adds
}

func (m member) entry(i int, given []byte) sortedEntry {
	e := sortedEntry{given: given}
	value, state, _ := cutSized(given)
	e.key = append(append(appendKeptKey(nil, keptEntry, m.node), byte(i)), m.group...)
	group := len(e.key)
	e.key = append(e.key, value...)
	equal := len(e.key)
	e.key = append(e.key, m.row...)
	e.group, e.value, e.state = e.key[:group:group], e.key[:equal:equal], state
	return e
}

// byFirst tells whether the first of the rows with equal values stands for them.
func (s *Slot) byFirst() bool { return s.Distinct || s.Function.KeepsFirst() }

// beside gives what the row next after an entry contributes, or next before it,
// among those whose keys begin with prefix; nil if there is none.
func (k *Keeper) beside(prefix []byte, e sortedEntry, before bool) (given []byte, err error) {
	_, err = k.keep.Kept().Beside(prefix, e.key, before, func(_, value []byte) error {
		given = bytes.Clone(value)
		return nil
	})
	return given, err
}

// addDistinct is the state after an entry came: it changes if the row is now
// the one that stands for its value.
func (k *Keeper) addDistinct(state []byte, slot *Slot, e sortedEntry) ([]byte, error) {
	other, stands, err := k.distinctNeighbour(e)
	if err != nil || !stands {
		return state, err
	}
	if other != nil {
		if state, err = slot.Function.AppendDifference(nil, state, other); err != nil {
			return nil, err
		}
	}
	return slot.Function.AppendSum(nil, state, e.state)
}

// removeDistinct is the state after an entry went.
func (k *Keeper) removeDistinct(state []byte, slot *Slot, e sortedEntry) ([]byte, error) {
	other, stood, err := k.distinctNeighbour(e)
	if err != nil || !stood {
		return state, err
	}
	if state, err = slot.Function.AppendDifference(nil, state, e.state); err != nil || other == nil {
		return state, err
	}
	return slot.Function.AppendSum(nil, state, other)
}

// distinctNeighbour tells whether an entry stands for its value, in a way that
// makes a difference, and what the row adds that does so without it, if there is one.
func (k *Keeper) distinctNeighbour(e sortedEntry) (other []byte, stands bool, err error) {
	after, err := k.beside(e.value, e, false)
	if err != nil {
		return nil, false, err
	}
	if after != nil {
		if _, other, _ = cutSized(after); bytes.Equal(other, e.state) {
			return nil, false, nil
		}
	}
	before, err := k.beside(e.value, e, true)
	return other, before == nil, err
}

// addExtreme is the state after an entry came.
func (k *Keeper) addExtreme(state []byte, slot *Slot, e sortedEntry) ([]byte, error) {
	compared := slot.compare(e.given, state)
	if len(state) == 0 || compared < 0 {
		return bytes.Clone(e.given), nil
	}
	if compared > 0 || bytes.Equal(state, e.given) {
		return state, nil
	}
	stands, err := k.beside(e.value, e, slot.byFirst())
	if err != nil || stands != nil {
		return state, err
	}
	return bytes.Clone(e.given), nil
}

// removeExtreme is the state after an entry went: the same, if another row
// stands for the value; else that of the next row of the value, or the next value.
func (k *Keeper) removeExtreme(state []byte, slot *Slot, e sortedEntry) ([]byte, error) {
	if slot.compare(e.given, state) != 0 {
		return state, nil
	}
	stands, err := k.beside(e.value, e, slot.byFirst())
	if err != nil || stands != nil {
		return state, err
	}
	if equal, err := k.beside(e.value, e, !slot.byFirst()); err != nil || equal != nil {
		return equal, err
	}
	next, err := k.beside(e.group, e, slot.Function.Largest())
	if err != nil || next == nil || slot.byFirst() != slot.Function.Largest() {
		return next, err // of the rows of that value the nearest is the one that stands for it
	}
	value, _, _ := cutSized(next)
	_, err = k.keep.Kept().First(append(e.group, value...), !slot.byFirst(), func(_, value []byte) error {
		next = bytes.Clone(value)
		return nil
	})
	return next, err
}

// compare is negative where the value that a row gives comes before that of a state.
func (s *Slot) compare(given, state []byte) int {
	value, _, _ := cutSized(given)
	have, _, _ := cutSized(state)
	if s.Function.Largest() {
		return bytes.Compare(have, value)
	}
	return bytes.Compare(value, have)
}
