package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"materializer/cdc"
	"materializer/checkpoint"
	"materializer/replication"
)

// Postgres makes a replication.Source the pipeline's Source.
type Postgres struct {
	Source   *replication.Source
	Slot     string
	Workers  int                        // that copy in parallel. Defaults to 4.
	Progress func(replication.Progress) // called while copying, from several goroutines; optional
}

// Facts says what the server and our slot are like now.
func (p *Postgres) Facts(ctx context.Context) (checkpoint.Server, error) {
	slot, err := p.Source.SlotState(ctx)
	if err != nil {
		return checkpoint.Server{}, err
	}
	// The end of the log is read after the slot: it is never the older of the two.
	identity, err := p.Source.Identity(ctx)
	if err != nil {
		return checkpoint.Server{}, err
	}
	facts := checkpoint.Server{
		SystemID: identity.SystemID, Timeline: identity.Timeline, Flushed: identity.XLogPos,
		Slot: p.Slot, Exists: slot.Exists && slot.ConfirmedFlush > 0, Confirmed: slot.ConfirmedFlush,
	}
	switch {
	case slot.InvalidationReason != "":
		facts.Lost = slot.InvalidationReason
	case slot.Lost():
		facts.Lost = "max_slot_wal_keep_size was exceeded (wal_status lost)"
	}
	return facts, nil
}

// Begin makes publication and slot anew. The old slot goes first: a crash in
// between must not leave a slot that seems to fit a publication which lacked a
// table. The publication is made before the new slot, which cannot decode what
// was written before its publication existed.
func (p *Postgres) Begin(ctx context.Context, tables []*cdc.Table) (Load, error) {
	if err := p.Source.DropSlot(ctx); err != nil {
		return nil, markFinal(err)
	}
	if _, err := p.Source.EnsurePublication(ctx, tables); err != nil {
		return nil, markFinal(err)
	}
	lacks, err := p.Source.CheckPublication(ctx, tables)
	switch {
	case err != nil:
		return nil, markFinal(err)
	case len(lacks) > 0: // although it was just set: another table has the name now
		return nil, &TableChangedError{lacks}
	}
	snapshot, err := p.Source.Begin(ctx, replication.BeginOptions{Replace: true})
	if err != nil {
		return nil, markFinal(err)
	}
	return &copying{p, snapshot}, nil
}

// Stream starts the stream after a position. The publication is looked at
// first: a table that had fallen out of it has changes that never came.
func (p *Postgres) Stream(ctx context.Context, start cdc.LSN, tables []*cdc.Table) (Stream, error) {
	lacks, err := p.Source.CheckPublication(ctx, tables)
	if err != nil {
		return nil, err
	}
	if len(lacks) > 0 {
		return nil, finalError{fmt.Errorf("%w: the publication lacks something: %w", errReload, lacks)}
	}
	stream, err := p.Source.Stream(ctx, start, tables)
	if err != nil {
		return nil, err
	}
	return streaming{stream}, nil
}

// streaming is a stream whose errors tell a changed table from a lost connection.
type streaming struct{ *replication.Stream }

func (s streaming) Run(ctx context.Context, out chan<- *cdc.Batch) error {
	err := s.Stream.Run(ctx, out)
	var schema *replication.SchemaError
	if errors.As(err, &schema) {
		return &TableChangedError{err}
	}
	return err
}

// markFinal marks what an operator has to mend, and what a new plan has to.
func markFinal(err error) error {
	var problems replication.Problems
	if errors.As(err, &problems) || errors.Is(err, replication.ErrSlotForeign) {
		return finalError{err}
	}
	return markChanged(err)
}

// markChanged tells that a table, a column or a schema is not there any more.
func markChanged(err error) error {
	var refused interface{ SQLState() string }
	if !errors.As(err, &refused) {
		return err
	}
	switch refused.SQLState() {
	case "42P01", "42703", "3F000":
		return &TableChangedError{err}
	}
	return err
}

// copying is a snapshot with what it needs to be copied.
type copying struct {
	source   *Postgres
	snapshot *replication.Snapshot
}

func (c *copying) Position() cdc.LSN { return c.snapshot.ConsistentPoint }
func (c *copying) Close()            { c.snapshot.Close() }

func (c *copying) Copy(ctx context.Context, tables []*cdc.Table, rows func(context.Context, *cdc.Table, []cdc.Row) error) error {
	workers := c.source.Workers
	if workers == 0 {
		workers = 4
	}
	progress := c.source.Progress
	if progress == nil {
		progress = func(replication.Progress) {}
	}
	var begun atomic.Bool
	err := c.snapshot.Copy(ctx, tables, workers, func(ctx context.Context, table *cdc.Table, batch []cdc.Row) error {
		begun.Store(true)
		return rows(ctx, table, batch)
	}, progress)
	if begun.Load() {
		return err // perhaps but a partition is gone: the next copy looks at the tables first
	}
	return markChanged(err)
}
