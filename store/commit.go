package store

import (
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// A batch is committed in two parts, each one Pebble batch:
//
//	the ended transactions   rows at their end, touches, position     -> a state that can be read
//	the unfinished one       its rows, their undo records, touches    -> partial, position unchanged
//
// The first part after a partial state drops the undo log: the transaction
// that was unfinished has ended in it.

// Commit writes everything and empties the batch. With sync it returns when
// all of it is durable. A batch whose last transaction has not ended leaves
// the store in a partial state.
func (b *Batch) Commit(sync bool) error {
	wait, err := b.commit(sync, true)
	if err != nil {
		return err
	}
	return wait()
}

// CommitAsync is Commit(true) in two steps: the batch is empty and usable when
// it returns, what it held is durable when wait has returned.
func (b *Batch) CommitAsync() (wait func() error, err error) {
	return b.commit(true, true)
}

// CommitEndedAsync is CommitEnded(true) in two steps, as CommitAsync.
func (b *Batch) CommitEndedAsync() (wait func() error, err error) {
	return b.commit(true, false)
}

// CommitEnded commits the transactions that have ended and keeps the
// unfinished one in the batch, so that a small transaction is never partial.
func (b *Batch) CommitEnded(sync bool) error {
	wait, err := b.commit(sync, false)
	if err != nil {
		return err
	}
	return wait()
}

func (b *Batch) commit(sync, unfinished bool) (wait func() error, err error) {
	wait = noWait
	partial := unfinished && b.open
	if b.ended || len(b.touches) > 0 && !b.open {
		if wait, err = b.commitEnded(sync && !partial); err != nil {
			return nil, fmt.Errorf("commit: %w", err)
		}
	} else if sync && !partial {
		wait = b.db.Sync
	}
	if partial {
		if wait, err = b.commitPartial(sync); err != nil {
			return nil, fmt.Errorf("commit unfinished transaction: %w", err)
		}
	}
	if b.open && !unfinished {
		b.carry()
		return wait, nil
	}
	b.Reset()
	return wait, nil
}

func (b *Batch) commitEnded(sync bool) (wait func() error, err error) {
	db := b.db
	p := db.pebble.NewBatch()
	for at := range b.states {
		s := &b.states[at]
		row := s.row
		if s.tx == b.tx {
			row = s.stable
		}
		if err := b.write(p, at, s.base, row); err != nil {
			return nil, err
		}
	}
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	next := db.progress
	if b.ended {
		next.position = b.position
		if next.partial {
			next.partial = false
			db.undoSeq = 0
			lower, upper := spaceBounds(spaceUndo)
			if err := p.DeleteRange(lower, upper, nil); err != nil {
				return nil, err
			}
		}
	}
	return b.finish(p, next, sync, func(t touchState) bool { return t.first < b.tx || !b.open })
}

// commitPartial writes the rows of the unfinished transaction, and beside them
// what they were at the end of the one before.
func (b *Batch) commitPartial(sync bool) (wait func() error, err error) {
	db := b.db
	p := db.pebble.NewBatch()
	undo := db.undoSeq
	for at := range b.states {
		s := &b.states[at]
		if s.tx != b.tx || s.stable.Equal(s.row) {
			continue
		}
		undo++
		if err := b.writer.undo(p, undo, int(b.rows.keys[at].number), b.rowKey(at), s.stable); err != nil {
			return nil, err
		}
		if err := b.write(p, at, s.stable, s.row); err != nil {
			return nil, err
		}
	}
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	db.undoSeq = undo
	next := db.progress
	next.partial = true
	return b.finish(p, next, sync, func(t touchState) bool { return t.last == b.tx })
}

// finish adds the journal record and commits. The caller holds commitMu.
func (b *Batch) finish(p *pebble.Batch, next progress, sync bool, belongs func(touchState) bool) (func() error, error) {
	b.writer.value = b.appendRecord(b.writer.value[:0], next.position.LSN, belongs)
	wait, err := b.db.advanceWithRecord(p, next, b.writer.value, sync)
	if err != nil {
		return nil, err
	}
	if !sync {
		return noWait, p.Close()
	}
	return func() error {
		if err := wait(); err != nil {
			return err
		}
		return p.Close()
	}, nil
}

func (b *Batch) write(p *pebble.Batch, at int, from, to cdc.Row) error {
	k := &b.rows.keys[at]
	return b.writer.write(p, int(k.number), k.key, from, to)
}

// carry keeps the unfinished transaction after the ended ones were committed:
// its rows, based on what the store has now, and its touches.
func (b *Batch) carry() {
	rows, states, touched := b.rows, b.states, b.touched
	b.rows, b.states, b.touched = newKeyset(), nil, newTouched()
	b.memory = arena{}
	b.ended = false
	for at, s := range states {
		if s.tx == b.tx {
			b.carryRow(int(rows.keys[at].number), rows.keys[at].key, s)
		}
	}
	for at, state := range touched.touches {
		if state.last == b.tx {
			b.Touch(touched.set.keys[at].number, touched.set.keys[at].key)
		}
	}
}

func (b *Batch) carryRow(table int, key []byte, s rowState) {
	hash := b.rows.hash(uint16(table), key)
	_, slot := b.rows.find(hash, uint16(table), key)
	at := b.add(hash, table, b.memory.copy(key), slot, b.copyRow(s.stable))
	b.set(at, b.copyRow(s.row))
}

func (b *Batch) copyRow(row cdc.Row) cdc.Row {
	if row == nil {
		return nil
	}
	return b.memory.copy(row)
}
