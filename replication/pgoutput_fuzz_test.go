package replication

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"materializer/cdc"
)

// recorded are the tables that the streams in testdata were recorded with.
func recorded() []*cdc.Table {
	item, event, parent := tableOf(16384, "+id", "name", "body"), tableOf(16391, "+id", "kind", "+at"), tableOf(16413, "+id", "m")
	item.Columns[0].TypeOID, event.Columns[0].TypeOID, event.Columns[2].TypeOID = 23, 23, 23
	parent.Columns[0].TypeOID, parent.Columns[1].TypeOID = 23, 16411
	return []*cdc.Table{item, event, parent}
}

// play feeds the bytes of a server to a stream that hands nothing on.
func play(bytesOfServer []byte, buffer int) (*Stream, error) {
	st := &Stream{frames: newFrames(bytes.NewReader(bytesOfServer), buffer, 1<<20), decoder: decoderOf(0, recorded()...)}
	for {
		kind, body, ok, err := st.frames.next()
		if err != nil {
			return st, err
		}
		if ok {
			if err := st.take(kind, body); err != nil {
				return st, err
			}
			continue
		}
		if _, err := st.frames.fill(); err != nil {
			return st, err
		}
	}
}

// FuzzPgoutput plays streams of real servers, mutated: whatever comes, what is
// kept is whole.
func FuzzPgoutput(f *testing.F) {
	files, err := filepath.Glob("testdata/stream/*")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		stream, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stream)
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		st, _ := play(stream, 256)
		checkBatch(t, st.decoder.batch)
	})
}

func checkBatch(t *testing.T, b *cdc.Batch) {
	t.Helper()
	for _, c := range b.Changes {
		if (c.New != nil) != (c.Op == cdc.Insert || c.Op == cdc.Update) || c.Key == nil && c.Op == cdc.Delete {
			t.Fatalf("change without its rows: %s", describeChange(c))
		}
		for _, row := range []cdc.Row{c.Key, c.New} {
			if fields, err := row.Split(nil); err != nil || row != nil && len(fields) != len(c.Table.Columns) {
				t.Fatalf("row of table %s: %q, %v", c.Table, row, err)
			}
		}
	}
	last := cdc.Commit{}
	for _, commit := range b.Commits {
		if commit.Changes <= last.Changes || commit.Changes > len(b.Changes) || commit.LSN < last.LSN {
			t.Fatalf("commit %+v after %+v, %d changes", commit, last, len(b.Changes))
		}
		last = commit
	}
	if b.Idle != 0 && b.Idle < last.LSN {
		t.Fatalf("idle at %s, commit at %s", b.Idle, last.LSN)
	}
}

// What was recorded must still mean the same, whatever size the reads have.
func TestRecordedStreams(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"toast_and_keys": `
			insert item -> [1 one b*2100]
			insert item -> [2 - ]
			update item -> [1 uno unchanged]
			update item -> [2 uno ]
			update item [1 - -] -> [7 uno unchanged]
			delete item [2 - -]
			commit`,
		"identity_full": `
			update item [7 - -] -> [7 dos b*2100]
			delete item [7 - -]
			commit`,
		"partitions": `
			insert event -> [1 a 5]
			insert event -> [2 b 15]
			delete event [1 - 5]
			insert event -> [1 a 12]
			truncate event
			commit`,
		"truncate_and_messages": `
			insert parent -> [1 good]
			truncate parent
			commit`,
		"keepalives": "",
	} {
		stream, err := os.ReadFile(filepath.Join("testdata/stream", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, buffer := range []int{5, 100, 1 << 16} {
			st, _ := play(stream, buffer) // ends with the server's good-bye
			for _, table := range st.decoder.tables {
				table.Name = map[uint32]string{16384: "item", 16391: "event", 16413: "parent"}[table.OID]
			}
			equal(t, describeBatch(st.decoder.batch), want)
		}
	}
}
