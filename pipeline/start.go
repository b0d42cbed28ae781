package pipeline

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"materializer/cdc"
	"materializer/checkpoint"
	"materializer/store"
)

// open gives the state to go on with: the newest loaded one if it fits the
// server and the plan, a newly loaded one otherwise.
func (p *Pipeline) open(ctx context.Context) (*store.DB, error) {
	facts, err := p.facts(ctx)
	if err != nil {
		return nil, err
	}
	db, state, err := p.newest()
	if err != nil {
		return nil, err
	}
	decision := checkpoint.Decide(state, facts, p.Plan.Schema.Fingerprint)
	decision = p.haltOnGap(state, decision)
	p.Logger.Info("decided how to start", "action", decision.Action.String(), "reason", decision.Reason)
	if decision.Action == checkpoint.Resume {
		return db, nil
	}
	if db != nil {
		if err := db.Close(); err != nil {
			return nil, err
		}
	}
	if decision.Action == checkpoint.Halt {
		return nil, &HaltError{decision.Reason, decision.Hint}
	}
	p.Metrics.Loads.Inc()
	return p.load(ctx, facts)
}

// haltOnGap makes a load a halt, if that is wanted, where the state would do but
// for changes that the server does not have any more.
func (p *Pipeline) haltOnGap(state checkpoint.State, decision checkpoint.Decision) checkpoint.Decision {
	gap := state.Present && state.Fingerprint == p.Plan.Schema.Fingerprint && state.Slot == p.Slot
	if !p.HaltOnGap || !gap || decision.Action != checkpoint.Load {
		return decision
	}
	return checkpoint.Decision{
		Action: checkpoint.Halt, Reason: decision.Reason,
		Hint: "source.on_gap is halt; start once with --source-on-gap=resync to load everything anew",
	}
}

// newest opens the newest state if it was made for this plan. Of one made for
// another plan only the identity is told; a damaged one counts as absent.
func (p *Pipeline) newest() (*store.DB, checkpoint.State, error) {
	newest, ok := p.State.Newest()
	if !ok {
		return nil, checkpoint.State{}, nil
	}
	if newest.Err != nil && !errors.Is(newest.Err, store.ErrCorrupt) {
		return nil, checkpoint.State{}, newest.Err
	}
	if newest.Err == nil && newest.Identity.Fingerprint != p.Plan.Schema.Fingerprint {
		return nil, stateOf(newest.Identity, store.Position{}), nil
	}
	db, err := p.State.Open(newest.Number, p.Store)
	if err == nil {
		return db, stateOf(db.Identity(), db.Position()), nil
	}
	if !errors.Is(err, store.ErrCorrupt) {
		return nil, checkpoint.State{}, err
	}
	p.Logger.Error("local state is damaged and will be made anew", "path", newest.Path, "error", err)
	return nil, checkpoint.State{}, nil
}

func stateOf(id store.Identity, position store.Position) checkpoint.State {
	return checkpoint.State{
		Present: id.Loaded, SystemID: id.SystemID, Timeline: id.Timeline,
		Slot: id.Slot, Fingerprint: id.Fingerprint, Position: position.LSN, Incomplete: id.Incomplete,
	}
}

// facts asks the server until it answers.
func (p *Pipeline) facts(ctx context.Context) (checkpoint.Server, error) {
	for attempt := 0; ; attempt++ {
		facts, err := p.Source.Facts(ctx)
		if err == nil || !retryable(err) {
			return facts, err
		}
		p.sourceDown(err)
		if err := pause(ctx, attempt); err != nil {
			return facts, err
		}
	}
}

// retryable tells whether an error of the source may pass. Sources mark those that will not.
func retryable(err error) bool {
	var final interface{ Final() bool }
	return !errors.As(err, &final) || !final.Final()
}

func (p *Pipeline) sourceDown(err error) {
	if p.postgres.Swap(err.Error()) != err.Error() {
		p.Logger.Warn("PostgreSQL is away, trying again", "error", err)
	}
	p.Metrics.SourceErrors.Inc()
}

