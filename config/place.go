package config

import (
	"strings"
	"unicode"
)

// Place is the place in the file of a byte of a text's value, so that a mistake
// within an SQL expression can be shown where it is. For a text that comes
// through an alias it is the alias.
func (f *File) Place(t Text, offset int) Pos {
	lines := splitLines(f.Source)
	if t.Pos.Line < 1 || t.Pos.Line > len(lines) || offset < 0 || offset > len(t.Value) {
		return t.Pos
	}
	w := &walker{quote: t.Quoted, line: t.Pos.Line - 1, column: t.Pos.Column - 1}
	for _, line := range lines {
		w.lines = append(w.lines, []rune(line))
	}
	switch t.Quoted {
	case '|', '>':
		w.line, w.column = w.line+1, 0
	case '\'', '"':
		w.column++
	}
	last := strings.TrimRightFunc(t.Value[:offset], unicode.IsSpace)
	for _, r := range last {
		if !unicode.IsSpace(r) && !w.take(r) {
			return t.Pos
		}
	}
	// The place is behind what has been taken, and behind white space if the value has some there.
	if offset < len(t.Value) && (last != t.Value[:offset] || last == "") {
		w.skipSpace()
	}
	return Pos{Line: w.line + 1, Column: w.column + 1}
}

// walker goes through the source of a scalar character by character. How lines
// are folded does not matter to it: white space is passed over on both sides.
type walker struct {
	lines        [][]rune
	line, column int // from 0
	quote        byte
}

// take passes a character of the value.
func (w *walker) take(r rune) bool {
	w.skipSpace()
	got, width := w.next()
	if got != r {
		return false
	}
	w.column += width
	return true
}

func (w *walker) skipSpace() {
	for w.line < len(w.lines) {
		got, width := w.next()
		switch {
		case width == 0 && w.line+1 < len(w.lines):
			w.line, w.column = w.line+1, 0
		case width > 0 && unicode.IsSpace(got):
			w.column += width
		default:
			return
		}
	}
}

// next is the character here, with the number of characters that the source
// spends on it; none at the end of a line.
func (w *walker) next() (rune, int) {
	if w.line >= len(w.lines) || w.column >= len(w.lines[w.line]) {
		return 0, 0
	}
	rest := w.lines[w.line][w.column:]
	switch {
	case w.quote == '\'' && rest[0] == '\'':
		return '\'', min(2, len(rest))
	case w.quote == '"' && rest[0] == '\\':
		return escaped(rest)
	}
	return rest[0], 1
}

// escaped reads the escapes of a double-quoted text that SQL has use for. Of
// the others the place is that of the whole text.
func escaped(rest []rune) (rune, int) {
	if len(rest) == 1 {
		return ' ', 1 // the line goes on in the next
	}
	switch rest[1] {
	case 'n', 't', 'r', ' ', '\t':
		return ' ', 2
	case '"', '\\', '/':
		return rest[1], 2
	}
	return 0, 1
}
