package jsons

import (
	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func constructors() []function.Function {
	return []function.Function{
		{Signature: "to_json(anyelement)", Make: makeToJSON},
		{Signature: "to_jsonb(anyelement)", Make: makeToJSONB},
		{Signature: "array_to_json(anyarray)", Make: makeToJSON},
		{Signature: "array_to_json(anyarray,bool)", Make: makePretty(arrayWriter)},
		{Signature: "row_to_json(record)", Make: makeToJSON},
		{Signature: "row_to_json(record,bool)", Make: makePretty(recordWriter)},
		{Signature: "json_build_array()", Call: func([]any) (any, error) { return datum.JSONText("[]"), nil }},
		{Signature: "json_build_array(any)", Make: makeTextArray},
		{Signature: "json_build_object()", Call: func([]any) (any, error) { return datum.JSONText("{}"), nil }},
		{Signature: "json_build_object(any)", Make: makeTextObject},
		{Signature: "jsonb_build_array()", Call: func([]any) (any, error) { return array(nil), nil }},
		{Signature: "jsonb_build_array(any)", Make: makeArray},
		{Signature: "jsonb_build_object()", Call: func([]any) (any, error) { return object(nil), nil }},
		{Signature: "jsonb_build_object(any)", Make: makeObject},
	}
}

// asJSONText gives what was written as a json value.
func asJSONText(text []byte, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return datum.JSONText(text), nil
}

func makeToJSON(types function.Types) (function.Func, error) {
	write, err := writerOf(types.Args[0], types)
	return func(args []any) (any, error) { return asJSONText(write(nil, args[0])) }, err
}

// makePretty is for functions whose second argument puts each part on a line of its own.
func makePretty(writerOf func(*catalog.Type, function.Types, string) (writer, error)) func(function.Types) (function.Func, error) {
	return func(types function.Types) (function.Func, error) {
		t := types.Args[0].Unwrap()
		plain, err := writerOf(t, types, ",")
		if err != nil {
			return nil, err
		}
		pretty, err := writerOf(t, types, ",\n ")
		return func(args []any) (any, error) {
			if args[1].(bool) {
				return asJSONText(pretty(nil, args[0]))
			}
			return asJSONText(plain(nil, args[0]))
		}, err
	}
}

// converter makes a jsonb value of a value, which may be nil.
type converter func(value any) (*datum.JSON, error)

func converterOf(t *catalog.Type, types function.Types) (converter, error) {
	write, err := writerOf(t, types)
	return func(value any) (*datum.JSON, error) {
		switch v := value.(type) {
		case nil:
			return &datum.JSON{}, nil
		case *datum.JSON:
			return v, nil
		case bool:
			return &datum.JSON{Kind: datum.JSONBool, Bool: v}, nil
		}
		text, err := write(nil, value)
		if err != nil {
			return nil, err
		}
		return parse(string(text))
	}, err
}

func makeToJSONB(types function.Types) (function.Func, error) {
	convert, err := converterOf(types.Args[0], types)
	return func(args []any) (any, error) { return orError(convert(args[0])) }, err
}

func orError(v *datum.JSON, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return v, nil
}

// each makes something for each argument.
func each[M any](types function.Types, of func(*catalog.Type, function.Types) (M, error)) ([]M, error) {
	list := make([]M, len(types.Args))
	for i, t := range types.Args {
		var err error
		if list[i], err = of(t, types); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func makeTextArray(types function.Types) (function.Func, error) {
	writers, err := each(types, writerOf)
	return func(args []any) (any, error) {
		dst := []byte{'['}
		for i, arg := range args {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			var err error
			if dst, err = appendNullable(dst, arg, writers[i]); err != nil {
				return nil, err
			}
		}
		return datum.JSONText(append(dst, ']')), nil
	}, err
}

func makeArray(types function.Types) (function.Func, error) {
	converters, err := each(types, converterOf)
	return func(args []any) (any, error) {
		items := make([]*datum.JSON, len(args))
		for i, arg := range args {
			var err error
			if items[i], err = converters[i](arg); err != nil {
				return nil, err
			}
		}
		return array(items), nil
	}, err
}

var errOdd = datum.Errorf("22023", "argument list must have even number of elements")

func makeTextObject(types function.Types) (function.Func, error) {
	writers, err := each(types, writerOf)
	if err != nil {
		return nil, err
	}
	names, err := each(types, namerOf)
	return func(args []any) (any, error) {
		if len(args)%2 != 0 {
			return nil, errOdd
		}
		dst := []byte{'{'}
		for i := 0; i < len(args); i += 2 {
			if args[i] == nil {
				return nil, datum.Errorf("22023", "argument %d cannot be null", i+1)
			}
			name, err := names[i](args[i])
			if err != nil {
				return nil, err
			}
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendString(dst, name), " : "...)
			if dst, err = appendNullable(dst, args[i+1], writers[i+1]); err != nil {
				return nil, err
			}
		}
		return datum.JSONText(append(dst, '}')), nil
	}, err
}

func makeObject(types function.Types) (function.Func, error) {
	converters, err := each(types, converterOf)
	if err != nil {
		return nil, err
	}
	names, err := each(types, namerOf)
	return func(args []any) (any, error) {
		if len(args)%2 != 0 {
			return nil, errOdd
		}
		members := make([]datum.Member, 0, len(args)/2)
		for i := 0; i < len(args); i += 2 {
			if args[i] == nil {
				return nil, datum.Errorf("22023", "argument %d: key must not be null", i+1)
			}
			name, err := names[i](args[i])
			if err != nil {
				return nil, err
			}
			value, err := converters[i+1](args[i+1])
			if err != nil {
				return nil, err
			}
			members = append(members, datum.Member{Name: name, Value: value})
		}
		return object(members), nil
	}, err
}

// namer gives the name of a member that a value stands for.
type namer func(value any) (string, error)

func namerOf(t *catalog.Type, types function.Types) (namer, error) {
	t = t.Unwrap()
	f, err := formOf(t)
	if err != nil {
		return nil, err
	}
	switch f {
	case formArray, formComposite, formJSON, formJSONB, formHstore:
		return func(any) (string, error) {
			return "", datum.Errorf("22023", "key value must be scalar, not array, composite, or json")
		}, nil
	case formBool:
		return func(value any) (string, error) { return string(appendBool(nil, value.(bool))), nil }, nil
	}
	if f == formTime {
		write, err := writerOf(t, types)
		return func(value any) (string, error) {
			text, err := write(nil, value)
			if err != nil {
				return "", err
			}
			return string(text[1 : len(text)-1]), nil // without its quotes; it has nothing to escape
		}, err
	}
	codec, err := types.Codec(t)
	return func(value any) (string, error) { return string(codec.Append(nil, value)), nil }, err
}
