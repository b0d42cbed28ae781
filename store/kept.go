package store

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// What is kept are small values that package projections derives from rows and
// keeps up to date, such as counts and sums: the store knows their keys and
// values as bytes. They are changed by the publish loop alone, so there is one
// version of them: as of the snapshot of its last round.

// Kept reads what is kept. It may be used from several goroutines while
// nothing changes it.
type Kept struct{ reader pebble.Reader }

// Kept reads what is kept and committed.
func (db *DB) Kept() Kept { return Kept{db.pebble} }

// Value calls fn with the value of a key, or reports that there is none.
func (k Kept) Value(key []byte, fn func(value []byte) error) (ok bool, err error) {
	value, closer, err := k.reader.Get(keptKey(key))
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read what is kept: %w", classify(err))
	}
	return true, errors.Join(fn(value), closer.Close())
}

// First calls fn with the first entry whose key begins with prefix, the last one
// if last is set, or reports that there is none.
func (k Kept) First(prefix []byte, last bool, fn func(key, value []byte) error) (ok bool, err error) {
	lower := keptKey(prefix)
	return k.first(lower, successor(nil, lower), last, fn)
}

// Beside calls fn with the entry next after a key, or next before it, among
// those whose keys begin with prefix. What was deleted on the other side of the
// key costs nothing, nor does how often the key itself came and went: a search
// from the end of the prefix would pass by all of that until it is compacted.
func (k Kept) Beside(prefix, key []byte, before bool, fn func(key, value []byte) error) (ok bool, err error) {
	lower, at := keptKey(prefix), keptKey(key)
	if before {
		return k.first(lower, at, true, fn)
	}
	return k.first(append(at, 0), successor(nil, lower), false, fn)
}

func (k Kept) first(lower, upper []byte, last bool, fn func(key, value []byte) error) (ok bool, err error) {
	it, err := k.reader.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return false, iterError(nil, err)
	}
	defer func() { err = errors.Join(err, closeIter(it)) }()
	if last {
		ok = it.Last()
	} else {
		ok = it.First()
	}
	if !ok {
		return false, iterError(it, nil)
	}
	return true, fn(it.Key()[1:], it.Value())
}

func keptKey(key []byte) []byte {
	return append(append(make([]byte, 0, 1+len(key)), spaceKept), key...)
}

// Keep changes what is kept. Its changes are seen through its own Kept before
// they are committed. Use it from one goroutine.
type Keep struct {
	db    *DB
	batch *pebble.Batch
	err   error // the first; Commit reports it
}

// NewKeep begins to change what is kept. The caller closes it.
func (db *DB) NewKeep() *Keep { return &Keep{db: db, batch: db.pebble.NewIndexedBatch()} }

// Kept reads what is kept with the changes so far.
func (k *Keep) Kept() Kept { return Kept{k.batch} }

// Set keeps a value.
func (k *Keep) Set(key, value []byte) { k.note(k.batch.Set(keptKey(key), value, nil)) }

// Delete keeps a value no more.
func (k *Keep) Delete(key []byte) { k.note(k.batch.Delete(keptKey(key), nil)) }

func (k *Keep) note(err error) {
	if k.err == nil {
		k.err = err
	}
}

// Size is about the bytes that the changes take.
func (k *Keep) Size() int { return k.batch.Len() }

// Commit makes the changes, and with them adds the touches that follow from
// them to the journal, in a record of its own, of which it gives the sequence
// number; 0 if there are none. With sync they are durable, and snapshots have the record.
func (k *Keep) Commit(touches []Touch, sync bool) (seq uint64, err error) {
	if k.err != nil {
		return 0, fmt.Errorf("keep: %w", k.err)
	}
	k.db.commitMu.Lock()
	if len(touches) > 0 {
		seq = k.db.progress.seq + 1
	}
	wait, err := k.db.advanceWithRecord(k.batch, k.db.progress, touchRecord(k.db.progress.position.LSN, touches), sync)
	k.db.commitMu.Unlock()
	if err == nil && sync {
		err = wait()
	}
	if err != nil {
		return 0, fmt.Errorf("keep: %w", err)
	}
	if err := k.batch.Close(); err != nil {
		return 0, fmt.Errorf("keep: %w", err)
	}
	k.batch = k.db.pebble.NewIndexedBatch()
	return seq, nil
}

// SyncKept makes durable what was committed so far, without a boundary for
// snapshots: before Redis is given what is made of it.
func (db *DB) SyncKept() error {
	p := db.pebble.NewBatch()
	defer p.Close()
	if err := p.LogData(nil, nil); err != nil {
		return fmt.Errorf("sync what is kept: %w", err)
	}
	return db.write(p, true)
}

// Close gives up what was not committed.
func (k *Keep) Close() { _ = k.batch.Close() }

// KeptComplete tells whether what is kept was made of all rows once, so that
// only changes need to be followed from then on.
func (db *DB) KeptComplete() (bool, error) {
	_, closer, err := db.pebble.Get([]byte(keyKept))
	if errors.Is(err, pebble.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read local state: %w", classify(err))
	}
	return true, closer.Close()
}

// SetKeptComplete durably remembers that what is kept was made of all rows.
func (db *DB) SetKeptComplete() error {
	p := db.pebble.NewBatch()
	defer p.Close()
	if err := p.Set([]byte(keyKept), nil, nil); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	return db.write(p, true)
}