// pause waits before another attempt: 50 ms at first, 5 s at most, with jitter.
func pause(ctx context.Context, attempt int) error {
	wait := min(50*time.Millisecond<<min(attempt, 10), 5*time.Second)
	wait = wait/2 + time.Duration(rand.Int64N(int64(wait)))
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// load reads all tables into a new state beside the old one. Until it is
// complete the old state stays, and Redis is not touched.
func (p *Pipeline) load(ctx context.Context, facts checkpoint.Server) (*store.DB, error) {
	p.phase.Store("loading")
	began := time.Now()
	for attempt := 0; ; attempt++ {
		db, err := p.loadOnce(ctx, facts)
		if err == nil {
			p.Logger.Info("first load complete", "position", db.Position().LSN, "took", time.Since(began).Round(time.Millisecond))
			return db, nil
		}
		if ctx.Err() != nil || !retryable(err) {
			return nil, err
		}
		p.Logger.Warn("load failed, starting over", "error", err)
		if err := pause(ctx, attempt+4); err != nil {
			return nil, err
		}
		if facts, err = p.facts(ctx); err != nil {
			return nil, err
		}
	}
}

func (p *Pipeline) loadOnce(ctx context.Context, facts checkpoint.Server) (_ *store.DB, err error) {
	var tables []*cdc.Table
	for i := range p.Plan.Schema.Tables {
		tables = append(tables, p.Plan.Schema.Tables[i].Table)
	}
	db, err := p.State.Create(0, p.Store)
	if err != nil {
		return nil, err
	}
	number := db.Identity().Epoch
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
			err = errors.Join(err, p.State.Remove(number))
		}
	}()
	if err := p.inherit(ctx, db, number); err != nil {
		return nil, err
	}
	snapshot, err := p.Source.Begin(ctx, tables)
	if err != nil {
		return nil, err
	}
	defer snapshot.Close()
	p.postgres.Store("")
	err = snapshot.Copy(ctx, tables, func(_ context.Context, table *cdc.Table, rows []cdc.Row) error {
		p.Metrics.RowsLoaded.Add(float64(len(rows)))
		if err := db.Load(table.ID, rows); err != nil {
			return finalError{err} // a full disk, a row without a key: the next copy would meet it again
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	id := db.Identity()
	id.SystemID, id.Timeline, id.Slot, id.Loaded = facts.SystemID, facts.Timeline, p.Slot, true
	var all []store.Touch
	for _, projection := range p.Plan.Projections {
		all = append(all, projection.All())
	}
	if err := db.FinishLoad(id, store.Position{LSN: snapshot.Position()}, all); err != nil {
		return nil, finalError{err}
	}
	return db, p.removeOlder(number)
}

func (p *Pipeline) removeOlder(number uint64) error {
	for _, epoch := range p.State.Epochs() {
		if epoch.Number < number {
			if err := p.State.Remove(epoch.Number); err != nil {
				return err
			}
		}
	}
	return nil
}

// inherit writes down the keys that Redis may still hold from before, so that
// those which do not come again can be deleted after everything is published.
func (p *Pipeline) inherit(ctx context.Context, db *store.DB, number uint64) error {
	publication := db.NewPublication()
	defer publication.Close()
	left := func(key []byte) error {
		publication.Leftover(store.Leftover{Key: key})
		if publication.Size() > leftoverBytes {
			return publication.Commit(false)
		}
		return nil
	}
	known := false // what Redis can hold is in the older states
	for _, epoch := range p.State.Epochs() {
		if epoch.Number == number {
			continue
		}
		old, err := p.State.Open(epoch.Number, store.Options{FS: p.Store.FS, Logger: p.Logger})
		if err != nil {
			p.Logger.Warn("cannot read the older state: keys that only it knows will be looked for in Redis", "epoch", epoch.Number, "error", err)
			known = false
			continue
		}
		known = true
		err = inheritFrom(old, left)
		if err = errors.Join(err, old.Close()); err != nil {
			return err
		}
	}
	if !known && p.Previous != nil {
		if err := p.Previous(ctx, left); err != nil {
			return fmt.Errorf("look for documents of an earlier state: %w", err)
		}
	}
	return publication.Commit(true)
}

func inheritFrom(old *store.DB, left func(key []byte) error) error {
	err := old.PublishedAll(func(_ uint16, _ []byte, published store.Published) error {
		for _, key := range published.Keys {
			if err := left(key); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Redis may have fallen back, or may yet, to where it has these.
	if err := old.RemovedAll(left); err != nil {
		return err
	}
	var from []byte
	for {
		batch, err := old.Leftovers(from, 1000)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, leftover := range batch {
			if err := left(leftover.Key); err != nil {
				return err
			}
		}
		from = append(append([]byte(nil), batch[len(batch)-1].Key...), 0)
	}
}
