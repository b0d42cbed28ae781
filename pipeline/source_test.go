package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"materializer/cdc"
	"materializer/checkpoint"
)

// fakeSource is a PostgreSQL made of a script of committed transactions. It
// redelivers from wherever it is asked to start, and keeps the content of its
// tables at every commit.
type fakeSource struct {
	mu      sync.Mutex
	commits []commit // the first is the empty database
	facts   checkpoint.Server
	gap     error         // what Stream is refused with
	changed chan struct{} // closed and replaced at each change
	broken  error         // ends the streams that run
	loads   int
	confirm func(lsn cdc.LSN) // called at each Confirm; optional
	copying func(table string) error
	left    func() // called when a stream was told to end; optional
}

// commit is one transaction, or an idle position if it has none of our changes.
type commit struct {
	lsn     cdc.LSN
	changes []edit
	after   *rows
	idle    bool
	known   [2]documents // of after, once they have been asked for
}

// edit is one change in terms of the tests' tables.
type edit struct {
	table     int
	op        cdc.Op
	key, row  row
	unchanged []int // columns of row that the stream leaves out
}

// String shows a change in the log of a failed test.
func (e edit) String() string {
	return strings.ReplaceAll(fmt.Sprintf("%s %s %q %q", e.op, tables[e.table].name, e.key, e.row), strconv.Quote(null), "NULL")
}

func newSource() *fakeSource {
	empty := (&rows{}).clone()
	return &fakeSource{
		commits: []commit{{lsn: 100, after: empty, idle: true}},
		facts:   checkpoint.Server{SystemID: "7", Timeline: 1, Slot: "slot", Flushed: 100},
		changed: make(chan struct{}),
	}
}

func (s *fakeSource) notify() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// transaction is a transaction in the making.
type transaction struct {
	rows    *rows
	changes []edit
}

// commit adds a transaction and gives its position.
func (s *fakeSource) commit(make func(tx *transaction)) cdc.LSN {
	s.mu.Lock()
	defer s.mu.Unlock()
	tx := &transaction{rows: s.commits[len(s.commits)-1].after.clone()}
	make(tx)
	s.add(commit{changes: tx.changes, after: tx.rows})
	return s.facts.Flushed
}

// idle moves the end of the log without a change of ours.
func (s *fakeSource) idle() cdc.LSN {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(commit{after: s.commits[len(s.commits)-1].after, idle: true})
	return s.facts.Flushed
}

func (s *fakeSource) add(c commit) {
	s.facts.Flushed += 10
	c.lsn = s.facts.Flushed
	s.commits = append(s.commits, c)
	s.notify()
}

// at gives the number of the last commit up to a position.
func (s *fakeSource) at(lsn cdc.LSN) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := len(s.commits) - 1; i > 0; i-- {
		if s.commits[i].lsn <= lsn {
			return i
		}
	}
	return 0
}

// documents gives what Redis should hold after a commit.
func (s *fakeSource) documents(at int, other bool) documents {
	s.mu.Lock()
	defer s.mu.Unlock()
	which := 0
	if other {
		which = 1
	}
	c := &s.commits[at]
	if c.known[which] == nil {
		c.known[which] = c.after.documents(other)
	}
	return c.known[which]
}

func (s *fakeSource) last() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.commits) - 1
}

func (tx *transaction) insert(table int, r ...string) {
	tx.rows[table][identity(table, r)] = r
	tx.changes = append(tx.changes, edit{table: table, op: cdc.Insert, row: r})
}

// update sets one column; of pages the body may be left out of the change.
func (tx *transaction) update(table int, id string, column int, value string, toast ...bool) {
	old := tx.rows[table][id]
	next := slices.Clone(old)
	next[column] = value
	c := edit{table: table, op: cdc.Update, row: next}
	if column < tables[table].identity {
		c.key = old
	}
	if table == pages && column != pageBody && len(toast) > 0 && toast[0] {
		c.unchanged = []int{pageBody}
	}
	delete(tx.rows[table], id)
	tx.rows[table][identity(table, next)] = next
	tx.changes = append(tx.changes, c)
}

func (tx *transaction) remove(table int, id string) {
	tx.changes = append(tx.changes, edit{table: table, op: cdc.Delete, key: tx.rows[table][id]})
	delete(tx.rows[table], id)
}

func (tx *transaction) truncate(table int) {
	tx.changes = append(tx.changes, edit{table: table, op: cdc.Truncate})
	clear(tx.rows[table])
}

// Facts implements Source.
func (s *fakeSource) Facts(context.Context) (checkpoint.Server, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.facts, nil
}

