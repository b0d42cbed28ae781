package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// ReserveRounds gives the first of n numbers that no round ever had, whether it
// was acknowledged or not, and durably keeps them for the caller. A number that was used twice would say of a Redis that fell back to
// the first that it has the second.
func (db *DB) ReserveRounds(n uint64) (first uint64, err error) {
	var last uint64
	value, err := db.meta(keyReserved)
	switch {
	case errors.Is(err, pebble.ErrNotFound):
	case err != nil:
		return 0, fmt.Errorf("reserve rounds: %w", err)
	case len(value) != 8:
		return 0, fmt.Errorf("reserve rounds: %w", errRecord)
	default:
		last = binary.BigEndian.Uint64(value)
	}
	last = max(last, db.Round())
	p := db.pebble.NewBatch()
	defer p.Close()
	if err := p.Set([]byte(keyReserved), binary.BigEndian.AppendUint64(nil, last+n), nil); err != nil {
		return 0, fmt.Errorf("reserve rounds: %w", err)
	}
	if err := db.write(p, true); err != nil {
		return 0, fmt.Errorf("reserve rounds: %w", err)
	}
	return last + 1, nil
}
