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
// between, is not found; the touch of that change finds it, which is in the
// journal somewhere up to S. So a round that ended at position P is as good as
// done when a later round has taken the journal up to its S.
type cuts []cut

type cut struct {
	position cdc.LSN        // to which the round took the journal
	snapshot store.Position // that it read
}

// after gives what is visible after a round that took the journal up to
// position, and the cuts that then remain.
func (c cuts) after(visible, position cdc.LSN, snapshot store.Position, all bool) (cdc.LSN, time.Time, cuts) {
	if all {
		return snapshot.LSN, snapshot.CommitTime, nil
	}
	var commit time.Time
	for len(c) > 0 && c[0].snapshot.LSN <= position {
		if c[0].position > visible {
			visible, commit = c[0].position, c[0].snapshot.CommitTime
		}
		c = c[1:]
	}
	return visible, commit, append(c[:len(c):len(c)], cut{position, snapshot})
}
