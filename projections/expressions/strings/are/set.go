package are

import "slices"

// set is a set of characters.
type set struct {
	ranges   []span // sorted and apart, once done
	classes  []class
	lacking  []class // the set has all that is not in these
	negated  bool
	options  Options
	quick    [2]uint64 // membership of ASCII, once done
	anything bool      // every character
}

type span struct{ from, to rune }

// lastCased is beyond the last character that has another case.
const lastCased = 0x1e944

func (s *set) addRange(from, to rune) {
	s.ranges = append(s.ranges, span{from, to})
	if !s.options.IgnoreCase {
		return
	}
	for r := from; r <= min(to, lastCased); r++ {
		if l := s.options.lower(r); l != r {
			s.ranges = append(s.ranges, span{l, l})
		}
		if u := s.options.upper(r); u != r {
			s.ranges = append(s.ranges, span{u, u})
		}
	}
}

// addOne adds a single character: without regard to case its lower and upper
// case, and not itself should it be neither.
func (s *set) addOne(r rune) {
	if !s.options.IgnoreCase {
		s.ranges = append(s.ranges, span{r, r})
		return
	}
	l, u := s.options.lower(r), s.options.upper(r)
	s.ranges = append(s.ranges, span{l, l}, span{u, u})
}

// done makes the set ready for lookups.
func (s *set) done() *set {
	slices.SortFunc(s.ranges, func(a, b span) int { return int(a.from) - int(b.from) })
	merged := s.ranges[:0]
	for _, r := range s.ranges {
		if last := len(merged) - 1; last >= 0 && r.from <= merged[last].to+1 {
			merged[last].to = max(merged[last].to, r.to)
			continue
		}
		merged = append(merged, r)
	}
	s.ranges = merged
	for r := range rune(0x80) {
		if s.search(r) {
			s.quick[r/64] |= 1 << (r % 64)
		}
	}
	return s
}

func (s *set) has(r rune) bool {
	if s.anything {
		return true
	}
	if r < 0x80 {
		return s.quick[r/64]>>(r%64)&1 == 1
	}
	return s.search(r)
}

func (s *set) search(r rune) bool {
	_, found := slices.BinarySearchFunc(s.ranges, r, func(x span, r rune) int {
		switch {
		case r < x.from:
			return 1
		case r > x.to:
			return -1
		}
		return 0
	})
	for _, c := range s.classes {
		found = found || c.within(r, s.options)
	}
	for _, c := range s.lacking {
		found = found || !c.within(r, s.options)
	}
	return found != s.negated
}
