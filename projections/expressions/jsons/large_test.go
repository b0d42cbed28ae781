package jsons

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"materializer/projections/expressions/datum"
)

// TestLarge reads documents of a megabyte; where reading were not linear it would not end.
func TestLarge(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	var members strings.Builder
	for i := size / 16; i > 0; i-- {
		fmt.Fprintf(&members, `"%d":"\u00e9",`, i)
	}
	for name, text := range map[string]string{
		"members backwards": "{" + members.String() + `"0":1}`,
		"one name":          "{" + strings.Repeat(`"a":1,`, size/6) + `"a":2}`,
		"arrays":            "[" + strings.Repeat("[[]],", size/5) + "0]",
		"escapes":           `"` + strings.Repeat(`\n`, size/2) + `"`,
		"half escapes":      `"` + strings.Repeat(`\ud83d\ude00`, size/12) + `"`,
		"a string":          `"` + strings.Repeat("é", size/2) + `"`,
		"blanks":            strings.Repeat(" ", size) + "1",
	} {
		v, err := parse(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		again, err := parse(string(appendValue(nil, v)))
		if err != nil || compare(v, again) != 0 {
			t.Errorf("%s: written text differs: %v", name, err)
		}
		for _, part := range []string{"a", "-1"} {
			if _, err := finding(pathFinder, true)([]any{datum.JSONText(text), part}); err != nil {
				t.Errorf("%s: find %s: %v", name, part, err)
			}
		}
	}
}

// TestDepth goes to the limit with everything that walks a value, and beyond it.
func TestDepth(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth)
	v, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if compare(v, v) != 0 || !contains(v, v) || string(appendValue(nil, stripNulls(v))) != text {
		t.Error("a deep value is not what it was")
	}
	for _, parse := range []func(string) (any, error){parseText, parseTree} {
		var raised *datum.Error
		if _, err := parse("[" + text + "]"); !errors.As(err, &raised) || raised.Code != "54001" {
			t.Errorf("too deep: got %v", err)
		}
	}
}
