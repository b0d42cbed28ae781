package jsons

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func predicates() []function.Function {
	return []function.Function{
		compared("jsonb_eq", func(c int) bool { return c == 0 }),
		compared("jsonb_ne", func(c int) bool { return c != 0 }),
		compared("jsonb_lt", func(c int) bool { return c < 0 }),
		compared("jsonb_le", func(c int) bool { return c <= 0 }),
		compared("jsonb_gt", func(c int) bool { return c > 0 }),
		compared("jsonb_ge", func(c int) bool { return c >= 0 }),
		function.Of2("jsonb_contains(jsonb,jsonb)", func(a, b *datum.JSON) (bool, error) { return contains(a, b), nil }),
		function.Of2("jsonb_contained(jsonb,jsonb)", func(a, b *datum.JSON) (bool, error) { return contains(b, a), nil }),
		function.Of2("jsonb_exists(jsonb,text)", func(v *datum.JSON, name string) (bool, error) { return exists(v, name), nil }),
		function.Of2("jsonb_exists_any(jsonb,_text)", existsAny),
		function.Of2("jsonb_exists_all(jsonb,_text)", existsAll),
	}
}

func compared(name string, holds func(int) bool) function.Function {
	return function.Of2(name+"(jsonb,jsonb)", func(a, b *datum.JSON) (bool, error) { return holds(compare(a, b)), nil })
}

// contains is a @> b. At the top, and only there, an array contains a scalar that is one of its elements.
func contains(a, b *datum.JSON) bool {
	if a.Kind == datum.JSONArray && isScalar(b) {
		return hasScalar(a.Items, b)
	}
	return containsNested(a, b)
}

func containsNested(a, b *datum.JSON) bool {
	if a.Kind != b.Kind {
		return false
	}
	switch a.Kind {
	case datum.JSONObject:
		return containsMembers(a, b)
	case datum.JSONArray:
		return containsItems(a.Items, b.Items)
	}
	return compareNested(a, b) == 0
}

func containsMembers(a, b *datum.JSON) bool {
	if len(a.Members) < len(b.Members) {
		return false
	}
	for _, m := range b.Members {
		if v := member(a, m.Name); v == nil || !containsNested(v, m.Value) {
			return false
		}
	}
	return true
}

// containsItems looks for each element on its own: order and repetition do not matter.
func containsItems(a, b []*datum.JSON) bool {
	for _, item := range b {
		if isScalar(item) && !hasScalar(a, item) || !isScalar(item) && !hasContainer(a, item) {
			return false
		}
	}
	return true
}

func hasScalar(items []*datum.JSON, scalar *datum.JSON) bool {
	for _, item := range items {
		if item.Kind == scalar.Kind && compareNested(item, scalar) == 0 {
			return true
		}
	}
	return false
}

func hasContainer(items []*datum.JSON, part *datum.JSON) bool {
	for _, item := range items {
		if containsNested(item, part) {
			return true
		}
	}
	return false
}

// exists tells a name of an object, or a string that is an element or the value itself.
func exists(v *datum.JSON, name string) bool {
	if v.Kind == datum.JSONObject {
		return member(v, name) != nil
	}
	items := v.Items
	if isScalar(v) {
		items = []*datum.JSON{v}
	}
	return hasScalar(items, &datum.JSON{Kind: datum.JSONString, String: name})
}

func existsAny(v *datum.JSON, names *datum.Array) (bool, error) {
	for _, name := range names.Values {
		if name != nil && exists(v, name.(string)) {
			return true, nil
		}
	}
	return false, nil
}

func existsAll(v *datum.JSON, names *datum.Array) (bool, error) {
	for _, name := range names.Values {
		if name != nil && !exists(v, name.(string)) {
			return false, nil
		}
	}
	return true, nil
}
