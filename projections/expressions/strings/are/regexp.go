// Package are matches PostgreSQL's regular expressions as PostgreSQL does:
// advanced ones (ARE), and literal ones (the q option).
//
// What matches where is decided as documented for ARE: the leftmost match, the
// longest or the shortest as the whole expression prefers, its parts divided by
// their own preferences, from left to right. Back-references and lookaround
// are included. Basic and plain extended expressions are refused.
//
// An expression is parsed to a tree like the one PostgreSQL makes, since which
// parts are divided further decides what parentheses capture. Each node has a
// program, a nondeterministic automaton, that tells how far its part may reach;
// a match of the whole is then dissected down the tree.
//
// Errors are those of PostgreSQL, with SQLSTATE 2201B; 0A000 for what is refused.
package are

import (
	"sync"

	"materializer/projections/expressions/datum"
)

// Options change how a pattern is read and matched.
type Options struct {
	IgnoreCase bool // i
	LineStop   bool // p: . and [^ do not match a newline
	LineAnchor bool // w: ^ and $ match at newlines, too
	Expanded   bool // x: blanks and comments are ignored
	Literal    bool // q: no character is special
	ASCII      bool // other characters have no case and are in no class, as with COLLATE "C"
}

// Regexp is a compiled expression, safe for concurrent use.
type Regexp struct {
	options Options
	tree    *tree
	groups  int
	looks   []*look
	size    int // of the largest program
	total   int // of all programs
	pool    sync.Pool
}

// errBasic is for the two older dialects.
var errBasic = &datum.Error{Code: "0A000", Message: "basic and extended regular expressions are not supported, only advanced ones"}

// Compile prepares a pattern.
func Compile(pattern string, options Options) (*Regexp, error) {
	p := &parser{lexer: lexer{text: []rune(pattern), options: options}, captured: map[int]*tree{}}
	p.start()
	root := p.parse(endOfPattern, false)
	if p.err != nil {
		return nil, p.err
	}
	re := &Regexp{options: p.options, tree: root, groups: p.groups}
	if err := re.assemble(root); err != nil {
		return nil, err
	}
	return re, nil
}

// Groups is how many pairs of capturing parentheses there are.
func (re *Regexp) Groups() int { return re.groups }

// Size is how many instructions there are, a measure of memory.
func (re *Regexp) Size() int { return re.total }

// Test tells whether there is a match at or after an index.
func (re *Regexp) Test(text []rune, from int) bool {
	if re.tree.flags&backReferring != 0 {
		return re.Find(text, from) != nil
	}
	m := re.matcher(text)
	defer re.pool.Put(m)
	return m.search(re.tree.program, from) >= 0
}

// Find finds the first match at or after an index: where it and each group
// begin and end, in pairs, -1 for groups that took no part. nil if there is none.
func (re *Regexp) Find(text []rune, from int) []int {
	if from > len(text) {
		return nil
	}
	m := re.matcher(text)
	defer re.pool.Put(m)
	begin := from
	for end := from; ; end++ {
		if end = m.search(re.tree.program, end); end < 0 {
			return nil
		}
		for ; begin <= end; begin++ {
			if found := m.at(begin); found != nil {
				return found
			}
		}
		// Only back-references come here. PostgreSQL does not try the empty
		// match at the very end unless it is the first that seems possible.
		if end+1 >= len(text) {
			return nil
		}
	}
}

func (re *Regexp) matcher(text []rune) *matcher {
	m, ok := re.pool.Get().(*matcher)
	if !ok {
		m = &matcher{re: re, groups: make([]int, 2*(re.groups+1))}
	}
	m.text = text
	clear(m.looked)
	return m
}
