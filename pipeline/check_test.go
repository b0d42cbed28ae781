package pipeline

import (
	"maps"
	"slices"
)

// What is checked whenever Redis has executed something:
//
//   - each key holds the document of a row that claims it, as it was after some
//     commit that is durable, or nothing where nobody claims it, and that commit
//     is not before the one that explained what the key held (shown);
//   - where the marker says L, each key is explained by a commit that is not before L;
//   - where the marker says all that is durable, Redis is exactly what it should be.
//
// Keys that belong to nobody may be there for as long as they are on the list of leftovers.

// note completes a unit before it is sent.
func (w *world) note(u *unit) {
	u.other = w.other
	u.exact = u.marker != nil && u.marker.LSN == w.db.Position().LSN
}

// check is called after each execution.
func (w *world) check(u unit) {
	w.t.Helper()
	if w.isCrashed() {
		return
	}
	durable := w.source.at(w.db.Position().LSN)
	w.t.Logf("  redis: %s", u)
	for _, c := range u.commands {
		w.explain(u, nameOf(c), 0, durable)
	}
	if u.marker == nil || u.marker.LSN == 0 { // it claims nothing before everything of a load is there
		return
	}
	at := w.source.at(u.marker.LSN)
	for _, key := range w.keys(u) {
		w.explain(u, key, at, durable)
	}
	if u.exact {
		w.checkExact(u, at)
	}
}

// keys lists all keys that there are or should be.
func (w *world) keys(u unit) []string {
	all := map[string]bool{}
	for key := range w.redis.now.data {
		all[key] = true
	}
	for key := range w.source.documents(w.source.at(u.marker.LSN), u.other) {
		all[key] = true
	}
	for _, key := range w.leftovers() {
		delete(all, key) // not decided on yet
	}
	return slices.Sorted(maps.Keys(all))
}

// explain finds the earliest commit that explains what a key holds.
func (w *world) explain(u unit, key string, from, durable int) {
	w.t.Helper()
	value, present := w.redis.now.data[key]
	earliest := max(w.redis.now.shown[key], from)
	for at := earliest; at <= durable; at++ {
		claims := w.source.documents(at, u.other)[key]
		if present && slices.Contains(claims, value) || !present && len(claims) == 0 {
			w.redis.now.shown[key] = at
			return
		}
	}
	if w.isRefused(key) {
		return
	}
	if present && from > 0 && len(w.source.documents(durable, u.other)[key]) == 0 {
		w.suspects = append(w.suspects, key) // the round may be about to call it a leftover
		return
	}
	w.t.Fatalf("%s holds %q (there: %t): no commit from %d (marker %d) to %d explains it; %d: %q, %d: %q",
		key, value, present, earliest, from, durable,
		earliest, w.source.documents(earliest, u.other)[key], durable, w.source.documents(durable, u.other)[key])
}

// checkExact compares Redis with what it should be after a commit.
func (w *world) checkExact(u unit, at int) {
	w.t.Helper()
	want := w.source.documents(at, u.other)
	left := w.leftovers()
	for key, value := range w.redis.now.data {
		claims := want[key]
		if (len(claims) == 0 || claims[0] != value) && !slices.Contains(left, key) && !w.isRefused(key) {
			w.t.Fatalf("the marker says commit %d, %s holds %q, want %q", at, key, value, claims)
		}
	}
	for key, claims := range want {
		if _, present := w.redis.now.data[key]; !present && !w.isRefused(key) {
			w.t.Fatalf("the marker says commit %d, %s is not there, want %q", at, key, claims)
		}
	}
}

// checkDurable: nothing was shown, and nothing confirmed, that a crash has taken back.
func (w *world) checkDurable() {
	w.t.Helper()
	position := w.db.Position().LSN
	if confirmed := w.source.facts.Confirmed; confirmed > position {
		w.t.Fatalf("%s was confirmed, the crash left %s", confirmed, position)
	}
	for key, at := range w.redis.now.shown {
		if at > w.source.at(position) {
			w.t.Fatalf("%s was shown as of commit %d, the crash left %d", key, at, w.source.at(position))
		}
	}
}

// checkSuspects: what was there without belonging to anybody will be removed.
func (w *world) checkSuspects() {
	w.t.Helper()
	left := w.leftovers()
	for _, key := range w.suspects {
		if _, present := w.redis.get(key); present && !slices.Contains(left, key) {
			w.t.Fatalf("%s belongs to nobody, is there and is not going to be removed", key)
		}
	}
	w.suspects = nil
}

// checkVisible: nobody is told that something is visible before the marker says so.
func (w *world) checkVisible() {
	w.t.Helper()
	if w.isCrashed() || w.redis.conn == 0 || w.redis.watched != w.redis.now.version {
		return // Redis has lost something and we do not know
	}
	visible := w.pipeline.positions.Now().Visible
	if visible > 0 && (w.redis.now.marker == nil || w.redis.now.marker.LSN < visible) {
		w.t.Fatalf("%s is said to be visible, the marker is %+v", visible, w.redis.now.marker)
	}
}

// checkEnd: everything has arrived and nothing is left over.
func (w *world) checkEnd() {
	w.t.Helper()
	last := w.source.last()
	marker := w.redis.now.marker
	if marker == nil || marker.LSN != w.source.commits[last].lsn {
		w.t.Fatalf("at the end the marker is %+v, want %s", marker, w.source.commits[last].lsn)
	}
	if confirmed := w.source.facts.Confirmed; confirmed != marker.LSN {
		w.t.Fatalf("at the end %s is confirmed, want %s", confirmed, marker.LSN)
	}
	if left := w.leftovers(); len(left) > 0 {
		w.t.Fatalf("at the end keys are left over: %q", left)
	}
	if touches := w.journal(); len(touches) > 0 {
		w.t.Fatalf("at the end the journal has %q", touches)
	}
	w.checkExact(unit{marker: marker, other: w.other}, last)
	for key := range w.redis.now.data {
		if len(w.source.documents(last, w.other)[key]) == 0 {
			w.t.Fatalf("at the end %s belongs to nobody", key)
		}
	}
}