// Begin implements Source: the slot begins at the last commit.
func (s *fakeSource) Begin(context.Context, []*cdc.Table) (Load, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	s.notify()
	s.facts.Exists, s.facts.Lost, s.facts.Confirmed, s.gap = true, "", s.facts.Flushed, nil
	return &fakeLoad{s, s.facts.Flushed, s.commits[len(s.commits)-1].after}, nil
}

type fakeLoad struct {
	source   *fakeSource
	position cdc.LSN
	rows     *rows
}

func (l *fakeLoad) Position() cdc.LSN { return l.position }
func (l *fakeLoad) Close()            {}

func (l *fakeLoad) Copy(ctx context.Context, stored []*cdc.Table, take func(context.Context, *cdc.Table, []cdc.Row) error) error {
	for _, table := range stored {
		var images []cdc.Row
		for _, one := range l.rows.sorted(int(table.OID - 1000)) {
			images = append(images, one.image(table))
		}
		if err := take(ctx, table, images); err != nil {
			return err
		}
		if l.source.copying != nil {
			if err := l.source.copying(table.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stream implements Source.
func (s *fakeSource) Stream(_ context.Context, start cdc.LSN, stored []*cdc.Table) (Stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gap != nil {
		return nil, s.gap
	}
	if !s.facts.Exists {
		return nil, errors.New("no slot")
	}
	return &fakeStream{source: s, tables: stored, start: max(start, s.facts.Confirmed)}, nil
}

// fakeStream delivers the commits after its start.
type fakeStream struct {
	source *fakeSource
	tables []*cdc.Table
	start  cdc.LSN
	next   int // commit; found from start at first
	change int // of the commit in hand
	worked int // how often the ingester said so
}

// take makes a batch of at most so many changes: whole transactions and perhaps a
// part of one. It is nil when there is nothing.
func (s *fakeStream) take(most int) *cdc.Batch {
	s.source.mu.Lock()
	defer s.source.mu.Unlock()
	b := &cdc.Batch{}
	for s.next < len(s.source.commits) && len(b.Changes) <= most {
		c := &s.source.commits[s.next]
		if c.lsn <= s.start {
			s.next++
			continue
		}
		if c.idle {
			b.Idle = c.lsn
			s.next++
			return b
		}
		n := min(len(c.changes)-s.change, most-len(b.Changes))
		for _, one := range c.changes[s.change : s.change+n] {
			b.Changes = append(b.Changes, s.stored(one))
		}
		if s.change += n; s.change < len(c.changes) {
			break
		}
		s.next, s.change = s.next+1, 0
		b.Commits = append(b.Commits, cdc.Commit{Changes: len(b.Changes), LSN: c.lsn, Time: time.Unix(int64(c.lsn), 0)})
	}
	if len(b.Changes)+len(b.Commits) == 0 {
		return nil
	}
	return b
}

// stored makes the change of the stream, in terms of the stored table.
func (s *fakeStream) stored(c edit) cdc.Change {
	for _, table := range s.tables {
		if int(table.OID) != 1000+c.table {
			continue
		}
		made := cdc.Change{Table: table, Op: c.op}
		if c.key != nil {
			made.Key = c.key.image(table)
		}
		if c.row != nil {
			made.New = c.row.image(table, c.unchanged...)
		}
		return made
	}
	panic(fmt.Sprintf("the plan does not store %s", tables[c.table].name))
}

// Run implements Stream.
func (s *fakeStream) Run(ctx context.Context, out chan<- *cdc.Batch) error {
	defer s.leave(ctx)
	for {
		s.source.mu.Lock()
		changed, broken := s.source.changed, s.source.broken
		s.source.broken = nil
		s.source.mu.Unlock()
		if broken != nil {
			return broken
		}
		if batch := s.take(3); batch != nil {
			select {
			case out <- batch:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

func (s *fakeStream) leave(ctx context.Context) {
	s.source.mu.Lock()
	defer s.source.mu.Unlock()
	if s.source.left != nil && ctx.Err() != nil {
		s.source.left()
	}
}

// Confirm implements Stream.
func (s *fakeStream) Confirm(lsn cdc.LSN) {
	s.source.mu.Lock()
	s.source.facts.Confirmed = max(s.source.facts.Confirmed, lsn)
	confirm := s.source.confirm
	s.source.mu.Unlock()
	if confirm != nil {
		confirm(lsn)
	}
}

// Working implements Stream.
func (s *fakeStream) Working() { s.worked++ }

// Close implements Stream.
func (s *fakeStream) Close() {}

// set changes the source under its lock and tells who waits.
func (s *fakeSource) set(change func(s *fakeSource)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
	s.notify()
}
