// Package store holds local state in Pebble: the rows of the tables that
// projections use, the join indexes, the journal of touched documents, the
// position, and what has been published.
//
// It promises: a commit is atomic and, once synced, survives any crash; rows,
// indexes, journal and position always belong together; a snapshot shows whole
// transactions that are durable and nothing else, also while a transaction too
// large for one batch is being written and after a crash in the middle of it;
// a touch is kept until it is forgotten by the sequence number that was read.
//
// One goroutine ingests (Batch), any number read (Snapshot, Reader) and
// publish (Publication).
//
// On failure nothing is retried here. Damaged files, a full disk and a foreign
// or locked directory have sentinel errors; after a failed commit the DB
// refuses every further one, and what was not synced counts as never written.
package store

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Position says how far the state is.
type Position struct {
	LSN        cdc.LSN   // end of the last transaction contained whole, or a later idle position
	CommitTime time.Time // of that transaction, zero if none yet
}

// Touch names documents that must be rendered again: the rows of a plan node's
// PARENT side that are reached by key. The meaning of Node and Key belongs to
// package projections; the store only keeps them.
type Touch struct {
	Node uint16
	Key  []byte
}

// Effect is what a change did to one row. Old == nil: inserted. New == nil:
// deleted. Keys are row keys; they differ when the identity changed.
type Effect struct {
	Table          *cdc.Table
	Old, New       cdc.Row
	OldKey, NewKey []byte
}

// Published is what Redis was last given for one root.
type Published struct {
	Hash  [16]byte // of the document
	Round uint64   // number of the round that wrote it
	Keys  [][]byte // the names written: see keys.go
}

// DB is the local state of one epoch.
type DB struct {
	pebble  *pebble.DB
	options Options
	indexes [][]*Index // by table
	events  *events
	journal journal

	// commitMu orders everything that moves progress: ingest commits and
	// appended journal records.
	commitMu   sync.Mutex
	progress   progress  // as committed, durable or not
	pending    *boundary // state after the last complete commit, not yet durable
	undoSeq    uint64    // last undo record of the unfinished transaction
	boundaries uint64    // pinned so far

	identityMu sync.Mutex // held while the identity is changed and written; before mu

	mu       sync.Mutex
	identity Identity
	boundary *boundary // what Snapshot hands out; durable
	round    uint64    // last acknowledged

	quarantined atomic.Int64 // roots in quarantine

	failed atomic.Pointer[error] // the first failed write
}

// Position is the durable position: what may be confirmed to PostgreSQL.
func (db *DB) Position() Position {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.boundary.position
}

// Close releases the state. Snapshots, readers and iterators must be closed
// before; what was not synced is written out.
func (db *DB) Close() error {
	if db.pending != nil {
		db.pending.unref()
		db.pending = nil
	}
	if db.boundary != nil {
		db.boundary.unref()
		db.boundary = nil
	}
	if err := db.pebble.Close(); err != nil {
		return fmt.Errorf("close local state: %w", classify(err))
	}
	return nil
}

// write applies a batch that does not move progress.
func (db *DB) write(p *pebble.Batch, sync bool) error {
	wait, err := db.apply(p, sync)
	if err != nil {
		return err
	}
	return wait()
}

func noWait() error { return nil }

// apply makes a batch visible. With sync, wait must be called: it returns when
// the batch, and all before it, are durable. The first failure is final:
// after it the memtable may show what the log does not hold.
func (db *DB) apply(p *pebble.Batch, sync bool) (wait func() error, err error) {
	if failed := db.failed.Load(); failed != nil {
		return nil, *failed
	}
	if err := db.events.stopped(); err != nil {
		return nil, db.fail(err)
	}
	defer func() {
		// Pebble panics when the log cannot be written, and our logger panics
		// where Pebble would have exited the process.
		if r := recover(); r != nil {
			wait, err = nil, db.fail(recovered(r))
		}
	}()
	if !sync || p.Empty() {
		if err := db.pebble.Apply(p, pebble.NoSync); err != nil {
			return nil, db.fail(err)
		}
		return noWait, nil
	}
	if err := db.pebble.ApplyNoSyncWait(p, pebble.Sync); err != nil {
		return nil, db.fail(err)
	}
	return func() error {
		if err := p.SyncWait(); err != nil {
			return db.fail(err)
		}
		return nil
	}, nil
}

func (db *DB) fail(err error) error {
	err = fmt.Errorf("write local state: %w", classify(err))
	db.failed.CompareAndSwap(nil, &err)
	return *db.failed.Load()
}

func recovered(r any) error {
	switch r := r.(type) {
	case fatalError:
		return r.error
	case error:
		return r
	}
	return fmt.Errorf("%v\n%s", r, debug.Stack())
}
