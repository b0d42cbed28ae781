package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// RollBack undoes the unfinished transaction, if there is one: its stream has
// ended in the middle, and the next one brings it again from its beginning.
// The ingest goroutine calls it, with its batch empty.
func (db *DB) RollBack() error {
	db.commitMu.Lock()
	defer db.commitMu.Unlock()
	if !db.progress.partial {
		return nil
	}
	if err := db.rollBack(); err != nil {
		return fmt.Errorf("roll back: %w", err)
	}
	db.undoSeq = 0
	return nil
}

// rollBack undoes the unfinished transaction of a partial state. Undo records
// are applied from the newest to the oldest, so the oldest image of a row is
// the one that stays. They are dropped with the rows they restored, piece by
// piece; the partial mark goes last, so a crash in between is taken up again.
// The touches of the transaction stay: they render documents to what they are.
func (db *DB) rollBack() error {
	b := db.NewBatch()
	upper := successor(nil, []byte{spaceUndo})
	for {
		from, err := b.restorePiece(upper)
		if err != nil {
			return err
		}
		p := db.pebble.NewBatch()
		for at := range b.states {
			if err := b.write(p, at, b.states[at].base, b.states[at].row); err != nil {
				return err
			}
		}
		next := db.progress
		if from == nil {
			from = []byte{spaceUndo}
			next.partial = false
		}
		if err := p.DeleteRange(from, upper, nil); err != nil {
			return err
		}
		wait, err := db.advance(p, next, true)
		if err == nil {
			err = wait()
		}
		if err := errors.Join(err, p.Close()); err != nil {
			return err
		}
		if !next.partial {
			return nil
		}
		b.Reset()
		upper = from
	}
}

// restorePiece reads undo records from below upper until the batch is large.
// It returns the oldest one that it read, nil if none is left.
func (b *Batch) restorePiece(upper []byte) (oldest []byte, err error) {
	records, err := b.db.pebble.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceUndo}, UpperBound: upper})
	if err != nil {
		return nil, classify(err)
	}
	defer func() { err = errors.Join(err, classify(records.Close())) }()
	for ok := records.Last(); ok; ok = records.Prev() {
		u, err := parseUndo(records.Value())
		if err != nil {
			return nil, err
		}
		t := &b.db.options.Schema.Tables[u.table]
		at, err := b.state(t, appendRowKey(nil, u.table, u.rowKey))
		if err != nil {
			return nil, err
		}
		b.set(at, b.copyRow(u.row))
		if b.Size() > b.db.options.piece {
			return bytes.Clone(records.Key()), nil
		}
	}
	return nil, records.Error()
}
