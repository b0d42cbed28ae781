package store

import (
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
)

// Publication collects what is to be remembered of documents that Redis has
// acknowledged. It is written as one batch: a crash loses all of it or none,
// so records never outlive the journal records that led to them.
type Publication struct {
	db         *DB
	batch      *pebble.Batch
	key, value []byte
	forget     uint64
	records    []uint64        // to be forgotten beside
	held       map[string]bool // roots put into quarantine or let out of it by this publication
	entered    int64           // how many more there are in it
	round      uint64          // acknowledged; 0 if none was
	err        error           // the first; Commit reports it
}

// NewPublication makes a publication, for one goroutine.
func (db *DB) NewPublication() *Publication {
	return &Publication{db: db, batch: db.pebble.NewBatch()}
}

// Put remembers what Redis was given for a root.
func (p *Publication) Put(projection uint16, root []byte, published Published) {
	p.key = appendPublishedKey(p.key[:0], projection, root)
	p.value = published.append(p.value[:0])
	p.set(p.key, p.value)
}

// Delete remembers that Redis has nothing of a root any more.
func (p *Publication) Delete(projection uint16, root []byte) {
	p.key = appendPublishedKey(p.key[:0], projection, root)
	p.unset(p.key)
}

// Claim remembers that a root claims a name.
func (p *Publication) Claim(name []byte, c Claim) {
	p.key = appendClaimKey(p.key[:0], name, c)
	p.set(p.key, nil)
}

// Unclaim remembers that a root claims a name no more.
func (p *Publication) Unclaim(name []byte, c Claim) {
	p.key = appendClaimKey(p.key[:0], name, c)
	p.unset(p.key)
}

// Leftover remembers a Redis key that may be left from an earlier state.
func (p *Publication) Leftover(l Leftover) {
	p.key = append(append(p.key[:0], spaceLeftover), l.Key...)
	if !l.Known {
		p.set(p.key, nil)
		return
	}
	p.set(p.key, l.Hash[:])
}

// NotLeftover takes a Redis key off the list of leftovers.
func (p *Publication) NotLeftover(key []byte) {
	p.key = append(append(p.key[:0], spaceLeftover), key...)
	p.unset(p.key)
}

// ForgetJournal forgets the journal records up to a sequence number: the last
// one that was rendered.
func (p *Publication) ForgetJournal(uptoSeq uint64) { p.forget = max(p.forget, uptoSeq) }

// ForgetRecord forgets one journal record further on that was rendered, too.
// Where it was folded into another it stays, and is rendered again.
func (p *Publication) ForgetRecord(seq uint64) { p.records = append(p.records, seq) }

// Acknowledge remembers the number of the last round that Redis has taken whole.
func (p *Publication) Acknowledge(round uint64) {
	p.round = round
	p.set([]byte(keyRound), binary.BigEndian.AppendUint64(nil, round))
}

// Round is the number of the last round acknowledged; 0 if there was none. A
// crash can take the last few back.
func (db *DB) Round() uint64 {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.round
}

// Size is about the bytes that the publication holds.
func (p *Publication) Size() int { return p.batch.Len() }

// Commit writes the publication and empties it for the next.
func (p *Publication) Commit(sync bool) error {
	if err := p.commit(sync); err != nil {
		return fmt.Errorf("commit publication: %w", err)
	}
	p.batch.Reset()
	p.db.quarantined.Add(p.entered)
	clear(p.held)
	p.entered = 0
	if p.round > 0 {
		p.db.mu.Lock()
		p.db.round = p.round
		p.db.mu.Unlock()
	}
	p.forget, p.round, p.records = 0, 0, p.records[:0]
	return nil
}

func (p *Publication) commit(sync bool) error {
	if p.err != nil {
		return p.err
	}
	if p.forget == 0 && len(p.records) == 0 {
		return p.db.write(p.batch, sync)
	}
	journal := &p.db.journal
	journal.mu.Lock()
	defer journal.mu.Unlock()
	if err := journal.forget(p.batch, p.forget); err != nil {
		return err
	}
	for _, seq := range p.records {
		if err := journal.forgetRecord(p.batch, seq); err != nil {
			return err
		}
	}
	if err := p.db.write(p.batch, sync); err != nil {
		return err
	}
	journal.forgot(p.forget, p.records)
	return nil
}

// Close drops what was not committed.
func (p *Publication) Close() { _ = p.batch.Close() }

func (p *Publication) set(key, value []byte) {
	if err := p.batch.Set(key, value, nil); err != nil && p.err == nil {
		p.err = err
	}
}

func (p *Publication) unset(key []byte) {
	if err := p.batch.Delete(key, nil); err != nil && p.err == nil {
		p.err = err
	}
}
