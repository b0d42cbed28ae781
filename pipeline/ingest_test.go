package pipeline

import (
	"fmt"
	"testing"
)

// A truncation is one change, and as much work as the table has rows: the
// stream hears of it all the while, or it would give up a session that works.
func TestTruncationIsHeardOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 4)
	const rows = 500
	w.source.commit(func(tx *transaction) {
		for i := range rows {
			tx.insert(notes, fmt.Sprint(i), "1", "note")
		}
	})
	w.open()
	w.source.commit(func(tx *transaction) { tx.truncate(notes) })
	for w.ingest(1) {
	}
	if w.stream.worked < rows {
		t.Errorf("the stream heard of work %d times in the truncation of %d rows", w.stream.worked, rows)
	}
	w.quiesce()
	w.close()
}
