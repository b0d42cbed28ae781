package jsons

import (
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func changeFunctions() []function.Function {
	return []function.Function{
		function.Of2("jsonb_concat(jsonb,jsonb)", concat),
		function.Of2("jsonb_delete(jsonb,text)", func(v *datum.JSON, name string) (*datum.JSON, error) { return deleteNames(v, []any{name}) }),
		function.Of2("jsonb_delete(jsonb,int4)", deleteIndex),
		{Signature: "jsonb_delete(jsonb,_text)", Call: deleteVariadic},
		function.Of1("jsonb_strip_nulls(jsonb)", func(v *datum.JSON) (*datum.JSON, error) { return stripNulls(v), nil }),
	}
}

// concat is a || b: two objects become one, everything else an array.
func concat(a, b *datum.JSON) (*datum.JSON, error) {
	if a.Kind == datum.JSONObject && b.Kind == datum.JSONObject {
		return object(slices.Concat(a.Members, b.Members)), nil
	}
	return array(slices.Concat(asItems(a), asItems(b))), nil
}

// object makes an object of members of its own, in any order; of equal names the last counts.
func object(members []datum.Member) *datum.JSON {
	return &datum.JSON{Kind: datum.JSONObject, Members: arrange(members)}
}

func array(items []*datum.JSON) *datum.JSON {
	return &datum.JSON{Kind: datum.JSONArray, Items: items}
}

func asItems(v *datum.JSON) []*datum.JSON {
	if v.Kind == datum.JSONArray {
		return v.Items
	}
	return []*datum.JSON{v}
}

func deleteVariadic(args []any) (any, error) {
	if err := oneDimension(args[1]); err != nil {
		return nil, err
	}
	v, err := deleteNames(args[0].(*datum.JSON), elements(args[1:]))
	if err != nil {
		return nil, err
	}
	return v, nil
}

// oneDimension refuses arrays of several dimensions.
func oneDimension(arg any) error {
	if a, ok := arg.(*datum.Array); ok && len(a.Dims) > 1 {
		return datum.ErrArraySubscript
	}
	return nil
}

// deleteNames takes out the members of these names, or the strings from an array. A nil name is none.
func deleteNames(v *datum.JSON, names []any) (*datum.JSON, error) {
	if isScalar(v) {
		return nil, datum.Errorf("22023", "cannot delete from scalar")
	}
	gone := map[string]bool{}
	for _, name := range names {
		if name != nil {
			gone[name.(string)] = true
		}
	}
	if v.Kind == datum.JSONObject {
		return object(slices.DeleteFunc(slices.Clone(v.Members), func(m datum.Member) bool { return gone[m.Name] })), nil
	}
	return array(slices.DeleteFunc(slices.Clone(v.Items), func(item *datum.JSON) bool {
		return item.Kind == datum.JSONString && gone[item.String]
	})), nil
}

func deleteIndex(v *datum.JSON, at int64) (*datum.JSON, error) {
	switch {
	case isScalar(v):
		return nil, datum.Errorf("22023", "cannot delete from scalar")
	case v.Kind == datum.JSONObject:
		return nil, datum.Errorf("22023", "cannot delete from object using integer index")
	}
	if at < 0 {
		at += int64(len(v.Items))
	}
	if at < 0 || at >= int64(len(v.Items)) {
		return v, nil
	}
	return array(slices.Concat(v.Items[:at], v.Items[at+1:])), nil
}

// stripNulls takes members that are null out of objects, however deep; elements of arrays stay.
func stripNulls(v *datum.JSON) *datum.JSON {
	switch v.Kind {
	case datum.JSONObject:
		var members []datum.Member
		for _, m := range v.Members {
			if m.Value.Kind != datum.JSONNull {
				members = append(members, datum.Member{Name: m.Name, Value: stripNulls(m.Value)})
			}
		}
		return object(members)
	case datum.JSONArray:
		var items []*datum.JSON
		for _, item := range v.Items {
			items = append(items, stripNulls(item))
		}
		return array(items)
	}
	return v
}
