package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"materializer/cdc"
	"materializer/checkpoint"
	"materializer/projections"
	"materializer/store"
)

// batchBytes is when a batch is written although its transaction goes on.
const batchBytes = 8 << 20

// ingester is the ingest loop: batches of the stream into local state.
type ingester struct {
	*Pipeline
	db      *store.DB
	batch   *store.Batch
	toucher *projections.Toucher
	touch   func(node uint16, key []byte)
	effect  func(store.Effect) error
	wake    chan<- struct{}
	commit  time.Time    // of the last transaction applied
	working func()       // tells the stream that the batch in hand is being worked at
	waiting func() error // makes the last commit durable and tells everyone
}

func newIngester(p *Pipeline, db *store.DB, wake chan<- struct{}) *ingester {
	in := &ingester{Pipeline: p, db: db, batch: db.NewBatch(), toucher: p.Plan.NewToucher(), wake: wake, commit: db.Position().CommitTime}
	in.touch = in.batch.Touch
	in.effect = func(e store.Effect) error {
		in.working() // a truncation is one change with as many effects as there are rows
		return in.toucher.Touch(e, in.touch)
	}
	return in
}

// run streams until the context ends, connecting again whenever the connection ends.
func (in *ingester) run(ctx context.Context) error {
	for attempt := 0; ; attempt++ {
		before := in.db.Position().LSN
		err := in.session(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil || !retryable(err):
			return err
		}
		if in.db.Position().LSN > before {
			attempt = 0
		}
		in.sourceDown(err)
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// session runs one connection. What the one before left of a transaction in
// the middle is undone first: the stream brings it again whole.
func (in *ingester) session(ctx context.Context) error {
	in.batch.Reset()
	if err := in.db.RollBack(); err != nil {
		return finalError{err}
	}
	position := in.db.Position()
	stream, refused := in.Source.Stream(ctx, position.LSN, in.tables())
	if errors.Is(refused, errReload) {
		if err := in.markIncomplete(refused); err != nil {
			return finalError{err}
		}
	}
	// PostgreSQL accepts any start position: the comparison comes after, so that nothing can move in between.
	facts, err := in.Source.Facts(ctx)
	if err != nil {
		if stream != nil && refused == nil {
			stream.Close()
		}
		return errors.Join(refused, err)
	}
	state := stateOf(in.db.Identity(), position)
	decision := in.haltOnGap(state, checkpoint.Decide(state, facts, in.Plan.Schema.Fingerprint))
	if decision.Action != checkpoint.Resume && refused == nil {
		stream.Close()
	}
	switch {
	case decision.Action == checkpoint.Halt:
		return finalError{&HaltError{decision.Reason, decision.Hint}}
	case decision.Action == checkpoint.Load:
		in.Logger.Warn("local state does not fit the server any more, loading again", "reason", decision.Reason)
		return finalError{errReload}
	case refused != nil:
		return refused
	}
	in.postgres.Store("")
	in.Logger.Info("streaming", "from", position.LSN, "server", facts.Flushed)
	in.target.CompareAndSwap(0, uint64(facts.Flushed))
	return in.broken(in.consume(ctx, stream))
}

// broken writes down what keeps the stream from ever fitting local state again.
func (in *ingester) broken(err error) error {
	changed := (*TableChangedError)(nil)
	switch {
	case errors.As(err, &changed):
		// Also if the table is changed back: the stream tells of it as it was.
		return errors.Join(err, in.markIncomplete(changed))
	case errors.Is(err, store.ErrIncomplete):
		// A row came without its changes, as with a partition attached. A load brings it.
		if err := in.markIncomplete(err); err != nil {
			return finalError{err}
		}
		in.Logger.Warn("a change does not fit local state, loading again", "error", err)
		return finalError{errReload}
	}
	return err
}

// markIncomplete remembers, durably, that changes never came: whoever mends the
// publication before the next start must not make that forgotten.
func (in *ingester) markIncomplete(reason error) error {
	if in.db.Identity().Incomplete != "" {
		return nil
	}
	return in.db.UpdateIdentity(func(id *store.Identity) { id.Incomplete = reason.Error() })
}

func (in *ingester) tables() []*cdc.Table {
	var tables []*cdc.Table
	for i := range in.Plan.Schema.Tables {
		tables = append(tables, in.Plan.Schema.Tables[i].Table)
	}
	return tables
}

// finalError is one that no further attempt mends.
type finalError struct{ error }

func (finalError) Final() bool     { return true }
func (e finalError) Unwrap() error { return e.error }

// consume applies what the stream brings until it ends.
func (in *ingester) consume(ctx context.Context, stream Stream) error {
	batches := make(chan *cdc.Batch, 4)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		return stream.Run(ctx, batches)
	})
	group.Go(func() error { return in.apply(batches, stream) })
	err := group.Wait()
	if err == nil {
		err = errors.New("the stream ended")
	}
	return err
}

