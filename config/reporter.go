package config

import "fmt"

// reporter collects the problems of one file, each once: a block that is used
// through several aliases has its mistakes reported where it is first seen.
type reporter struct {
	path     string
	lines    []string
	problems Problems
	seen     map[reported]bool
}

type reported struct {
	written Pos
	message string
}

func newReporter(path string, source []byte) *reporter {
	return &reporter{path: path, lines: splitLines(source), seen: map[reported]bool{}}
}

func (r *reporter) mistake(where string, at place, hint, format string, args ...any) {
	r.report(false, where, at, hint, fmt.Sprintf(format, args...))
}

func (r *reporter) warning(where string, at place, hint, format string, args ...any) {
	r.report(true, where, at, hint, fmt.Sprintf(format, args...))
}

func (r *reporter) report(warning bool, where string, at place, hint, message string) {
	key := reported{at.written, message}
	if r.seen[key] {
		return
	}
	r.seen[key] = true
	if at.pos != at.written {
		message += fmt.Sprintf(" (in the text of the anchor, line %d)", at.written.Line)
	}
	r.problems = append(r.problems, Problem{
		Path: r.path, Pos: at.pos, Where: where, Message: message, Hint: hint, Warning: warning,
	})
}
