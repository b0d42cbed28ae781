package pipeline

import (
	"context"
	"errors"
	"time"

	"materializer/cdc"
	"materializer/store"
	"materializer/writer"
)

const (
	probeInterval = time.Second     // how often an idle Redis is asked whether it is still ours
	foldInterval  = 5 * time.Second // how often the journal is folded while Redis is away
)

// publisher is the publish loop: touched documents from local state into Redis.
type publisher struct {
	*Pipeline
	db        *store.DB
	wake      <-chan struct{}
	connected bool
	attempt   int    // failures since the last success
	round     uint64 // the last round number used
	// distrust is set while Redis may have been given a round that we know nothing
	// of (a crash, a timeout). What that round had touched is in the journal: until
	// its end was reached, documents are written even if they seem to be there already.
	distrust bool
	// refill is the round after which Redis has lost what it was given: the next
	// round brings it again. nil if nothing is known to be lost.
	refill *uint64
	// refilling is set from a refill until the journal was taken to its end. A name that
	// Redis has lost and whose owner is gone is missing until the round in which
	// somebody further on in the journal takes it: nothing more is said to be visible.
	refilling bool
	// mending is the keys of collections that something else was found in the
	// place of: the next round writes all of their members.
	mending map[string]bool
	probed  time.Time
	folded  time.Time
	// inheriting is set while keys of an earlier state wait for being written again or removed.
	inheriting bool
	spared     []string // those of them that rounds of this process have left, not sure yet who takes them
	sparing    bool     // none of them is removed for now
	// overflown is set when there were too many of them, and only the store knows the rest.
	overflown bool
	horizon   horizon
	cuts      cuts
	// follows are the touches of rounds that failed, which follow from what they have kept.
	follows  []follows
	kept     bool   // what is kept was made of all rows
	keptUpTo uint64 // journal record to which this process has gone for it
	// owed is a journal record that rounds have yet to take. In the middle of a large
	// transaction snapshots do not have it, so that an empty journal does not say it is done.
	owed uint64

	workers []*renderer
}

func newPublisher(p *Pipeline, db *store.DB, wake <-chan struct{}) *publisher {
	// Without leftovers no document needs to be taken off their list.
	leftovers, err := db.Leftovers(nil, 1)
	owed := uint64(0)
	if p.Plan.Keeps() { // any of the records there can be such as follow from what was kept
		snapshot := db.Snapshot()
		owed = snapshot.JournalEnd()
		snapshot.Close()
	}
	return &publisher{Pipeline: p, db: db, wake: wake, distrust: true, owed: owed, inheriting: err != nil || len(leftovers) > 0}
}

// run publishes until ctx ends, or until ingesting has ended and everything is published.
func (p *publisher) run(ctx, ingesting context.Context) error {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for {
		ended := ingesting.Err() != nil // before the step: it then sees everything that was ingested
		more, err := p.step(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errCaughtUp):
			return err
		case err != nil && !sinkFailed(err):
			return err
		case err != nil:
			if err := p.redisDown(ingesting, err); err != nil {
				return err
			}
			if ended {
				return nil // stopping: the next start goes on
			}
			continue
		case more:
			continue
		case ended:
			return nil
		}
		select {
		case <-p.wake:
		case <-tick.C:
		case <-ingesting.Done():
		case <-ctx.Done():
			return nil
		}
	}
}

// sinkFailed tells failures of Redis, which pass, from our own.
func sinkFailed(err error) bool {
	var failed *writer.Error
	var lost *writer.LostError
	return errors.As(err, &failed) || errors.As(err, &lost)
}

// step is one pass: connect if need be, publish one round, probe when idle. It
// gives more when another round is due at once.
func (p *publisher) step(ctx context.Context) (more bool, err error) {
	if !p.connected {
		if err := p.connect(ctx); err != nil {
			return false, err
		}
	}
	if err := p.keepAll(ctx); err != nil {
		return false, err
	}
	more, err = p.publish(ctx)
	var wrong *writer.WrongTypeError
	if errors.As(err, &wrong) {
		return true, p.mend(wrong.Keys)
	}
	if err != nil || more {
		return more, err
	}
	if p.owed != 0 {
		return false, nil // somebody in it may take a key that seems to be left over
	}
	if swept, err := p.sweep(ctx); err != nil || swept {
		return swept, err
	}
	if p.ExitWhenCaughtUp && p.target.Load() > 0 && p.positions.Now().Visible >= cdc.LSN(p.target.Load()) {
		return false, errCaughtUp
	}
	if p.phase.Swap("live") != "live" {
		p.Logger.Info("live: all documents are in Redis", "visible", p.positions.Now().Visible)
	}
	if time.Since(p.probed) > probeInterval {
		p.probed = time.Now()
		if err := p.Sink.Probe(ctx); err != nil {
			return false, err
		}
		p.answered()
	}
	return false, nil
}

