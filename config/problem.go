package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a configuration.
type Problem struct {
	Path    string // the file, or the environment variable or flag that holds the mistake
	Pos     Pos
	Where   string // what it is about: "projection product, field tags"; may be empty
	Message string // what is wrong
	Hint    string // how to mend it, what is possible; may be empty
	Warning bool   // does not prevent running
}

// String is the problem in one line, as editors and compilers write it.
func (p Problem) String() string {
	if p.Hint == "" {
		return p.headline()
	}
	return p.headline() + " (" + strings.ReplaceAll(p.Hint, "\n", "; ") + ")"
}

// headline is the problem without its hint.
func (p Problem) headline() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Pos.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Pos.Line, p.Pos.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if p.Warning {
		b.WriteString("warning: ")
	}
	if p.Where != "" {
		b.WriteString(p.Where + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// Problems is every mistake found, in file order; it is an error when it holds one that is not a warning.
type Problems []Problem

// Err is nil when there are no problems but warnings.
func (ps Problems) Err() error {
	if len(ps.Mistakes()) == 0 {
		return nil
	}
	return ps
}

// Error lists the mistakes, one per line, without the warnings.
func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps.Mistakes() {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Mistakes are the problems that prevent running, in file order.
func (ps Problems) Mistakes() Problems { return ps.sorted(false) }

// Warnings are the problems that do not prevent running, in file order.
func (ps Problems) Warnings() Problems { return ps.sorted(true) }

func (ps Problems) sorted(warnings bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warnings {
			out = append(out, p)
		}
	}
	out.Sort()
	return out
}

// Sort brings problems into file order; those without a place come last.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if placed := cmp.Compare(unplaced(a), unplaced(b)); placed != 0 {
			return placed
		}
		return cmp.Or(
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
		)
	})
}

func unplaced(p Problem) int {
	if p.Pos.Line > 0 {
		return 0
	}
	return 1
}
