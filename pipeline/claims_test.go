package pipeline

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func alias(id, to string) func(tx *transaction) {
	return func(tx *transaction) { tx.update(pages, id, pageAlias, to) }
}

func (w *world) wantOwner(key, id string) {
	w.t.Helper()
	body, ok := w.redis.get(key)
	if ok != (id != "") || ok && !strings.HasPrefix(body, `{"id":`+id+",") {
		w.t.Fatalf("%s holds %q, want the document of %q", key, body, id)
	}
}

// counted reads a counter.
func counted(t *testing.T, counter prometheus.Counter) float64 {
	t.Helper()
	registry := prometheus.NewRegistry()
	registry.MustRegister(counter)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 {
		t.Fatalf("gather: %v, %d families", err, len(families))
	}
	return families[0].GetMetric()[0].GetCounter().GetValue()
}

// Where several rows claim a key the lowest has it, in whatever order they
// come, and the next takes over when it leaves.
func TestCollision(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		w.arrive(alias("2", "x"))
		w.publishAll()
		w.wantOwner("alias:x", "2")
		w.arrive(alias("3", "x"))
		w.publishAll()
		w.wantOwner("alias:x", "2")
		w.arrive(alias("1", "x"))
		w.publishAll()
		w.wantOwner("alias:x", "1")
		if n := counted(t, w.pipeline.Metrics.Collisions); n == 0 {
			t.Error("the collision is not counted")
		}
		w.arrive(func(tx *transaction) { tx.remove(pages, "1") })
		w.publishAll()
		w.wantOwner("alias:x", "2")
		w.arrive(alias("2", null))
		w.publishAll()
		w.wantOwner("alias:x", "3")
		w.arrive(alias("3", "y"))
		w.publishAll()
		w.wantOwner("alias:x", "")
		w.wantOwner("alias:y", "3")
		w.quiesce()
		w.close()
	}
}

// Rows that come to claim a key together are told apart as well.
func TestCollisionInOneTransaction(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		w.arrive(func(tx *transaction) {
			for _, id := range []string{"3", "1", "2"} {
				tx.update(pages, id, pageAlias, "x")
			}
		})
		w.publishAll()
		w.wantOwner("alias:x", "1")
		w.arrive(func(tx *transaction) {
			tx.update(pages, "1", pageAlias, "y")
			tx.update(pages, "2", pageAlias, "z")
		})
		w.publishAll()
		w.wantOwner("alias:x", "3")
		w.quiesce()
		w.close()
	}
}

// Two rows swap a unique value. Neither key is missing for a moment: check
// would not find a commit that explains it.
func TestSwap(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 2, 4096} {
		w := started(t, roots)
		w.arrive(func(tx *transaction) {
			tx.update(pages, "1", pageSlug, null)
			tx.update(pages, "3", pageSlug, "slug1")
			tx.update(pages, "1", pageSlug, "slug3")
		})
		w.publishAll()
		w.wantOwner("slug:slug1", "3")
		w.wantOwner("slug:slug3", "1")
		w.arrive(func(tx *transaction) { tx.remove(pages, "1") })
		w.publishAll()
		w.wantOwner("slug:slug1", "3")
		w.wantOwner("slug:slug3", "")
		w.quiesce()
		w.close()
	}
}

// A row leaves a key in one sending and others follow: what is written down of
// it at the end of the round is its own.
func TestLeavingKeysInManySendings(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.arrive(func(tx *transaction) {
		for _, id := range []string{"1", "2", "3"} {
			tx.update(pages, id, pageSlug, "other"+id)
		}
	})
	w.publishAll()
	w.arrive(func(tx *transaction) {
		for _, id := range []string{"1", "2", "3"} {
			tx.update(pages, id, pageSlug, "third"+id)
		}
	})
	w.publishAll()
	for _, id := range []string{"1", "2", "3"} {
		w.wantOwner("slug:other"+id, "")
		w.wantOwner("slug:third"+id, id)
	}
	w.quiesce()
	w.close()
}

// The name of the row that a join leads to is part of a key: the key moves with it.
func TestKeyOfJoinedColumn(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.wantOwner("middle:m:2", "2")
	w.arrive(func(tx *transaction) { tx.update(middles, "1", 2, "n") })
	w.publishAll()
	w.wantOwner("middle:m:2", "")
	w.wantOwner("middle:n:2", "2")
	w.arrive(func(tx *transaction) { tx.remove(middles, "1") })
	w.publishAll()
	w.wantOwner("middle:n:2", "")
	w.quiesce()
	w.close()
}
