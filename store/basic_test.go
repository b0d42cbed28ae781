package store

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
)

func TestSmoke(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	db := openTest(t, fs)
	items := testSchema().Tables[0].Table
	b := db.NewBatch()
	must(t, b.Apply(cdc.Change{Table: items, Op: cdc.Insert, New: row("1", "a", "5", "x")}, noEffect))
	b.Touch(1, []byte("k"))
	b.EndTransaction(Position{LSN: 10})
	must(t, b.Commit(true))
	s := db.Snapshot()
	r, ok, err := s.Row(0, []byte("1\x00"), nil)
	must(t, err)
	if !ok || show(r) != "(1, a, 5, x)" {
		t.Fatal(ok, show(r))
	}
	s.Close()
	must(t, db.Close())
	db = openTest(t, fs)
	if db.Position().LSN != 10 {
		t.Fatal(db.Position())
	}
	must(t, db.Close())
}
