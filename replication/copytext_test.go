package replication

import (
	"bytes"
	"strings"
	"testing"

	"materializer/cdc"
)

func TestAppendCopyRow(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 124)
	for _, test := range []struct {
		line    string
		columns int
		want    []string // "NULL" for a NULL
	}{
		{"", 0, nil},
		{"", 1, []string{""}},
		{"\t", 2, []string{"", ""}},
		{"1\tone\t\\N", 3, []string{"1", "one", "NULL"}},
		{`\\N`, 1, []string{`\N`}},
		{`N` + "\t" + `a\\N`, 2, []string{"N", `a\N`}},
		{`\b\f\n\r\t\v\\`, 1, []string{"\b\f\n\r\t\v\\"}},
		{`\1\12\1012\x41\x4g`, 1, []string{"\x01\nA2A\x04g"}},
		{"a\\tb\t\\N\tc\t\\\\\td", 5, []string{"a\tb", "NULL", "c", "\\", "d"}},
		{long + `\n`, 1, []string{long + "\n"}},
		{long + `\n\n`, 1, []string{long + "\n\n"}}, // shorter head than the escaped text would need
		{"ä\t日本", 2, []string{"ä", "日本"}},
	} {
		row, err := appendCopyRow([]byte("before"), []byte(test.line), test.columns)
		if err != nil {
			t.Errorf("%q: %v", test.line, err)
			continue
		}
		var got []string
		fields, err := cdc.Row(bytes.TrimPrefix(row, []byte("before"))).Split(nil)
		if err != nil {
			t.Errorf("%q: %v", test.line, err)
		}
		for _, field := range fields {
			if field == nil {
				field = []byte("NULL")
			}
			got = append(got, string(field))
		}
		if strings.Join(got, "|") != strings.Join(test.want, "|") || len(got) != len(test.want) {
			t.Errorf("%q: got %q, want %q", test.line, got, test.want)
		}
	}
}

func TestAppendCopyRowRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		line    string
		columns int
	}{
		{"", 2}, {"a", 0}, {"a\tb", 1}, {"a\tb", 3}, {`a\`, 1}, {"a\\\tb", 2}, {`\q`, 1}, {`\.`, 1}, {`\Nx`, 1}, {`\0`, 1}, {`\x00`, 1}, {`\x`, 1},
	} {
		dst, err := appendCopyRow([]byte("before"), []byte(test.line), test.columns)
		if err == nil {
			t.Errorf("%q as %d columns: accepted", test.line, test.columns)
		}
		if string(dst) != "before" {
			t.Errorf("%q: dst is %q", test.line, dst)
		}
	}
}

// FuzzCopyRow checks that every accepted line splits into its columns, and
// that these, escaped as COPY does, are the same row again.
func FuzzCopyRow(f *testing.F) {
	f.Add([]byte("1\tone\t\\N"), 3)
	f.Add([]byte(`\b\f\n\r\t\v\\`), 1)
	f.Add([]byte(`\1012\x4`), 1)
	f.Add([]byte("2026-11-22 10:00:00+00\t{\"a\": \"b\\\\nc\"}\t{1,2}\tt"), 4)
	f.Add([]byte(strings.Repeat(`\t`, 130)), 1)
	f.Fuzz(func(t *testing.T, line []byte, columns int) {
		row, err := appendCopyRow(nil, line, columns)
		if err != nil {
			return
		}
		fields, err := cdc.Row(row).Split(nil)
		if err != nil || len(fields) != columns {
			t.Fatalf("%q: %d columns of %d, %v", line, len(fields), columns, err)
		}
		again, err := appendCopyRow(nil, copyLine(fields), columns)
		if err != nil || !bytes.Equal(row, again) {
			t.Fatalf("%q: written again and read: %q, %v, want %q", line, again, err, row)
		}
	})
}

func copyLine(fields [][]byte) []byte {
	escape := strings.NewReplacer("\\", `\\`, "\b", `\b`, "\f", `\f`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\v", `\v`)
	var texts []string
	for _, field := range fields {
		if field == nil {
			texts = append(texts, `\N`)
		} else {
			texts = append(texts, escape.Replace(string(field)))
		}
	}
	return []byte(strings.Join(texts, "\t"))
}

func BenchmarkAppendCopyRow(b *testing.B) {
	line := []byte("184467\tThe Long Way Round\t\\N\t19.90\t2026-11-22 10:00:00+00\tt\t{1,2,3}\t" + strings.Repeat("words and more words ", 12))
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	dst := make([]byte, 0, 1024)
	for b.Loop() {
		row, err := appendCopyRow(dst, line, 8)
		if err != nil || len(row) < 200 {
			b.Fatal(len(row), err)
		}
	}
}
