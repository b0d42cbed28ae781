package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

func (p *Published) append(dst []byte) []byte {
	dst = append(binary.BigEndian.AppendUint64(dst, p.Round), p.Hash[:]...)
	for _, key := range p.Keys {
		dst = appendSized(dst, key)
	}
	return dst
}

// parsePublished reads a record; its keys alias it.
func parsePublished(record []byte) (p Published, err error) {
	if len(record) < 8+len(p.Hash) {
		return p, fmt.Errorf("read published record: %w", errRecord)
	}
	p.Round = binary.BigEndian.Uint64(record)
	rest := record[8:]
	rest = rest[copy(p.Hash[:], rest):]
	for len(rest) > 0 {
		var key []byte
		if key, rest, err = cutSized(rest); err != nil {
			return p, fmt.Errorf("read published record: %w", err)
		}
		p.Keys = append(p.Keys, key)
	}
	return p, nil
}

// Published tells what Redis was last given for a root, durable or not.
func (db *DB) Published(projection uint16, root []byte) (Published, bool, error) {
	value, closer, err := db.pebble.Get(appendPublishedKey(make([]byte, 0, 64), projection, root))
	if errors.Is(err, pebble.ErrNotFound) {
		return Published{}, false, nil
	}
	if err != nil {
		return Published{}, false, fmt.Errorf("read published record: %w", classify(err))
	}
	p, err := parsePublished(bytes.Clone(value))
	return p, err == nil, errors.Join(err, closer.Close())
}

// PublishedAfter calls fn for every root that was published in a later round:
// what a Redis that fell back to that round has lost.
func (db *DB) PublishedAfter(round uint64, fn func(projection uint16, root []byte) error) error {
	return db.scan([]byte{spacePublished}, func(key, value []byte) error {
		if len(value) < 8 {
			return fmt.Errorf("read published record: %w", errRecord)
		}
		if binary.BigEndian.Uint64(value) <= round {
			return nil
		}
		projection, root := parsePublishedKey(key)
		return fn(projection, root)
	})
}

// PublishedAll calls fn for every root that is published. What it passes is
// valid until fn returns.
func (db *DB) PublishedAll(fn func(projection uint16, root []byte, p Published) error) error {
	return db.scan([]byte{spacePublished}, func(key, value []byte) error {
		p, err := parsePublished(value)
		if err != nil {
			return err
		}
		projection, root := parsePublishedKey(key)
		return fn(projection, root, p)
	})
}

func parsePublishedKey(key []byte) (projection uint16, root []byte) {
	return binary.BigEndian.Uint16(key[1:]), key[3:]
}

var errEnough = errors.New("enough")

// Leftover is a Redis key that may be left from an earlier state.
type Leftover struct {
	Key   []byte
	Hash  [16]byte // of the document that it held, where that is known
	Known bool
}

// Leftovers gives up to limit leftover keys in their order, from a key on
// (inclusive; nil: from the first).
func (db *DB) Leftovers(from []byte, limit int) ([]Leftover, error) {
	var found []Leftover
	start := append([]byte{spaceLeftover}, from...)
	err := db.scanRange(start, []byte{spaceLeftover + 1}, func(key, value []byte) error {
		if len(found) >= limit {
			return errEnough
		}
		l := Leftover{Key: bytes.Clone(key[1:]), Known: len(value) > 0}
		copy(l.Hash[:], value)
		found = append(found, l)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return found, nil
}

func (db *DB) scan(prefix []byte, fn func(key, value []byte) error) error {
	return db.scanRange(prefix, successor(nil, prefix), fn)
}

// scanRange calls fn for each key of a range as it is now.
func (db *DB) scanRange(lower, upper []byte, fn func(key, value []byte) error) (err error) {
	it, err := db.pebble.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return iterError(nil, err)
	}
	defer func() { err = errors.Join(err, closeIter(it)) }()
	for ok := it.First(); ok; ok = it.Next() {
		if err := fn(it.Key(), it.Value()); err != nil {
			return err
		}
	}
	return iterError(it, nil)
}
