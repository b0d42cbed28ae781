package projections

import (
	"bytes"
	"fmt"

	"materializer/cdc"
	"materializer/store"
)

// Toucher says which documents a row change affects, from the old and the new
// row alone (decision 1). It keeps buffers: one per goroutine.
type Toucher struct {
	plan           *Plan
	old, new       [][]byte
	oldKey, newKey []byte
}

// NewToucher makes a Toucher for the plan.
func (p *Plan) NewToucher() *Toucher { return &Toucher{plan: p} }

// Touch calls touch for every place of the plan where the change matters: with
// the old row's way up and with the new row's. The key is only valid during the call.
func (t *Toucher) Touch(e store.Effect, touch func(node uint16, key []byte)) error {
	var err error
	if t.old, err = split(t.old, e.Old, e.Table); err != nil {
		return err
	}
	if t.new, err = split(t.new, e.New, e.Table); err != nil {
		return err
	}
	for i := range t.plan.occurrences[e.Table.ID] {
		at := &t.plan.occurrences[e.Table.ID][i]
		if !t.matters(at, &e) {
			continue
		}
		if at.byRow {
			touchRow(at, &e, touch)
		} else if err := t.touchUp(at, &e, touch); err != nil {
			return fmt.Errorf("table %s: %w", e.Table, err)
		}
	}
	return nil
}

func split(fields [][]byte, row cdc.Row, table *cdc.Table) ([][]byte, error) {
	fields, err := row.Split(fields[:0])
	if err != nil {
		return fields, fmt.Errorf("table %s: %w", table, err)
	}
	if row != nil && len(fields) != len(table.Columns) {
		return fields, fmt.Errorf("table %s: row image of %d columns, want %d", table, len(fields), len(table.Columns))
	}
	return fields, nil
}

// matters compares the columns that are used at this place.
func (t *Toucher) matters(at *occurrence, e *store.Effect) bool {
	if e.Old == nil || e.New == nil || at.watched == nil || !bytes.Equal(e.OldKey, e.NewKey) {
		return true
	}
	for _, column := range at.watched {
		a, b := t.old[column], t.new[column]
		if (a == nil) != (b == nil) || !bytes.Equal(a, b) {
			return true
		}
	}
	return false
}

func touchRow(at *occurrence, e *store.Effect, touch func(uint16, []byte)) {
	if e.Old != nil {
		touch(at.name, e.OldKey)
	}
	if e.New != nil && (e.Old == nil || !bytes.Equal(e.OldKey, e.NewKey)) {
		touch(at.name, e.NewKey)
	}
}

func (t *Toucher) touchUp(at *occurrence, e *store.Effect, touch func(uint16, []byte)) error {
	var hadOld, hasNew bool
	var err error
	if e.Old != nil {
		if t.oldKey, hadOld, err = at.up.key(t.oldKey[:0], t.old); err != nil {
			return err
		}
	}
	if e.New != nil {
		if t.newKey, hasNew, err = at.up.key(t.newKey[:0], t.new); err != nil {
			return err
		}
	}
	if hadOld {
		touch(at.name, t.oldKey)
	}
	if hasNew && !(hadOld && bytes.Equal(t.oldKey, t.newKey)) {
		touch(at.name, t.newKey)
	}
	return nil
}
