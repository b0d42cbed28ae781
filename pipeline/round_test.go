package pipeline

import (
	"slices"
	"strings"
	"testing"

	"materializer/writer"
)

// started is a world with three pages that are in Redis.
func started(t *testing.T, roots int) *world {
	w := newWorld(t, roots)
	w.unsynced = 0
	w.source.commit(func(tx *transaction) {
		tx.insert(fars, "1", "far")
		tx.insert(middles, "1", "1", "m")
		for _, id := range []string{"1", "2", "3"} {
			tx.insert(pages, id, "slug"+id, null, "1", "1", "body")
		}
	})
	w.open()
	w.publishAll()
	return w
}

// publishAll publishes until nothing is left to do.
func (w *world) publishAll() {
	w.t.Helper()
	for i := 0; w.publish(); i++ {
		if i > 1000 {
			w.t.Fatalf("publishing does not come to an end")
		}
	}
}

// arrive makes a transaction durable in local state.
func (w *world) arrive(make func(tx *transaction)) {
	w.source.commit(make)
	for w.ingest(100) {
	}
	w.settle()
}

// record lists what Redis executes from now on, one text for each step.
func (w *world) record() *[]string {
	var steps []string
	w.redis.executed = func(u unit) {
		steps = append(steps, u.String())
		w.check(u)
	}
	return &steps
}

func rename(id, to string) func(tx *transaction) {
	return func(tx *transaction) { tx.update(pages, id, pageSlug, to) }
}

// A round that fits is one step for readers, together with its marker.
func TestTransactionIsVisibleInOneStep(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	steps := w.record()
	w.arrive(func(tx *transaction) {
		tx.update(pages, "1", pageBody, "new")
		tx.update(pages, "2", pageBody, "new")
		tx.insert(notes, "1", "3", "note")
	})
	w.publishAll()
	if len(*steps) != 1 || strings.Count((*steps)[0], "set page:") != 3 || !strings.Contains((*steps)[0], "marker") {
		t.Errorf("steps are %q, want one with three pages and the marker", *steps)
	}
	w.quiesce()
	w.close()
}

// What is as it was is not written again: only the marker moves.
func TestSameDocumentIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	steps := w.record()
	w.arrive(rename("1", "other"))
	w.arrive(rename("1", "slug1"))
	w.publishAll()
	if len(*steps) != 1 || !strings.HasPrefix((*steps)[0], "marker") {
		t.Errorf("steps are %q, want the marker only", *steps)
	}
	w.quiesce()
	w.close()
}

// A key's successor is there before the key goes, whatever a round is divided into.
func TestSuccessorComesFirst(t *testing.T) {
	t.Parallel()
	for _, roots := range []int{1, 4096} {
		w := started(t, roots)
		steps := w.record()
		w.arrive(func(tx *transaction) {
			for _, id := range []string{"1", "2", "3"} {
				tx.update(pages, id, pageSlug, "other"+id)
			}
		})
		w.publishAll()
		all := strings.Join(*steps, "")
		for _, id := range []string{"1", "2", "3"} {
			set, del := strings.Index(all, "set slug:other"+id), strings.Index(all, "del slug:slug"+id)
			if len(*steps) < 2 || set < 0 || del < set {
				t.Errorf("steps are %q, want slug:other%s before slug:slug%s goes", *steps, id, id)
			}
		}
		w.quiesce()
		w.close()
	}
}

// Redis may have been given a document that we never heard of. It is then
// written again although the row has gone back to what it was before.
func TestUnknownOutcomeIsWrittenAgain(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"executed": true, "not executed": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := started(t, 4096)
			w.redis.script.cut = func(string, int) (int, bool) { return 0, false }
			w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "new") })
			w.publish()
			w.redis.script.cut = nil
			if late {
				w.redis.late()
			}
			if page, _ := w.redis.get("page:1"); strings.Contains(page, "new") != late {
				t.Fatalf("page:1 holds %s", page)
			}
			w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "body") })
			w.publishAll()
			w.quiesce()
			w.close()
		})
	}
}

