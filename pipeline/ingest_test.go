package pipeline

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"materializer/store"
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

// A change that leaves out a value of a row that was never loaded, as of a
// partition attached later, cannot be applied: only a load brings the row.
func TestIncompleteChangeReloads(t *testing.T) {
	t.Parallel()
	for _, halt := range []bool{false, true} {
		t.Run(fmt.Sprintf("halt %t", halt), func(t *testing.T) {
			t.Parallel()
			p := newProcess(t)
			p.change = func(c *Config) { c.HaltOnGap = halt }
			p.run()
			p.arrive(body("first"))
			p.source.commit(func(tx *transaction) {
				tx.insert(pages, "2", "b", null, "1", "1", "body")
				tx.changes = nil // it came without a change
				tx.update(pages, "2", pageRev, "2", true)
			})
			if !halt {
				p.reloaded()
				p.arrive(body("second"))
				p.stopped()
				return
			}
			err := p.end()
			if stopped := (*HaltError)(nil); !errors.As(err, &stopped) || !strings.Contains(stopped.Reason, store.ErrIncomplete.Error()) {
				t.Errorf("it ended with %v, want a HaltError for %q", err, store.ErrIncomplete)
			}
			p.run() // and it stays so
			if err := p.end(); !errors.As(err, new(*HaltError)) {
				t.Errorf("at the next start it ended with %v, want a HaltError", err)
			}
		})
	}
}
