package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Refill remembers that Redis has lost what it was given after a round, until
// Refilled.
func (p *Publication) Refill(after uint64) {
	p.set([]byte(keyRefill), binary.BigEndian.AppendUint64(nil, after))
}

// Refilled remembers that Redis has all of it again.
func (p *Publication) Refilled() { p.unset([]byte(keyRefill)) }

// Refill tells after which round Redis has lost what it was given, if it has.
func (db *DB) Refill() (after uint64, due bool, err error) {
	value, err := db.meta(keyRefill)
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		return 0, false, nil
	case err != nil:
		return 0, false, fmt.Errorf("read refill: %w", err)
	case len(value) != 8:
		return 0, false, fmt.Errorf("read refill: %w", errRecord)
	}
	return binary.BigEndian.Uint64(value), true, nil
}
