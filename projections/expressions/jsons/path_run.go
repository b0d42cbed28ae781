package jsons

import (
	"errors"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// errSuppressed stands for an error that is not raised: it makes a predicate
// unknown, or the whole result NULL or what was found so far.
var errSuppressed = errors.New("jsonpath error, not raised")

// found gathers the items that a path gives. A nil one only wants to know whether there is any.
type found struct{ items []*datum.JSON }

// pathRun applies a path to a document.
type pathRun struct {
	strict  bool
	lenient bool // a missing member or element is no error
	raise   bool // errors are raised
	root    *datum.JSON
	current *datum.JSON // @
	vars    *datum.JSON // an object
	size    int         // of the array whose subscripts are computed, for last
	double  function.Codec
}

// start applies the path to the document.
func (r *pathRun) start(path *Path, out *found) (bool, error) {
	r.strict, r.lenient, r.current = path.strict, !path.strict, r.root
	if r.strict && out == nil {
		out = &found{} // everything is looked at, lest an error be missed
	}
	any, err := r.apply(path.first, r.root, out, !r.strict)
	if r.strict && err == nil {
		any = len(out.items) > 0
	}
	return any, err
}

// fail raises an error, or keeps it back.
func (r *pathRun) fail(code, format string, args ...any) error {
	if !r.raise {
		return errSuppressed
	}
	return datum.Errorf(code, format, args...)
}

// then gives an item to the next step, or to out. It tells whether there was a result.
func (r *pathRun) then(s *step, item *datum.JSON, out *found) (bool, error) {
	if s.next != nil {
		return r.apply(s.next, item, out, !r.strict)
	}
	if out != nil {
		out.items = append(out.items, item)
	}
	return true, nil
}

// apply applies a step to an item. unwrap says that an array stands for its elements, for most steps.
func (r *pathRun) apply(s *step, item *datum.JSON, out *found, unwrap bool) (bool, error) {
	if unwrap && item.Kind == datum.JSONArray && s.unwraps() {
		return r.each(s, item, out)
	}
	if s.isPredicate() {
		return r.predicateItem(s, item, out)
	}
	switch s.kind {
	case stepRoot:
		return r.then(s, r.root, out)
	case stepCurrent:
		return r.then(s, r.current, out)
	case stepArithmetic:
		return r.arithmetic(s, item, out)
	case stepPlus, stepMinus:
		return r.sign(s, item, out)
	case stepKey:
		return r.key(s, item, out)
	case stepAnyKey:
		return r.anyKey(s, item, out)
	case stepAnyArray:
		return r.anyArray(s, item, out)
	case stepSubscripts:
		return r.subscripts(s, item, out)
	case stepAny:
		return r.anyLevel(s, item, out)
	case stepFilter:
		return r.filter(s, item, out)
	case stepMethod:
		return r.method(s, item, out)
	}
	return r.constant(s, out)
}

// unwraps tells the steps that take an array's elements one by one in lax mode.
func (s *step) unwraps() bool {
	switch s.kind {
	case stepKey, stepAnyKey, stepFilter:
		return true
	case stepMethod:
		return s.text != "type" && s.text != "size"
	}
	return false
}

// each applies a step to the elements of an array, which are not taken apart again.
func (r *pathRun) each(s *step, array *datum.JSON, out *found) (bool, error) {
	any := false
	for _, item := range array.Items {
		var err error
		if any, err = r.apply(s, item, out, false); err != nil || any && out == nil {
			return any, err
		}
	}
	return any, nil
}

// constant is for steps that do not depend on the item.
func (r *pathRun) constant(s *step, out *found) (bool, error) {
	v := &datum.JSON{}
	switch s.kind {
	case stepString:
		v = &datum.JSON{Kind: datum.JSONString, String: s.text}
	case stepNumber:
		v = numberItem(s.number)
	case stepBool:
		v = &datum.JSON{Kind: datum.JSONBool, Bool: s.bool}
	case stepLast:
		v = integerItem(int64(r.size) - 1)
	case stepVariable:
		if v = member(r.vars, s.text); v == nil {
			return false, datum.Errorf("42704", "could not find jsonpath variable")
		}
	}
	return r.then(s, v, out)
}

func (r *pathRun) key(s *step, item *datum.JSON, out *found) (bool, error) {
	if item.Kind == datum.JSONObject {
		if v := member(item, s.text); v != nil {
			return r.then(s, v, out)
		}
	}
	if r.lenient {
		return false, nil
	}
	if item.Kind == datum.JSONObject {
		return false, r.fail("2203A", "JSON object does not contain a key of the jsonpath")
	}
	return false, r.fail("2203A", "jsonpath member accessor can only be applied to an object")
}

func (r *pathRun) anyKey(s *step, item *datum.JSON, out *found) (bool, error) {
	if item.Kind == datum.JSONObject {
		return r.parts(s, item, out)
	}
	if r.lenient {
		return false, nil
	}
	return false, r.fail("2203C", "jsonpath wildcard member accessor can only be applied to an object")
}

func (r *pathRun) anyArray(s *step, item *datum.JSON, out *found) (bool, error) {
	switch {
	case item.Kind == datum.JSONArray:
		return r.parts(s, item, out)
	case !r.strict:
		return r.then(s, item, out)
	case r.lenient:
		return false, nil
	}
	return false, r.fail("22039", "jsonpath wildcard array accessor can only be applied to an array")
}

// parts gives the elements of an array, or the values of an object, to the next step.
func (r *pathRun) parts(s *step, container *datum.JSON, out *found) (bool, error) {
	any := false
	for _, v := range children(container) {
		var err error
		if any, err = r.then(s, v, out); err != nil || any && out == nil {
			return any, err
		}
	}
	return any, nil
}

func children(v *datum.JSON) []*datum.JSON {
	if v.Kind != datum.JSONObject {
		return v.Items
	}
	list := make([]*datum.JSON, len(v.Members))
	for i, m := range v.Members {
		list[i] = m.Value
	}
	return list
}

func (r *pathRun) filter(s *step, item *datum.JSON, out *found) (bool, error) {
	outer := r.current
	r.current = item
	holds, err := r.predicate(s.left, item)
	r.current = outer
	if err != nil || holds != isTrue {
		return false, err
	}
	return r.then(s, item, out)
}

// anyLevel gives a value itself and what is in it, down to a level.
func (r *pathRun) anyLevel(s *step, item *datum.JSON, out *found) (bool, error) {
	lenient := r.lenient
	r.lenient = true
	defer func() { r.lenient = lenient }()
	any := false
	if s.from == 0 {
		var err error
		if any, err = r.then(s, item, out); err != nil || any && out == nil {
			return any, err
		}
	}
	if isScalar(item) {
		return any, nil
	}
	return r.descend(s, item, out, 1)
}

func (r *pathRun) descend(s *step, container *datum.JSON, out *found, level uint32) (bool, error) {
	any := false
	if level > s.to {
		return false, nil
	}
	for _, v := range children(container) {
		var err error
		leaf := s.from == lastLevel && s.to == lastLevel && isScalar(v)
		if level >= s.from || leaf {
			if any, err = r.then(s, v, out); err != nil || any && out == nil {
				return any, err
			}
		}
		if level < s.to && !isScalar(v) {
			if any, err = r.descend(s, v, out, level+1); err != nil || any && out == nil {
				return any, err
			}
		}
	}
	return any, nil
}
