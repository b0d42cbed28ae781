package store

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
)

// TestCrash runs random histories, crashes at any step with a random part of
// what was not synced, and compares what is found with a model of the source:
// the rows are those at the position, the position is not before the last sync,
// no touch is missing that was not forgotten, and what was forgotten is
// published.
func TestCrash(t *testing.T) {
	t.Parallel()
	histories := 40
	if testing.Short() {
		histories = 8
	}
	for seed := range histories {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			newHistory(t, uint64(seed)).play(250)
		})
	}
}

// image is the source at one position: rows by table and key, shown.
type image map[string]string

type transaction struct {
	changes []cdc.Change
	after   image
}

type history struct {
	t            *testing.T
	random       *rand.Rand
	fs           *vfs.MemFS
	db           *DB
	batch        *Batch
	transactions []transaction // number n has LSN n

	at, change int // next transaction (from 1) and change to apply
	ended      int // transactions ended in the batch or committed
	synced     int // that must survive
	waits      []func()

	publication, durable int            // last one made, last one synced
	forgotten            map[string]int // touches, by the publication that forgot them
	appended             []string
	crashes              int
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{t: t, random: rand.New(rand.NewPCG(seed, 1)), fs: vfs.NewCrashableMem(), at: 1, forgotten: map[string]int{}}
	h.transactions = makeTransactions(h.random, 80)
	h.db = openTest(t, h.fs)
	h.batch = h.db.NewBatch()
	return h
}

// makeTransactions plays a source: inserts, updates with unchanged bodies,
// moves to other keys, deletes, truncations.
func makeTransactions(random *rand.Rand, count int) []transaction {
	items := testSchema().Tables[0].Table
	live := map[int][3]string{}
	made := []transaction{{after: image{}}}
	word := func(n int) string { return strconv.Itoa(random.IntN(n)) }
	for range count {
		var tx transaction
		for range 1 + random.IntN(8) {
			id, other := random.IntN(12), random.IntN(12)
			old, exists := live[id]
			_, taken := live[other]
			ch := cdc.Change{Table: items}
			next := [3]string{word(3), word(4), old[2]}
			body := "unchanged"
			if random.IntN(3) == 0 || !exists {
				next[2] = strings.Repeat(word(1000), 20)
				body = next[2]
			}
			switch {
			case random.IntN(60) == 0:
				ch.Op = cdc.Truncate
				clear(live)
			case !exists:
				ch.Op, ch.New = cdc.Insert, row(strconv.Itoa(id), next[0], next[1], body)
				live[id] = next
			case random.IntN(4) == 0:
				ch.Op, ch.Key = cdc.Delete, row(strconv.Itoa(id), "NULL", "NULL", "NULL")
				delete(live, id)
			case !taken && random.IntN(2) == 0:
				ch.Op, ch.Key = cdc.Update, row(strconv.Itoa(id), "NULL", "NULL", "NULL")
				ch.New = row(strconv.Itoa(other), next[0], next[1], body)
				delete(live, id)
				live[other] = next
			default:
				ch.Op, ch.New = cdc.Update, row(strconv.Itoa(id), next[0], next[1], body)
				live[id] = next
			}
			tx.changes = append(tx.changes, ch)
		}
		tx.after = image{}
		for id, fields := range live {
			tx.after[strconv.Itoa(id)] = show(row(strconv.Itoa(id), fields[0], fields[1], fields[2]))
		}
		made = append(made, tx)
	}
	return made
}

func (h *history) play(steps int) {
	for range steps {
		h.step()
		h.checkSnapshot()
	}
	for h.at < len(h.transactions) {
		h.apply()
	}
	must(h.t, h.batch.Commit(true))
	h.synced = h.ended
	h.checkSnapshot()
	h.crash()
	h.checkSnapshot()
	must(h.t, h.db.Close())
	if h.crashes == 0 {
		h.t.Fatal("history without a crash")
	}
}

func (h *history) step() {
	switch n := h.random.IntN(100); {
	case n < 60:
		h.apply()
	case n < 66:
		must(h.t, h.batch.Commit(true))
		h.synced = h.ended
	case n < 72:
		must(h.t, h.batch.Commit(false))
	case n < 76:
		must(h.t, h.batch.CommitEnded(h.random.IntN(2) == 0))
	case n < 80:
		h.commitAsync()
	case n < 83:
		must(h.t, h.db.Sync())
	case n < 86:
		h.append()
	case n < 90:
		must(h.t, h.db.FoldJournal(h.random.IntN(3)))
	case n < 95:
		h.publish()
	default:
		h.crash()
	}
}

func (h *history) apply() {
	if h.at == len(h.transactions) {
		return
	}
	touch := fmt.Sprintf("t%d", h.at)
	tx := h.transactions[h.at]
	must(h.t, h.batch.Apply(tx.changes[h.change], noEffect))
	h.batch.Touch(1, []byte(touch))
	delete(h.forgotten, touch)
	if h.change++; h.change < len(tx.changes) {
		return
	}
	h.batch.EndTransaction(Position{LSN: cdc.LSN(h.at)})
	h.ended, h.at, h.change = h.at, h.at+1, 0
}

func (h *history) commitAsync() {
	wait, err := h.batch.CommitAsync()
	must(h.t, err)
	ended := h.ended
	h.waits = append(h.waits, func() {
		must(h.t, wait())
		h.synced = max(h.synced, ended)
	})
	if h.random.IntN(2) == 0 {
		h.settle()
	}
}

func (h *history) settle() {
	for _, wait := range h.waits {
		wait()
	}
	h.waits = nil
}

