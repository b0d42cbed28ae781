package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
)

// TestStories runs the histories in testdata. Regenerate with -rewrite.
func TestStories(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Parallel()
		s := &story{fs: vfs.NewCrashableMem()}
		s.open(t)
		defer func() { must(t, s.db.Close()) }()
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			if err := s.run(t, d, &out); err != nil {
				fmt.Fprintf(&out, "error: %v\n", err)
			}
			if out.Len() == 0 {
				return "ok\n"
			}
			return out.String()
		})
	})
}

type story struct {
	fs    *vfs.MemFS
	db    *DB
	batch *Batch
}

func (s *story) open(t *testing.T) {
	s.db = openTest(t, s.fs)
	s.batch = s.db.NewBatch()
}

func (s *story) run(t *testing.T, d *datadriven.TestData, out *strings.Builder) error {
	switch d.Cmd {
	case "apply":
		return s.apply(d.Input, out)
	case "commit":
		return s.batch.Commit(!d.HasArg("nosync"))
	case "commit-ended":
		return s.batch.CommitEnded(!d.HasArg("nosync"))
	case "reset":
		s.batch.Reset()
	case "sync":
		return s.db.Sync()
	case "roll-back":
		return s.db.RollBack()
	case "reopen":
		must(t, s.db.Close())
		s.open(t)
	case "crash":
		after := s.fs.CrashClone(vfs.CrashCloneCfg{})
		must(t, s.db.Close())
		s.fs = after
		s.open(t)
	case "state":
		return s.state(out)
	case "lookup":
		return s.lookup(d, out)
	case "append":
		return appendJournal(s.db, parseTouches(d.Input))
	case "fold":
		return s.db.FoldJournal(0)
	case "forget":
		var seq uint64
		d.ScanArgs(t, "seq", &seq)
		p := s.db.NewPublication()
		defer p.Close()
		p.ForgetJournal(seq)
		return p.Commit(true)
	case "publish":
		return s.publish(d.Input)
	case "published":
		return s.published(out)
	default:
		return fmt.Errorf("unknown command %s", d.Cmd)
	}
	return nil
}

