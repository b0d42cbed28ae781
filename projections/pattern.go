package projections

import (
	"regexp"
	"regexp/syntax"
	"strings"
)

// pattern is the set of keys that a template can make, as a regular expression
// compiled to a machine: literals as they are, and between them the texts that
// values of a type have (textOf).
type pattern struct {
	prog *syntax.Prog
	open bool // a part can be any text
}

func newPattern(t *Template) *pattern {
	p := &pattern{}
	var b strings.Builder
	b.WriteString("(?s)")
	for _, part := range t.Parts {
		if part.Expr == nil {
			b.WriteString(regexp.QuoteMeta(part.Literal))
			continue
		}
		text := textOf(part.Expr.Type())
		p.open = p.open || text == anyText
		b.WriteString("(?:" + text + ")")
	}
	parsed, err := syntax.Parse(b.String(), syntax.Perl)
	if err == nil {
		p.prog, err = syntax.Compile(parsed.Simplify())
	}
	if err != nil {
		panic("projections: pattern of key " + t.Source + ": " + err.Error())
	}
	return p
}

// anyText is the regular expression of a type whose values can be any text.
const anyText = `.*`

// meets tells whether both templates could make some one key.
func (p *pattern) meets(other *pattern) bool { return walkTogether(p.prog, other.prog, true) }

// ambiguous tells whether different values could make one key: whether some
// text leads through the machine in two ways.
func (p *pattern) ambiguous() bool { return walkTogether(p.prog, p.prog, false) }

// states is where two machines are after reading the same text.
type states struct {
	a, b    uint32
	differs bool // the ways to here have
}

// walkTogether tells whether there is a text that both machines accept, by ways
// that differ somewhere; differs says that they do from the beginning.
func walkTogether(a, b *syntax.Prog, differs bool) bool {
	seen := map[states]bool{}
	var todo []states
	enter := func(x, y uint32, differs bool) {
		for _, i := range reachable(a, x) {
			for _, j := range reachable(b, y) {
				next := states{i, j, differs || i != j}
				if !seen[next] {
					seen[next] = true
					todo = append(todo, next)
				}
			}
		}
	}
	enter(uint32(a.Start), uint32(b.Start), differs)
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		x, y := &a.Inst[at.a], &b.Inst[at.b]
		switch {
		case x.Op == syntax.InstMatch && y.Op == syntax.InstMatch:
			if at.differs {
				return true
			}
		case x.Op != syntax.InstMatch && y.Op != syntax.InstMatch && share(x, y):
			enter(x.Out, y.Out, at.differs)
		}
	}
	return false
}

// reachable lists the instructions that read a character, or accept, which can
// come next.
func reachable(p *syntax.Prog, from uint32) []uint32 {
	var found []uint32
	seen := map[uint32]bool{}
	var walk func(uint32)
	walk = func(at uint32) {
		if seen[at] {
			return
		}
		seen[at] = true
		switch i := &p.Inst[at]; i.Op {
		case syntax.InstFail:
		case syntax.InstAlt, syntax.InstAltMatch:
			walk(i.Out)
			walk(i.Arg)
		case syntax.InstCapture, syntax.InstEmptyWidth, syntax.InstNop:
			walk(i.Out)
		default:
			found = append(found, at)
		}
	}
	walk(from)
	return found
}

// share tells whether two instructions read a common character.
func share(x, y *syntax.Inst) bool {
	for _, a := range ranges(x) {
		for _, b := range ranges(y) {
			if a[0] <= b[1] && b[0] <= a[1] {
				return true
			}
		}
	}
	return false
}

// ranges are the characters that an instruction reads, from and to.
func ranges(i *syntax.Inst) [][2]rune {
	switch i.Op {
	case syntax.InstRuneAny:
		return [][2]rune{{0, '\U0010FFFF'}}
	case syntax.InstRuneAnyNotNL:
		return [][2]rune{{0, '\n' - 1}, {'\n' + 1, '\U0010FFFF'}}
	}
	if len(i.Rune) == 1 {
		return [][2]rune{{i.Rune[0], i.Rune[0]}}
	}
	var list [][2]rune
	for r := i.Rune; len(r) >= 2; r = r[2:] {
		list = append(list, [2]rune{r[0], r[1]})
	}
	return list
}
