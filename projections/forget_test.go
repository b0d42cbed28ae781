package projections

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/store"
)

// A record of touches that follow is forgotten once they are rendered. Where it
// was folded with records before it, their touches are still to be rendered.
func TestForgettingWhatFollowsKeepsFoldedTouches(t *testing.T) {
	t.Parallel()
	db, err := store.Open("state", store.Options{
		FS: vfs.NewMem(), Schema: &store.Schema{}, CacheBytes: 1 << 20, MemTableBytes: 1 << 20,
		Fatal: func(err error) { panic(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	keep := db.NewKeep()
	defer keep.Close()
	if _, err := keep.Commit([]store.Touch{{Node: 1, Key: []byte("of a change")}}, true); err != nil {
		t.Fatal(err)
	}
	seq, err := keep.Commit([]store.Touch{{Node: 2, Key: []byte("that follows")}}, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.FoldJournal(1); err != nil {
		t.Fatal(err)
	}
	publication := db.NewPublication()
	defer publication.Close()
	publication.ForgetRecord(seq) // a round has rendered it, and none of the records before
	if err := publication.Commit(true); err != nil {
		t.Fatal(err)
	}
	if err := db.Sync(); err != nil { // a snapshot is of the last commit
		t.Fatal(err)
	}
	snapshot := db.Snapshot()
	defer snapshot.Close()
	journal := snapshot.Journal()
	defer journal.Close()
	left := map[uint16]bool{}
	for journal.Next() {
		if err := journal.Touches(func(t store.Touch) error {
			left[t.Node] = true
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := journal.Err(); err != nil {
		t.Fatal(err)
	}
	if !left[1] {
		t.Error("the touch of a change is forgotten with the record that it was folded into")
	}
}
