package strings

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func bound(t *testing.T, signature string, constants ...any) (function.Func, error) {
	t.Helper()
	f, ok := library(t).Function(signature)
	if !ok {
		t.Fatalf("no function %s", signature)
	}
	return f.Make(function.Types{Const: constants})
}

// TestConstantPattern finds faults before there is a row, and matches as if the
// pattern were none.
func TestConstantPattern(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signature string
		constants []any
		code      string
	}{
		{"textregexeq(text,text)", []any{nil, "("}, "2201B"},
		{"textregexeq(text,text)", []any{nil, "(?e)a"}, "0A000"},
		{"regexp_match(text,text,text)", []any{nil, "a", "b"}, "0A000"},
		{"regexp_match(text,text,text)", []any{nil, "a", "z"}, "22023"},
		{"regexp_match(text,text,text)", []any{nil, "(", nil}, ""},
		{"substring(text,text,text)", []any{nil, "a", "xx"}, "22025"},
		{"substring(text,text,text)", []any{nil, `#"#"#"`, "#"}, "2200C"},
		{"textregexeq(text,text)", []any{nil, "(a|b)*"}, ""},
	} {
		_, err := bound(t, c.signature, c.constants...)
		var raised *datum.Error
		if errors.As(err, &raised) != (c.code != "") || raised != nil && raised.Code != c.code {
			t.Errorf("%s of %v: got %v, want %q", c.signature, c.constants, err, c.code)
		}
	}
	call, err := bound(t, "regexp_replace(text,text,text,text)", nil, "(.)b", nil, "g")
	if err != nil {
		t.Fatal(err)
	}
	got, err := call([]any{"abcb", "(.)b", `<\1>`, "g"})
	if err != nil || got != "<a><c>" {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestCache keeps few expressions, whatever comes, and gives each its own.
func TestCache(t *testing.T) {
	t.Parallel()
	c := cache{compiled: map[source]*expression{}}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range 3 * cached {
				pattern := fmt.Sprintf("^%d$", i)
				re, err := c.compile(source{pattern: pattern}, false)
				if err != nil || !re.Test([]rune(fmt.Sprint(i)), 0) || re.Test([]rune(fmt.Sprint(i+1)), 0) {
					t.Errorf("worker %d: %s does not match its own: %v", worker, pattern, err)
				}
			}
		})
	}
	group.Wait()
	if len(c.compiled) > cached {
		t.Errorf("%d expressions are kept", len(c.compiled))
	}
	if _, err := c.compile(source{pattern: strings.Repeat("a", cachedLength+1)}, false); err != nil {
		t.Error(err)
	}
	for s := range c.compiled {
		if len(s.pattern) > cachedLength {
			t.Error("a long pattern is kept")
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for name, pattern := range map[string]string{"literal": "needle", "address": `^[\w.+-]+@[\w-]+\.[\w.-]+$`, "captures": `(\w+)@([\w-]+)\.(\w+)`} {
		b.Run(name, func(b *testing.B) {
			re, err := recent.compile(source{pattern: pattern}, false)
			if err != nil {
				b.Fatal(err)
			}
			text := []rune("somebody.with.a.long.name@needle-in-a-haystack.example.org")
			b.ReportAllocs()
			for b.Loop() {
				if !re.Test(text, 0) {
					b.Fatal("no match")
				}
			}
		})
	}
}
