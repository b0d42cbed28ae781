package jsons

import (
	"math"
	"strconv"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func casts() []function.Function {
	list := []function.Function{
		function.Of1("bool(jsonb)", func(v *datum.JSON) (bool, error) { return v.Bool, expect(v, datum.JSONBool, "boolean") }),
		function.Of1("numeric(jsonb)", func(v *datum.JSON) (datum.Numeric, error) {
			return v.Number, expect(v, datum.JSONNumber, "numeric")
		}),
		function.Of1("int2(jsonb)", toInteger("smallint", math.MaxInt16, datum.ErrSmallintRange)),
		function.Of1("int4(jsonb)", toInteger("integer", math.MaxInt32, datum.ErrIntegerRange)),
		function.Of1("int8(jsonb)", toInteger("bigint", math.MaxInt64, datum.ErrBigintRange)),
		function.Of1("float4(jsonb)", func(v *datum.JSON) (float32, error) {
			f, err := toFloat(v, "real", 32)
			return float32(f), err
		}),
		function.Of1("float8(jsonb)", func(v *datum.JSON) (float64, error) { return toFloat(v, "double precision", 64) }),
	}
	for i, f := range list {
		list[i] = f.Since(18, nullOfNull(f.Call))
	}
	return list
}

// nullOfNull makes a NULL of a JSON null, as casts do since PostgreSQL 18.
func nullOfNull(call function.Func) function.Func {
	return func(args []any) (any, error) {
		if args[0].(*datum.JSON).Kind == datum.JSONNull {
			return nil, nil
		}
		return call(args)
	}
}

func expect(v *datum.JSON, kind datum.JSONKind, typeName string) error {
	if v.Kind == kind {
		return nil
	}
	name := kindName(v.Kind)
	if v.Kind == datum.JSONNumber {
		name = "numeric"
	}
	return datum.Errorf("22023", "cannot cast jsonb %s to type %s", name, typeName)
}

// toInteger makes the cast to an integer; halves are rounded away from zero.
func toInteger(typeName string, most int64, outOfRange error) func(*datum.JSON) (int64, error) {
	return func(v *datum.JSON) (int64, error) {
		if err := expect(v, datum.JSONNumber, typeName); err != nil {
			return 0, err
		}
		n, err := rounded(v.Number)
		switch {
		case err != nil || n > uint64(most)+1 || n == uint64(most)+1 && !v.Number.Negative:
			return 0, outOfRange
		case v.Number.Negative:
			return -int64(n), nil
		}
		return int64(n), nil
	}
}

// rounded is a number without its sign and its fraction.
func rounded(number datum.Numeric) (uint64, error) {
	digits := number.Coeff.Text(10)
	point := len(digits) + int(number.Exponent) // place of the first digit behind the point
	n, err := strconv.ParseUint("0"+digits[:max(0, point)], 10, 63)
	if 0 <= point && point < len(digits) && digits[point] >= '5' {
		n++
	}
	return n, err
}

func toFloat(v *datum.JSON, typeName string, bits int) (float64, error) {
	if err := expect(v, datum.JSONNumber, typeName); err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(v.Number.Text('f'), bits)
	if err != nil || f == 0 && v.Number.Sign() != 0 {
		return 0, datum.Errorf("22003", "out of range for type %s", typeName)
	}
	return f, nil
}
