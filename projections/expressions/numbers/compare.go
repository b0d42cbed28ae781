package numbers

import "materializer/projections/expressions/function"

// comparisons are the six comparison functions of a pair of types: "int4" and
// "(int4,int4)" give int4eq(int4,int4) and so on.
func comparisons[A, B any](prefix, both string, compare func(A, B) int) []function.Function {
	test := func(suffix string, holds func(int) bool) function.Function {
		return function.Of2(prefix+suffix+both, func(a A, b B) (bool, error) { return holds(compare(a, b)), nil })
	}
	return []function.Function{
		test("eq", func(c int) bool { return c == 0 }),
		test("ne", func(c int) bool { return c != 0 }),
		test("lt", func(c int) bool { return c < 0 }),
		test("le", func(c int) bool { return c <= 0 }),
		test("gt", func(c int) bool { return c > 0 }),
		test("ge", func(c int) bool { return c >= 0 }),
	}
}

// compareFunction is the function that says which of two values is the greater.
func compareFunction[A, B any](signature string, compare func(A, B) int) function.Function {
	return function.Of2(signature, func(a A, b B) (int64, error) { return int64(sign(compare(a, b))), nil })
}

// choices are the functions that give the larger and the smaller of two values
// of a type, the second if they are equal.
func choices[T any](prefix, typeName string, compare func(a, b T) int) []function.Function {
	both := "(" + typeName + "," + typeName + ")"
	return []function.Function{
		function.Of2(prefix+"larger"+both, func(a, b T) (T, error) {
			if compare(a, b) > 0 {
				return a, nil
			}
			return b, nil
		}),
		function.Of2(prefix+"smaller"+both, func(a, b T) (T, error) {
			if compare(a, b) < 0 {
				return a, nil
			}
			return b, nil
		}),
	}
}

func sign(c int) int {
	switch {
	case c < 0:
		return -1
	case c > 0:
		return 1
	}
	return 0
}
