package demo

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestScreenIsPlainWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newScreen(&out)
	s.say("one")
	s.show("two", "not shown")
	s.show("three", "not shown")
	s.say("four")
	if got, want := out.String(), "one\ntwo\nthree\nfour\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"Söder", 5, "Söder"},
		{"Söderholm", 8, "Söder..."},
		{"abc", 2, "..."},
		{"", 0, ""},
	} {
		if got := cut(c.line, c.width); got != c.want {
			t.Errorf("cut %q to %d: %q, want %q", c.line, c.width, got, c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"short", "short"},
		{"", ""},
		{"exactly twenty chars", "exactly twenty chars"},
		{"  one two three four five six", "  one two three four\n      five six"},
		{"  postgres://postgres@127.0.0.1:1/shop", "  postgres://postgres@127.0.0.1:1/shop"},
		{"see postgres://postgres@127.0.0.1:1/shop now", "see\n    postgres://postgres@127.0.0.1:1/shop\n    now"},
	} {
		if got := wrap(c.line, 20); got != c.want {
			t.Errorf("wrap %q:\n%s\nwant\n%s", c.line, got, c.want)
		}
	}
}

// Words stay whole and in order at any width.
func FuzzWrap(f *testing.F) {
	f.Add("  one two three four five six", 20)
	f.Add("äöü ßßßßßßßßßßßßßßß x", 3)
	f.Fuzz(func(t *testing.T, line string, width int) {
		if width < 2 || width > 200 || !utf8.ValidString(line) || strings.ContainsAny(line, "\n") {
			return
		}
		got := wrap(line, width)
		if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(line), " ") {
			t.Errorf("wrap %q to %d: %q", line, width, got)
		}
	})
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestOutline(t *testing.T) {
	t.Parallel()
	lines, err := outline([]byte(`{"id":1,"name":"a, \"b\": c","tags":["x","y"],"price":1.50}`), 24)
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"id\": 1,\n  \"name\": \"a, \\\"b\\\": c\",\n  \"tags\": [\"x\", \"y\"],\n  \"price\": 1.50\n}"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := outline([]byte(`{"id":`), 24); err == nil {
		t.Error("half a document was shown")
	}
}

func TestWrapKeepsColumns(t *testing.T) {
	t.Parallel()
	got := wrap("  visible      from COMMIT until a reader finds it", 36)
	want := "  visible      from COMMIT until a\n      reader finds it"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
