package jsons

import (
	"testing"

	"materializer/projections/expressions/datum"
)

func seeds(f *testing.F) {
	for _, text := range append(oddTexts(), documents...) {
		if len(text) < 1000 {
			f.Add(text)
		}
	}
}

// FuzzParse reads any text: what is a jsonb value is a json value, and stays the same when written and read again.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parse(text)
		if err != nil {
			return
		}
		if _, err := parseText(text); err != nil {
			t.Errorf("jsonb, but not json: %v", err)
		}
		written := string(appendValue(nil, v))
		again, err := parse(written)
		if err != nil {
			t.Fatalf("read what was written: %v", err)
		}
		if got := string(appendValue(nil, again)); got != written || compare(v, again) != 0 {
			t.Errorf("written %q, then %q", written, got)
		}
	})
}

// FuzzText takes parts out of any json text: each is a json text again.
func FuzzText(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseText(text); err != nil {
			return
		}
		for _, path := range [][]any{{}, {"a"}, {"-1"}, {"a", "-1"}} {
			args := append([]any{datum.JSONText(text)}, path...)
			part, err := finding(pathFinder, false)(args)
			if err != nil || part == nil {
				continue
			}
			if _, err := parseText(string(part.(datum.JSONText))); err != nil {
				t.Errorf("path %q gives no json: %q", path, part)
			}
		}
	})
}

// FuzzPath reads any text as a path. What is one stays the same when written
// and read again, where it can be: PostgreSQL writes (exists($)).type() without its parentheses.
func FuzzPath(f *testing.F) {
	for _, text := range append(append([]string{}, paths...), oddPaths...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path, err := parsePath(text)
		if err != nil {
			return
		}
		written := string(appendPath(nil, path))
		again, err := parsePath(written)
		if err != nil {
			return
		}
		if got := string(appendPath(nil, again)); got != written {
			t.Errorf("written %q, then %q", written, got)
		}
	})
}
