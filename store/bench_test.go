package store

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

const benchRows = 100_000

func benchRow(id, shelf, size int) cdc.Row {
	body := strings.Repeat(fmt.Sprintf("words of row %d, ", id), 6)
	return row(fmt.Sprintf("%08d", id), fmt.Sprintf("%05d", shelf), fmt.Sprintf("%04d", size), body)
}

// benchDB has 100,000 rows of about 130 bytes, ten on each shelf, on disk.
func benchDB(b *testing.B) *DB {
	o := testOptions(nil)
	o.BallastBytes, o.piece, o.CacheBytes, o.MemTableBytes = -1, 0, 64<<20, 32<<20
	db, err := Open(b.TempDir(), o)
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	rows := make([]cdc.Row, 0, 1000)
	for id := range benchRows {
		if rows = append(rows, benchRow(id, id/10, id%100)); len(rows) == cap(rows) {
			must(b, db.Load(0, rows))
			rows = rows[:0]
		}
	}
	must(b, db.FinishLoad(db.Identity(), Position{LSN: 1}, nil))
	return db
}

// BenchmarkApply updates random rows in batches of 1000, with one touch each.
// One operation is one change.
func BenchmarkApply(b *testing.B) {
	for _, test := range []struct {
		name string
		size func(n int) int // new value of the indexed column
		sync bool
	}{
		{"body", func(int) int { return -1 }, false},
		{"indexed", func(n int) int { return n % 9999 }, false},
		{"indexed/sync", func(n int) int { return n % 9999 }, true},
	} {
		b.Run(test.name, func(b *testing.B) {
			db := benchDB(b)
			items := testSchema().Tables[0].Table
			random := rand.New(rand.NewPCG(1, 1))
			changes := make([]cdc.Change, 50_000)
			for i := range changes {
				id := random.IntN(benchRows)
				size := test.size(i)
				if size < 0 {
					size = id % 100
				}
				changes[i] = cdc.Change{Table: items, Op: cdc.Update, New: benchRow(id, id/10, size)}
			}
			batch := db.NewBatch()
			touch := func(e Effect) error {
				batch.Touch(1, e.NewKey)
				return nil
			}
			n := 0
			b.ReportAllocs()
			for b.Loop() {
				ch := changes[n%len(changes)]
				ch.New[len(ch.New)-1] = byte('a' + n/len(changes)%26) // each time another
				must(b, batch.Apply(ch, touch))
				if n++; n%1000 == 0 {
					batch.EndTransaction(Position{LSN: cdc.LSN(n + 1)})
					must(b, batch.Commit(test.sync))
				}
			}
			batch.EndTransaction(Position{LSN: cdc.LSN(n + 1)})
			must(b, batch.Commit(true))
			if got := db.Position().LSN; got != cdc.LSN(n+1) {
				b.Fatalf("position is %d, want %d", got, n+1)
			}
		})
	}
}

// BenchmarkRow reads random rows through a reader.
func BenchmarkRow(b *testing.B) {
	db := benchDB(b)
	s := db.Snapshot()
	defer s.Close()
	r := s.NewReader()
	defer r.Close()
	keys := make([][]byte, benchRows)
	for id := range keys {
		keys[id] = fmt.Appendf(nil, "%08d\x00", id)
	}
	random := rand.New(rand.NewPCG(1, 1))
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		found, ok, err := r.Row(0, keys[random.IntN(benchRows)], dst[:0])
		if err != nil || !ok {
			b.Fatal(ok, err)
		}
		dst = found
	}
}

// BenchmarkLookup reads the ten entries of a random shelf through a reader.
func BenchmarkLookup(b *testing.B) {
	db := benchDB(b)
	s := db.Snapshot()
	defer s.Close()
	r := s.NewReader()
	defer r.Close()
	shelves := make([][]byte, benchRows/10)
	for shelf := range shelves {
		shelves[shelf] = fmt.Appendf(nil, "%05d\x00", shelf)
	}
	random := rand.New(rand.NewPCG(1, 1))
	b.ReportAllocs()
	for b.Loop() {
		entries, found := r.Lookup(0, shelves[random.IntN(len(shelves))], false), 0
		for entries.Next() {
			found++
		}
		if err := entries.Close(); err != nil || found != 10 {
			b.Fatal(found, err)
		}
	}
}

// BenchmarkLoad loads rows with two index entries each. One operation is one row.
func BenchmarkLoad(b *testing.B) {
	o := testOptions(nil)
	o.BallastBytes, o.CacheBytes, o.MemTableBytes = -1, 64<<20, 64<<20
	db, err := Open(b.TempDir(), o)
	must(b, err)
	rows := make([]cdc.Row, 1000)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		rows[n%1000] = benchRow(n*7919%100_000_000, n/10, n%100)
		if n++; n%1000 == 0 {
			must(b, db.Load(0, rows))
		}
	}
	must(b, db.Load(0, rows[:n%1000]))
	must(b, db.FinishLoad(db.Identity(), Position{LSN: 1}, nil))
	if !db.Identity().Loaded {
		b.Fatal("not loaded")
	}
	must(b, db.Close())
}

// BenchmarkPublish writes published records in batches of 1000.
func BenchmarkPublish(b *testing.B) {
	db := benchDB(b)
	p := db.NewPublication()
	defer p.Close()
	n := 0
	b.ReportAllocs()
	var root, key [16]byte
	for b.Loop() {
		copy(root[:], fmt.Sprintf("%08d", n%benchRows))
		copy(key[:], root[:])
		p.Put(1, root[:8], Published{Round: uint64(n), Keys: [][]byte{key[:8]}})
		if n++; n%1000 == 0 {
			must(b, p.Commit(false))
		}
	}
	must(b, p.Commit(true))
	if _, ok, err := db.Published(1, root[:8]); err != nil || !ok {
		b.Fatal(ok, err)
	}
}

// BenchmarkCompression compares the size and the speed of a whole load and its
// compaction under Pebble's profiles.
func BenchmarkCompression(b *testing.B) {
	for name, profile := range map[string]pebble.DBCompressionSettings{
		"none": pebble.DBCompressionNone, "fastest": pebble.DBCompressionFastest,
		"balanced": pebble.DBCompressionBalanced, "good": pebble.DBCompressionGood,
	} {
		b.Run(name, func(b *testing.B) {
			var bytes uint64
			for b.Loop() {
				o := testOptions(nil)
				o.BallastBytes, o.CacheBytes, o.MemTableBytes, o.compression = -1, 8<<20, 8<<20, &profile
				db, err := Open(b.TempDir(), o)
				must(b, err)
				rows := make([]cdc.Row, 0, 1000)
				for id := range benchRows {
					if rows = append(rows, benchRow(id*7919%benchRows, id/10, id%100)); len(rows) == cap(rows) {
						must(b, db.Load(0, rows))
						rows = rows[:0]
					}
				}
				must(b, db.FinishLoad(db.Identity(), Position{LSN: 1}, nil))
				must(b, db.pebble.Compact(b.Context(), []byte{spaceIndex}, []byte{spaceRow + 1}, false))
				for id := range 20_000 {
					_, closer, err := db.pebble.Get(appendRowKey(nil, 0, fmt.Appendf(nil, "%08d\x00", id*31%benchRows)))
					must(b, err)
					must(b, closer.Close())
				}
				bytes = 0
				for _, level := range db.pebble.Metrics().Levels {
					bytes += uint64(level.TablesSize)
				}
				must(b, db.Close())
			}
			b.ReportMetric(float64(bytes)/benchRows, "stored-B/row")
		})
	}
}
