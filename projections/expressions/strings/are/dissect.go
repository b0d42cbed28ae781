package are

import "slices"

// at finds the match that begins at a place: the longest or shortest, as the
// whole prefers, that can be divided.
func (m *matcher) at(begin int) []int {
	root, limit, from := m.re.tree, len(m.text), begin
	for {
		end := m.first(root, begin, from, limit)
		if end < 0 {
			return nil
		}
		for i := range m.groups {
			m.groups[i] = -1
		}
		if m.dissect(root, begin, end) {
			m.groups[0], m.groups[1] = begin, end
			return slices.Clone(m.groups)
		}
		if from, limit = next(root, begin, end, from, limit); from > limit {
			return nil
		}
	}
}

// first is the end that a node prefers of those between two places.
func (m *matcher) first(t *tree, begin, from, limit int) int {
	if t.flags&shorter != 0 {
		return m.shortest(t.program, begin, from, limit)
	}
	return m.longest(t.program, begin, limit)
}

// next narrows where else the match of a node may end, after an end that failed.
func next(t *tree, begin, end, from, limit int) (int, int) {
	if t.flags&shorter != 0 {
		return end + 1, limit
	}
	return max(from, begin), end - 1
}

// reaches tells whether a node can match exactly a stretch, as far as its program knows.
func (m *matcher) reaches(t *tree, begin, end int) bool {
	return m.longest(t.program, begin, end) == end
}

// dissect divides a stretch that a node's program matches among the nodes below
// it, and notes what is captured. It fails only where back-references do not fit.
func (m *matcher) dissect(t *tree, begin, end int) bool {
	ok := true
	switch t.operator {
	case reference:
		ok = m.refer(t, begin, end)
	case concatenation:
		ok = m.concatenate(t, begin, end)
	case alternation:
		ok = slices.ContainsFunc(t.children, func(child *tree) bool {
			return m.reaches(child, begin, end) && m.dissect(child, begin, end)
		})
	case iteration:
		ok = m.iterate(t, begin, end)
	case wrapper:
		ok = m.dissect(t.children[0], begin, end)
	}
	if ok && t.group > 0 {
		m.groups[2*t.group], m.groups[2*t.group+1] = begin, end
	}
	return ok
}

// forget takes back what was captured below a node.
func (m *matcher) forget(t *tree) {
	if t.group > 0 {
		m.groups[2*t.group], m.groups[2*t.group+1] = -1, -1
	}
	for _, child := range t.children {
		m.forget(child)
	}
}

func (m *matcher) concatenate(t *tree, begin, end int) bool {
	left, right := t.children[0], t.children[1]
	from, limit := begin, end
	for from <= limit {
		middle := m.first(left, begin, from, limit)
		if middle < 0 {
			return false
		}
		if m.reaches(right, middle, end) && m.dissect(left, begin, middle) && m.dissect(right, middle, end) {
			return true
		}
		m.forget(left)
		m.forget(right)
		from, limit = next(left, begin, middle, from, limit)
	}
	return false
}

// refer matches repetitions of what a group has captured.
func (m *matcher) refer(t *tree, begin, end int) bool {
	from, to := m.groups[2*t.refers], m.groups[2*t.refers+1]
	if from < 0 {
		return false
	}
	length := to - from
	switch {
	case length == 0:
		return begin == end
	case begin == end:
		return t.min == 0
	case (end-begin)%length != 0:
		return false
	}
	rounds := (end - begin) / length
	if rounds < t.min || rounds > t.max && t.max != unbounded {
		return false
	}
	for i := begin; i < end; i++ {
		a, b := m.text[from+(i-begin)%length], m.text[i]
		if a != b && (!m.re.options.IgnoreCase || m.re.options.lower(a) != m.re.options.lower(b)) {
			return false
		}
	}
	return true
}

// iterate divides a stretch into rounds, each as long or short as the node
// below prefers. Empty rounds are made only to have as many as it takes. No
// round at all does for an empty stretch, but a greedy one tries to have one,
// which may capture.
func (m *matcher) iterate(t *tree, begin, end int) bool {
	none := t.min == 0 && begin == end
	least := max(t.min, 1)
	most := end - begin
	if t.max != unbounded {
		most = min(most, t.max)
	}
	r := &rounds{matcher: m, child: t.children[0], end: end, least: least, most: max(most, least), ends: []int{begin}}
	if r.child.flags&shorter != 0 {
		return none || r.shortestFirst()
	}
	return r.longestFirst() || none
}

// rounds are the rounds of an iteration, each placed after the one before it.
// They are placed as far as the program knows first, and then divided. It is a
// loop and no recursion, since there can be as many as there are characters.
type rounds struct {
	*matcher
	child            *tree
	end, least, most int
	ends             []int // where each ends, after where the first begins
	verified         int   // how many are known to be divisible
}

// place notes where a round of a number ends.
func (r *rounds) place(number, at int) {
	r.ends = append(r.ends[:number], at)
	r.verified = min(r.verified, number-1)
}

// verify divides all rounds, the last one last: its captures stay. It gives
// the number of the one that cannot be divided, 0 if there is none.
func (r *rounds) verify() int {
	for number := r.verified + 1; number < len(r.ends); number++ {
		r.forget(r.child)
		if !r.dissect(r.child, r.ends[number-1], r.ends[number]) {
			return number
		}
		r.verified = number
	}
	return 0
}

// emptyAllowed holds where without an empty round there would be too few.
func (r *rounds) emptyAllowed(number, at int) bool {
	return number < r.least && r.least-number >= r.end-at
}

func (r *rounds) longestFirst() bool {
	number, limit := 1, r.end
	for number > 0 {
		at := r.longest(r.child.program, r.ends[number-1], limit)
		if at >= 0 {
			r.place(number, at)
		}
		switch {
		case at < 0 || at != r.end && number >= r.most:
			number--
		case at != r.end && (at != r.ends[number-1] || r.emptyAllowed(number, at)):
			number, limit = number+1, r.end
			continue
		case at == r.end && number >= r.least:
			failed := r.verify()
			if failed == 0 {
				return true
			}
			number = failed
		}
		number, limit = r.shorten(number)
	}
	return false
}

// shorten finds the last round, of those up to a number, that can be shorter.
func (r *rounds) shorten(number int) (int, int) {
	for ; number > 0; number-- {
		begin, limit := r.ends[number-1], r.ends[number]-1
		if limit > begin || limit == begin && r.emptyAllowed(number, begin) {
			return number, limit
		}
	}
	return 0, 0
}

func (r *rounds) shortestFirst() bool {
	number, from := 1, r.ends[0]
	for number > 0 {
		if from == r.ends[number-1] && from != r.end && !r.emptyAllowed(number, from) {
			from++
		}
		if number >= r.most { // the last one has to reach the end
			from = r.end
		}
		at := r.shortest(r.child.program, r.ends[number-1], from, r.end)
		if at >= 0 {
			r.place(number, at)
		}
		switch {
		case at < 0:
			number--
		case at != r.end:
			number, from = number+1, at
			continue
		case number >= r.least:
			failed := r.verify()
			if failed == 0 {
				return true
			}
			number = failed
		}
		number, from = r.lengthen(number)
	}
	return false
}

// lengthen finds the last round, of those up to a number, that can be longer.
func (r *rounds) lengthen(number int) (int, int) {
	for ; number > 0; number-- {
		if r.ends[number] < r.end {
			return number, r.ends[number] + 1
		}
	}
	return 0, 0
}
