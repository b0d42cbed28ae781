package pipeline

import (
	"context"
	"fmt"
	"time"

	"materializer/store"
	"materializer/writer"
)

// rewrite has every root written again that was published in a later round, and
// the keys removed again that were removed since. Where that is not known any
// more everything is written again.
func (p *publisher) rewrite(ctx context.Context, after uint64) error {
	if err := p.owe(after); err != nil {
		return err
	}
	complete := false
	err := p.leave(func(left func(key []byte) error) (err error) {
		complete, err = p.db.RemovedAfter(after, left)
		return err
	})
	if err != nil || complete {
		return err
	}
	return p.rewriteAll(ctx)
}

// rewriteAll has every root written again. Keys in Redis that look like ours,
// and those that we have removed, are taken for leftovers until they are
// written again.
func (p *publisher) rewriteAll(ctx context.Context) error {
	if err := p.owe(0); err != nil {
		return err
	}
	if err := p.leave(p.db.RemovedAll); err != nil || p.Previous == nil {
		return err
	}
	return p.leave(func(left func(key []byte) error) error { return p.Previous(ctx, left) })
}

// removeAgain has the keys removed again that a round in parts has removed of
// which Redis does not have the end, and perhaps not the parts. What the round
// has written is still in the journal.
func (p *publisher) removeAgain(after uint64) error {
	return p.leave(func(left func(key []byte) error) error {
		_, err := p.db.RemovedAfter(after, left)
		return err
	})
}

// owe makes the next round bring everything that was published after a round.
// That is durable before any leftover is listed: none must be removed, also
// after a crash, before what is alive was written again. It is not part of the
// journal, whose records a marker may claim one by one.
func (p *publisher) owe(after uint64) error {
	if p.refill != nil {
		after = min(after, *p.refill)
	}
	publication := p.db.NewPublication()
	defer publication.Close()
	publication.Refill(after)
	if err := publication.Commit(true); err != nil {
		return err
	}
	p.refill = &after
	p.Metrics.Refills.Inc()
	p.phase.Store("refilling")
	return nil
}

// leave lists keys as leftovers, durably: a marker that moves past their removal
// is not compared with it again.
func (p *publisher) leave(list func(left func(key []byte) error) error) error {
	publication := p.db.NewPublication()
	defer publication.Close()
	listed := false
	err := list(func(key []byte) error {
		p.inheriting, listed = true, true
		publication.Leftover(store.Leftover{Key: key})
		if publication.Size() < leftoverBytes {
			return nil
		}
		return publication.Commit(false)
	})
	if err != nil {
		return fmt.Errorf("list keys that may be left over: %w", err)
	}
	if !listed {
		return nil
	}
	return publication.Commit(true)
}

// leftoverBytes bounds the list of leftovers that is held in memory.
const leftoverBytes = 1 << 20

// refillRoots adds the roots that Redis has lost.
func (r *roundInHand) refillRoots(ctx context.Context) error {
	if r.refill == nil {
		return nil
	}
	err := r.db.PublishedAfter(*r.refill, func(projection uint16, key []byte) error {
		return r.once(ctx, root{r.Plan.Projections[projection], string(key)})
	})
	if err != nil {
		return fmt.Errorf("write what Redis has lost: %w", err)
	}
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
	if unknown, err := p.heldWithoutKeys(); err != nil || unknown {
		return false, err
	}
	p.round++
	publication := p.db.NewPublication()
	defer publication.Close()
	commands := make([]writer.Command, 0, len(leftovers))
	for _, leftover := range leftovers {
		commands = append(commands, removal(leftover.Key, writer.Drop))
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

// heldWithoutKeys tells whether a document in quarantine has keys that cannot be
// made either: any of the keys that are left may be its own, with its last good version.
func (p *publisher) heldWithoutKeys() (found bool, err error) {
	var failed error
	err = p.db.Quarantine(func(projection uint16, root []byte, _ store.Held) bool {
		var published store.Published
		published, _, failed = p.db.Published(projection, root)
		found = failed == nil && len(published.Keys) < len(p.Plan.Projections[projection].Keys)
		return failed == nil && !found
	})
	if err == nil {
		err = failed
	}
	if found && !p.sparing {
		p.Logger.Warn("keys of an earlier state stay until the documents in quarantine have keys again")
	}
	p.sparing = found
	return found, err
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
