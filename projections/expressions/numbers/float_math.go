package numbers

import (
	"errors"
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errInputRange    = &datum.Error{Code: "22003", Message: "input is out of range"}
	errNegativeRoot  = &datum.Error{Code: "2201F", Message: "cannot take square root of a negative number"}
	errZeroPower     = &datum.Error{Code: "2201F", Message: "zero raised to a negative power is undefined"}
	errComplexPower  = &datum.Error{Code: "2201F", Message: "a negative number raised to a non-integer power yields a complex result"}
	errBucketCount   = &datum.Error{Code: "2201G", Message: "count must be greater than zero"}
	errBucketNaN     = &datum.Error{Code: "2201G", Message: "operand, lower bound, and upper bound cannot be NaN"}
	errBucketBounds  = &datum.Error{Code: "2201G", Message: "lower and upper bounds must be finite"}
	errBucketNothing = &datum.Error{Code: "2201G", Message: "lower bound cannot equal upper bound"}
)

// mathFunctions are the functions of double precision but for trigonometry.
func mathFunctions() []function.Function {
	var list []function.Function
	of1 := func(call func(float64) (float64, error), names ...string) {
		for _, name := range names {
			list = append(list, function.Of1(name+"(float8)", call))
		}
	}
	exact := func(call func(float64) float64, names ...string) {
		of1(func(x float64) (float64, error) { return call(x), nil }, names...)
	}
	exact(math.Ceil, "ceil", "ceiling")
	exact(math.Floor, "floor")
	exact(math.RoundToEven, "round", "dround")
	exact(math.Trunc, "trunc", "dtrunc")
	exact(signOfFloat, "sign")
	of1(floatSqrt, "sqrt", "dsqrt")
	of1(floatCbrt, "cbrt", "dcbrt")
	of1(floatExp, "exp", "dexp")
	of1(floatLogarithm(libLog), "ln", "dlog1")
	of1(floatLogarithm(libLog10), "log", "log10", "dlog10")
	of1(func(x float64) (float64, error) { return divideFloat(x, radiansPerDegree) }, "degrees")
	of1(func(x float64) (float64, error) { return multiplyFloat(x, radiansPerDegree) }, "radians")
	for _, name := range []string{"pow", "power", "dpow"} {
		list = append(list, function.Of2(name+"(float8,float8)", floatPower))
	}
	return append(list,
		function.Function{Signature: "pi()", Call: func([]any) (any, error) { return math.Pi, nil }},
		function.Function{Signature: "width_bucket(float8,float8,float8,int4)", Call: func(args []any) (any, error) {
			bucket, err := floatBucket(args[0].(float64), args[1].(float64), args[2].(float64), args[3].(int64))
			if err != nil {
				return nil, err
			}
			return bucket, nil
		}},
	)
}

func signOfFloat(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

func floatSqrt(x float64) (float64, error) {
	if x < 0 {
		return 0, errNegativeRoot
	}
	return settled(math.Sqrt(x), isInf(x), x == 0)
}

func floatCbrt(x float64) (float64, error) { return settled(libCbrt(x), isInf(x), x == 0) }

func floatExp(x float64) (float64, error) {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x, nil
	case math.IsInf(x, -1):
		return 0, nil
	}
	result, err := libExp(x)
	if errors.Is(err, errRange) && result != 0 {
		return 0, datum.ErrOverflow
	}
	return settled(result, false, false)
}

func floatLogarithm(logarithm func(float64) float64) func(float64) (float64, error) {
	return func(x float64) (float64, error) {
		switch {
		case x == 0:
			return 0, datum.ErrLogarithmOfZero
		case x < 0:
			return 0, datum.ErrLogarithmOfMinus
		}
		return settled(logarithm(x), isInf(x), x == 1)
	}
}

// floatPower is x to the power of y with the special cases of POSIX, of which
// PostgreSQL does not rely on the C library.
func floatPower(x, y float64) (float64, error) {
	switch {
	case math.IsNaN(x) && y == 0, x == 1 && math.IsNaN(y):
		return 1, nil
	case math.IsNaN(x) || math.IsNaN(y):
		return math.NaN(), nil
	case x == 0 && y < 0:
		return 0, errZeroPower
	case x < 0 && math.Floor(y) != y:
		return 0, errComplexPower
	case isInf(y):
		return infinitePower(x, y), nil
	case isInf(x):
		return powerOfInfinity(x, y), nil
	}
	result, err := libPow(x, y)
	switch {
	case errors.Is(err, errDomain) || math.IsNaN(result):
		return powerBeyond(x, y)
	case errors.Is(err, errRange) && result != 0:
		return 0, datum.ErrOverflow
	}
	return settled(result, false, x == 0)
}

// infinitePower is the power for an infinite y.
func infinitePower(x, y float64) float64 {
	switch size := math.Abs(x); {
	case size == 1:
		return 1
	case (size > 1) == (y > 0):
		return math.Inf(1)
	}
	return 0
}

// powerOfInfinity is the power for an infinite x.
func powerOfInfinity(x, y float64) float64 {
	odd := math.Floor(y/2) != y/2
	switch {
	case y == 0:
		return 1
	case x > 0 && y > 0, x < 0 && y > 0 && !odd:
		return math.Inf(1)
	case x < 0 && y > 0:
		return x
	case x < 0 && odd:
		return math.Copysign(0, -1)
	}
	return 0
}

// powerBeyond is the power where the C library knows no answer.
func powerBeyond(x, y float64) (float64, error) {
	size := math.Abs(x)
	switch {
	case x == 0:
		return 0, nil
	case size == 1:
		return 1, nil
	case (y >= 0) == (size > 1):
		return 0, datum.ErrOverflow
	}
	return 0, datum.ErrUnderflow
}

// floatBucket finds the bucket of an operand among count equal ones between two bounds.
func floatBucket(operand, low, high float64, count int64) (int64, error) {
	switch {
	case count <= 0:
		return 0, errBucketCount
	case math.IsNaN(operand) || math.IsNaN(low) || math.IsNaN(high):
		return 0, errBucketNaN
	case isInf(low) || isInf(high):
		return 0, errBucketBounds
	case low == high:
		return 0, errBucketNothing
	case low < high && operand < low, low > high && operand > low:
		return 0, nil
	case low < high && operand >= high, low > high && operand <= high:
		return integer.add(count, 1)
	}
	return toInt32(float64(count)*(operand-low)/(high-low) + 1), nil
}

// toInt32 converts as the processor does, which PostgreSQL trusts here.
func toInt32(x float64) int64 {
	if x > math.MinInt32-1 && x < math.MaxInt32+1 {
		return int64(x)
	}
	return math.MinInt32
}
