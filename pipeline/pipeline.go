// Package pipeline is the two loops that carry a change from PostgreSQL to
// Redis, and the decision before them. Read this file, ingest.go and publish.go first.
//
//	Source --> ingest loop --> store (durable) --> publish loop --> Sink
//	   ^            |                                    |
//	   '- confirm --'                                    '--> forget what was touched
//
// The order that everything rests on:
//
//  1. One batch of the stream is one atomic, durable commit of rows, indexes, journal of touched documents, and position.
//  2. Only then is the position confirmed to PostgreSQL, and only then may a document be rendered from it.
//  3. A round renders touched documents in one durable snapshot. Keys that Redis is about to get are on disk before it gets them,
//     and so are the totals of aggregates that it is about to show.
//  4. Only when Redis has acknowledged a round are its touches forgotten.
//
// Hence a crash at any point repeats work and loses none, state never goes
// back, and therefore documents never do.
//
// When Redis fails, ingesting goes on: changes are absorbed in the journal and
// confirmed to PostgreSQL. When PostgreSQL fails, what was received is
// published. Both are tried again for ever; what cannot be mended by trying again ends Run with an error.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"materializer/cdc"
	"materializer/checkpoint"
	"materializer/projections"
	"materializer/store"
	"materializer/writer"
)

// Source is PostgreSQL as the pipeline sees it.
type Source interface {
	// Facts says what the server and our slot are like now.
	Facts(ctx context.Context) (checkpoint.Server, error)
	// Begin makes publication and slot anew and holds the snapshot at which the stream begins.
	Begin(ctx context.Context, tables []*cdc.Table) (Load, error)
	// Stream starts the stream after a position.
	Stream(ctx context.Context, start cdc.LSN, tables []*cdc.Table) (Stream, error)
}

// Load is the first load: tables as they are at one position.
type Load interface {
	Position() cdc.LSN
	// Copy hands over all rows of the tables, from several goroutines. Rows are valid during the call.
	Copy(ctx context.Context, tables []*cdc.Table, rows func(ctx context.Context, table *cdc.Table, rows []cdc.Row) error) error
	Close()
}

// Stream is the changes after a position, in commit order.
type Stream interface {
	// Run hands over batches until the context ends or the connection does.
	Run(ctx context.Context, out chan<- *cdc.Batch) error
	Confirm(lsn cdc.LSN)
	// Working says that a batch is still being worked at, so that nobody gives us up.
	Working()
	Close()
}

// Sink is Redis as the pipeline sees it. One goroutine uses it.
type Sink interface {
	Connect(ctx context.Context) (found writer.Marker, ok bool, err error)
	Write(ctx context.Context, round []writer.Command, m writer.Marker) error
	Push(ctx context.Context, part []writer.Command) error
	Probe(ctx context.Context) error
}

// Config is what a Pipeline is made of.
type Config struct {
	Plan   *projections.Plan
	Source Source
	Sink   Sink
	State  *store.Dir
	// Store is how states are opened; its Schema is set from the plan.
	Store store.Options
	// Slot is the name of the replication slot, part of the state's identity.
	Slot string
	// Previous lists names of what is in Redis that an earlier, lost state may have left:
	// called once at a first load, when there is no older state to ask. Optional.
	Previous func(ctx context.Context, found func(name []byte) error) error
	// HaltOnGap ends Run with a HaltError where a complete state would have to be
	// loaded anew because the server has lost changes. Defaults to loading.
	HaltOnGap bool
	// ExitWhenCaughtUp ends Run once everything is visible that was committed
	// before the stream was first reached.
	ExitWhenCaughtUp bool
	// DrainTimeout bounds publishing after the context has ended. Defaults to 10s.
	DrainTimeout time.Duration
	// RoundRoots is how many documents are held in memory at once. Defaults to 4,096.
	RoundRoots int
	// Logger defaults to silence.
	Logger *slog.Logger
	// Metrics defaults to ones that nobody reads.
	Metrics *Metrics
}

// Pipeline carries changes from a Source to a Sink.
type Pipeline struct {
	Config
	positions checkpoint.Positions
	phase     atomic.Value // string
	redis     atomic.Value // string: why Redis is away, "" if it is not
	postgres  atomic.Value // string: why PostgreSQL is away
	db        atomic.Pointer[store.DB]
	target    atomic.Uint64 // LSN to reach, for ExitWhenCaughtUp; 0 until known
	most      int           // bytes of a batch of the ingest loop
}

// HaltError stops the pipeline: going on could serve wrong data.
type HaltError struct{ Reason, Hint string }

func (e *HaltError) Error() string {
	if e.Hint == "" {
		return e.Reason
	}
	return e.Reason + ": " + e.Hint
}

var (
	errReload   = errors.New("everything must be loaded again")
	errCaughtUp = errors.New("caught up")
)

// New makes a Pipeline.
func New(c Config) *Pipeline {
	if c.DrainTimeout == 0 {
		c.DrainTimeout = 10 * time.Second
	}
	if c.RoundRoots == 0 {
		c.RoundRoots = 4096
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = NewMetrics()
	}
	c.Store.Schema = c.Plan.Schema
	if c.Store.Logger == nil {
		c.Store.Logger = c.Logger
	}
	p := &Pipeline{Config: c, most: batchBytes}
	c.Metrics.watch(p)
	p.phase.Store("starting")
	p.redis.Store("not connected yet")
	p.postgres.Store("not connected yet")
	return p
}

// Run loads if needed, then streams until the context ends; nil means that it
// ended in good order. It may be called once.
func (p *Pipeline) Run(ctx context.Context) error {
	defer p.phase.Store("stopped")
	for {
		db, err := p.open(ctx)
		if err != nil {
			return contextEnded(ctx, err)
		}
		p.db.Store(db)
		err = p.live(ctx, db)
		p.db.Store(nil)
		if closing := db.Close(); closing != nil && err == nil {
			err = closing
		}
		switch {
		case errors.Is(err, errCaughtUp):
			return nil
		case !errors.Is(err, errReload):
			return contextEnded(ctx, err)
		}
	}
}

// contextEnded takes the error away that only says that we were told to stop.
func contextEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// live runs the two loops over one state.
func (p *Pipeline) live(ctx context.Context, db *store.DB) error {
	p.positions.Reset(db.Position().LSN)
	p.phase.Store("catching up")
	wake := make(chan struct{}, 1)
	// Publishing outlives ingesting: what was received is still made visible.
	drained, stopPublishing := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stopPublishing(nil)
	group, working := errgroup.WithContext(ctx)
	ingesting, ingested := context.WithCancel(context.WithoutCancel(ctx))
	publisher := newPublisher(p, db, wake)
	done := make(chan struct{})
	group.Go(func() error {
		defer close(done)
		return publisher.run(drained, ingesting)
	})
	group.Go(func() error {
		defer ingested()
		err := newIngester(p, db, wake).run(working)
		if err != nil && working.Err() == nil {
			stopPublishing(err) // it failed: it was not told to stop
		}
		return err
	})
	group.Go(func() error {
		<-working.Done()
		select {
		case <-done:
		case <-time.After(p.DrainTimeout):
			p.Logger.Warn("stopping before everything is published; it will be at the next start", "visible", p.positions.Now().Visible)
		}
		stopPublishing(context.Canceled)
		return nil
	})
	if err := group.Wait(); err != nil {
		return fmt.Errorf("%w", err)
	}
	return ctx.Err()
}
