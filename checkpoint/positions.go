// Package checkpoint owns the positions of the pipeline, what PostgreSQL is
// told of them, and the decision at every connect: resume, load again, or stop.
//
// There are four positions, each the end of a commit or a later idle position:
//
//	received >= durable >= confirmed        durable >= visible
//
// A position is durable when local state up to it has reached the disk. Only
// then is it confirmed to PostgreSQL, and only from durable state are documents
// rendered; a position is visible when Redis holds all documents up to it.
// Everything here is plain state under one lock; nothing blocks but Wait.
package checkpoint

import (
	"context"
	"fmt"
	"sync"
	"time"

	"materializer/cdc"
)

// Positions is the state of the pipeline's positions. The zero value is ready.
type Positions struct {
	mu      sync.Mutex
	now     Snapshot
	changed chan struct{} // closed and replaced when Visible moves
}

// Snapshot is the positions at one moment.
type Snapshot struct {
	Received    cdc.LSN   `json:"received"`
	Durable     cdc.LSN   `json:"durable"`
	Confirmed   cdc.LSN   `json:"confirmed"`
	Visible     cdc.LSN   `json:"visible"`
	DurableTime time.Time `json:"durable_commit_time"` // commit time of the last durable transaction
	VisibleTime time.Time `json:"visible_commit_time"`
	// Behind is since when something durable has not been visible; zero if everything is. By our clock.
	Behind time.Time `json:"behind_since"`
}

// Now gives the positions at this moment.
func (p *Positions) Now() Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// Reset begins anew from a position that is durable: a start, or a new load,
// after which positions may be lower than before.
func (p *Positions) Reset(durable cdc.LSN) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = Snapshot{Received: durable, Durable: durable, Behind: time.Now()}
}

// Receive notes how far the stream has come.
func (p *Positions) Receive(lsn cdc.LSN) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Received = max(p.now.Received, lsn)
}

// Persist notes that local state up to lsn is on disk and gives what may be
// confirmed to PostgreSQL from now on.
func (p *Positions) Persist(lsn cdc.LSN, commit time.Time) cdc.LSN {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lsn > p.now.Durable {
		if p.now.Behind.IsZero() {
			p.now.Behind = time.Now()
		}
		p.now.Durable, p.now.DurableTime = lsn, commit
		p.now.Received = max(p.now.Received, lsn)
	}
	p.now.Confirmed = p.now.Durable
	return p.now.Confirmed
}

// Show notes that Redis holds all documents up to lsn.
func (p *Positions) Show(lsn cdc.LSN, commit time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lsn > p.now.Durable {
		panic(fmt.Sprintf("checkpoint: position %s would be visible before it is durable (%s)", lsn, p.now.Durable))
	}
	if lsn <= p.now.Visible {
		return
	}
	p.now.Visible, p.now.VisibleTime = lsn, commit
	if lsn == p.now.Durable {
		p.now.Behind = time.Time{}
	}
	if p.changed != nil {
		close(p.changed)
		p.changed = nil
	}
}

// Lose notes that Redis holds documents up to lsn only: it has lost writes.
func (p *Positions) Lose(lsn cdc.LSN) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if lsn < p.now.Visible {
		p.now.Visible, p.now.VisibleTime = lsn, time.Time{}
		p.now.Behind = time.Now()
	}
}

// Wait returns when lsn is visible, or with the context's error.
func (p *Positions) Wait(ctx context.Context, lsn cdc.LSN) error {
	for {
		p.mu.Lock()
		if p.now.Visible >= lsn {
			p.mu.Unlock()
			return nil
		}
		if p.changed == nil {
			p.changed = make(chan struct{})
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for position %s: %w", lsn, context.Cause(ctx))
		}
	}
}