func (s *story) apply(input string, out *strings.Builder) error {
	for line := range strings.Lines(input) {
		words := strings.Fields(line)
		switch words[0] {
		case "touch":
			for _, touch := range parseTouches(line) {
				s.batch.Touch(touch.Node, touch.Key)
			}
			continue
		case "end":
			lsn, err := strconv.Atoi(words[1])
			if err != nil {
				return err
			}
			s.batch.EndTransaction(Position{LSN: cdc.LSN(lsn)})
			continue
		}
		if err := s.batch.Apply(parseChange(words), func(e Effect) error {
			fmt.Fprintf(out, "%s %s=%s -> %s=%s\n", e.Table, showKey(e.OldKey), show(e.Old), showKey(e.NewKey), show(e.New))
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// parseChange reads "insert|update|delete|truncate TABLE column...", an update
// with "key COLUMN..., " before the new row.
func parseChange(words []string) cdc.Change {
	schema := testSchema()
	table := schema.Tables[0].Table
	if words[1] == "pairs" {
		table = schema.Tables[1].Table
	}
	ch := cdc.Change{Table: table}
	rest := words[2:]
	if len(rest) > 0 && rest[0] == "key" {
		n := len(table.Identity)
		ch.Key, rest = row(rest[1:1+n]...), rest[1+n:]
	}
	switch words[0] {
	case "insert":
		ch.Op, ch.New = cdc.Insert, row(rest...)
	case "update":
		ch.Op, ch.New = cdc.Update, row(rest...)
	case "delete":
		ch.Op, ch.Key = cdc.Delete, row(rest...)
	case "truncate":
		ch.Op = cdc.Truncate
	}
	return ch
}

// parseTouches reads "touch NODE KEY" lines.
func parseTouches(input string) (touches []Touch) {
	for line := range strings.Lines(input) {
		words := strings.Fields(line)
		node, err := strconv.Atoi(words[1])
		if err != nil {
			panic(err)
		}
		touches = append(touches, Touch{Node: uint16(node), Key: []byte(strings.Join(words[2:], ""))})
	}
	return touches
}

// state prints what a snapshot shows: position, rows, index entries, journal.
func (s *story) state(out *strings.Builder) error {
	snap := s.db.Snapshot()
	defer snap.Close()
	fmt.Fprintf(out, "position %d, journal end %d\n", snap.Position().LSN, snap.JournalEnd())
	for table := range s.db.options.Schema.Tables {
		rows := snap.Rows(table, nil)
		for rows.Next() {
			fmt.Fprintf(out, "  %s %s\n", s.db.options.Schema.Tables[table], show(rows.Row()))
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
	}
	for index := range s.db.options.Schema.Indexes {
		for _, entry := range indexEntries(snap, index) {
			fmt.Fprintf(out, "  index %d %s\n", index, entry)
		}
	}
	records, err := journalRecords(snap)
	for _, r := range records {
		fmt.Fprintf(out, "  journal %s\n", r)
	}
	return err
}

// indexEntries lists an index as "row key" in order, all Match values alike.
func indexEntries(s *Snapshot, index int) (entries []string) {
	i := s.Lookup(index, nil, false)
	defer i.Close()
	for i.Next() {
		entries = append(entries, showKey(i.entries.Key()[3:len(i.entries.Key())-len(i.RowKey())])+" -> "+showKey(i.RowKey()))
	}
	return entries
}

func journalRecords(s *Snapshot) (records []string, err error) {
	j := s.Journal()
	defer func() { err = errors.Join(err, j.Close()) }()
	for j.Next() {
		text := fmt.Sprintf("%d at %d:", j.Seq(), j.LSN())
		if err := j.Touches(func(touch Touch) error {
			text += fmt.Sprintf(" %d/%s", touch.Node, touch.Key)
			return nil
		}); err != nil {
			return nil, err
		}
		records = append(records, text)
	}
	return records, j.Err()
}

func (s *story) lookup(d *datadriven.TestData, out *strings.Builder) error {
	snap := s.db.Snapshot()
	defer snap.Close()
	r := snap.NewReader()
	defer r.Close()
	for line := range strings.Lines(d.Input) {
		words := strings.Fields(line)
		index, err := strconv.Atoi(words[0])
		if err != nil {
			return err
		}
		i := r.Lookup(index, []byte(words[1]+"\x00"), len(words) > 2)
		for i.Next() {
			rowKey := string(i.RowKey())
			found, _, err := r.Row(s.db.options.Schema.Indexes[index].Table, []byte(rowKey), nil)
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%s %s\n", showKey([]byte(rowKey)), show(found))
		}
		if err := i.Close(); err != nil {
			return err
		}
	}
	return nil
}

// publish reads lines "put PROJECTION ROOT LSN KEY...", "delete PROJECTION
// ROOT", "claim|unclaim KEY RANK PROJECTION ROOT", "leftover|found KEY",
// "mend|mended KEY", "hold PROJECTION ROOT REASON", "release PROJECTION ROOT".
func (s *story) publish(input string) error {
	p := s.db.NewPublication()
	defer p.Close()
	number := func(word string) uint16 {
		n, err := strconv.Atoi(word)
		if err != nil {
			panic(err)
		}
		return uint16(n)
	}
	for line := range strings.Lines(input) {
		w := strings.Fields(line)
		switch w[0] {
		case "put":
			published := Published{Hash: [16]byte{1}, Round: uint64(number(w[3]))}
			for _, key := range w[4:] {
				published.Keys = append(published.Keys, []byte(key))
			}
			p.Put(number(w[1]), []byte(w[2]), published)
		case "delete":
			p.Delete(number(w[1]), []byte(w[2]))
		case "claim":
			p.Claim([]byte(w[1]), Claim{uint64(number(w[2])), number(w[3]), []byte(w[4])})
		case "unclaim":
			p.Unclaim([]byte(w[1]), Claim{uint64(number(w[2])), number(w[3]), []byte(w[4])})
		case "leftover":
			p.Leftover(Leftover{Key: []byte(w[1]), Hash: [16]byte{2}, Known: len(w) > 2})
		case "found":
			p.NotLeftover([]byte(w[1]))
		case "mend":
			p.Mend([]byte(w[1]))
		case "mended":
			p.Mended([]byte(w[1]))
		case "hold":
			p.Hold(number(w[1]), []byte(w[2]), Held{Reason: w[3], Since: time.Unix(7, 0).UTC(), LSN: 8})
		case "release":
			p.Release(number(w[1]), []byte(w[2]))
		}
	}
	return p.Commit(true)
}

func (s *story) published(out *strings.Builder) error {
	keys := map[string]bool{}
	err := s.db.PublishedAll(func(projection uint16, root []byte, p Published) error {
		got, ok, err := s.db.Published(projection, root)
		fmt.Fprintf(out, "%d/%s at %d keys %s found %v %v\n", projection, root, p.Round, p.Keys, ok, got.Hash == p.Hash)
		for _, key := range p.Keys {
			keys[string(key)] = true
		}
		return err
	})
	err = errors.Join(err, s.db.PublishedAfter(10, func(projection uint16, root []byte) error {
		_, err := fmt.Fprintf(out, "after 10: %d/%s\n", projection, root)
		return err
	}))
	for _, key := range []string{"k", "kk"} {
		err = errors.Join(err, s.db.Claims([]byte(key), func(c Claim) bool {
			fmt.Fprintf(out, "claim %s: %d %d/%s\n", key, c.Rank, c.Projection, c.Root)
			return true
		}))
	}
	leftovers, listed := s.db.Leftovers(nil, 10)
	for _, l := range leftovers {
		fmt.Fprintf(out, "leftover %s known %v hash %d\n", l.Key, l.Known, l.Hash[0])
	}
	mending := s.db.Mend(func(key []byte) error {
		_, err := fmt.Fprintf(out, "mend %s\n", key)
		return err
	})
	fmt.Fprintf(out, "%d in quarantine\n", s.db.Quarantined())
	quarantine := s.db.Quarantine(func(projection uint16, root []byte, held Held) bool {
		again, in, err := s.db.Held(projection, root)
		fmt.Fprintf(out, "held %d/%s %s since %d at %d found %v %v\n", projection, root, held.Reason, held.Since.Unix(), held.LSN, in && again == held, err)
		return true
	})
	return errors.Join(err, listed, mending, quarantine)
}