// What a crash makes us forget is as unknown as what a timeout does.
func TestUnknownOutcomeAfterCrash(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "new") })
	w.publishAll()
	w.crash(0) // loses that it was published
	w.restart()
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "body") })
	w.quiesce()
	w.close()
}

// A change that arrives while its document is on the way is not forgotten with it.
func TestChangeDuringRoundIsKept(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "first") })
	w.redis.script.during = func() {
		w.redis.script.during = nil
		w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "second") })
	}
	w.publish()
	if page, _ := w.redis.get("page:1"); !strings.Contains(page, "first") {
		t.Errorf("after the first round page:1 holds %s", page)
	}
	if len(w.journal()) == 0 {
		t.Error("the second change was forgotten")
	}
	w.quiesce()
	w.close()
}

// Keys that Redis was given and that a crash made us forget go all the same.
func TestKeysOfForgottenRoundsGo(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(rename("1", "second"))
	w.publishAll()
	w.crash(0)
	w.restart()
	w.arrive(rename("1", "third"))
	w.publishAll()
	for key := range w.redis.holds() {
		if key == "slug:slug1" || key == "slug:second" {
			t.Errorf("%s is there still", key)
		}
	}
	w.quiesce()
	w.close()
}

// A position is confirmed when it is on disk, not before.
func TestConfirmFollowsSync(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	before := w.source.facts.Confirmed
	disk := make(chan struct{})
	w.syncing = func() { <-disk }
	lsn := w.source.commit(func(tx *transaction) { tx.update(pages, "1", pageBody, "new") })
	w.ingest(100)
	if confirmed := w.source.facts.Confirmed; confirmed != before {
		t.Errorf("%s is confirmed before the disk has it", confirmed)
	}
	close(disk)
	w.settle()
	if confirmed := w.source.facts.Confirmed; confirmed != lsn {
		t.Errorf("%s is confirmed, want %s", confirmed, lsn)
	}
	w.quiesce()
	w.close()
}

// Nothing is rendered from what is not on disk.
func TestVolatileChangeIsNotPublished(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	steps := w.record()
	w.source.commit(func(tx *transaction) { tx.update(pages, "1", pageBody, "new") })
	w.ingest(100)
	w.publish()
	if len(*steps) > 0 {
		t.Errorf("before the sync %q was executed", *steps)
	}
	w.crash(0)
	w.restart()
	w.quiesce()
	w.close()
}

// Nothing is rendered from a part of a transaction, also not after a crash in
// the middle of it.
func TestPartOfTransactionIsNotPublished(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.pipeline.most = 1
	steps := w.record()
	w.source.commit(func(tx *transaction) {
		for _, id := range []string{"1", "2", "3"} {
			tx.update(pages, id, pageBody, "new")
		}
	})
	w.ingest(2)
	w.settle()
	w.publish()
	w.crash(0)
	w.restart()
	w.publish()
	if all := strings.Join(*steps, ""); strings.Contains(all, "new") {
		t.Errorf("in the middle of the transaction %q was executed", *steps)
	}
	w.quiesce()
	w.close()
}

// A Redis that fell back gets what it has lost, and loses again what was removed since.
func TestFallbackIsMended(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) { tx.update(pages, "2", pageBody, "new") })
	w.publishAll()
	w.arrive(func(tx *transaction) { tx.remove(pages, "3") })
	w.publishAll()
	w.redis.fallBack(2)
	steps := w.record()
	w.publishAll()
	all := strings.Join(*steps, "")
	if strings.Contains(all, "set page:1") || !strings.Contains(all, "set page:2") || !strings.Contains(all, "del page:3") {
		t.Errorf("steps are %q, want page 2 written and page 3 removed", *steps)
	}
	w.quiesce()
	w.close()
}

