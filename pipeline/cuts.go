package pipeline

import (
	"time"

	"materializer/cdc"
	"materializer/store"
)

// cuts are rounds that took only the beginning of the journal, while they read
// a later snapshot: a backlog is worked off in such rounds.
//
// What they may claim to be visible comes later. A touch followed up in a
// snapshot at S finds the rows above as they are at S. A document that had been
// reached through one of them before, and was led elsewhere by a change in
// between, is not found. That change lies nearer the root and its touch is in the
// journal somewhere up to S; but a later round follows it in a later snapshot, in
// which a change nearer still may have led the document elsewhere again. A touch
// of the root itself always finds it. So a round that ended at position P is as
// good as done when the journal was taken up to its S, then up to the snapshot of
// the round that came so far, and so on, as often as the plan is deep.
type cuts []cut

type cut struct {
	position cdc.LSN        // to which the round took the journal
	until    store.Position // the journal must be taken up to here next
	hops     int            // how often that is so
}

// after gives what is visible after a round that took the journal up to
// position, and the cuts that then remain. depth is that of the plan.
func (c cuts) after(visible, position cdc.LSN, snapshot store.Position, all bool, depth int) (cdc.LSN, time.Time, cuts) {
	if all {
		return snapshot.LSN, snapshot.CommitTime, nil
	}
	var commit time.Time
	var left cuts
	for _, one := range append(c[:len(c):len(c)], cut{position, store.Position{}, depth + 1}) {
		if one.until.LSN <= position {
			one.hops--
			one.until = snapshot
		}
		switch {
		case one.hops > 0:
			left = append(left, one)
		case one.position > visible:
			visible, commit = one.position, time.Time{}
		}
	}
	return visible, commit, left
}
