package store

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// TestFoldBounds: however long a few documents are touched, the journal stays
// a few times as large as one touch of each.
func TestFoldBounds(t *testing.T) {
	t.Parallel()
	db := openTest(t, vfs.NewMem())
	random := rand.New(rand.NewPCG(1, 2))
	const documents = 20_000
	want := map[string]bool{}
	for range 300 {
		var touches []Touch
		for range 1000 {
			key := fmt.Sprintf("document %06d", random.IntN(documents))
			want[key] = true
			touches = append(touches, Touch{Node: 1, Key: []byte(key)})
		}
		must(t, appendJournal(db, touches))
		must(t, db.FoldJournal(8))
	}
	m := db.Metrics()
	if limit := int64(4 * documents * len("document 000000...")); m.JournalBytes > limit || m.JournalRecords > 16 {
		t.Errorf("journal has %d records and %d bytes, want at most 16 and %d", m.JournalRecords, m.JournalBytes, limit)
	}
	got := map[string]bool{}
	must(t, publishSeen(db, got))
	if len(got) != len(want) {
		t.Errorf("%d documents are touched, want %d", len(got), len(want))
	}
	if m := db.Metrics(); m.JournalRecords != 0 || m.JournalBytes != 0 {
		t.Errorf("after forgetting, the journal has %+v", m)
	}
	must(t, db.Close())
}

// TestFoldCrash: what a crash in the middle of a fold leaves is cleared away.
func TestFoldCrash(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	db := openTest(t, fs)
	must(t, appendJournal(db, []Touch{{Node: 1, Key: []byte("a")}}))
	stale := appendJournalKey(nil, 1, 1, 0)
	must(t, db.pebble.Set(stale, touchRecord(0, []Touch{{Node: 1, Key: []byte("a")}}), pebble.Sync))
	must(t, db.Close())
	db = openTest(t, fs)
	if m := db.Metrics(); m.JournalRecords != 1 {
		t.Errorf("journal has %d records, want 1", m.JournalRecords)
	}
	if _, _, err := db.pebble.Get(stale); err != pebble.ErrNotFound {
		t.Errorf("piece of an unfinished fold: %v, want %v", err, pebble.ErrNotFound)
	}
	must(t, db.Close())
}
