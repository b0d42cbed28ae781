package jsons

import (
	"fmt"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/values"
)

// writer appends what to_json gives for a value that is not NULL.
type writer func(dst []byte, value any) ([]byte, error)

// firstUserOID is where the types begin that are not PostgreSQL's own.
const firstUserOID = 16384

// form is how to_json shows the values of a type.
type form byte

const (
	formText form = iota // their text in quotes
	formBool
	formNumber
	formTime // a timestamp: its text with a T
	formJSON
	formJSONB
	formArray
	formComposite
	formHstore // by a cast to json of its own
)

// formOf sorts a type as PostgreSQL does. The text of other casts to json cannot be known.
func formOf(t *catalog.Type) (form, error) {
	switch {
	case t.Kind == catalog.Array:
		return formArray, nil
	case t.Kind == catalog.Composite:
		return formComposite, nil
	case t.Kind == catalog.Pseudo:
		return 0, fmt.Errorf("values of type %s cannot be shown as JSON", t.Name)
	case t.OID >= firstUserOID && t.Kind == catalog.Base && t.Name == "hstore":
		return formHstore, nil
	case t.OID >= firstUserOID && t.HasJSONCast:
		return 0, fmt.Errorf("type %s has a cast to json, which only PostgreSQL can compute", t.Name)
	case t.OID >= firstUserOID:
		return formText, nil
	}
	switch t.Name {
	case "bool":
		return formBool, nil
	case "int2", "int4", "int8", "float4", "float8", "numeric":
		return formNumber, nil
	case "timestamp", "timestamptz":
		return formTime, nil
	case "json":
		return formJSON, nil
	case "jsonb":
		return formJSONB, nil
	}
	return formText, nil
}

// writerOf makes the writer of a type.
func writerOf(t *catalog.Type, types function.Types) (writer, error) {
	t = t.Unwrap()
	f, err := formOf(t)
	if err != nil {
		return nil, err
	}
	switch f {
	case formArray:
		return arrayWriter(t, types, ",")
	case formComposite:
		return recordWriter(t, types, ",")
	case formBool:
		return func(dst []byte, value any) ([]byte, error) { return appendBool(dst, value.(bool)), nil }, nil
	case formJSON, formJSONB:
		return plainWriter(t, types)
	case formNumber:
		return numberWriter(t, types)
	case formText:
		return quotingWriter(t, types)
	}
	return translatingWriter(t, types, f)
}

func plainWriter(t *catalog.Type, types function.Types) (writer, error) {
	codec, err := types.Codec(t)
	return func(dst []byte, value any) ([]byte, error) { return codec.Append(dst, value), nil }, err
}

// numberWriter puts what is no number to JSON (NaN, Infinity) in quotes.
func numberWriter(t *catalog.Type, types function.Types) (writer, error) {
	codec, err := types.Codec(t)
	return func(dst []byte, value any) ([]byte, error) {
		start := len(dst)
		dst = codec.Append(dst, value)
		if isDigit(dst[len(dst)-1]) {
			return dst, nil
		}
		return appendString(dst[:start], string(dst[start:])), nil
	}, err
}

func quotingWriter(t *catalog.Type, types function.Types) (writer, error) {
	codec, err := types.Codec(t)
	return func(dst []byte, value any) ([]byte, error) {
		if text, ok := value.(string); ok && t.Name != "char" { // "char" is not held as it is shown
			return appendString(dst, text), nil
		}
		return appendString(dst, string(codec.Append(nil, value))), nil
	}, err
}

// translatingWriter leaves it to package values to make JSON of a text. Of
// hstore it gives to_jsonb's, which differs from to_json's by its blanks only.
func translatingWriter(t *catalog.Type, types function.Types, f form) (writer, error) {
	codec, err := types.Codec(t)
	if err != nil {
		return nil, err
	}
	translate, err := values.JSON(t)
	return func(dst []byte, value any) ([]byte, error) {
		text := codec.Append(nil, value)
		if f == formTime {
			return translate(dst, text)
		}
		compact, err := translate(nil, text)
		if err != nil {
			return dst, err
		}
		v, err := parse(string(compact))
		if err != nil {
			return dst, err
		}
		return appendValue(dst, v), nil
	}, err
}

func arrayWriter(t *catalog.Type, types function.Types, separator string) (writer, error) {
	element, err := writerOf(t.Elem, types)
	return func(dst []byte, value any) ([]byte, error) {
		a := value.(*datum.Array)
		if len(a.Values) == 0 {
			return append(dst, "[]"...), nil
		}
		dst, _, err := appendDimension(dst, a.Dims, a.Values, element, separator)
		return dst, err
	}, err
}

// appendDimension writes the elements of one dimension and gives back the rest.
func appendDimension(dst []byte, dims []datum.Dimension, rest []any, element writer, separator string) ([]byte, []any, error) {
	dst = append(dst, '[')
	for i := range dims[0].Length {
		if i > 0 {
			dst = append(dst, separator...)
		}
		var err error
		if len(dims) > 1 {
			dst, rest, err = appendDimension(dst, dims[1:], rest, element, ",")
		} else {
			dst, err = appendNullable(dst, rest[0], element)
			rest = rest[1:]
		}
		if err != nil {
			return dst, rest, err
		}
	}
	return append(dst, ']'), rest, nil
}

func appendNullable(dst []byte, value any, write writer) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	return write(dst, value)
}

func recordWriter(t *catalog.Type, types function.Types, separator string) (writer, error) {
	if t.Kind != catalog.Composite {
		return nil, fmt.Errorf("rows of type %s cannot be shown as JSON", t.Name)
	}
	fields := make([]writer, len(t.Attributes))
	for i, a := range t.Attributes {
		var err error
		if fields[i], err = writerOf(a.Type, types); err != nil {
			return nil, err
		}
	}
	return func(dst []byte, value any) ([]byte, error) {
		dst = append(dst, '{')
		for i, field := range value.(*datum.Record).Fields {
			if i > 0 {
				dst = append(dst, separator...)
			}
			dst = append(appendString(dst, t.Attributes[i].Name), ':')
			var err error
			if dst, err = appendNullable(dst, field, fields[i]); err != nil {
				return dst, err
			}
		}
		return append(dst, '}'), nil
	}, nil
}
