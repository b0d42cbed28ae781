package store

import (
	"fmt"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// boundary is the state after a complete commit. Pebble shows a commit before
// it is durable, and a partial one like any other, so the state to read is
// pinned when it is made and handed out when it is safe on disk.
type boundary struct {
	snapshot   *pebble.Snapshot
	position   Position
	journalEnd uint64 // last journal record contained
	order      uint64 // rises with every boundary
	refs       atomic.Int32
}

// newBoundary pins the present state. The caller holds commitMu, or is alone.
func (db *DB) newBoundary() *boundary {
	db.boundaries++
	b := &boundary{snapshot: db.pebble.NewSnapshot(), position: db.progress.position, journalEnd: db.progress.seq, order: db.boundaries}
	b.refs.Store(1)
	return b
}

func (b *boundary) ref() *boundary {
	b.refs.Add(1)
	return b
}

func (b *boundary) unref() {
	if b.refs.Add(-1) == 0 {
		// Close of a Pebble snapshot fails only when it was closed before.
		_ = b.snapshot.Close()
	}
}

// advance commits a batch that moves progress to next. With sync, wait returns
// when it is durable, and then the last complete state is what Snapshot gives.
// The caller holds commitMu; wait is called without it.
func (db *DB) advance(p *pebble.Batch, next progress, sync bool) (wait func() error, err error) {
	if err := p.Set([]byte(keyProgress), next.append(nil), nil); err != nil {
		return nil, err
	}
	synced, err := db.apply(p, sync)
	if err != nil {
		return nil, err
	}
	db.progress = next
	if !next.partial {
		if db.pending != nil {
			db.pending.unref()
		}
		db.pending = db.newBoundary()
	}
	if !sync || db.pending == nil {
		return synced, nil
	}
	durable := db.pending.ref()
	return func() error {
		if err := synced(); err != nil {
			durable.unref()
			return err
		}
		db.publishBoundary(durable)
		return nil
	}, nil
}

// advanceWithRecord is advance with a journal record, if there is one.
func (db *DB) advanceWithRecord(p *pebble.Batch, next progress, record []byte, sync bool) (wait func() error, err error) {
	if len(record) == 0 {
		return db.advance(p, next, sync)
	}
	next.seq++
	if err := p.Set(appendJournalKey(nil, next.seq, 0, 0), record, nil); err != nil {
		return nil, err
	}
	if wait, err = db.advance(p, next, sync); err == nil {
		db.journal.append(journalRecord{seq: next.seq, pieces: 1, bytes: int64(len(record))})
	}
	return wait, err
}

// publishBoundary hands the boundary out, unless a later one already is. It
// takes over the caller's reference.
func (db *DB) publishBoundary(b *boundary) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.boundary == nil {
		db.boundary = b
		return
	}
	if b.order <= db.boundary.order {
		b.unref()
		return
	}
	db.boundary.unref()
	db.boundary = b
}

// Sync makes every commit so far durable, and what is complete readable.
func (db *DB) Sync() error {
	db.commitMu.Lock()
	p := db.pebble.NewBatch()
	defer p.Close()
	wait, err := db.advance(p, db.progress, true)
	db.commitMu.Unlock()
	if err == nil {
		err = wait()
	}
	if err != nil {
		return fmt.Errorf("sync: %w", err)
	}
	return nil
}
