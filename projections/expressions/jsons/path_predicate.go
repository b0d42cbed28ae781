package jsons

import (
	"errors"
	"strings"

	"materializer/projections/expressions/datum"
)

// truth is what a predicate says.
type truth byte

const (
	isFalse truth = iota
	isTrue
	isUnknown
)

func truthOf(holds bool) truth {
	if holds {
		return isTrue
	}
	return isFalse
}

// predicateItem makes an item of a predicate: true, false or null.
func (r *pathRun) predicateItem(s *step, item *datum.JSON, out *found) (bool, error) {
	holds, err := r.predicate(s, item)
	if err != nil {
		return false, err
	}
	v := &datum.JSON{}
	if holds != isUnknown {
		v = &datum.JSON{Kind: datum.JSONBool, Bool: holds == isTrue}
	}
	return r.then(s, v, out)
}

// predicate fails only with what is raised in any case.
func (r *pathRun) predicate(s *step, item *datum.JSON) (truth, error) {
	switch s.kind {
	case stepAnd, stepOr:
		return r.junction(s, item)
	case stepNot, stepIsUnknown:
		holds, err := r.predicate(s.left, item)
		switch {
		case s.kind == stepIsUnknown:
			return truthOf(holds == isUnknown), err
		case holds == isUnknown:
			return isUnknown, err
		}
		return truthOf(holds == isFalse), err
	case stepExists:
		return r.exists(s.left, item)
	}
	return r.pairs(s, item)
}

// junction is && or ||, whose right side is not looked at when the left decides.
func (r *pathRun) junction(s *step, item *datum.JSON) (truth, error) {
	decides := truthOf(s.kind == stepOr)
	left, err := r.predicate(s.left, item)
	if err != nil || left == decides {
		return left, err
	}
	right, err := r.predicate(s.right, item)
	if err == nil && right == truthOf(decides == isFalse) {
		return left, nil
	}
	return right, err
}

// quietly calls with errors kept back; failed tells that there was one.
func (r *pathRun) quietly(call func() error) (failed bool, err error) {
	raise := r.raise
	r.raise = false
	err = call()
	r.raise = raise
	if errors.Is(err, errSuppressed) {
		return true, nil
	}
	return false, err
}

func (r *pathRun) exists(s *step, item *datum.JSON) (truth, error) {
	var out *found
	if r.strict {
		out = &found{}
	}
	any := false
	failed, err := r.quietly(func() (err error) {
		any, err = r.apply(s, item, out, !r.strict)
		return err
	})
	switch {
	case failed:
		return isUnknown, err
	case r.strict:
		return truthOf(len(out.items) > 0), err
	}
	return truthOf(any), err
}

// pairs compares each item on the left with each on the right. One pair that
// does is enough; in strict mode none may fail.
func (r *pathRun) pairs(s *step, item *datum.JSON) (truth, error) {
	var left, right []*datum.JSON
	failed, err := r.quietly(func() (err error) {
		if left, err = r.operand(s.left, item, true); err == nil && s.kind == stepLikeRegex {
			right = []*datum.JSON{nil} // the pattern
		} else if err == nil {
			right, err = r.operand(s.right, item, s.kind == stepCompare)
		}
		return err
	})
	if failed || err != nil {
		return isUnknown, err
	}
	result := isFalse
	for _, a := range left {
		for _, b := range right {
			switch holds := s.holds(a, b); {
			case holds == isUnknown && r.strict, holds == isTrue && !r.strict:
				return holds, nil
			case holds != isFalse:
				result = holds
			}
		}
	}
	return result, nil
}

// holds compares two items.
func (s *step) holds(a, b *datum.JSON) truth {
	switch {
	case s.kind == stepLikeRegex:
		return s.pattern.matches(a)
	case s.kind == stepStartsWith && (a.Kind != datum.JSONString || b.Kind != datum.JSONString):
		return isUnknown
	case s.kind == stepStartsWith:
		return truthOf(strings.HasPrefix(a.String, b.String))
	case !isScalar(a) && !isScalar(b):
		return isUnknown
	case a.Kind != b.Kind && (a.Kind == datum.JSONNull || b.Kind == datum.JSONNull):
		return truthOf(s.text == "!=")
	case a.Kind != b.Kind:
		return isUnknown
	}
	c := compareNested(a, b)
	switch s.text {
	case "==":
		return truthOf(c == 0)
	case "!=":
		return truthOf(c != 0)
	case "<":
		return truthOf(c < 0)
	case "<=":
		return truthOf(c <= 0)
	case ">":
		return truthOf(c > 0)
	}
	return truthOf(c >= 0)
}
