package jsons

import (
	"cmp"
	"strings"

	"materializer/projections/expressions/datum"
)

// compare orders jsonb values as their B-tree does, strings by their bytes. A
// scalar at the top counts as an array of one element, which is why the empty
// array comes before it there, and only there.
func compare(a, b *datum.JSON) int {
	oneScalar := isScalar(a) != isScalar(b)
	if oneScalar && a.Kind == datum.JSONArray {
		return -compareToArray(len(a.Items))
	}
	if oneScalar && b.Kind == datum.JSONArray {
		return compareToArray(len(b.Items))
	}
	return compareNested(a, b)
}

// compareToArray compares a scalar with an array of so many items.
func compareToArray(items int) int {
	if items == 0 {
		return 1
	}
	return -1
}

// compareNested orders by kind, then by the number of parts, then part by part.
func compareNested(a, b *datum.JSON) int {
	if a.Kind != b.Kind {
		return cmp.Compare(rank(a), rank(b))
	}
	switch a.Kind {
	case datum.JSONArray:
		return compareArrays(a.Items, b.Items)
	case datum.JSONObject:
		return compareObjects(a.Members, b.Members)
	case datum.JSONString:
		return strings.Compare(a.String, b.String)
	case datum.JSONNumber:
		return a.Number.Cmp(b.Number)
	case datum.JSONBool:
		return compareBools(a.Bool, b.Bool)
	}
	return 0
}

// rank is the place of a kind: null, string, number, boolean, array, object.
func rank(v *datum.JSON) int {
	return [...]int{datum.JSONNull: 0, datum.JSONString: 1, datum.JSONNumber: 2, datum.JSONBool: 3, datum.JSONArray: 4, datum.JSONObject: 5}[v.Kind]
}

func compareArrays(a, b []*datum.JSON) int {
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	for i := range a {
		if c := compareNested(a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func compareObjects(a, b []datum.Member) int {
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	for i := range a {
		if c := strings.Compare(a[i].Name, b[i].Name); c != 0 {
			return c
		}
		if c := compareNested(a[i].Value, b[i].Value); c != 0 {
			return c
		}
	}
	return 0
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func isScalar(v *datum.JSON) bool {
	return v.Kind != datum.JSONArray && v.Kind != datum.JSONObject
}
