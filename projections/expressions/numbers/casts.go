package numbers

import (
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// castFunctions convert between the types of numbers.
func castFunctions() []function.Function {
	var list []function.Function
	for _, to := range []width{smallint, integer, bigint} {
		for _, from := range []width{smallint, integer, bigint} {
			if from.name != to.name {
				list = append(list, function.Of1(to.name+"("+from.name+")", to.check))
			}
		}
		list = append(list,
			function.Of1(to.name+"(float4)", func(x float32) (int64, error) { return to.fromFloat(float64(x)) }),
			function.Of1(to.name+"(float8)", to.fromFloat),
			function.Of1(to.name+"(numeric)", to.fromNumeric),
			function.Of1("float4("+to.name+")", func(x int64) (float32, error) { return float32(x), nil }),
			function.Of1("float8("+to.name+")", func(x int64) (float64, error) { return float64(x), nil }),
			function.Of1("numeric("+to.name+")", func(x int64) (datum.Numeric, error) { return fromInt(x), nil }))
	}
	return append(list,
		function.Of1("float8(float4)", func(x float32) (float64, error) { return float64(x), nil }),
		function.Of1("float4(float8)", func(x float64) (float32, error) {
			return settled(float32(x), isInf(x), x == 0)
		}),
		function.Of1("float4(numeric)", func(n datum.Numeric) (float32, error) { return parseReal(string(appendNumeric(nil, n))) }),
		function.Of1("float8(numeric)", func(n datum.Numeric) (float64, error) { return parseDouble(string(appendNumeric(nil, n))) }),
		function.Of1("numeric(float4)", func(x float32) (datum.Numeric, error) { return numericOfFloat(float64(x), 6) }),
		function.Of1("numeric(float8)", func(x float64) (datum.Numeric, error) { return numericOfFloat(x, 15) }),
	)
}

// fromFloat rounds to the nearest integer, to the even one of two.
func (w width) fromFloat(x float64) (int64, error) {
	x = math.RoundToEven(x)
	// The maximum itself may be no float; the number after it is one.
	if !(x >= float64(w.min) && x < -float64(w.min)) {
		return 0, w.rangeErr
	}
	return int64(x), nil
}

// fromNumeric rounds to the nearest integer, away from zero of two.
func (w width) fromNumeric(n datum.Numeric) (int64, error) {
	switch {
	case isNumericNaN(n):
		return 0, datum.Errorf("0A000", "cannot convert NaN to %s", w.title)
	case isSpecial(n):
		return 0, datum.Errorf("0A000", "cannot convert infinity to %s", w.title)
	}
	value := rescaled(scaled(n, scale(n)), scale(n), 0)
	if !value.IsInt64() {
		return 0, w.rangeErr
	}
	return w.check(value.Int64())
}

// numericOfFloat has the digits that a float of this type surely has.
func numericOfFloat(x float64, digits int) (datum.Numeric, error) {
	switch {
	case math.IsNaN(x):
		return numericNaN, nil
	case isInf(x):
		return &apd.Decimal{Form: apd.Infinite, Negative: x < 0}, nil
	}
	return parseNumeric(strconv.FormatFloat(x, 'g', digits, 64))
}