// A root that inherited a key is part of what a Redis that fell back has lost.
func TestFallbackBeforeInheritance(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) { tx.update(pages, "2", pageAlias, "x") })
	w.publishAll()
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageAlias, "x") })
	w.publishAll()
	w.arrive(func(tx *transaction) { tx.remove(pages, "1") })
	w.publishAll()
	w.redis.fallBack(1)
	w.publishAll()
	w.quiesce()
	w.close()
}

// A refill of which a crash has taken the acknowledgement is made again before
// anything is removed: what it wrote is on the list of leftovers once more.
func TestRefillOutlivesCrash(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(rename("1", "other"))
	w.publishAll()
	w.arrive(rename("2", "slug1"))
	w.publishAll()
	if err := w.db.Sync(); err != nil {
		t.Fatal(err)
	}
	w.redis.fallBack(2)
	w.publish() // finds out
	w.publish() // fills
	w.wantOwner("slug:slug1", "2")
	w.crash(0)
	w.restart()
	w.publishAll()
	w.wantOwner("slug:slug1", "2")
	w.quiesce()
	w.close()
}

// Keys that a round in parts had removed are removed again from a Redis that
// fell back to before it, although no round was acknowledged in between.
func TestFallbackWithinRound(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.redis.script.cut = func(op string, _ int) (int, bool) {
		if op == "write" {
			return 0, true
		}
		return -1, false
	}
	w.arrive(func(tx *transaction) { tx.remove(pages, "3") })
	w.publish()
	if _, ok := w.redis.get("page:3"); ok {
		t.Fatal("page:3 was to be removed by a part of the round")
	}
	w.redis.fallBack(1)
	w.redis.script.cut = nil
	w.publishAll()
	if _, ok := w.redis.get("page:3"); ok {
		t.Error("page:3 is there again")
	}
	w.quiesce()
	w.close()
}

// A Redis that falls back to what it was before it was emptied has lost
// something, although the rounds made since are as many as before.
func TestFallbackToBeforeFlush(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	failures := 0
	w.redis.script.cut = func(op string, _ int) (int, bool) {
		if failures++; op == "write" && failures < 20 {
			return 0, true
		}
		return -1, false
	}
	w.arrive(func(tx *transaction) { tx.update(pages, "2", pageBody, "second") })
	w.publishAll() // after several rounds
	steps := len(w.redis.past)
	w.redis.flush()
	w.crash(0) // no acknowledgement is left
	w.restart()
	w.publishAll() // in one
	w.arrive(func(tx *transaction) { tx.update(pages, "2", pageBody, "third") })
	w.publishAll()
	w.redis.fallBack(len(w.redis.past) - steps)
	if page, _ := w.redis.get("page:2"); !strings.Contains(page, "second") {
		t.Fatalf("page:2 holds %s", page)
	}
	w.publishAll()
	w.quiesce()
	w.close()
}

// A marker that fell back is moved again, also where no document was lost and
// a crash had taken the acknowledgement of it.
func TestMarkerFallsBack(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.source.idle()
	w.ingest(100)
	w.settle()
	w.publishAll()
	w.crash(0)
	w.restart()
	w.publishAll()
	w.redis.fallBack(1)
	w.publishAll()
	if marker := w.redis.now.marker; marker.LSN != w.db.Position().LSN {
		t.Errorf("the marker is at %s, want %s", marker.LSN, w.db.Position().LSN)
	}
	w.quiesce()
	w.close()
}

// While an emptied Redis is filled, in parts, no marker says that it is done; a
// crash in between begins again.
func TestRefillIsWholeOrBeginsAgain(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.redis.flush()
	w.crash(12)
	w.publish()
	for !w.isCrashed() {
		w.publish()
	}
	if marker := w.crashed.Load().redis.now.marker; marker != nil {
		t.Fatalf("the crash was to come before the end, the marker is %+v", marker)
	}
	w.restart()
	w.publishAll()
	if got, want := len(w.redis.holds()), 13; got != want {
		t.Errorf("Redis holds %d keys, want %d", got, want)
	}
	w.quiesce()
	w.close()
}

