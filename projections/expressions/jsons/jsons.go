// Package jsons implements PostgreSQL's types json, jsonb and jsonpath and their functions.
//
// The promise is PostgreSQL's own answer: a json value keeps its text as it was
// written, whatever is taken out of it included; a jsonb value has its members in
// jsonb's order, the last of equal names, and its numbers with their scale.
// Strings are compared by their bytes. What PostgreSQL raises is raised with its SQLSTATE; values nested
// more than 15,000 deep are refused with that of PostgreSQL's stack limit (54001).
// Left out are functions that give sets of rows or fill records. A jsonpath with
// .datetime() or .keyvalue() is refused when it is read.
package jsons

import (
	"slices"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// Functions lists what is implemented here.
func Functions() []function.Function {
	return slices.Concat(accessFunctions(), predicates(), changeFunctions(), editFunctions(), shapeFunctions(), casts(),
		textAccessFunctions(), textShapeFunctions(), constructors(), pairFunctions(), pathFunctions())
}

// Types gives json, jsonb and jsonpath.
func Types() []function.Type {
	return []function.Type{
		{Name: "json", Make: always(function.Codec{Parse: parseText, Append: appendText})},
		{Name: "jsonb", Make: always(function.Codec{Parse: parseTree, Append: appendTree}), Order: order},
		{Name: "jsonpath", Make: always(function.Codec{Parse: parsePath, Append: appendPath})},
	}
}

func always(codec function.Codec) func(*catalog.Type, function.Types) (function.Codec, error) {
	return func(*catalog.Type, function.Types) (function.Codec, error) { return codec, nil }
}

func order(*catalog.Type, function.Types) (function.Compare, error) {
	return func(a, b any) int { return compare(a.(*datum.JSON), b.(*datum.JSON)) }, nil
}

func parseText(text string) (any, error) {
	if err := read(text, false, silent{}); err != nil {
		return nil, err
	}
	return datum.JSONText(text), nil
}

func appendText(dst []byte, value any) []byte {
	return append(dst, value.(datum.JSONText)...)
}

func parseTree(text string) (any, error) {
	v, err := parse(text)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func appendTree(dst []byte, value any) []byte {
	return appendValue(dst, value.(*datum.JSON))
}
