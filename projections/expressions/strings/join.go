package strings

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func joins() []function.Function {
	return []function.Function{
		function.Of2("textcat(text,text)", func(a, b string) (string, error) { return a + b, nil }),
		function.Of2("byteacat(bytea,bytea)", func(a, b []byte) ([]byte, error) {
			return append(append(make([]byte, 0, len(a)+len(b)), a...), b...), nil
		}),
		{Signature: "textanycat(text,anynonarray)", Make: func(types function.Types) (function.Func, error) {
			text, err := casting(types.Args[1], types)
			if err != nil {
				return nil, err
			}
			return func(args []any) (any, error) { return args[0].(string) + text(args[1]), nil }, nil
		}},
		{Signature: "anytextcat(anynonarray,text)", Make: func(types function.Types) (function.Func, error) {
			text, err := casting(types.Args[0], types)
			if err != nil {
				return nil, err
			}
			return func(args []any) (any, error) { return text(args[0]) + args[1].(string), nil }, nil
		}},
		{Signature: "concat(any)", Make: makeConcat},
		{Signature: "concat_ws(text,any)", Make: makeConcatWithSeparator},
		{Signature: "array_to_string(anyarray,text)", Make: makeArrayToString},
		{Signature: "array_to_string(anyarray,text,text)", Make: makeArrayToString},
		{Signature: "string_to_array(text,text)", Call: stringToArray},
		{Signature: "string_to_array(text,text,text)", Call: stringToArray},
	}
}

// shown writes values of a type as its output function does.
func shown(t *catalog.Type, types function.Types) (func(any) string, error) {
	codec, err := types.Codec(t)
	if err != nil {
		return nil, err
	}
	return func(value any) string { return string(codec.Append(nil, value)) }, nil
}

// casting writes values of a type as its cast to text does: unlike the output
// function for some.
func casting(t *catalog.Type, types function.Types) (func(any) string, error) {
	text, err := shown(t, types)
	if err != nil {
		return nil, err
	}
	if base := t.Unwrap(); base.Schema == "pg_catalog" {
		switch base.Name {
		case "bool":
			return func(value any) string {
				if value.(bool) {
					return "true"
				}
				return "false"
			}, nil
		case "bpchar":
			return func(value any) string { return unpadded(value.(string)) }, nil
		case "inet":
			return func(value any) string { return withNetmask(text(value)) }, nil
		}
	}
	return text, nil
}

// withNetmask writes the netmask of an address also where it is the whole of it.
func withNetmask(address string) string {
	switch {
	case strings.Contains(address, "/"):
		return address
	case strings.Contains(address, ":"):
		return address + "/128"
	}
	return address + "/32"
}

// allShown are writers for the arguments from one on.
func allShown(types function.Types, from int) ([]func(any) string, error) {
	writers := make([]func(any) string, len(types.Args))
	for i := from; i < len(types.Args); i++ {
		var err error
		if writers[i], err = shown(types.Args[i], types); err != nil {
			return nil, err
		}
	}
	return writers, nil
}

func makeConcat(types function.Types) (function.Func, error) {
	writers, err := allShown(types, 0)
	if err != nil {
		return nil, err
	}
	return func(args []any) (any, error) { return joined("", args, writers), nil }, nil
}

func makeConcatWithSeparator(types function.Types) (function.Func, error) {
	writers, err := allShown(types, 1)
	if err != nil {
		return nil, err
	}
	return func(args []any) (any, error) {
		if args[0] == nil {
			return nil, nil
		}
		return joined(args[0].(string), args[1:], writers[1:]), nil
	}, nil
}

// joined leaves NULLs out.
func joined(separator string, values []any, writers []func(any) string) string {
	var texts []string
	for i, value := range values {
		if value != nil {
			texts = append(texts, writers[i](value))
		}
	}
	return strings.Join(texts, separator)
}

// makeArrayToString joins the elements; NULLs are left out unless a text for
// them is given.
func makeArrayToString(types function.Types) (function.Func, error) {
	element := types.Args[0].Unwrap().Elem
	if element == nil {
		return nil, datum.Errorf("42883", "array_to_string of %s, which is no array", types.Args[0].Name)
	}
	text, err := shown(element, types)
	if err != nil {
		return nil, err
	}
	return func(args []any) (any, error) {
		if args[0] == nil || args[1] == nil {
			return nil, nil
		}
		var texts []string
		for _, value := range args[0].(*datum.Array).Values {
			switch {
			case value != nil:
				texts = append(texts, text(value))
			case len(args) > 2 && args[2] != nil:
				texts = append(texts, args[2].(string))
			}
		}
		return strings.Join(texts, args[1].(string)), nil
	}, nil
}

// stringToArray cuts a text at a separator, or into characters if that is NULL.
// Fields that equal the third argument become NULL.
func stringToArray(args []any) (any, error) {
	if args[0] == nil {
		return nil, nil
	}
	text := args[0].(string)
	if text == "" {
		return &datum.Array{}, nil
	}
	fields := []string{text}
	switch {
	case args[1] == nil:
		fields = strings.Split(text, "")
	case args[1] != "":
		fields = strings.Split(text, args[1].(string))
	}
	values := make([]any, len(fields))
	for i, field := range fields {
		if len(args) > 2 && args[2] == any(field) {
			continue
		}
		values[i] = field
	}
	return vector(values), nil
}

// vector is an array of one dimension.
func vector(values []any) *datum.Array {
	return &datum.Array{Dims: []datum.Dimension{{Length: len(values), Lower: 1}}, Values: values}
}
