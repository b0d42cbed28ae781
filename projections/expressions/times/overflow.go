package times

import "math"

// add64 adds, telling whether the sum fits.
func add64(a, b int64) (int64, bool) {
	sum := a + b
	return sum, (sum > a) == (b > 0)
}

// sub64 subtracts, telling whether the difference fits.
func sub64(a, b int64) (int64, bool) {
	difference := a - b
	return difference, (difference < a) == (b > 0)
}

// mul64 multiplies, telling whether the product fits.
func mul64(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	product := a * b
	if product/b != a || a == -1 && b == math.MinInt64 || b == -1 && a == math.MinInt64 {
		return 0, false
	}
	return product, true
}

// mulAdd is a*b + c, telling whether it fits.
func mulAdd(a, b, c int64) (int64, bool) {
	product, ok := mul64(a, b)
	if !ok {
		return 0, false
	}
	return add64(product, c)
}

// int32Of narrows, telling whether the value fits.
func int32Of(a int64) (int32, bool) {
	return int32(a), int64(int32(a)) == a
}

// add32 adds, telling whether the sum fits.
func add32(a, b int32) (int32, bool) { return int32Of(int64(a) + int64(b)) }
