package pipeline

import (
	"fmt"
	"strings"
	"testing"
)

// wantMember compares an element, as valueOf shows it; "" is none.
func (w *world) wantMember(key, member, want string) {
	w.t.Helper()
	if got, _ := w.redis.get(element(key, member)); got != want {
		w.t.Fatalf("%s in %s is %q, want %q", member, key, got, want)
	}
}

// A member that several rows share stays until the last goes, and moves with each.
func TestSharedMember(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		w.arrive(func(tx *transaction) {
			tx.insert(middles, "2", "1", "n")
			tx.update(pages, "1", pageAlias, "x")
			tx.update(pages, "2", pageAlias, "x")
		})
		w.publishAll()
		w.wantMember("aliases:m", "x", "set")
		w.arrive(func(tx *transaction) { tx.update(pages, "1", pageMiddle, "2") })
		w.publishAll()
		w.wantMember("aliases:m", "x", "set")
		w.wantMember("aliases:n", "x", "set")
		w.arrive(func(tx *transaction) { tx.remove(pages, "2") })
		w.publishAll()
		w.wantMember("aliases:m", "x", "")
		w.arrive(alias("1", null))
		w.publishAll()
		w.wantMember("aliases:n", "x", "")
		w.quiesce()
		w.close()
	}
}

// Of several rows the highest score counts, whichever of them changes or goes.
func TestHighestScoreCounts(t *testing.T) {
	t.Parallel()
	rev := func(id, to string) func(tx *transaction) {
		return func(tx *transaction) { tx.update(pages, id, pageRev, to) }
	}
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		for _, step := range []struct {
			change func(tx *transaction)
			want   string
		}{
			{alias("1", "x"), "zset 1"},
			{alias("2", "x"), "zset 1"},
			{rev("2", "7"), "zset 7"},
			{rev("1", "9"), "zset 9"},
			{rev("1", "7"), "zset 7"},
			{rev("1", "-3"), "zset 7"},
			{alias("2", "y"), "zset -3"},
			{alias("2", "x"), "zset 7"},
			{func(tx *transaction) { tx.remove(pages, "2") }, "zset -3"},
			{alias("1", null), ""},
		} {
			w.arrive(step.change)
			w.publishAll()
			w.wantMember("ranking", "x", step.want)
			w.wantMember("ranking:m", "x", step.want)
		}
		w.quiesce()
		w.close()
	}
}

// A row takes over a member with a lower score, and another, rendered later in the
// round, has the score that the first one had.
func TestScoreIsTakenOverAndBack(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 2, 3, 4096} {
		w := started(t, roots)
		w.arrive(func(tx *transaction) {
			tx.update(pages, "1", pageAlias, "x")
			tx.update(pages, "1", pageRev, "2")
			tx.update(pages, "3", pageAlias, "x")
		})
		w.publishAll()
		w.wantMember("ranking", "x", "zset 2")
		w.arrive(func(tx *transaction) {
			tx.update(pages, "1", pageAlias, null)
			tx.update(pages, "2", pageAlias, "x")
			tx.update(pages, "3", pageRev, "2")
		})
		w.publishAll()
		w.wantMember("ranking", "x", "zset 2")
		w.quiesce()
		w.close()
	}
}

// The root whose score is shown now is part of what a Redis that fell back has lost.
func TestFallbackBeforeScoreWasInherited(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		w.arrive(alias("1", "x"))
		w.publishAll()
		w.arrive(func(tx *transaction) {
			tx.update(pages, "2", pageAlias, "x")
			tx.update(pages, "2", pageRev, "5")
		})
		w.publishAll()
		steps := len(w.redis.past)
		w.arrive(func(tx *transaction) { tx.update(pages, "2", pageRev, "1") })
		w.publishAll()
		w.arrive(func(tx *transaction) { tx.remove(pages, "2") })
		w.publishAll()
		w.redis.fallBack(len(w.redis.past) - steps)
		w.wantMember("ranking", "x", "zset 5")
		w.publishAll()
		w.wantMember("ranking", "x", "zset 1")
		w.quiesce()
		w.close()
	}
}

