package numbers

import (
	"cmp"
	"math/bits"
	"strconv"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// integerFunctions are the functions of smallint, integer and bigint.
func integerFunctions() []function.Function {
	widths := []width{smallint, integer, bigint}
	var list []function.Function
	for i, a := range widths {
		list = append(list, a.functions()...)
		for j, b := range widths {
			both := "(" + a.name + "," + b.name + ")"
			prefix := "int" + a.name[3:] + b.name[3:]
			if i == j {
				prefix = a.name
			}
			list = append(list, arithmetic(prefix, both, widths[max(i, j)])...)
			list = append(list, comparisons(prefix, both, cmp.Compare[int64])...)
			if prefix != "int2" {
				list = append(list, compareFunction("bt"+prefix+"cmp"+both, cmp.Compare[int64]))
			}
		}
	}
	// This one gives the difference.
	list = append(list, function.Of2("btint2cmp(int2,int2)", func(a, b int64) (int64, error) { return a - b, nil }))
	for _, w := range widths[1:] {
		both := "(" + w.name + "," + w.name + ")"
		list = append(list,
			function.Of2("gcd"+both, w.gcd), function.Of2("lcm"+both, w.lcm),
			function.Of1("to_hex("+w.name+")", w.hex))
	}
	return list
}

// arithmetic is what smallint, integer and bigint have in any combination.
func arithmetic(prefix, both string, w width) []function.Function {
	return []function.Function{
		function.Of2(prefix+"pl"+both, w.add),
		function.Of2(prefix+"mi"+both, w.subtract),
		function.Of2(prefix+"mul"+both, w.multiply),
		function.Of2(prefix+"div"+both, w.divide),
	}
}

// functions are those of one integer type with itself.
func (w width) functions() []function.Function {
	one, both := "("+w.name+")", "("+w.name+","+w.name+")"
	shift := "(" + w.name + ",int4)"
	list := []function.Function{
		function.Of1(w.name+"um"+one, w.negate),
		function.Of1(w.name+"up"+one, same[int64]),
		function.Of1(w.name+"abs"+one, w.abs),
		function.Of1("abs"+one, w.abs),
		function.Of2(w.name+"mod"+both, modulo),
		function.Of2("mod"+both, modulo),
		function.Of2(w.name+"and"+both, func(a, b int64) (int64, error) { return a & b, nil }),
		function.Of2(w.name+"or"+both, func(a, b int64) (int64, error) { return a | b, nil }),
		function.Of2(w.name+"xor"+both, func(a, b int64) (int64, error) { return a ^ b, nil }),
		function.Of1(w.name+"not"+one, func(a int64) (int64, error) { return ^a, nil }),
		function.Of2(w.name+"shl"+shift, w.shiftLeft),
		function.Of2(w.name+"shr"+shift, w.shiftRight),
	}
	return append(list, choices(w.name, w.name, cmp.Compare[int64])...)
}

// same gives its argument.
func same[T any](a T) (T, error) { return a, nil }

func (w width) add(a, b int64) (int64, error) {
	sum := a + b
	if (a^sum)&(b^sum) < 0 {
		return 0, w.rangeErr
	}
	return w.check(sum)
}

func (w width) subtract(a, b int64) (int64, error) {
	difference := a - b
	if (a^b)&(a^difference) < 0 {
		return 0, w.rangeErr
	}
	return w.check(difference)
}

func (w width) multiply(a, b int64) (int64, error) {
	if a == 0 || b == 0 {
		return 0, nil
	}
	product := a * b
	if a == -1 && b == bigint.min || b == -1 && a == bigint.min || product/b != a {
		return 0, w.rangeErr
	}
	return w.check(product)
}

func (w width) divide(a, b int64) (int64, error) {
	switch b {
	case 0:
		return 0, datum.ErrDivisionByZero
	case -1:
		return w.negate(a)
	}
	return a / b, nil
}

func (w width) negate(a int64) (int64, error) {
	if a == w.min {
		return 0, w.rangeErr
	}
	return w.check(-a)
}

func (w width) abs(a int64) (int64, error) {
	if a < 0 {
		return w.negate(a)
	}
	return a, nil
}

func modulo(a, b int64) (int64, error) {
	switch b {
	case 0:
		return 0, datum.ErrDivisionByZero
	case -1:
		return 0, nil
	}
	return a % b, nil
}

// shiftBits masks a count as the processor does for the register that holds the value.
func (w width) shiftBits(count int64) uint {
	if w.name == "int8" {
		return uint(count) & 63
	}
	return uint(count) & 31
}

func (w width) shiftLeft(a, count int64) (int64, error) {
	shifted := a << w.shiftBits(count)
	switch w.name {
	case "int2":
		return int64(int16(shifted)), nil
	case "int4":
		return int64(int32(shifted)), nil
	}
	return shifted, nil
}

func (w width) shiftRight(a, count int64) (int64, error) { return a >> w.shiftBits(count), nil }

func (w width) gcd(a, b int64) (int64, error) {
	return w.magnitude(gcd(magnitude(a), magnitude(b)))
}

func (w width) lcm(a, b int64) (int64, error) {
	if a == 0 || b == 0 {
		return 0, nil
	}
	x, y := magnitude(a), magnitude(b)
	high, low := bits.Mul64(x/gcd(x, y), y)
	if high != 0 {
		return 0, w.rangeErr
	}
	return w.magnitude(low)
}

// magnitude gives a value without sign if the type has it.
func (w width) magnitude(value uint64) (int64, error) {
	if value > uint64(w.max) {
		return 0, w.rangeErr
	}
	return int64(value), nil
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// hex writes the bits of a value.
func (w width) hex(a int64) (string, error) {
	if w.name == "int4" {
		return strconv.FormatUint(uint64(uint32(a)), 16), nil
	}
	return strconv.FormatUint(uint64(a), 16), nil
}
