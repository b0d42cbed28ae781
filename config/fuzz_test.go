package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzParse: whatever the bytes are, there is a file or a mistake, every place
// lies within the file, and rendering it is safe.
func FuzzParse(f *testing.F) {
	paths, err := filepath.Glob("testdata/parse/*")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no stories to start from: %v", err)
	}
	for _, path := range paths {
		stories, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, story := range strings.Split(string(stories), "\nproblems\n") {
			source, _, _ := strings.Cut(story, "\n----\n")
			f.Add([]byte(source))
		}
	}
	for _, source := range []string{"", "a: \xff", "\xff\xfea\x00", "\xef\xbb\xbfa: b", "a: &a [*a, *a]", "x: !<tag> {? [a] : b}", "\r\n\t", "{<<: [{}, <<], <<: x}"} {
		f.Add([]byte(source))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		file, problems := Parse("p.yaml", source)
		if len(file.Projections) == 0 && problems.Err() == nil {
			t.Fatal("neither projections nor a mistake")
		}
		lines := len(splitLines(file.Source))
		for _, p := range problems {
			if p.Pos.Line < 1 || p.Pos.Column < 1 || p.Pos.Line > lines+1 {
				t.Fatalf("no place of a file with %d lines: %v", lines, p)
			}
		}
		problems.Render(file.Source)
		for _, p := range file.Projections {
			for i := range p.Where.Value {
				file.Place(p.Where, i)
			}
		}
	})
}
