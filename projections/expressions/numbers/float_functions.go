package numbers

import (
	"math"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// floatFunctions are the operators of real and double precision.
func floatFunctions() []function.Function {
	list := append(floatPair("float4", "(float4,float4)", narrow[float32], narrow[float32]),
		floatPair("float8", "(float8,float8)", narrow[float64], narrow[float64])...)
	list = append(list, floatPair("float48", "(float4,float8)", widen[float32], narrow[float64])...)
	list = append(list, floatPair("float84", "(float8,float4)", narrow[float64], widen[float32])...)
	list = append(list, compareFunction("btfloat4cmp(float4,float4)", compareFloat[float32]),
		compareFunction("btfloat8cmp(float8,float8)", compareFloat[float64]),
		compareFunction("btfloat48cmp(float4,float8)", func(a float32, b float64) int { return compareFloat(float64(a), b) }),
		compareFunction("btfloat84cmp(float8,float4)", func(a float64, b float32) int { return compareFloat(a, float64(b)) }))
	return append(append(list, floatUnary[float32]("float4")...), floatUnary[float64]("float8")...)
}

// narrow and widen convert an argument to the type that is calculated in.
func narrow[F float](x F) F      { return x }
func widen[F float](x F) float64 { return float64(x) }

// floatPair are the functions of two floats, which are converted to the type
// of the result first.
func floatPair[A, B, R float](prefix, both string, toA func(A) R, toB func(B) R) []function.Function {
	operator := func(suffix string, call func(a, b R) (R, error)) function.Function {
		return function.Of2(prefix+suffix+both, func(a A, b B) (R, error) { return call(toA(a), toB(b)) })
	}
	list := []function.Function{
		operator("pl", addFloat[R]), operator("mi", subtractFloat[R]),
		operator("mul", multiplyFloat[R]), operator("div", divideFloat[R]),
	}
	return append(list, comparisons(prefix, both, func(a A, b B) int { return compareFloat(toA(a), toB(b)) })...)
}

func floatUnary[F float](name string) []function.Function {
	abs := func(a F) (F, error) { return F(math.Abs(float64(a))), nil }
	list := []function.Function{
		function.Of1(name+"um("+name+")", func(a F) (F, error) { return -a, nil }),
		function.Of1(name+"up("+name+")", same[F]),
		function.Of1(name+"abs("+name+")", abs),
		function.Of1("abs("+name+")", abs),
	}
	return append(list, choices(name, name, compareFloat[F])...)
}

func isInf[F float](x F) bool { return math.IsInf(float64(x), 0) }

// settled checks a result: infinite and zero ones are errors unless the
// arguments explain them.
func settled[F float](result F, mayOverflow, mayVanish bool) (F, error) {
	switch {
	case isInf(result) && !mayOverflow:
		return 0, datum.ErrOverflow
	case result == 0 && !mayVanish:
		return 0, datum.ErrUnderflow
	}
	return result, nil
}

func addFloat[F float](a, b F) (F, error) { return settled(a+b, isInf(a) || isInf(b), true) }

func subtractFloat[F float](a, b F) (F, error) { return settled(a-b, isInf(a) || isInf(b), true) }

func multiplyFloat[F float](a, b F) (F, error) {
	return settled(a*b, isInf(a) || isInf(b), a == 0 || b == 0)
}

func divideFloat[F float](a, b F) (F, error) {
	if b == 0 && a == a {
		return 0, datum.ErrDivisionByZero
	}
	return settled(a/b, isInf(a), a == 0 || isInf(b))
}
