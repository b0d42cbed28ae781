package pipeline

import (
	"fmt"
	"strconv"
	"testing"

	"materializer/cdc"
)

// reviewWorld has pages 1 to 20: page 1 belongs to middle 1 of far 1, middle 2
// belongs to far 2, and middle 3 has the name of middle 1. Everything is published.
func reviewWorld(t *testing.T, roots int) *world {
	w := newWorld(t, roots)
	w.source.commit(func(tx *transaction) {
		tx.insert(fars, "1", "f")
		tx.insert(fars, "2", "h")
		tx.insert(middles, "1", "1", "m")
		tx.insert(middles, "2", "2", "m")
		tx.insert(middles, "3", "1", "m")
		tx.insert(pages, "1", "a", null, "0", "1", "b")
		for id := 2; id <= 20; id++ {
			tx.insert(pages, strconv.Itoa(id), fmt.Sprint("s", id), null, "0", "9", "b")
		}
	})
	w.open()
	for w.publish() {
	}
	return w
}

// busy adds changes of pages that nobody looks at, so that a round is cut after them.
func busy(tx *transaction, from int, rev string) {
	for id := from; id < from+5; id++ {
		tx.update(pages, strconv.Itoa(id), pageRev, rev)
	}
}

func (w *world) apply(make func(tx *transaction)) cdc.LSN {
	lsn := w.source.commit(make)
	for w.ingest(100) {
	}
	w.settle()
	return lsn
}

// TestReviewCutsChain leads a document elsewhere twice, so that neither the
// touch of the change nor that of the first move finds it.
func TestReviewCutsChain(t *testing.T) {
	t.Parallel()
	w := reviewWorld(t, 1)
	first := w.apply(func(tx *transaction) { tx.update(fars, "1", 1, "g"); busy(tx, 2, "1") })
	w.apply(func(tx *transaction) { tx.update(middles, "1", 1, "2"); busy(tx, 7, "1") })
	w.publish() // the first transaction, in a state in which middle 1 belongs to far 2
	w.apply(func(tx *transaction) { tx.update(pages, "1", pageMiddle, "2"); busy(tx, 12, "1") })
	w.publish() // the second, in a state in which page 1 belongs to middle 2
	if visible := w.pipeline.positions.Now().Visible; visible >= first {
		body, _ := w.redis.get("page:1")
		t.Errorf("%s is said to be visible, page 1 is %s", first, body)
	}
	w.quiesce()
	w.close()
}

// TestReviewDistrustCut loses the answer of a round. What it gave Redis for page 1
// is then led elsewhere by a change that gives it its old document.
func TestReviewDistrustCut(t *testing.T) {
	t.Parallel()
	w := reviewWorld(t, 1)
	w.apply(func(tx *transaction) { tx.update(middles, "1", 2, "n"); busy(tx, 2, "1") })
	pushes := 0
	w.redis.script.cut = func(op string, units int) (int, bool) {
		if op == "push" {
			if pushes++; pushes == 6 { // the document of page 1
				return 0, false // sent; the answer does not come
			}
		}
		return -1, false
	}
	w.publish()
	for w.redis.queues[1] != nil {
		w.redis.late() // and all executed
	}
	w.apply(func(tx *transaction) { tx.update(pages, "1", pageMiddle, "3") })
	w.quiesce()
	w.close()
}
