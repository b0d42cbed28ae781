package store

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
)

// textKey encodes text for keys: bytes as they are, closed by a zero byte.
func textKey(dst, text []byte) ([]byte, error) {
	if bytes.IndexByte(text, 0) >= 0 {
		return dst, errors.New("zero byte in text")
	}
	return append(append(dst, text...), 0), nil
}

// testSchema has items(id, shelf, size, body) with an index by shelf, ordered
// by size with the largest first, one by size alone, and pairs(a, b, note)
// with a key of two columns.
func testSchema() *Schema {
	columns := func(names ...string) (out []cdc.Column) {
		for i, name := range names {
			out = append(out, cdc.Column{Name: name, Attnum: int16(i + 1)})
		}
		return out
	}
	part := func(column int) KeyPart { return KeyPart{Column: column, Append: textKey} }
	return &Schema{
		Fingerprint: "test",
		Tables: []Table{
			{Table: &cdc.Table{ID: 0, Name: "items", Schema: "public", Columns: columns("id", "shelf", "size", "body"), Identity: []int{0}}, Key: []KeyPart{part(0)}},
			{Table: &cdc.Table{ID: 1, Name: "pairs", Schema: "public", Columns: columns("a", "b", "note"), Identity: []int{0, 1}}, Key: []KeyPart{part(0), part(1)}},
		},
		Indexes: []Index{
			{ID: 0, Table: 0, Match: []KeyPart{part(1)}, Order: []KeyPart{{Column: 2, Append: textKey, Desc: true}}},
			{ID: 1, Table: 0, Match: []KeyPart{part(2)}},
			{ID: 2, Table: 1, Match: []KeyPart{part(1)}},
		},
	}
}

// row makes a row image: NULL, unchanged, or the text itself.
func row(fields ...string) cdc.Row {
	out := cdc.Row{}
	for _, f := range fields {
		switch f {
		case "NULL":
			out = cdc.AppendNull(out)
		case "unchanged":
			out = cdc.AppendUnchanged(out)
		default:
			out = cdc.AppendText(out, []byte(f))
		}
	}
	return out
}

// show is the reverse of row, for messages and stories.
func show(r cdc.Row) string {
	if r == nil {
		return "-"
	}
	fields, err := r.Split(nil)
	if err != nil {
		return err.Error()
	}
	var out []string
	for _, f := range fields {
		if f == nil {
			out = append(out, "NULL")
			continue
		}
		out = append(out, string(f))
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func showKey(key []byte) string {
	text := strings.TrimSuffix(strings.ReplaceAll(string(key), "\x00", "/"), "/")
	return strings.Trim(strconv.QuoteToASCII(text), `"`)
}

func testOptions(fs vfs.FS) Options {
	return Options{
		FS: fs, Schema: testSchema(), CacheBytes: 1 << 20, MemTableBytes: 1 << 20,
		piece: 1, // every row of a truncation or a rollback is a piece of its own
		Fatal: func(err error) { panic(fmt.Sprintf("fatal: %v", err)) },
	}
}

func openTest(t testing.TB, fs vfs.FS) *DB {
	t.Helper()
	db, err := Open("state", testOptions(fs))
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func noEffect(Effect) error { return nil }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// appendJournal durably adds touches to the journal, in a record of their own.
func appendJournal(db *DB, touches []Touch) error {
	keep := db.NewKeep()
	defer keep.Close()
	_, err := keep.Commit(touches, true)
	return err
}
