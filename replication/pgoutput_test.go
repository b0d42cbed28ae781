package replication

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"materializer/cdc"
)

// The builders below write what the server does.

func u16(v int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func u32(v int) []byte    { return binary.BigEndian.AppendUint32(nil, uint32(v)) }
func u64(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func beginAt(final uint64) []byte { return join([]byte("B"), u64(final), u64(0), u32(7)) }

func commitAt(final, end uint64) []byte {
	return join([]byte("C\x00"), u64(final), u64(end), u64(0))
}

// tuple is columns as texts; "-" is NULL, "unchanged" is a TOAST value not sent.
func tuple(kind string, columns ...string) []byte {
	message := join([]byte(kind), u16(len(columns)))
	for _, column := range columns {
		switch column {
		case "-":
			message = append(message, 'n')
		case "unchanged":
			message = append(message, 'u')
		default:
			message = join(message, []byte("t"), u32(len(column)), []byte(column))
		}
	}
	return message
}

func change(kind string, oid int, tuples ...[]byte) []byte {
	return join([]byte(kind), u32(oid), join(tuples...))
}

// relationOf describes a table; a column is "name", or "+name" in the identity.
func relationOf(oid int, identity byte, columns ...string) []byte {
	message := join([]byte("R"), u32(oid), []byte("public\x00t\x00"), []byte{identity}, u16(len(columns)))
	for _, column := range columns {
		name, key := strings.CutPrefix(column, "+")
		flag := []byte{0}
		if key {
			flag[0] = 1
		}
		message = join(message, flag, []byte(name), []byte{0}, u32(25), u32(-1))
	}
	return message
}

func tableOf(oid uint32, columns ...string) *cdc.Table {
	table := &cdc.Table{OID: oid, Schema: "public", Name: "t"}
	for i, column := range columns {
		name, key := strings.CutPrefix(column, "+")
		if key {
			table.Identity = append(table.Identity, i)
		}
		table.Columns = append(table.Columns, cdc.Column{Name: name, TypeOID: 25})
	}
	return table
}

func decoderOf(start cdc.LSN, tables ...*cdc.Table) *decoder {
	d := newDecoder(start, tables)
	d.batch = newBatches().take()
	return d
}

// feed decodes messages until one is refused.
func feed(d *decoder, messages ...[]byte) error {
	for _, message := range messages {
		if err := d.decode(message); err != nil {
			return err
		}
	}
	return nil
}

func TestDecode(t *testing.T) {
	t.Parallel()
	d := decoderOf(100, tableOf(1, "+id", "a"))
	err := feed(d,
		[]byte("Otype origin and others are ignored"), []byte("Y"), []byte("M"), []byte("A"),
		beginAt(100), relationOf(1, 'f', "b", "a", "id"), relationOf(2, 'd', "x"),
		change("I", 2, []byte("skipped without being looked at")),
		change("U", 1, tuple("O", "-", "A", "1"), tuple("N", "-", "unchanged", "2")),
		change("U", 1, tuple("O", "-", "-", "1"), tuple("N", "-", "unchanged", "2")), // a leaf without FULL
		change("U", 1, tuple("K", "-", "-", "1"), tuple("N", "x", "", "2")),
		change("D", 1, tuple("O", "b", "a", "2")),
		join([]byte("T"), u32(2), []byte{3}, u32(2), u32(1)),
		commitAt(100, 110))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, describeBatch(d.batch), `
		update t [1 -] -> [2 A]
		update t [1 -] -> [2 unchanged]
		update t [1 -] -> [2 ]
		delete t [2 -]
		truncate t
		commit`)
	commit := d.batch.Commits[0]
	if commit.LSN != 110 || commit.XID != 7 || d.counts.Ignored != 1 || d.counts.Foreign != 2 {
		t.Errorf("commit %+v, counts %+v", commit, d.counts)
	}
}

func TestDecodePositions(t *testing.T) {
	t.Parallel()
	d := decoderOf(100, tableOf(1, "+id"))
	insert := change("I", 1, tuple("N", "1"))
	check := func(idle, position cdc.LSN, commits int) {
		t.Helper()
		if d.batch.Idle != idle || d.position != position || len(d.batch.Commits) != commits {
			t.Errorf("idle %s, position %s, %d commits; want %s, %s, %d", d.batch.Idle, d.position, len(d.batch.Commits), idle, position, commits)
		}
	}
	must := func(messages ...[]byte) {
		t.Helper()
		if err := feed(d, messages...); err != nil {
			t.Fatal(err)
		}
	}
	must(beginAt(80), relationOf(1, 'd', "+id"), insert, commitAt(80, 100)) // ends where we started
	check(0, 100, 0)
	d.idle(99)
	check(0, 100, 0)
	d.idle(105)
	check(105, 105, 0)
	must(beginAt(105))
	check(0, 105, 0)
	d.idle(105)
	d.idle(200) // within a transaction it says nothing
	check(0, 105, 0)
	must(commitAt(105, 110)) // nothing in it for us
	check(110, 110, 0)
	must(beginAt(110), insert, commitAt(110, 120))
	check(0, 120, 1)
	d.idle(118)
	check(0, 120, 1)
	d.idle(130)
	check(130, 130, 1)
	if d.counts.Repeated != 1 || len(d.batch.Changes) != 1 {
		t.Errorf("%d changes, counts %+v", len(d.batch.Changes), d.counts)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	open := [][]byte{beginAt(100), relationOf(1, 'd', "+id", "a")}
	for name, messages := range map[string][][]byte{
		"unknown type":          {[]byte("S")},
		"empty":                 {nil},
		"begin in transaction":  {beginAt(100), beginAt(101)},
		"begin in the past":     {beginAt(100), commitAt(100, 110), beginAt(109)},
		"commit without begin":  {commitAt(100, 110)},
		"commit of another":     {beginAt(100), commitAt(101, 110)},
		"commit ends before":    {beginAt(100), commitAt(100, 99)},
		"change outside":        {relationOf(1, 'd', "+id", "a"), change("I", 1, tuple("N", "1", "2"))},
		"truncate outside":      {join([]byte("T"), u32(1), []byte{0}, u32(1))},
		"table not described":   append(open[:1:1], change("I", 1, tuple("N", "1", "2"))),
		"column missing":        append(open[:2:2], change("I", 1, tuple("N", "1"))),
		"column too many":       append(open[:2:2], change("I", 1, tuple("N", "1", "2", "3"))),
		"insert of an old row":  append(open[:2:2], change("I", 1, tuple("K", "1", "2"))),
		"update without new":    append(open[:2:2], change("U", 1, tuple("K", "1", "2"))),
		"delete of a new row":   append(open[:2:2], change("D", 1, tuple("N", "1", "2"))),
		"identity not sent":     append(open[:2:2], change("D", 1, tuple("K", "unchanged", "-"))),
		"binary column":         append(open[:2:2], change("I", 1, join([]byte("N"), u16(2), []byte("b"), u32(1), []byte("xn")))),
		"text beyond the end":   append(open[:2:2], change("I", 1, join([]byte("N"), u16(2), []byte("nt"), u32(5), []byte("four")))),
		"text of absurd length": append(open[:2:2], change("I", 1, join([]byte("N"), u16(2), []byte("nt"), u32(-1), []byte("four")))),
		"truncate of too many":  append(open[:2:2], join([]byte("T"), u32(1<<30), []byte{0}, u32(1))),
	} {
		if err := feed(decoderOf(100, tableOf(1, "+id", "a")), messages...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Every message cut short must be refused, not misread.
func TestDecodeTruncated(t *testing.T) {
	t.Parallel()
	history := [][]byte{
		beginAt(100), relationOf(1, 'f', "+id", "a"),
		change("I", 1, tuple("N", "1", "one")), change("U", 1, tuple("O", "1", "one"), tuple("N", "1", "-")),
		change("D", 1, tuple("O", "1", "-")), join([]byte("T"), u32(1), []byte{0}, u32(1)), commitAt(100, 110),
	}
	for i, message := range history {
		for size := range message {
			d := decoderOf(100, tableOf(1, "+id", "a"))
			if err := feed(d, history[:i]...); err != nil {
				t.Fatal(err)
			}
			if err := d.decode(message[:size:size]); err == nil {
				t.Errorf("the first %d of %d bytes of %q: accepted", size, len(message), message)
			}
		}
	}
}

func TestRelationChanges(t *testing.T) {
	t.Parallel()
	table := tableOf(1, "+id", "a", "b")
	retyped := relationOf(1, 'd', "+id", "a", "b")
	copy(retyped[len(retyped)-8:], u32(23))
	for _, test := range []struct {
		name    string
		message []byte
		column  string // of the error, "-" if it is about the table, empty for none
	}{
		{"same", relationOf(1, 'd', "+id", "a", "b"), ""},
		{"column added", relationOf(1, 'd', "+id", "new", "a", "b"), ""},
		{"identity wider", relationOf(1, 'i', "+id", "+a", "b"), ""},
		{"identity full", relationOf(1, 'f', "+id", "+a", "+b"), ""},
		{"column dropped", relationOf(1, 'd', "+id", "b"), "a"},
		{"column renamed", relationOf(1, 'd', "+id", "a", "bb"), "b"},
		{"column retyped", retyped, "b"},
		{"identity elsewhere", relationOf(1, 'i', "id", "+a", "b"), "id"},
		{"identity gone", relationOf(1, 'd', "id", "a", "b"), "id"},
		{"identity nothing", relationOf(1, 'n', "id", "a", "b"), "-"},
	} {
		err := decoderOf(0, table).decode(test.message)
		var changed *SchemaError
		switch {
		case test.column == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.column == "":
		case !errors.As(err, &changed):
			t.Errorf("%s: %v, want a SchemaError", test.name, err)
		case changed.Table != table || strings.TrimPrefix(test.column, "-") != changed.Column:
			t.Errorf("%s: column %q, want %q", test.name, changed.Column, test.column)
		case !strings.Contains(err.Error(), "table t") || Retryable(err):
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// Rows made before the arena had to grow must stay as they were.
func TestArenaGrowth(t *testing.T) {
	t.Parallel()
	d := decoderOf(100, tableOf(1, "+id", "a"))
	long := strings.Repeat("x", minArena/3)
	if err := feed(d, beginAt(100), relationOf(1, 'd', "+id", "a")); err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		if err := d.decode(change("I", 1, tuple("N", strings.Repeat("k", i), long))); err != nil {
			t.Fatal(err)
		}
	}
	for i, change := range d.batch.Changes {
		fields, err := change.New.Split(nil)
		if err != nil || len(fields[0]) != i || string(fields[1]) != long {
			t.Fatalf("row %d has changed: %v", i, err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	d := decoderOf(100, tableOf(1, "+id", "name", "price"))
	if err := feed(d, beginAt(100), relationOf(1, 'd', "+id", "name", "unused", "price", "note")); err != nil {
		b.Fatal(err)
	}
	message := change("I", 1, tuple("N", "1234567", "name of a thing", "not kept at all", "123.45", "-"))
	b.SetBytes(int64(len(message)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.decode(message); err != nil {
			b.Fatal(err)
		}
		if d.size > 1<<20 {
			d.batch.Changes, d.batch.Arena, d.size = d.batch.Changes[:0], d.batch.Arena[:0], 0
		}
	}
	if d.counts.Changes < uint64(b.N) {
		b.Fatal(d.counts)
	}
}
