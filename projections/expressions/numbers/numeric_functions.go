package numbers

import (
	"math"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// numericFunctions are the operators of numeric and its functions that need no
// transcendental mathematics.
func numericFunctions() []function.Function {
	const both = "(numeric,numeric)"
	list := append(comparisons("numeric_", both, Compare), choices("numeric_", "numeric", Compare)...)
	plain := func(name string, call func(datum.Numeric) datum.Numeric) {
		list = append(list, function.Of1(name+"(numeric)", func(n datum.Numeric) (datum.Numeric, error) { return call(n), nil }))
	}
	plain("numeric_uminus", negated)
	plain("numeric_uplus", func(n datum.Numeric) datum.Numeric { return n })
	plain("numeric_abs", absolute)
	plain("abs", absolute)
	plain("sign", signOfNumeric)
	plain("trim_scale", trimScale)
	of2 := func(call func(a, b datum.Numeric) (datum.Numeric, error), names ...string) {
		for _, name := range names {
			list = append(list, function.Of2(name+both, call))
		}
	}
	of2(Add, "numeric_add")
	of2(Sub, "numeric_sub")
	of2(Mul, "numeric_mul")
	of2(Div, "numeric_div")
	of2(divideWhole, "div", "numeric_div_trunc")
	of2(remainder, "mod", "numeric_mod")
	of2(numericGCD, "gcd")
	of2(numericLCM, "lcm")
	toUnits := func(call func(datum.Numeric, int64) (datum.Numeric, error)) func(datum.Numeric) (datum.Numeric, error) {
		return func(n datum.Numeric) (datum.Numeric, error) { return call(n, 0) }
	}
	return append(list,
		compareFunction("numeric_cmp"+both, Compare),
		function.Of1("ceil(numeric)", ceilNumeric), function.Of1("ceiling(numeric)", ceilNumeric),
		function.Of1("floor(numeric)", floorNumeric),
		function.Of2("round(numeric,int4)", roundNumeric), function.Of1("round(numeric)", toUnits(roundNumeric)),
		function.Of2("trunc(numeric,int4)", truncateNumeric), function.Of1("trunc(numeric)", toUnits(truncateNumeric)),
		function.Of2("numeric(numeric,int4)", coerceNumeric),
		function.Of1("scale(numeric)", scaleFunction(scale)),
		function.Of1("min_scale(numeric)", scaleFunction(minScale)),
		function.Of1("factorial(int8)", factorial),
		function.Function{Signature: "width_bucket(numeric,numeric,numeric,int4)", Call: func(args []any) (any, error) {
			bucket, err := numericBucket(args[0].(datum.Numeric), args[1].(datum.Numeric), args[2].(datum.Numeric), args[3].(int64))
			if err != nil {
				return nil, err
			}
			return bucket, nil
		}},
	)
}

func signOfNumeric(n datum.Numeric) datum.Numeric {
	if isNumericNaN(n) {
		return n
	}
	return fromInt(int64(signum(n)))
}

func trimScale(n datum.Numeric) datum.Numeric {
	if isSpecial(n) {
		return n
	}
	result := new(apd.Decimal).Set(n)
	least := minScale(n)
	result.Coeff.Quo(&n.Coeff, power10(scale(n)-least))
	result.Exponent = int32(-least)
	return result
}

// scaleFunction gives NULL for what is no number.
func scaleFunction(call func(datum.Numeric) int) func(datum.Numeric) (any, error) {
	return func(n datum.Numeric) (any, error) {
		if isSpecial(n) {
			return nil, nil
		}
		return int64(call(n)), nil
	}
}

// greatestFactorial is the last whose digits can be held.
const greatestFactorial = 32177

func factorial(n int64) (datum.Numeric, error) {
	switch {
	case n < 0:
		return nil, datum.Errorf("22003", "factorial of a negative number is undefined")
	case n > greatestFactorial:
		return nil, datum.ErrNumericRange
	}
	return made(new(apd.BigInt).MulRange(1, n), 0)
}

// numericBucket finds the bucket of an operand among count equal ones between two bounds.
func numericBucket(operand, low, high datum.Numeric, count int64) (int64, error) {
	order := Compare(low, high)
	switch {
	case count <= 0:
		return 0, errBucketCount
	case isNumericNaN(operand) || isNumericNaN(low) || isNumericNaN(high):
		return 0, errBucketNaN
	case isSpecial(low) || isSpecial(high):
		return 0, errBucketBounds
	case order == 0:
		return 0, errBucketNothing
	case Compare(operand, low)*sign(order) > 0:
		return 0, nil
	case Compare(operand, high)*sign(order) <= 0:
		return integer.add(count, 1)
	}
	return bucketBetween(operand, low, high, count)
}

// bucketBetween multiplies by the count before it divides, and rounds the
// quotient as a division does.
func bucketBetween(operand, low, high datum.Numeric, count int64) (int64, error) {
	to := max(scale(operand), scale(low), scale(high))
	start := scaled(low, to)
	part, all := scaled(operand, to), scaled(high, to)
	part.Sub(part, start).Mul(part, apd.NewBigInt(count))
	all.Sub(all, start)
	if all.Sign() < 0 {
		part.Neg(part)
		all.Neg(all)
	}
	distance, err := made(part, to)
	if err != nil {
		return 0, err
	}
	width, err := made(all, to)
	if err != nil {
		return 0, err
	}
	bucket, err := divideTo(distance, width, divisionScale(distance, width))
	if err != nil {
		return 0, err
	}
	number := whole(bucket)
	if !number.IsInt64() || number.Int64() >= math.MaxInt32 {
		return 0, datum.ErrIntegerRange
	}
	return number.Int64() + 1, nil
}