func (in *ingester) apply(batches <-chan *cdc.Batch, stream Stream) error {
	defer func() { in.waiting = nil }()
	for {
		batch, ok := in.next(batches)
		if batch == nil {
			if err := in.settle(); err != nil {
				return finalError{err}
			}
			if !ok {
				return nil
			}
			if batch, ok = <-batches; !ok {
				return nil
			}
		}
		err := in.applyBatch(batch, stream)
		batch.Release()
		if err != nil {
			return finalError{err}
		}
	}
}

// next gives the next batch if one is there already.
func (in *ingester) next(batches <-chan *cdc.Batch) (batch *cdc.Batch, ok bool) {
	select {
	case batch, ok = <-batches:
		return batch, ok
	default:
		return nil, true
	}
}

// settle waits until the last commit is durable.
func (in *ingester) settle() error {
	if in.waiting == nil {
		return nil
	}
	wait := in.waiting
	in.waiting = nil
	return wait()
}

// applyBatch puts one batch of the stream into one commit, or several if it is large.
func (in *ingester) applyBatch(batch *cdc.Batch, stream Stream) error {
	began := time.Now()
	in.working = stream.Working
	commits := batch.Commits
	if err := in.batch.Prefetch(batch.Changes); err != nil {
		return err
	}
	for i := range batch.Changes {
		commits = in.endTransactions(commits, i)
		if err := in.batch.Apply(batch.Changes[i], in.effect); err != nil {
			return fmt.Errorf("apply %s: %w", batch.Changes[i].Op, err)
		}
		if in.batch.Size() > in.most {
			if err := in.commitBatch(stream, true); err != nil {
				return err
			}
		}
	}
	in.endTransactions(commits, len(batch.Changes))
	if batch.Idle > 0 {
		in.batch.EndTransaction(store.Position{LSN: batch.Idle, CommitTime: in.commit})
	}
	in.Metrics.Changes.Add(float64(len(batch.Changes)))
	in.Metrics.Transactions.Add(float64(len(batch.Commits)))
	var err error
	if len(batch.Commits) > 0 || batch.Idle > 0 {
		err = in.commitBatch(stream, false)
	}
	in.Metrics.IngestSeconds.Add(time.Since(began).Seconds())
	return err
}

// endTransactions marks the commits that come before a change.
func (in *ingester) endTransactions(commits []cdc.Commit, change int) []cdc.Commit {
	for len(commits) > 0 && commits[0].Changes <= change {
		in.commit = commits[0].Time
		in.batch.EndTransaction(store.Position{LSN: commits[0].LSN, CommitTime: commits[0].Time})
		in.positions.Receive(commits[0].LSN)
		commits = commits[1:]
	}
	return commits
}

// commitBatch commits while the commit before reaches the disk, and remembers
// to tell everyone when this one has. A transaction that has not ended stays in
// the batch, unless it has become too large to.
func (in *ingester) commitBatch(stream Stream, unfinished bool) error {
	commit := in.batch.CommitEndedAsync
	if unfinished {
		commit = in.batch.CommitAsync
	}
	sync, err := commit()
	if err != nil {
		return err
	}
	if err := in.settle(); err != nil {
		return err
	}
	stream.Working()
	in.waiting = func() error {
		if err := sync(); err != nil {
			return err
		}
		position := in.db.Position()
		stream.Confirm(in.positions.Persist(position.LSN, position.CommitTime))
		select {
		case in.wake <- struct{}{}:
		default: // the publisher has been told already
		}
		return nil
	}
	return nil
}
