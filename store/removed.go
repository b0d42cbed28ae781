package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Keys that were removed from Redis are remembered with the round that did it:
// a Redis that falls back to an older state has them again.

// Removed remembers that a round takes a Redis key away.
func (p *Publication) Removed(round uint64, key []byte) {
	p.key = append(appendRemovedKey(p.key[:0], round), key...)
	p.set(p.key, nil)
}

// ForgetRemoved forgets the removals of rounds up to this one.
func (p *Publication) ForgetRemoved(round uint64) {
	lower, upper := appendRemovedKey(nil, 0), appendRemovedKey(nil, round+1)
	if err := p.batch.DeleteRange(lower, upper, nil); err != nil && p.err == nil {
		p.err = err
	}
	p.set([]byte(keyForgotten), binary.BigEndian.AppendUint64(nil, round))
}

// RemovedAfter calls fn for each key that was removed in a later round. It
// reports false, and calls nothing, if some of these are forgotten already.
func (db *DB) RemovedAfter(round uint64, fn func(key []byte) error) (complete bool, err error) {
	forgotten, err := db.meta(keyForgotten)
	switch {
	case errors.Is(err, pebble.ErrNotFound):
	case err != nil:
		return false, err
	case len(forgotten) != 8:
		return false, fmt.Errorf("read forgotten round: %w", errRecord)
	case round < binary.BigEndian.Uint64(forgotten):
		return false, nil
	}
	err = db.scanRange(appendRemovedKey(nil, round+1), []byte{spaceRemoved + 1}, func(key, _ []byte) error {
		return fn(key[9:])
	})
	return err == nil, err
}

// RemovedAll calls fn for each key whose removal is not forgotten.
func (db *DB) RemovedAll(fn func(key []byte) error) error {
	return db.scan([]byte{spaceRemoved}, func(key, _ []byte) error { return fn(key[9:]) })
}

func appendRemovedKey(dst []byte, round uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, spaceRemoved), round)
}
