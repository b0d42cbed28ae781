package pipeline

import (
	"context"
	"errors"
	"time"

	"materializer/cdc"
	"materializer/checkpoint"
	"materializer/store"
)

// Status is what the pipeline is doing, for people and for programs.
type Status struct {
	Phase       string              `json:"phase"` // starting, loading, catching up, refilling, live, stopped
	Positions   checkpoint.Snapshot `json:"positions"`
	Redis       string              `json:"redis"`    // "connected", or why not
	Postgres    string              `json:"postgres"` // "connected", or why not
	StateID     string              `json:"state_id,omitempty"`
	Epoch       uint64              `json:"epoch,omitempty"`
	LagSeconds  float64             `json:"lag_seconds"` // for how long something stored has not been visible; 0 if everything is
	Projections []string            `json:"projections"`
	Quarantine  Quarantine          `json:"quarantine"`
	Store       store.Metrics       `json:"store"`
}

// Status tells what the pipeline is doing.
func (p *Pipeline) Status() Status {
	s := Status{
		Phase: p.phase.Load().(string), Positions: p.positions.Now(),
		Redis: connected(p.redis.Load().(string)), Postgres: connected(p.postgres.Load().(string)),
	}
	for _, projection := range p.Plan.Projections {
		s.Projections = append(s.Projections, projection.Name)
	}
	if db := p.db.Load(); db != nil {
		id := db.Identity()
		s.StateID, s.Epoch, s.Store = id.StateID, id.Epoch, db.Metrics()
		s.Quarantine = p.quarantine(db)
	}
	if since := s.Positions.Behind; !since.IsZero() {
		s.LagSeconds = time.Since(since).Seconds()
	}
	return s
}

func connected(trouble string) string {
	if trouble == "" {
		return "connected"
	}
	return trouble
}

// Phase is Status().Phase, at no cost.
func (p *Pipeline) Phase() string { return p.phase.Load().(string) }

// Wait returns when everything committed up to lsn is visible in Redis.
func (p *Pipeline) Wait(ctx context.Context, lsn cdc.LSN) error { return p.positions.Wait(ctx, lsn) }

// Ready tells whether readers find all documents: nil once everything was
// published, from then on also while PostgreSQL or Redis is away.
func (p *Pipeline) Ready() error {
	if phase := p.phase.Load().(string); phase != "live" {
		return errors.New(phase)
	}
	return nil
}
