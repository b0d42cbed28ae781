package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/cockroachdb/pebble/v2"
)

// Identity says which state this is and which source it belongs to.
type Identity struct {
	StateID     string `json:"state_id"` // random, made with the state
	Epoch       uint64 `json:"epoch"`    // rises with every reload
	SystemID    string `json:"system_id"`
	Timeline    uint32 `json:"timeline"`
	Slot        string `json:"slot"`
	Fingerprint string `json:"fingerprint"` // of the schema
	Loaded      bool   `json:"loaded"`      // the first load is complete
	// Incomplete says why changes are missing although the position says
	// nothing of it; "" if none are. Only a new load mends that.
	Incomplete string `json:"incomplete,omitempty"`
}

// Identity tells whose state this is.
func (db *DB) Identity() Identity {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.identity
}

// SetIdentity replaces the identity durably.
func (db *DB) SetIdentity(id Identity) error {
	return db.UpdateIdentity(func(old *Identity) { *old = id })
}

// UpdateIdentity changes the identity durably. Of several at the same time
// none undoes what another changed.
func (db *DB) UpdateIdentity(change func(*Identity)) error {
	db.identityMu.Lock()
	defer db.identityMu.Unlock()
	id := db.Identity()
	change(&id)
	p := db.pebble.NewBatch()
	defer p.Close()
	if err := setIdentity(p, id); err != nil {
		return err
	}
	if err := db.write(p, true); err != nil {
		return fmt.Errorf("set identity: %w", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.identity = id
	return nil
}

func setIdentity(p *pebble.Batch, id Identity) error {
	text, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("encode identity: %w", err)
	}
	return p.Set([]byte(keyIdentity), text, nil)
}

// loadIdentity reads who the state is, or founds a new one.
func (db *DB) loadIdentity() error {
	format, err := db.meta(keyFormat)
	if errors.Is(err, pebble.ErrNotFound) {
		return db.found()
	}
	if err != nil {
		return err
	}
	if string(format) != strconv.Itoa(formatVersion) {
		return fmt.Errorf("format %s, this program writes %d: %w", format, formatVersion, ErrFormat)
	}
	text, err := db.meta(keyIdentity)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &db.identity); err != nil {
		return fmt.Errorf("read identity: %w: %w", ErrCorrupt, err)
	}
	if err := db.loadRound(); err != nil {
		return err
	}
	if s := db.options.Schema; s != nil && s.Fingerprint != db.identity.Fingerprint {
		return fmt.Errorf("state has fingerprint %q, projections have %q: %w", db.identity.Fingerprint, s.Fingerprint, ErrFingerprint)
	}
	return nil
}

func (db *DB) loadRound() error {
	value, err := db.meta(keyRound)
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		return nil
	case err != nil:
		return err
	case len(value) != 8:
		return fmt.Errorf("read acknowledged round: %w", errRecord)
	}
	db.round = binary.BigEndian.Uint64(value)
	return nil
}

// found makes the first records of an empty state.
func (db *DB) found() error {
	if db.options.Schema == nil {
		return fmt.Errorf("state is empty: %w", pebble.ErrDBDoesNotExist)
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return fmt.Errorf("make state id: %w", err)
	}
	db.identity = Identity{StateID: hex.EncodeToString(id), Fingerprint: db.options.Schema.Fingerprint}
	p := db.pebble.NewBatch()
	defer p.Close()
	if err := setIdentity(p, db.identity); err != nil {
		return err
	}
	if err := p.Set([]byte(keyFormat), []byte(strconv.Itoa(formatVersion)), nil); err != nil {
		return err
	}
	if err := p.Set([]byte(keyProgress), db.progress.append(nil), nil); err != nil {
		return err
	}
	return db.write(p, true)
}

func (db *DB) meta(name string) ([]byte, error) {
	value, closer, err := db.pebble.Get([]byte(name))
	if err != nil {
		return nil, classify(err)
	}
	defer closer.Close()
	return append([]byte(nil), value...), nil
}
