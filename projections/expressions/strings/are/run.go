package are

// matcher is one search in one text.
type matcher struct {
	re      *Regexp
	text    []rune
	groups  []int // begin and end of each, -1 if not set
	scratch []*scratch
	looked  map[lookedAt]bool
}

// lookedAt is a lookaround constraint at a place; what it says there stays.
type lookedAt struct{ look, at int }

// scratch is what a run needs: the states now and after the next character.
type scratch struct {
	now, then states
	pending   []int
}

// states is a set of instructions, in constant time to add and clear.
type states struct {
	dense, sparse []int
}

func (s *states) add(pc int) bool {
	if at := s.sparse[pc]; at < len(s.dense) && s.dense[at] == pc {
		return false
	}
	s.sparse[pc] = len(s.dense)
	s.dense = append(s.dense, pc)
	return true
}

// take gives scratch space; runs nest, since a constraint is a run within a run.
func (m *matcher) take() *scratch {
	if last := len(m.scratch) - 1; last >= 0 {
		s := m.scratch[last]
		m.scratch = m.scratch[:last]
		s.now.dense, s.then.dense = s.now.dense[:0], s.then.dense[:0]
		return s
	}
	return &scratch{now: states{sparse: make([]int, m.re.size)}, then: states{sparse: make([]int, m.re.size)}}
}

func (m *matcher) give(s *scratch) { m.scratch = append(m.scratch, s) }

// follow adds the states that can be reached without a character. It tells
// whether a match is one of them.
func (m *matcher) follow(p *program, s *scratch, to *states, pc, at int) bool {
	matched := false
	s.pending = append(s.pending[:0], pc)
	for len(s.pending) > 0 {
		pc := s.pending[len(s.pending)-1]
		s.pending = s.pending[:len(s.pending)-1]
		if !to.add(pc) {
			continue
		}
		switch i := &p.code[pc]; i.op {
		case opFork:
			s.pending = append(s.pending, i.y, i.x)
		case opGo:
			s.pending = append(s.pending, i.x)
		case opAssert:
			if m.holds(i, at) {
				s.pending = append(s.pending, i.x)
			}
		case opMatch:
			matched = true
		}
	}
	return matched
}

// step goes on by the character at an index.
func (m *matcher) step(p *program, s *scratch, at int) bool {
	s.then.dense = s.then.dense[:0]
	matched := false
	for _, pc := range s.now.dense {
		if i := &p.code[pc]; i.op == opCharacter && i.set.has(m.text[at]) && m.follow(p, s, &s.then, i.x, at+1) {
			matched = true
		}
	}
	s.now, s.then = s.then, s.now
	return matched
}

// longest is the last place, up to a limit, where a match from begin ends; -1 if there is none.
func (m *matcher) longest(p *program, begin, limit int) int {
	s := m.take()
	defer m.give(s)
	best := -1
	if m.follow(p, s, &s.now, 0, begin) {
		best = begin
	}
	for at := begin; at < limit && len(s.now.dense) > 0; at++ {
		if m.step(p, s, at) {
			best = at + 1
		}
	}
	return best
}

// shortest is the first place, from one on up to a limit, where a match from
// begin ends; -1 if there is none.
func (m *matcher) shortest(p *program, begin, from, limit int) int {
	s := m.take()
	defer m.give(s)
	if m.follow(p, s, &s.now, 0, begin) && begin >= from {
		return begin
	}
	for at := begin; at < limit && len(s.now.dense) > 0; at++ {
		if m.step(p, s, at) && at+1 >= from {
			return at + 1
		}
	}
	return -1
}

// search is the first place where any match from a place on ends; -1 if there is none.
func (m *matcher) search(p *program, from int) int {
	s := m.take()
	defer m.give(s)
	for at := from; at <= len(m.text); at++ {
		if m.follow(p, s, &s.now, 0, at) {
			return at
		}
		if at < len(m.text) && m.step(p, s, at) {
			return at + 1
		}
	}
	return -1
}

// endsAt tells whether a match from anywhere ends at a place.
func (m *matcher) endsAt(p *program, end int) bool {
	s := m.take()
	defer m.give(s)
	matched := m.follow(p, s, &s.now, 0, 0)
	for at := range end {
		matched = m.step(p, s, at)
		if m.follow(p, s, &s.now, 0, at+1) {
			matched = true
		}
	}
	return matched
}

// holds tells whether an assertion is true at a place.
func (m *matcher) holds(i *instruction, at int) bool {
	switch i.assertion {
	case textBegin:
		return at == 0
	case textEnd:
		return at == len(m.text)
	case '^':
		return at == 0 || m.re.options.LineAnchor && m.text[at-1] == '\n'
	case '$':
		return at == len(m.text) || m.re.options.LineAnchor && m.text[at] == '\n'
	case lookaround:
		return m.sees(i.look, at)
	}
	before := at > 0 && word.within(m.text[at-1], m.re.options)
	after := at < len(m.text) && word.within(m.text[at], m.re.options)
	switch i.assertion {
	case '<':
		return !before && after
	case '>':
		return before && !after
	case boundary:
		return before != after
	}
	return before == after
}

func (m *matcher) sees(l *look, at int) bool {
	key := lookedAt{l.index, at}
	if seen, ok := m.looked[key]; ok {
		return seen
	}
	var seen bool
	switch l.kind {
	case isAhead, notAhead:
		seen = m.shortest(l.program, at, at, len(m.text)) >= 0
	default:
		seen = m.endsAt(l.program, at)
	}
	seen = seen == (l.kind == isAhead || l.kind == isBehind)
	if m.looked == nil {
		m.looked = map[lookedAt]bool{}
	}
	m.looked[key] = seen
	return seen
}
