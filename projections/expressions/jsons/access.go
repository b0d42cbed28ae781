package jsons

import (
	"math"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func accessFunctions() []function.Function {
	field := func(args []any) *datum.JSON { return field(args[0].(*datum.JSON), args[1].(string)) }
	element := func(args []any) *datum.JSON { return element(args[0].(*datum.JSON), args[1].(int64)) }
	path := func(args []any) *datum.JSON { return Subscript(args[0].(*datum.JSON), elements(args[1:])) }
	return []function.Function{
		{Signature: "jsonb_object_field(jsonb,text)", Call: asJSON(field)},
		{Signature: "jsonb_object_field_text(jsonb,text)", Call: asText(field)},
		{Signature: "jsonb_array_element(jsonb,int4)", Call: asJSON(element)},
		{Signature: "jsonb_array_element_text(jsonb,int4)", Call: asText(element)},
		{Signature: "jsonb_extract_path(jsonb,_text)", Call: asJSON(path)},
		{Signature: "jsonb_extract_path_text(jsonb,_text)", Call: asText(path)},
	}
}

// asJSON makes a function of one that gives nil for NULL.
func asJSON(find func(args []any) *datum.JSON) function.Func {
	return func(args []any) (any, error) {
		if v := find(args); v != nil {
			return v, nil
		}
		return nil, nil
	}
}

// asText gives strings for what they say, and JSON's null as NULL.
func asText(find func(args []any) *datum.JSON) function.Func {
	return func(args []any) (any, error) {
		v := find(args)
		switch {
		case v == nil || v.Kind == datum.JSONNull:
			return nil, nil
		case v.Kind == datum.JSONString:
			return v.String, nil
		}
		return string(appendValue(nil, v)), nil
	}
}

// elements gives the texts of a variadic call: given one by one, or as the
// array that operators have. A NULL is nil.
func elements(args []any) []any {
	if len(args) == 1 {
		if array, ok := args[0].(*datum.Array); ok {
			return array.Values
		}
	}
	return args
}

func field(v *datum.JSON, name string) *datum.JSON {
	if v.Kind != datum.JSONObject {
		return nil
	}
	return member(v, name)
}

// element gives an element of an array, counted from its end if negative. A
// scalar counts as an array of one.
func element(v *datum.JSON, at int64) *datum.JSON {
	items := v.Items
	if isScalar(v) {
		items = []*datum.JSON{v}
	}
	if at < 0 {
		at += int64(len(items))
	}
	if at < 0 || at >= int64(len(items)) {
		return nil
	}
	return items[at]
}

// Subscript is value[path[0]][path[1]]..., nil where that is NULL. A part of the path is text, an integer, or nil for NULL.
func Subscript(value *datum.JSON, path []any) *datum.JSON {
	for _, part := range path {
		if part == nil {
			return nil
		}
	}
	for _, part := range path {
		if value = stepInto(value, part); value == nil {
			return nil
		}
	}
	return value
}

func stepInto(value *datum.JSON, part any) *datum.JSON {
	switch value.Kind {
	case datum.JSONObject:
		return member(value, stepName(part))
	case datum.JSONArray:
		if at, ok := stepIndex(part); ok {
			return element(value, at)
		}
	}
	return nil
}

func stepName(part any) string {
	if at, ok := part.(int64); ok {
		return strconv.FormatInt(at, 10)
	}
	return part.(string)
}

func stepIndex(part any) (int64, bool) {
	if at, ok := part.(int64); ok {
		return at, true
	}
	return index(part.(string))
}

// index reads an index as C's strtol does: blanks may lead, nothing may follow.
func index(text string) (int64, bool) {
	text = strings.TrimLeft(text, " \t\n\v\f\r")
	digits := strings.TrimPrefix(text, "+")
	if len(digits) == len(text) {
		digits = strings.TrimPrefix(text, "-")
	}
	if digits == "" || !isDigit(digits[0]) {
		return 0, false
	}
	at, err := strconv.ParseInt(text, 10, 64)
	return at, err == nil && math.MinInt32 <= at && at <= math.MaxInt32
}
