package numbers

import (
	"math"
	"math/bits"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// Limits of the scale that functions choose for their results.
const (
	minSignificant  = 16   // digits that a quotient or a root has at least
	maxDisplayScale = 1000 // digits after the point that functions give at most
)

// scale is how many digits a finite numeric has after its point.
func scale(n datum.Numeric) int { return int(-n.Exponent) }

// isSpecial tells whether a numeric is no finite number.
func isSpecial(n datum.Numeric) bool { return n.Form != apd.Finite }

func isNumericNaN(n datum.Numeric) bool { return n.Form == apd.NaN }

// signum is -1, 0 or 1; a NaN has none.
func signum(n datum.Numeric) int {
	switch {
	case n.Form == apd.Finite && n.Coeff.Sign() == 0:
		return 0
	case n.Negative:
		return -1
	}
	return 1
}

// infinity is the infinite numeric of a sign; without a sign it is NaN.
func infinity(sign int) datum.Numeric {
	switch sign {
	case 1:
		return numericInfinity
	case -1:
		return numericMinusInf
	}
	return numericNaN
}

// fromInt makes a numeric of an integer.
func fromInt(value int64) datum.Numeric { return apd.New(value, 0) }

// made makes a numeric of a signed coefficient, which it takes over, and a scale.
func made(coefficient *apd.BigInt, scale int) (datum.Numeric, error) {
	if scale > maxScale {
		return nil, datum.ErrNumericRange
	}
	// A number of fewer bits is certainly short enough.
	if coefficient.BitLen() > 3*maxExponent && apd.NumDigits(coefficient)-int64(scale) > maxExponent {
		return nil, datum.ErrNumericRange
	}
	// A negated zero has a sign here.
	negative := coefficient.BitLen() > 0 && coefficient.Sign() < 0
	result := &apd.Decimal{Exponent: int32(-scale), Negative: negative}
	result.Coeff.Abs(coefficient)
	return result, nil
}

// scaled is the signed coefficient of a finite numeric at a scale that is not
// less than its own.
func scaled(n datum.Numeric, to int) *apd.BigInt {
	c := new(apd.BigInt)
	if missing := to - scale(n); missing > 0 {
		c.Mul(&n.Coeff, power10(missing))
	} else {
		c.Set(&n.Coeff)
	}
	if n.Negative {
		c.Neg(c)
	}
	return c
}

// scaledSmall is scaled where the result has no more than 63 bits.
func scaledSmall(n datum.Numeric, to int) (int64, bool) {
	missing := to - scale(n)
	if !n.Coeff.IsInt64() || missing > 18 {
		return 0, false
	}
	high, low := bits.Mul64(uint64(n.Coeff.Int64()), uint64(smallPowers[missing].Int64()))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if n.Negative {
		return -int64(low), true
	}
	return int64(low), true
}

// smallPowers are powers of ten that are needed often. They are never changed.
var smallPowers = func() (powers [64]*apd.BigInt) {
	powers[0] = apd.NewBigInt(1)
	for i := 1; i < len(powers); i++ {
		powers[i] = new(apd.BigInt).Mul(powers[i-1], apd.NewBigInt(10))
	}
	return powers
}()

// power10 is 10^n.
func power10(n int) *apd.BigInt {
	if n < len(smallPowers) {
		return smallPowers[n]
	}
	return new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(n)), nil)
}

// quotient divides integers, with halves rounded away from zero.
func quotient(a, b *apd.BigInt) *apd.BigInt {
	q, r := new(apd.BigInt), new(apd.BigInt)
	q.QuoRem(a, b, r)
	if r.Add(r, r).CmpAbs(b) >= 0 {
		step := int64(1)
		if a.Sign() != b.Sign() {
			step = -1
		}
		q.Add(q, apd.NewBigInt(step))
	}
	return q
}

// rescaled brings a coefficient from one scale to another, rounding it.
func rescaled(c *apd.BigInt, from, to int) *apd.BigInt {
	switch {
	case to > from:
		return new(apd.BigInt).Mul(c, power10(to-from))
	case to < from:
		return quotient(c, power10(from-to))
	}
	return c
}

// whole is the integer that a finite numeric has before its point.
func whole(n datum.Numeric) *apd.BigInt {
	c := scaled(n, scale(n))
	return c.Quo(c, power10(scale(n)))
}

// isIntegral tells whether a finite numeric has no fraction but zeros.
func isIntegral(n datum.Numeric) bool {
	return scale(n) == 0 || new(apd.BigInt).Rem(&n.Coeff, power10(scale(n))).Sign() == 0
}

// leading gives what PostgreSQL sees of a number that it keeps in digits of
// base 10000: the exponent of the first digit and the digit itself.
func leading(n datum.Numeric) (weight, first int) {
	if n.Coeff.Sign() == 0 {
		return 0, 0
	}
	count := int(n.NumDigits())
	weight = floorDivide(count-1-scale(n), 4)
	unit := weight*4 + scale(n) // the digit's, as an exponent of the coefficient
	if unit >= 0 {
		return weight, int(new(apd.BigInt).Quo(&n.Coeff, power10(unit)).Int64())
	}
	return weight, int(new(apd.BigInt).Mul(&n.Coeff, power10(-unit)).Int64())
}

func floorDivide(a, b int) int {
	if a < 0 {
		return -((b - 1 - a) / b)
	}
	return a / b
}

// resultScale limits a scale that a function would like to the least that its
// arguments allow and the most that functions give.
func resultScale(wish int, arguments ...datum.Numeric) int {
	wish = max(wish, 0)
	for _, n := range arguments {
		wish = max(wish, scale(n))
	}
	return min(wish, maxDisplayScale)
}
