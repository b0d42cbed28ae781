package config

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Render shows problems on a terminal: each with its line of the source, a
// caret under the place and the hint; mistakes first, then warnings. Passwords
// in the lines shown are masked.
func (ps Problems) Render(source []byte) string {
	lines := splitLines(source)
	var b strings.Builder
	for _, group := range []Problems{ps.Mistakes(), ps.Warnings()} {
		for _, p := range group {
			b.WriteString(p.headline() + "\n")
			renderLine(&b, p.Pos, lines)
			renderHint(&b, p)
		}
	}
	return b.String()
}

func renderLine(b *strings.Builder, pos Pos, lines []string) {
	if pos.Line < 1 || pos.Line > len(lines) {
		return
	}
	line := maskSecrets(lines[pos.Line-1])
	fmt.Fprintf(b, "%6d | %s\n", pos.Line, line)
	fmt.Fprintf(b, "       | %s^\n", caretIndent(line, pos.Column))
}

// caretIndent is the white space before the caret: tabs stay tabs, so that the
// caret stands under its character at any tab width.
func caretIndent(line string, column int) string {
	var b strings.Builder
	for _, r := range line {
		if column--; column <= 0 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	for ; column > 1; column-- {
		b.WriteByte(' ')
	}
	return b.String()
}

func renderHint(b *strings.Builder, p Problem) {
	if p.Hint == "" {
		return
	}
	for _, line := range strings.Split(p.Hint, "\n") {
		b.WriteString("         " + line + "\n")
	}
}

// splitLines cuts a file into lines without their ends.
func splitLines(source []byte) []string {
	text := strings.ReplaceAll(string(source), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// runeColumn is the column, counted from 1, of a byte offset in a line.
func runeColumn(line string, offset int) int {
	return utf8.RuneCountInString(line[:offset]) + 1
}