func (h *history) append() {
	touch := fmt.Sprintf("a%d", len(h.appended))
	must(h.t, appendJournal(h.db, []Touch{{Node: 2, Key: []byte(touch)}}))
	h.appended = append(h.appended, touch)
}

// publish does what a round does: reads the journal of a snapshot, remembers
// what was published, forgets what was read.
func (h *history) publish() {
	s := h.db.Snapshot()
	defer s.Close()
	h.publication++
	for touch := range h.journal(s) {
		// A transaction that was rolled back has left touches and will make them again.
		n, err := strconv.Atoi(touch[1:])
		must(h.t, err)
		if touch[0] == 'a' || n <= int(s.Position().LSN) {
			h.forgotten[touch] = h.publication
		}
	}
	p := h.db.NewPublication()
	defer p.Close()
	p.Put(7, []byte("root"), Published{Round: uint64(h.publication)})
	p.ForgetJournal(s.JournalEnd())
	sync := h.random.IntN(2) == 0
	must(h.t, p.Commit(sync))
	if sync {
		h.durable = h.publication
	}
}

func (h *history) journal(s *Snapshot) map[string]bool {
	touches := map[string]bool{}
	j := s.Journal()
	var last uint64
	for j.Next() {
		if j.Seq() < last || j.Seq() > s.JournalEnd() {
			h.t.Fatalf("journal record %d after %d, end is %d", j.Seq(), last, s.JournalEnd())
		}
		last = j.Seq()
		must(h.t, j.Touches(func(touch Touch) error {
			touches[string(touch.Key)] = true
			return nil
		}))
	}
	must(h.t, errors.Join(j.Err(), j.Close()))
	return touches
}

// checkSnapshot: a snapshot shows a whole transaction, not before the last sync.
func (h *history) checkSnapshot() {
	s := h.db.Snapshot()
	defer s.Close()
	at := int(s.Position().LSN)
	if at < h.synced || at > h.ended || s.Position() != h.db.Position() && len(h.waits) == 0 {
		h.t.Fatalf("snapshot at %d, synced %d, ended %d", at, h.synced, h.ended)
	}
	h.checkRows(s, at)
	if h.random.IntN(20) == 0 {
		h.checkDurable(at)
	}
}

// checkDurable: what a snapshot shows survives a crash that loses all that it may.
func (h *history) checkDurable(at int) {
	db := openTest(h.t, h.fs.CrashClone(vfs.CrashCloneCfg{}))
	if got := int(db.Position().LSN); got < at {
		h.t.Fatalf("a snapshot showed %d, a crash left %d", at, got)
	}
	must(h.t, db.Close())
}

func (h *history) checkRows(s *Snapshot, at int) {
	got := image{}
	entries := make([][]string, len(h.db.indexes[0]))
	rows := s.Rows(0, nil)
	for rows.Next() {
		got[showKey(rows.Key())] = show(rows.Row())
		fields, err := rows.Row().Split(nil)
		must(h.t, err)
		for i, x := range h.db.indexes[0] {
			entry, _, err := x.appendEntry(nil, fields, nil)
			must(h.t, err)
			entries[i] = append(entries[i], showKey(entry[3:])+" -> "+showKey(rows.Key()))
		}
	}
	must(h.t, errors.Join(rows.Err(), rows.Close()))
	if want := h.transactions[at].after; !maps.Equal(got, want) {
		h.t.Fatalf("at %d rows are\n%v, want\n%v", at, got, want)
	}
	for i, want := range entries {
		found := indexEntries(s, i)
		slices.Sort(found)
		slices.Sort(want)
		if !slices.Equal(found, want) {
			h.t.Fatalf("at %d index %d is\n%v, want\n%v", at, i, found, want)
		}
	}
}

// crash goes on with what a crash at this moment leaves.
func (h *history) crash() {
	h.crashes++
	cfg := vfs.CrashCloneCfg{UnsyncedDataPercent: h.random.IntN(101), RNG: h.random}
	fs := h.fs.CrashClone(cfg)
	synced, ended := h.synced, h.ended
	h.settle()
	h.batch.Reset()
	must(h.t, h.db.Close())
	h.fs, h.db = fs, openTest(h.t, fs)
	h.batch = h.db.NewBatch()

	at := int(h.db.Position().LSN)
	if at < synced || at > ended {
		h.t.Fatalf("crash left position %d, synced %d, ended %d", at, synced, ended)
	}
	h.at, h.change, h.ended, h.synced = at+1, 0, at, at
	h.checkJournal(at)
}

func (h *history) checkJournal(at int) {
	published, _, err := h.db.Published(7, []byte("root"))
	must(h.t, err)
	last := int(published.Round)
	if last < h.durable || last > h.publication {
		h.t.Fatalf("crash left publication %d, synced %d, made %d", last, h.durable, h.publication)
	}
	s := h.db.Snapshot()
	defer s.Close()
	touches := h.journal(s)
	for touch, by := range h.forgotten {
		if by > last {
			delete(h.forgotten, touch)
		} else if touches[touch] {
			h.t.Fatalf("touch %s was forgotten by publication %d, crash left %d, and is in the journal", touch, by, last)
		}
	}
	needed := slices.Clone(h.appended)
	for n := 1; n <= at; n++ {
		needed = append(needed, fmt.Sprintf("t%d", n))
	}
	for _, touch := range needed {
		if _, gone := h.forgotten[touch]; !gone && !touches[touch] {
			h.t.Fatalf("touch %s is missing at %d, publication %d", touch, at, last)
		}
	}
	h.publication, h.durable = last, last
}
