package store

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// KeepAll makes what is kept anew. What it sets is written in large pieces and
// can be read through DB.Kept after Flush. Nothing of it is durable before
// SetKeptComplete. Use it from one goroutine.
type KeepAll struct {
	db    *DB
	batch *pebble.Batch
	key   []byte
}

// keepAllBytes is how much is written at once.
const keepAllBytes = 4 << 20

// NewKeepAll begins to make what is kept anew: what there was is dropped, such
// as the part that was made before a crash. The caller closes it.
func (db *DB) NewKeepAll() (*KeepAll, error) {
	k := &KeepAll{db: db, batch: db.pebble.NewBatch()}
	if err := k.drop(); err != nil {
		return nil, errors.Join(fmt.Errorf("drop what is kept: %w", err), k.batch.Close())
	}
	return k, nil
}

// drop leaves no range tombstone where there is nothing: reads would look at it.
func (k *KeepAll) drop() error {
	lower, upper := spaceBounds(spaceKept)
	it, err := k.db.pebble.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return classify(err)
	}
	some := it.First()
	if err := closeIter(it); err != nil || !some {
		return err
	}
	if err := k.batch.DeleteRange(lower, upper, nil); err != nil {
		return err
	}
	return k.Flush()
}

// Set keeps a value.
func (k *KeepAll) Set(key, value []byte) error {
	k.key = append(append(k.key[:0], spaceKept), key...)
	if err := k.batch.Set(k.key, value, nil); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	if k.batch.Len() < keepAllBytes {
		return nil
	}
	return k.Flush()
}

// Flush writes what was set.
func (k *KeepAll) Flush() error {
	if k.batch.Empty() {
		return nil
	}
	if err := k.db.write(k.batch, false); err != nil {
		return fmt.Errorf("keep: %w", err)
	}
	k.batch.Reset()
	return nil
}

// Close gives up what was not written.
func (k *KeepAll) Close() { _ = k.batch.Close() }
