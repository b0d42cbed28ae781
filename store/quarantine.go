package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Held is a root whose document cannot be made from its rows. Redis keeps the
// last one that could.
type Held struct {
	Reason string    // holds no values of rows
	Since  time.Time // when the first of the attempts failed that have failed ever since
	LSN    cdc.LSN   // of the state that the last one read
}

func (h *Held) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(h.Since.UnixNano()))
	return append(binary.BigEndian.AppendUint64(dst, uint64(h.LSN)), h.Reason...)
}

func parseHeld(b []byte) (Held, error) {
	if len(b) < 16 {
		return Held{}, fmt.Errorf("read quarantine: %w", errRecord)
	}
	since := time.Unix(0, int64(binary.BigEndian.Uint64(b))).UTC()
	return Held{string(b[16:]), since, cdc.LSN(binary.BigEndian.Uint64(b[8:]))}, nil
}

// Hold puts a root into quarantine, or says anew why it is there.
func (p *Publication) Hold(projection uint16, root []byte, held Held) {
	p.key = appendHeldKey(p.key[:0], projection, root)
	p.quarantine(true)
	p.value = held.append(p.value[:0])
	p.set(p.key, p.value)
}

// Release lets a root out of quarantine.
func (p *Publication) Release(projection uint16, root []byte) {
	p.key = appendHeldKey(p.key[:0], projection, root)
	p.quarantine(false)
	p.unset(p.key)
}

// quarantine counts the root of p.key.
func (p *Publication) quarantine(in bool) {
	was, noted := p.held[string(p.key)]
	if !noted {
		_, err := p.db.meta(string(p.key))
		if was = err == nil; err != nil && !errors.Is(err, pebble.ErrNotFound) && p.err == nil {
			p.err = err
		}
	}
	switch {
	case in && !was:
		p.entered++
	case was && !in:
		p.entered--
	}
	if p.held == nil {
		p.held = map[string]bool{}
	}
	p.held[string(p.key)] = in
}

// Quarantined is how many roots are in quarantine.
func (db *DB) Quarantined() int64 { return db.quarantined.Load() }

// Held tells whether, and why, a root is in quarantine.
func (db *DB) Held(projection uint16, root []byte) (held Held, in bool, err error) {
	if db.Quarantined() == 0 {
		return Held{}, false, nil
	}
	value, err := db.meta(string(appendHeldKey(nil, projection, root)))
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		return Held{}, false, nil
	case err != nil:
		return Held{}, false, fmt.Errorf("read quarantine: %w", err)
	}
	held, err = parseHeld(value)
	return held, err == nil, err
}

// Quarantine calls fn for the roots in quarantine, in the order of
// (projection, root), until it returns false.
func (db *DB) Quarantine(fn func(projection uint16, root []byte, held Held) bool) error {
	err := db.scan([]byte{spaceHeld}, func(key, value []byte) error {
		held, err := parseHeld(value)
		if err != nil {
			return err
		}
		if projection, root := parsePublishedKey(key); !fn(projection, root, held) {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// countQuarantine counts them when the state is opened.
func (db *DB) countQuarantine() error {
	count := int64(0)
	err := db.scan([]byte{spaceHeld}, func(_, _ []byte) error { count++; return nil })
	db.quarantined.Store(count)
	return err
}

func appendHeldKey(dst []byte, projection uint16, root []byte) []byte {
	return append(appendNumber(dst, spaceHeld, int(projection)), root...)
}