// Redis is emptied in the middle of a transaction too large for one batch: what
// it has lost comes back at once, not with the end of the transaction.
func TestRefillWithinLargeTransaction(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.pipeline.most = 1
	w.source.commit(func(tx *transaction) {
		for _, id := range []string{"1", "2", "3"} {
			tx.update(pages, id, pageBody, "new")
		}
	})
	w.ingest(2)
	w.settle()
	w.redis.flush()
	w.publishAll()
	if page, _ := w.redis.get("page:1"); !strings.Contains(page, `"body":"body"`) {
		t.Errorf("page:1 holds %q, want it as before the transaction", page)
	}
	w.quiesce()
	w.close()
}

// A backlog larger than a round is worked off in rounds that claim no more than they did.
func TestBacklog(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	for i := range 20 {
		w.arrive(rename([]string{"1", "2", "3"}[i%3], strings.Repeat("x", i+1)))
	}
	steps := w.record()
	w.publishAll()
	if rounds := strings.Count(strings.Join(*steps, ""), "marker"); rounds < 3 {
		t.Errorf("the backlog was one of %d rounds, want several", rounds)
	}
	w.quiesce()
	w.close()
}

// A key goes from one row to another further on in a backlog: it is there all the time.
func TestKeyChangesHandsWithinBacklog(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	w.arrive(rename("1", "other"))
	for range 4 {
		w.arrive(func(tx *transaction) { tx.insert(pages, "9", null, null, "1", null, "body") })
		w.arrive(func(tx *transaction) { tx.remove(pages, "9") })
	}
	w.arrive(rename("2", "slug1"))
	steps := w.record()
	w.publishAll()
	if all := strings.Join(*steps, ""); strings.Contains(all, "del slug:slug1") {
		t.Errorf("steps are %q: slug:slug1 was missing for a moment", *steps)
	}
	w.quiesce()
	w.close()
}

// Documents that Redis refuses hold nothing up.
func TestRefusedDocument(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) {
		tx.update(pages, "1", pageBody, huge)
		tx.update(pages, "2", pageBody, "new")
	})
	w.publishAll()
	if page, _ := w.redis.get("page:1"); !strings.Contains(page, `"body":"body"`) {
		t.Errorf("page:1 holds %q, want what it was", page)
	}
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "small") })
	w.publishAll()
	if page, _ := w.redis.get("page:1"); !strings.Contains(page, "small") {
		t.Errorf("page:1 holds %q, want the next that Redis takes", page)
	}
	w.quiesce()
	w.close()
}

// The keys of an old configuration go when those of the new one are there.
func TestChangedConfiguration(t *testing.T) {
	t.Parallel()
	w := started(t, 1)
	before := w.redis.holds()
	want := w.source.documents(w.source.last(), true)
	present := func() bool {
		for key := range want {
			if _, ok := w.redis.now.data[key]; !ok {
				return false
			}
		}
		return true
	}
	w.reload(true)
	steps := w.record()
	check := w.redis.executed
	w.redis.executed = func(u unit) {
		check(u)
		deletes := slices.ContainsFunc(u.commands, func(c writer.Command) bool {
			return c.Kind == writer.Delete || c.Kind == writer.Drop || c.Kind == writer.Remove
		})
		if deletes && !present() {
			t.Errorf("%q was executed before all of the new keys were there", u)
		}
	}
	w.publishAll()
	for key := range before {
		if _, ok := w.redis.get(key); ok != (want[key] != nil) {
			t.Errorf("%s is there: %t, want %t; steps were %q", key, ok, want[key] != nil, *steps)
		}
	}
	w.quiesce()
	w.close()
}

// A total that Redis was shown does not go back with a crash: a later state in which
// nothing seems to have changed would leave it there.
func TestShownTotalsSurviveACrash(t *testing.T) {
	t.Parallel()
	w := started(t, 4096)
	w.arrive(func(tx *transaction) { tx.insert(notes, "100", "1", "note") })
	w.publishAll()
	w.crash(0)
	w.restart()
	w.arrive(func(tx *transaction) { tx.remove(notes, "100") })
	w.quiesce()
	w.close()
}
