package numbers

import (
	"math"
	"math/big"
	"sync"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// Logarithms and powers of numerics are calculated in binary with so many more
// digits than are asked for that the rounded result is the right one.

// guardDigits are the decimal digits that are calculated beyond the result.
const guardDigits = 30

// bitsFor is the precision for so many significant decimal digits of a result.
func bitsFor(digits int) uint { return uint(float64(max(digits, 0)+guardDigits)*math.Log2(10)) + 64 }

// newPrecise makes a number of a precision.
func newPrecise(bits uint) *big.Float { return new(big.Float).SetPrec(bits) }

// preciseInt converts an integer.
func preciseInt(c *apd.BigInt, bits uint) *big.Float { return newPrecise(bits).SetInt(c.MathBigInt()) }

// precise converts a finite numeric.
func precise(n datum.Numeric, bits uint) *big.Float {
	x := preciseInt(scaled(n, scale(n)), bits)
	return x.Quo(x, preciseInt(power10(scale(n)), bits))
}

// fromPrecise rounds to a scale, halves away from zero.
func fromPrecise(x *big.Float, scale int) (datum.Numeric, error) {
	return made(roundPrecise(x, scale), scale)
}

// roundPrecise gives the coefficient at a scale.
func roundPrecise(x *big.Float, scale int) *apd.BigInt {
	y := newPrecise(x.Prec()).Mul(x, preciseInt(power10(scale), x.Prec()))
	half := big.NewFloat(0.5)
	if y.Signbit() {
		half.Neg(half)
	}
	// Enough bits, so that the sum loses none before the point.
	sum := newPrecise(max(x.Prec(), uint(max(y.MantExp(nil), 0))+64)).Add(y, half)
	integer, _ := sum.Int(nil)
	return new(apd.BigInt).SetMathBigInt(integer)
}

// naturalLog is the logarithm of a positive numeric, precise to bits
// significant bits where the number is near to 1, and to bits after the binary
// point elsewhere.
func naturalLog(n datum.Numeric, bits uint) *big.Float {
	if isNearOne(n) {
		one, c := power10(scale(n)), scaled(n, scale(n))
		z := preciseInt(new(apd.BigInt).Sub(c, one), bits)
		return logOfRatio(z.Quo(z, preciseInt(new(apd.BigInt).Add(c, one), bits)))
	}
	bits += 32 // for what is before the point
	mantissa := newPrecise(bits)
	exponent := precise(n, bits).MantExp(mantissa)
	// Square roots bring the mantissa so near to 1 that the series is short.
	const roots = 4
	for range roots {
		mantissa.Sqrt(mantissa)
	}
	one := newPrecise(bits).SetInt64(1)
	z := newPrecise(bits).Sub(mantissa, one)
	z.Quo(z, newPrecise(bits).Add(mantissa, one))
	result := logOfRatio(z)
	result.SetMantExp(result, roots)
	return result.Add(result, newPrecise(bits).Mul(newPrecise(bits).SetInt64(int64(exponent)), logOfTwo(bits)))
}

var (
	justBelowOne = apd.New(9, -1)
	justAboveOne = apd.New(11, -1)
)

func isNearOne(n datum.Numeric) bool {
	return n.Cmp(justBelowOne) >= 0 && n.Cmp(justAboveOne) <= 0
}

// logOfRatio is the logarithm of (1+z)/(1-z), for a small z: 2(z + z³/3 + z⁵/5 ...).
func logOfRatio(z *big.Float) *big.Float {
	bits := z.Prec()
	sum, power := newPrecise(bits).Set(z), newPrecise(bits).Set(z)
	square, term := newPrecise(bits).Mul(z, z), newPrecise(bits)
	for n := int64(3); power.Sign() != 0; n += 2 {
		power.Mul(power, square)
		term.Quo(power, newPrecise(bits).SetInt64(n))
		if term.MantExp(nil) < sum.MantExp(nil)-int(bits) {
			break
		}
		sum.Add(sum, term)
	}
	return sum.SetMantExp(sum, 1)
}

// commonBits are enough for nearly all results.
const commonBits = 512

var commonLogOfTwo = sync.OnceValue(func() *big.Float { return newLogOfTwo(commonBits) })

func logOfTwo(bits uint) *big.Float {
	if bits <= commonBits {
		return commonLogOfTwo()
	}
	return newLogOfTwo(bits)
}

func newLogOfTwo(bits uint) *big.Float {
	third := newPrecise(bits).SetInt64(1)
	return logOfRatio(third.Quo(third, newPrecise(bits).SetInt64(3)))
}

// exponential is e^x, for an x of at most some thousands.
func exponential(x *big.Float, bits uint) *big.Float {
	const halvings = 8
	bits += 32 + halvings
	// x = twos * ln 2 + rest
	approximate, _ := x.Float64()
	twos := int(math.Round(approximate / math.Ln2))
	rest := newPrecise(bits).Mul(newPrecise(bits).SetInt64(int64(twos)), logOfTwo(bits))
	rest.Sub(newPrecise(bits).Set(x), rest)
	if rest.Sign() != 0 {
		rest.SetMantExp(rest, -halvings)
	}
	sum, term := newPrecise(bits).SetInt64(1), newPrecise(bits).SetInt64(1)
	for n := int64(1); ; n++ {
		term.Mul(term, rest)
		term.Quo(term, newPrecise(bits).SetInt64(n))
		if term.Sign() == 0 || term.MantExp(nil) < -int(bits) {
			break
		}
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, twos)
}
