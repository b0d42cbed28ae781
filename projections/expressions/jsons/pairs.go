package jsons

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func pairFunctions() []function.Function {
	return []function.Function{
		function.Of1("json_object(_text)", func(list *datum.Array) (datum.JSONText, error) { return textOfPairs(pairs(list)) }),
		function.Of2("json_object(_text,_text)", func(names, values *datum.Array) (datum.JSONText, error) { return textOfPairs(zip(names, values)) }),
		function.Of1("jsonb_object(_text)", func(list *datum.Array) (*datum.JSON, error) { return objectOfPairs(pairs(list)) }),
		function.Of2("jsonb_object(_text,_text)", func(names, values *datum.Array) (*datum.JSON, error) { return objectOfPairs(zip(names, values)) }),
	}
}

// pair is a name and a value, texts or nil.
type pair struct{ name, value any }

// pairs takes an array of names and values by turns, or of rows of two.
func pairs(list *datum.Array) ([]pair, error) {
	switch {
	case len(list.Dims) == 1 && list.Dims[0].Length%2 != 0:
		return nil, datum.Errorf("2202E", "array must have even number of elements")
	case len(list.Dims) == 2 && list.Dims[1].Length != 2:
		return nil, datum.Errorf("2202E", "array must have two columns")
	case len(list.Dims) > 2:
		return nil, datum.ErrArraySubscript
	}
	var all []pair
	for i := 0; i < len(list.Values); i += 2 {
		all = append(all, pair{list.Values[i], list.Values[i+1]})
	}
	return all, nil
}

func zip(names, values *datum.Array) ([]pair, error) {
	switch {
	case len(names.Dims) > 1 || len(names.Dims) != len(values.Dims):
		return nil, datum.ErrArraySubscript
	case len(names.Values) != len(values.Values):
		return nil, datum.Errorf("2202E", "mismatched array dimensions")
	}
	var all []pair
	for i, name := range names.Values {
		all = append(all, pair{name, values.Values[i]})
	}
	return all, nil
}

var errNullKey = datum.Errorf("22004", "null value not allowed for object key")

func textOfPairs(all []pair, err error) (datum.JSONText, error) {
	if err != nil {
		return "", err
	}
	dst := []byte{'{'}
	for i, p := range all {
		if p.name == nil {
			return "", errNullKey
		}
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = append(appendString(dst, p.name.(string)), " : "...)
		if p.value == nil {
			dst = append(dst, "null"...)
		} else {
			dst = appendString(dst, p.value.(string))
		}
	}
	return datum.JSONText(append(dst, '}')), nil
}

func objectOfPairs(all []pair, err error) (*datum.JSON, error) {
	if err != nil {
		return nil, err
	}
	members := make([]datum.Member, 0, len(all))
	for _, p := range all {
		if p.name == nil {
			return nil, errNullKey
		}
		value := &datum.JSON{}
		if p.value != nil {
			value = &datum.JSON{Kind: datum.JSONString, String: p.value.(string)}
		}
		members = append(members, datum.Member{Name: p.name.(string), Value: value})
	}
	return object(members), nil
}
