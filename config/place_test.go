package config

import (
	"strings"
	"testing"
)

func TestPlace(t *testing.T) {
	t.Parallel()
	// In each value the character to be found is X; its place is where X stands in the source.
	for name, source := range map[string]string{
		"plain":                      "where: a = X and b\n",
		"first":                      "where: X = b\n",
		"single quotes":              "where: 'a = ''b'' and X'\n",
		"double quotes":              `where: "\"user\".email = X"` + "\n",
		"double quotes, escapes":     `where: "a\tb \\ X"` + "\n",
		"double quotes, other lines": "where: \"a =\n  b and \\\n  X\"\n",
		"literal":                    "where: |\n  case when a\n       then X end\n",
		"folded":                     "where: >-\n  coalesce(a,\n\n  X)\n",
		"plain over lines":           "where: a\n  and X\n",
		"characters of two bytes":    "where: é = ü and X\n",
		"carriage returns":           "where: |\r\n  a\r\n  X\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := open("p.yaml", []byte(source))
			file := &File{Source: doc.source}
			text := readWhere(t, source)
			got := file.Place(text, strings.Index(text.Value, "X"))
			if want := placeOfX(source); got != want {
				t.Errorf("of %q: got %v, want %v", text.Value, got, want)
			}
		})
	}
}

// readWhere reads a file that has nothing but where.
func readWhere(t *testing.T, source string) Text {
	t.Helper()
	r := newReporter("p.yaml", []byte(source))
	root := read(r, []byte(source))
	if root == nil || len(r.problems) > 0 {
		t.Fatalf("read: %v", r.problems)
	}
	return root.entries[0].value.text
}

func placeOfX(source string) Pos {
	for i, line := range splitLines([]byte(source)) {
		if at := strings.IndexByte(line, 'X'); at >= 0 {
			return Pos{Line: i + 1, Column: runeColumn(line, at)}
		}
	}
	return Pos{}
}

func TestPlaceOfAliasIsTheAlias(t *testing.T) {
	t.Parallel()
	file, _ := Parse("p.yaml", []byte("x-a: &a b = X\nprojections:\n  p: {from: t, key: k, columns: [id], where: *a }\n"))
	where := file.Projections[0].Where
	if got := file.Place(where, 4); got != where.Pos || got.Line != 3 {
		t.Errorf("got %v, want %v", got, where.Pos)
	}
}

func TestPlaceBeyondTheText(t *testing.T) {
	t.Parallel()
	file, _ := Parse("p.yaml", []byte("projections:\n  p: {from: t, key: k, columns: [id], where: a = }\n"))
	where := file.Projections[0].Where
	if got, want := file.Place(where, len(where.Value)), (Pos{3 - 1, 49}); got != want {
		t.Errorf("at the end: got %v, want %v", got, want)
	}
	if got := file.Place(where, 99); got != where.Pos {
		t.Errorf("behind the end: got %v, want %v", got, where.Pos)
	}
}
