package pipeline

import (
	"testing"

	"materializer/cdc"
	"materializer/store"
)

// TestCuts works a backlog off in rounds that end before their snapshot.
func TestCuts(t *testing.T) {
	t.Parallel()
	rounds := []struct {
		position, snapshot, visible cdc.LSN
		left                        int
	}{
		{10, 40, 5, 1},  // touches up to 10 followed in 40: what was led away between is not found yet
		{30, 60, 5, 2},  //
		{40, 70, 10, 2}, // the journal is read up to 40: the first round is whole
		{65, 90, 30, 2}, // and the second
		{90, 90, 90, 0}, // the end of the journal
	}
	var c cuts
	visible := cdc.LSN(5)
	for i, r := range rounds {
		visible, _, c = c.after(visible, r.position, store.Position{LSN: r.snapshot}, r.position == r.snapshot, 1)
		if visible != r.visible || len(c) != r.left {
			t.Errorf("round %d: visible %d with %d cuts left, want %d with %d", i+1, visible, len(c), r.visible, r.left)
		}
	}
}