// answered notes that Redis works: it has taken a round or answered a probe. To
// be connected does not say so, a full Redis refuses writes only.
func (p *publisher) answered() {
	p.attempt = 0
	if was := p.redis.Swap(""); was != "" {
		p.Logger.Info("Redis is there", "visible", p.positions.Now().Visible)
	}
}

// connect makes the connection and compares Redis' marker with local state.
func (p *publisher) connect(ctx context.Context) error {
	found, ok, err := p.Sink.Connect(ctx)
	if err != nil {
		return err
	}
	if err := p.compare(ctx, found, ok); err != nil {
		return err
	}
	p.connected, p.probed = true, time.Time{}
	p.Logger.Debug("connected to Redis", "marker", ok, "visible", found.LSN)
	return nil
}

// compare finds out what Redis has lost since we last wrote to it, for the next
// round to bring it again. The marker stays as it is until everything is there.
func (p *publisher) compare(ctx context.Context, found writer.Marker, ok bool) error {
	id := p.db.Identity()
	acknowledged := p.db.Round()
	if err := errors.Join(p.number(), p.mendLater()); err != nil {
		return err
	}
	p.round = max(p.round, found.Round)
	after, due, err := p.db.Refill()
	if err != nil {
		return err
	}
	if p.refill = nil; due {
		p.refill = &after
	}
	switch {
	case ok && found.StateID == id.StateID && found.Epoch == id.Epoch:
		p.positions.Lose(found.LSN)
		p.refilling = p.refilling || found.LSN == 0
		if found.Round >= acknowledged {
			p.positions.Show(min(found.LSN, p.positions.Now().Durable), found.Time)
			return p.removeAgain(found.Round)
		}
		p.Logger.Warn("Redis has lost writes, writing them again from local state", "has", found.Round, "had", acknowledged)
		return p.rewrite(ctx, found.Round)
	case ok && found.Epoch >= id.Epoch && found.StateID != id.StateID:
		// Positions of another state say nothing here: the epoch orders them for readers.
		err := p.db.UpdateIdentity(func(id *store.Identity) { id.Epoch = found.Epoch + 1 })
		if err != nil {
			return err
		}
	}
	p.positions.Lose(0)
	if acknowledged == 0 {
		// Nothing was published from this state yet: the journal holds everything. The
		// marker comes before the first document: should local state be lost in the
		// middle, it says that what is there is ours.
		if err := p.Sink.Write(ctx, nil, p.marker(0, time.Time{})); err != nil {
			return err
		}
		return p.removeAgain(0)
	}
	p.Logger.Warn("Redis does not hold this state's documents any more, writing all of them again from local state", "marker", ok)
	return p.rewriteAll(ctx)
}

// number begins the numbers of this process' rounds, at the first connection.
func (p *publisher) number() (err error) {
	if p.round == 0 {
		p.round, err = p.db.ReserveRounds(roundsOfProcess)
	}
	return err
}

// roundsOfProcess is more than a process can make.
const roundsOfProcess = 1 << 32

// redisDown waits before another attempt, and keeps the journal small meanwhile.
func (p *publisher) redisDown(ingesting context.Context, failure error) error {
	p.connected, p.distrust = false, true
	p.Metrics.SinkErrors.Inc()
	if p.redis.Swap(failure.Error()) != failure.Error() {
		p.Logger.Warn("Redis is away; changes are kept in local state until it is back", "error", failure)
	}
	if time.Since(p.folded) > foldInterval {
		p.folded = time.Now()
		if err := p.db.FoldJournal(1000); err != nil {
			return err
		}
	}
	p.attempt++
	_ = pause(ingesting, p.attempt-1)
	return nil
}

// refused reports documents that Redis will never take; everything else was written.
func (p *publisher) refused(err error) bool {
	var refused *writer.RefusedError
	if !errors.As(err, &refused) {
		return false
	}
	for _, document := range refused.Documents {
		p.Logger.Error("Redis refuses a document; what it held before is kept", "key", string(document.Key), "member", string(document.Member), "reason", document.Reason)
	}
	p.Metrics.Refused.Add(float64(len(refused.Documents)))
	return true
}
