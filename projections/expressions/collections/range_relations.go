package collections

import "materializer/projections/expressions/datum"

// overlap tells whether two ranges have a value in common.
func (t *rangeType) overlap(a, b *datum.Range) bool {
	if a.Empty || b.Empty {
		return false
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	if t.compareBounds(lowerA, lowerB) >= 0 && t.compareBounds(lowerA, upperB) <= 0 {
		return true
	}
	return t.compareBounds(lowerB, lowerA) >= 0 && t.compareBounds(lowerB, upperA) <= 0
}

// touch tells whether nothing is between two ranges that do not overlap.
func (t *rangeType) touch(a, b *datum.Range) (bool, error) {
	if a.Empty || b.Empty {
		return false, nil
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	if touching, err := t.boundsTouch(upperA, lowerB); touching || err != nil {
		return touching, err
	}
	return t.boundsTouch(upperB, lowerA)
}

// boundsTouch tells whether nothing is between an upper bound and a lower one,
// and they do not overlap.
func (t *rangeType) boundsTouch(upper, lower bound) (bool, error) {
	switch c := t.compareValues(upper, lower); {
	case c == 0:
		return upper.inclusive != lower.inclusive, nil
	case c > 0 || t.next == nil:
		return false, nil
	}
	between, err := t.make(bound{upper.value, !upper.inclusive, true}, bound{lower.value, !lower.inclusive, false})
	if err != nil {
		return false, err
	}
	return between.Empty, nil
}

// contains tells whether all of b is in a.
func (t *rangeType) contains(a, b *datum.Range) bool {
	if b.Empty || a.Empty {
		return b.Empty
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	return t.compareBounds(lowerA, lowerB) <= 0 && t.compareBounds(upperA, upperB) >= 0
}

func (t *rangeType) containsValue(r *datum.Range, value any) bool {
	if r.Empty {
		return false
	}
	if r.Lower != nil {
		if c := t.compare(r.Lower, value); c > 0 || c == 0 && !r.LowerInclusive {
			return false
		}
	}
	if r.Upper != nil {
		if c := t.compare(r.Upper, value); c < 0 || c == 0 && !r.UpperInclusive {
			return false
		}
	}
	return true
}

// before tells whether all of a is left of all of b.
func (t *rangeType) before(a, b *datum.Range) bool {
	if a.Empty || b.Empty {
		return false
	}
	_, upperA := bounds(a)
	lowerB, _ := bounds(b)
	return t.compareBounds(upperA, lowerB) < 0
}

// overLeft tells whether a does not reach right of b.
func (t *rangeType) overLeft(a, b *datum.Range) bool {
	if a.Empty || b.Empty {
		return false
	}
	_, upperA := bounds(a)
	_, upperB := bounds(b)
	return t.compareBounds(upperA, upperB) <= 0
}

// overRight tells whether a does not reach left of b.
func (t *rangeType) overRight(a, b *datum.Range) bool {
	if a.Empty || b.Empty {
		return false
	}
	lowerA, _ := bounds(a)
	lowerB, _ := bounds(b)
	return t.compareBounds(lowerA, lowerB) >= 0
}

// merge is the smallest range that contains both. Of equal bounds that look
// different (1.0 and 1) it has the second.
func (t *rangeType) merge(a, b *datum.Range) (*datum.Range, error) {
	if a.Empty {
		return b, nil
	}
	if b.Empty {
		return a, nil
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	if t.compareBounds(lowerB, lowerA) <= 0 {
		lowerA = lowerB
	}
	if t.compareBounds(upperB, upperA) >= 0 {
		upperA = upperB
	}
	return t.make(lowerA, upperA)
}