// spoiled is a world in which somebody has put a string where collections were.
func spoiled(t *testing.T, roots int) *world {
	w := started(t, roots)
	w.arrive(func(tx *transaction) {
		for _, id := range []string{"1", "2", "3"} {
			tx.update(pages, id, pageAlias, "x"+id)
			tx.insert(pageTags, id, "7")
		}
	})
	w.publishAll()
	w.redis.mu.Lock()
	defer w.redis.mu.Unlock()
	for _, key := range []string{"aliases:m", "ranking", "tag:7"} {
		w.redis.now.remove(key)
		w.redis.now.data[key] = "by hand"
	}
	return w
}

// spoil makes changes that meet what was put there by hand.
func (w *world) spoil() {
	w.arrive(func(tx *transaction) {
		tx.update(pages, "2", pageAlias, "y2")
		tx.remove(pageTags, "1,7")
		tx.insert(pageTags, "4", "7")
	})
}

func (w *world) wantMended() {
	w.t.Helper()
	for _, member := range []string{"x1", "y2", "x3"} {
		w.wantMember("aliases:m", member, "set")
		w.wantMember("ranking", member, "zset 1")
		w.wantMember("ranking:m", member, "zset 1")
	}
	for _, member := range []string{"2", "3", "4"} {
		w.wantMember("tag:7", member, "set")
	}
	w.wantMember("tag:7", "1", "")
}

// Something else under a collection's key is replaced, in one step with members,
// and all of them are there before the marker says so.
func TestWrongTypeIsMended(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 2, 4096} {
		w := spoiled(t, roots)
		check := w.redis.executed
		w.redis.executed = func(u unit) {
			if _, there := w.redis.now.data["ranking"]; !there && w.redis.now.typeOf("ranking") != "zset" {
				t.Error("for a moment there is nothing under ranking")
			}
			check(u)
		}
		w.spoil()
		w.publishAll()
		w.wantMended()
		if len(w.publisher.mending) > 0 {
			t.Error("it is still being mended")
		}
		w.quiesce()
		w.close()
	}
}

// A crash at any moment of it leaves nothing half mended for good.
func TestWrongTypeIsMendedAfterCrash(t *testing.T) {
	t.Parallel()
	for moment := 1; moment < 60; moment++ {
		w := spoiled(t, 1)
		w.redis.executed = nil // in between the collections are not whole
		w.source.commit(func(*transaction) {})
		w.spoil()
		w.crash(moment)
		for i := 0; w.publish() && i < 100; i++ {
			continue
		}
		w.restart()
		w.publishAll()
		w.wantMended()
		w.quiesce()
		w.close()
	}
}

// Another configuration makes other shapes of the same keys.
func TestShapesUnderSameKeys(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		w.arrive(func(tx *transaction) {
			tx.insert(tags, "7", "t")
			for _, id := range []string{"1", "2"} {
				tx.update(pages, id, pageAlias, "x")
				tx.insert(pageTags, id, "7")
			}
		})
		w.publishAll()
		w.wantMember("tag:7", "1", "set")
		w.reload(true)
		w.publishAll()
		w.wantMember("tag:7", "1", "")
		w.wantMember("aliases:m", "x", "zset 1")
		w.wantMember("ranking:m", "x", "set")
		if tag, _ := w.redis.get("tag:7"); !strings.HasPrefix(tag, "{") {
			t.Errorf("tag:7 holds %q", tag)
		}
		w.reload(false)
		w.publishAll()
		w.wantMember("tag:7", "1", "set")
		w.wantMember("aliases:m", "x", "set")
		w.wantMember("ranking:m", "x", "zset 1")
		if hash, _ := w.redis.get("hash:1"); !strings.HasPrefix(hash, "hash id=1 ") {
			t.Errorf("hash:1 holds %q", hash)
		}
		w.quiesce()
		w.close()
	}
}

// A round does not grow with those who share a member: leaving it and changing a
// score look at few of the others.
func TestManyShareAMember(t *testing.T) {
	t.Parallel()
	w := started(t, 64)
	const count = 500
	w.arrive(func(tx *transaction) {
		for i := range count {
			tx.insert(pages, fmt.Sprint(100+i), null, "x", fmt.Sprint(i), "1", "body")
		}
	})
	w.publishAll()
	w.wantMember("ranking", "x", fmt.Sprint("zset ", count-1))
	w.arrive(func(tx *transaction) {
		for i := range count - 1 {
			tx.remove(pages, fmt.Sprint(100+count-1-i))
		}
	})
	w.publishAll()
	w.wantMember("ranking", "x", "zset 0")
	w.wantMember("aliases:m", "x", "set")
	w.quiesce()
	w.close()
}
