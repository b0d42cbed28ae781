package pipeline

import (
	"context"
	"fmt"
	"time"

	"materializer/store"
	"materializer/writer"
)

// rewrite touches every root that was published in a later round, and has the
// keys removed again that were removed since. Where that is not known any more
// everything is written again.
func (p *publisher) rewrite(ctx context.Context, after uint64) error {
	publication := p.db.NewPublication()
	defer publication.Close()
	complete, err := p.db.RemovedAfter(after, func(key []byte) error {
		publication.Leftover(store.Leftover{Key: key})
		return nil
	})
	if err != nil {
		return fmt.Errorf("look up removed keys: %w", err)
	}
	if !complete {
		return p.rewriteAll(ctx)
	}
	p.inheriting = true
	if err := publication.Commit(true); err != nil {
		return err
	}
	return p.touchPublished(after)
}

// rewriteAll touches every root. Keys in Redis that look like ours are taken
// for leftovers until they are written again.
func (p *publisher) rewriteAll(ctx context.Context) error {
	if p.Previous != nil {
		publication := p.db.NewPublication()
		defer publication.Close()
		err := p.Previous(ctx, func(key []byte) error {
			publication.Leftover(store.Leftover{Key: key})
			return nil
		})
		if err != nil {
			return err
		}
		p.inheriting = true
		if err := publication.Commit(true); err != nil {
			return err
		}
	}
	return p.touchPublished(0)
}

func (p *publisher) touchPublished(after uint64) error {
	p.Metrics.Refills.Inc()
	p.phase.Store("refilling")
	var touches []store.Touch
	flush := func() error {
		err := p.db.AppendJournal(touches)
		touches = touches[:0]
		return err
	}
	err := p.db.PublishedAfter(after, func(projection uint16, root []byte) error {
		touches = append(touches, store.Touch{
			Node: p.Plan.Projections[projection].Root.ID,
			Key:  append([]byte(nil), root...),
		})
		if len(touches) < 10_000 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return fmt.Errorf("touch what Redis has lost: %w", err)
	}
	p.distrustJournal()
	return nil
}

// sweep deletes leftover keys that did not come again, in a round of its own.
// It runs only when everything touched is published.
func (p *publisher) sweep(ctx context.Context) (bool, error) {
	if !p.inheriting {
		return false, nil
	}
	leftovers, err := p.db.Leftovers(nil, p.RoundRoots)
	if err != nil || len(leftovers) == 0 {
		p.inheriting = err != nil
		return false, err
	}
	p.round++
	publication := p.db.NewPublication()
	defer publication.Close()
	commands := make([]writer.Command, 0, len(leftovers))
	for _, leftover := range leftovers {
		commands = append(commands, writer.Command{Key: leftover.Key, Delete: true})
		publication.NotLeftover(leftover.Key)
		publication.Removed(p.round, leftover.Key)
	}
	if err := p.Sink.Write(ctx, commands, p.marker(p.positions.Now().Visible, p.positions.Now().VisibleTime)); err != nil && !p.refused(err) {
		return false, err
	}
	publication.Acknowledge(p.round)
	p.Logger.Info("removed keys that no longer belong", "keys", len(commands))
	p.Metrics.KeysRemoved.Add(float64(len(commands)))
	return true, publication.Commit(false)
}

// horizon decides how long removed keys are remembered: about an hour.
type horizon struct {
	older, newer uint64 // rounds at the beginning of the hour before and of this one
	since        time.Time
}

const remembered = time.Hour

// note forgets, at the end of an hour, the removals of the hour before the last.
func (h *horizon) note(round uint64, publication *store.Publication) {
	now := time.Now()
	if h.since.IsZero() {
		h.newer, h.since = round, now
		return
	}
	if now.Sub(h.since) < remembered {
		return
	}
	if h.older > 0 {
		publication.ForgetRemoved(h.older)
	}
	h.older, h.newer, h.since = h.newer, round, now
}
