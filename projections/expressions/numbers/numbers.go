// Package numbers implements PostgreSQL's truth values and numbers: boolean,
// smallint, integer, bigint, oid, real, double precision, numeric and money,
// with their operators, casts and functions and with to_char and to_number.
//
// Results are PostgreSQL's own to the last digit: scales and rounding of
// numeric are those of its source, and functions such as sin are the C
// library's, which PostgreSQL calls, too. Where PostgreSQL raises an error, a
// *datum.Error with its SQLSTATE is returned.
package numbers

import (
	"cmp"

	"materializer/catalog"
	"materializer/projections/expressions/function"
)

// Types are the types of this family.
func Types() []function.Type {
	return []function.Type{
		typeOf("bool", parseBool, appendBool, compareBool),
		revised("int2", smallint.parse, smallint.parse16, appendInteger, cmp.Compare[int64]),
		revised("int4", integer.parse, integer.parse16, appendInteger, cmp.Compare[int64]),
		revised("int8", bigint.parse, bigint.parse16, appendInteger, cmp.Compare[int64]),
		revised("oid", parseOID, parseOID16, appendOID, compareOID),
		typeOf("float4", parseReal, appendReal, compareFloat[float32]),
		typeOf("float8", parseDouble, appendDouble, compareFloat[float64]),
		revised("numeric", parseNumeric, parseNumeric16, appendNumeric, Compare),
	}
}

// typeOf makes a Type of its text form and order.
func typeOf[T any](name string, parse func(string) (T, error), write func([]byte, T) []byte, compare func(a, b T) int) function.Type {
	codec := function.Codec{
		Parse: func(text string) (any, error) {
			value, err := parse(text)
			if err != nil {
				return nil, err
			}
			return value, nil
		},
		Append: func(dst []byte, value any) []byte { return write(dst, value.(T)) },
	}
	order := func(a, b any) int { return compare(a.(T), b.(T)) }
	return function.Type{
		Name:  name,
		Make:  func(*catalog.Type, function.Types) (function.Codec, error) { return codec, nil },
		Order: func(*catalog.Type, function.Types) (function.Compare, error) { return order, nil },
	}
}

// revised is a type whose text is read otherwise since PostgreSQL 16.
func revised[T any](name string, parse, newer func(string) (T, error), write func([]byte, T) []byte, compare func(a, b T) int) function.Type {
	before, since := typeOf(name, parse, write, compare), typeOf(name, newer, write, compare)
	typ := before
	typ.Make = func(t *catalog.Type, types function.Types) (function.Codec, error) {
		if types.Version >= 16 {
			return since.Make(t, types)
		}
		return before.Make(t, types)
	}
	return typ
}
