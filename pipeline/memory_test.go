package pipeline

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"materializer/store"
)

// long is a world whose journal is one record of many touches of a node, folded.
func long(t *testing.T, roots int, node uint16, keys [][]byte) *world {
	w := started(t, roots)
	for from := 0; from < len(keys); from += 100 {
		var touches []store.Touch
		for _, key := range keys[from:min(from+100, len(keys))] {
			touches = append(touches, store.Touch{Node: node, Key: key})
		}
		keep := w.db.NewKeep()
		if _, err := keep.Commit(touches, true); err != nil {
			t.Fatal(err)
		}
		keep.Close()
	}
	if err := w.db.FoldJournal(1); err != nil {
		t.Fatal(err)
	}
	if err := w.db.Sync(); err != nil {
		t.Fatal(err)
	}
	return w
}

func manyKeys() (keys [][]byte) {
	for i := range 20000 {
		keys = append(keys, fmt.Appendf(nil, "key-%06d", i))
	}
	return keys
}

// pageNode finds a node of the first projection, the root or the one above it.
func pageNode(depth int) uint16 {
	for _, node := range plan(false).Nodes {
		have := 0
		for one := node; one.Parent != nil; one = one.Parent {
			have++
		}
		if node.Projection.ID == 0 && have == depth {
			return node.ID
		}
	}
	panic("no such node")
}

// An outage leaves one record of any length. What is held of it does not grow
// with it, and every touch of it is seen.
func TestLongRecordIsNotHeld(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{0, 2} {
		w := long(t, 16, pageNode(depth), manyKeys())
		snapshot := w.db.Snapshot()
		work, err := w.publisher.collect(snapshot)
		if err != nil {
			t.Fatal(err)
		}
		if held, most := work.size(), 8*16; held > most || work.long == 0 {
			t.Errorf("depth %d: %d roots and touches are held, want at most %d and the record remembered", depth, held, most)
		}
		r := &roundInHand{publisher: w.publisher, snapshot: snapshot, work: work}
		seen := 0
		if err := r.reread(func(store.Touch) error { seen++; return nil }); err != nil {
			t.Fatal(err)
		}
		if got, want := seen+work.noted, 20000; got != want || work.touches != want {
			t.Errorf("depth %d: %d touches are worked off and %d counted, want %d", depth, got, work.touches, want)
		}
		snapshot.Close()
		w.publishAll()
		if left := w.journal(); len(left) > 0 {
			t.Errorf("depth %d: %d touches are left after the round", depth, len(left))
		}
		w.close()
	}
}

// Large documents are sent as they come, not all of a queue at once, and what
// they took is given back.
func TestLargeDocumentsAreNotHeld(t *testing.T) {
	t.Parallel()
	const count, size = 40, 1 << 18
	w := started(t, 4096)
	body := strings.Repeat("x", size)
	w.arrive(func(tx *transaction) {
		for i := range count {
			tx.insert(pages, fmt.Sprint(100+i), null, null, "1", "1", body)
		}
	})
	most, sent := 0, 0
	w.redis.executed = func(u unit) {
		sum := 0
		for _, command := range u.commands {
			sum += len(command.Value)
		}
		most, sent = max(most, sum), sent+sum
	}
	w.publishAll()
	if bound := roundBytes + runtime.GOMAXPROCS(0)*(size+1000); most > bound || sent < count*size {
		t.Errorf("%d bytes were sent, up to %d at once, want at most %d", sent, most, bound)
	}
	for _, worker := range w.publisher.workers {
		if cap(worker.arena) > arenaBytes {
			t.Errorf("a renderer keeps %d bytes", cap(worker.arena))
		}
	}
	w.close()
}

// Changes of an outage arrive, whichever part of a long record they are in.
func TestLongRecordIsPublished(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.arrive(func(tx *transaction) {
		for i := range 100 {
			tx.insert(pages, fmt.Sprint(100+i), fmt.Sprint("s", i), null, "1", "1", "body")
		}
	})
	w.arrive(func(tx *transaction) { tx.update(fars, "1", 1, "other") })
	w.arrive(func(tx *transaction) { tx.update(middles, "1", 2, "n") })
	if err := w.db.FoldJournal(1); err != nil {
		t.Fatal(err)
	}
	if err := w.db.Sync(); err != nil {
		t.Fatal(err)
	}
	w.publishAll()
	if page, _ := w.redis.get("page:199"); !strings.Contains(page, "other") {
		t.Errorf("page:199 holds %q", page)
	}
	w.quiesce()
	w.close()
}

// Many keys are left in one round. They are not all remembered, those that
// somebody takes stay, and none is there any more once the marker says so.
func TestManyKeysLeft(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	const count = 60
	w.arrive(func(tx *transaction) {
		for i := range count {
			tx.insert(pages, fmt.Sprint(100+i), fmt.Sprint("a", i), null, "1", "1", "body")
		}
	})
	w.publishAll()
	w.arrive(func(tx *transaction) {
		for i := range count {
			tx.update(pages, fmt.Sprint(100+i), pageSlug, fmt.Sprint("b", i))
		}
		tx.update(pages, "159", pageSlug, "a0") // taken long after it was left
	})
	check := w.redis.executed
	most := 0
	w.redis.executed = func(u unit) {
		check(u)
		if strings.Contains(u.String(), "del slug:a0") {
			t.Error("a key that another row takes was removed")
		}
		most = max(most, len(w.publisher.spared))
		if u.marker == nil {
			return
		}
		for key := range w.redis.now.data {
			if strings.HasPrefix(key, "slug:a") && key != "slug:a0" {
				t.Errorf("%s is there with the marker", key)
			}
		}
	}
	w.publishAll()
	if bound := 16; most > bound {
		t.Errorf("%d keys are remembered, want at most %d", most, bound)
	}
	if len(w.publisher.spared) > 0 || w.publisher.overflown {
		t.Error("keys are remembered after the round")
	}
	w.wantOwner("slug:a0", "159")
	w.wantOwner("slug:a1", "")
	w.quiesce()
	w.close()
}
