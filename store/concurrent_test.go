package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
)

// TestIngestBesidePublish runs an ingest goroutine, publishers, and a folder
// together. Every transaction gives all rows the same size, so a snapshot with
// two sizes would have shown half a transaction; all touches must arrive.
func TestIngestBesidePublish(t *testing.T) {
	t.Parallel()
	db := openTest(t, vfs.NewMem())
	const transactions, rows = 300, 8
	ctx, done := context.WithCancel(context.Background())
	var group sync.WaitGroup
	seen := map[string]bool{}
	background := func(run func() error) {
		group.Go(func() {
			for ctx.Err() == nil {
				if err := run(); err != nil {
					t.Error(err)
					done()
				}
			}
		})
	}
	background(func() error { return publishSeen(db, seen) })
	background(func() error { return checkSameSize(db) })
	background(func() error { return db.FoldJournal(1) })
	background(func() error { return appendJournal(db, []Touch{{Node: 1, Key: []byte("appended")}}) })

	must(t, ingestSameSize(db, transactions, rows))
	done()
	group.Wait()
	must(t, publishSeen(db, seen))
	for n := range transactions {
		if touch := fmt.Sprintf("t%d", n+1); !seen[touch] {
			t.Errorf("touch %s never arrived", touch)
		}
	}
	must(t, db.Close())
}

func ingestSameSize(db *DB, transactions, rows int) error {
	items := testSchema().Tables[0].Table
	b := db.NewBatch()
	wait := noWait
	for n := 1; n <= transactions; n++ {
		for id := range rows {
			ch := cdc.Change{Table: items, Op: cdc.Insert, New: row(fmt.Sprint(id), fmt.Sprint(n%3), fmt.Sprint(n), "x")}
			if err := b.Apply(ch, noEffect); err != nil {
				return err
			}
			b.Touch(1, fmt.Appendf(nil, "t%d", n))
			if n%7 == 0 && id == rows/2 { // in the middle of the transaction
				if err := b.Commit(n%2 == 0); err != nil {
					return err
				}
			}
		}
		b.EndTransaction(Position{LSN: cdc.LSN(n)})
		next, err := b.CommitAsync()
		if err == nil {
			err = wait()
		}
		if err != nil {
			return err
		}
		wait = next
	}
	return wait()
}

func publishSeen(db *DB, seen map[string]bool) (err error) {
	s := db.Snapshot()
	defer s.Close()
	j := s.Journal()
	defer func() { err = errors.Join(err, j.Close()) }()
	for j.Next() {
		if err := j.Touches(func(touch Touch) error {
			seen[string(touch.Key)] = true
			return nil
		}); err != nil {
			return err
		}
	}
	p := db.NewPublication()
	defer p.Close()
	p.ForgetJournal(s.JournalEnd())
	return errors.Join(j.Err(), p.Commit(false))
}

func checkSameSize(db *DB) (err error) {
	s := db.Snapshot()
	defer s.Close()
	r := s.NewReader()
	defer func() { err = errors.Join(err, r.Close()) }()
	sizes := map[string]bool{}
	rows := r.Rows(0, nil)
	for rows.Next() {
		size, err := rows.Row().Column(2)
		if err != nil {
			return err
		}
		sizes[string(size)] = true
	}
	at := fmt.Sprint(uint64(s.Position().LSN))
	if len(sizes) > 1 || len(sizes) == 1 && !sizes[at] {
		err = fmt.Errorf("snapshot at %s has sizes %v", at, sizes)
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// TestLoadInParallel fills a state from several goroutines.
func TestLoadInParallel(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashableMem()
	db := openTest(t, fs)
	const loaders, rows = 4, 500
	var group sync.WaitGroup
	for loader := range loaders {
		group.Go(func() {
			var batch []cdc.Row
			for n := range rows {
				batch = append(batch, row(fmt.Sprint(loader*rows+n), fmt.Sprint(n), "1", "x"))
			}
			if err := errors.Join(db.Load(0, batch), db.Load(0, batch[:3])); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	must(t, db.FinishLoad(db.Identity(), Position{LSN: 9}, []Touch{{Node: 4}}))
	after := fs.CrashClone(vfs.CrashCloneCfg{})
	must(t, db.Close())

	db = openTest(t, after)
	s := db.Snapshot()
	if !db.Identity().Loaded || s.Position().LSN != 9 || s.JournalEnd() != 1 {
		t.Errorf("loaded %v, position %d, journal end %d", db.Identity().Loaded, s.Position().LSN, s.JournalEnd())
	}
	count := 0
	for it := s.Rows(0, nil); ; count++ {
		if !it.Next() {
			must(t, errors.Join(it.Err(), it.Close()))
			break
		}
	}
	if entries := indexEntries(s, 0); count != loaders*rows || len(entries) != count {
		t.Errorf("%d rows and %d entries, want %d", count, len(entries), loaders*rows)
	}
	s.Close()
	if err := db.Load(0, []cdc.Row{row("1", "a", "1", "unchanged")}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("load of a row with a value missing: %v, want %v", err, ErrIncomplete)
	}
	must(t, db.Close())
}
