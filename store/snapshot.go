package store

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Snapshot is the state after a durable commit, with whole transactions only.
// It may be used from several goroutines; each of them reads faster through a
// Reader of its own.
type Snapshot struct {
	db       *DB
	boundary *boundary
	closed   atomic.Bool
}

// Snapshot gives the last durable state. The caller closes it.
func (db *DB) Snapshot() *Snapshot {
	db.mu.Lock()
	defer db.mu.Unlock()
	return &Snapshot{db: db, boundary: db.boundary.ref()}
}

// Close releases the snapshot. What was opened from it must be closed before.
func (s *Snapshot) Close() {
	if !s.closed.Swap(true) {
		s.boundary.unref()
	}
}

// Position is the position of the state.
func (s *Snapshot) Position() Position { return s.boundary.position }

// JournalEnd is the sequence number of the last journal record that the
// snapshot contains, or contained before it was forgotten; 0 if there was none.
func (s *Snapshot) JournalEnd() uint64 { return s.boundary.journalEnd }

// Row appends a row to dst, or reports that there is none.
func (s *Snapshot) Row(table int, key, dst []byte) (cdc.Row, bool, error) {
	return s.row(appendRowKey(nil, table, key), dst)
}

func (s *Snapshot) row(key, dst []byte) (cdc.Row, bool, error) {
	value, closer, err := s.boundary.snapshot.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read row: %w", classify(err))
	}
	if dst == nil {
		dst = make([]byte, 0, len(value))
	}
	dst = append(dst, value...)
	if err := closer.Close(); err != nil {
		return nil, false, fmt.Errorf("read row: %w", classify(err))
	}
	return dst, true, nil
}

// Rows iterates over a table in the order of its row keys, from a key on
// (inclusive; nil: from the first).
func (s *Snapshot) Rows(table int, from []byte) *RowIterator {
	rows, err := s.boundary.snapshot.NewIter(&pebble.IterOptions{
		LowerBound: appendRowKey(nil, table, from),
		UpperBound: successor(nil, appendRowKey(nil, table, nil)),
	})
	return &RowIterator{rows: rows, err: classify(err)}
}

// Lookup iterates over the index entries whose Match columns have the encoding
// match, in the order of the index or the reverse.
func (s *Snapshot) Lookup(index int, match []byte, reverse bool) *IndexIterator {
	r := s.NewReader()
	i := r.Lookup(index, match, reverse)
	i.owned = true
	return i
}

// RowIterator goes over the rows of a table.
type RowIterator struct {
	rows    *pebble.Iterator
	started bool
	err     error
}

// Next goes to the next row, the first one at first.
func (i *RowIterator) Next() bool { return i.err == nil && step(i.rows, &i.started, false) }

// Key is the row's key. It is valid until Next.
func (i *RowIterator) Key() []byte { return i.rows.Key()[3:] }

// Row is the row. It is valid until Next.
func (i *RowIterator) Row() cdc.Row { return i.rows.Value() }

// Err is what ended the iteration early, if anything did.
func (i *RowIterator) Err() error { return iterError(i.rows, i.err) }

// Close ends the iteration.
func (i *RowIterator) Close() error { return closeIter(i.rows) }

func step(it *pebble.Iterator, started *bool, reverse bool) bool {
	switch {
	case *started && reverse:
		return it.Prev()
	case *started:
		return it.Next()
	}
	*started = true
	if reverse {
		return it.Last()
	}
	return it.First()
}

func iterError(it *pebble.Iterator, err error) error {
	if err == nil && it != nil {
		err = it.Error()
	}
	if err != nil {
		return fmt.Errorf("read local state: %w", classify(err))
	}
	return nil
}

func closeIter(it *pebble.Iterator) error {
	if it == nil {
		return nil
	}
	return iterError(nil, it.Close())
}
