package numbers

import (
	"math"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// numericPower is a to the power of b. Of integer powers the scale depends on the release.
func numericPower(a, b datum.Numeric, release int) (datum.Numeric, error) {
	switch {
	case isNumericNaN(a) || isNumericNaN(b):
		if !isNumericNaN(b) && signum(b) == 0 || !isSpecial(a) && isOne(a) {
			return fromInt(1), nil
		}
		return numericNaN, nil
	case signum(a) == 0 && signum(b) < 0:
		return nil, errZeroPower
	case isSpecial(a) || isSpecial(b):
		return powerOfSpecial(a, b)
	}
	if exponent, ok := smallExponent(b); ok {
		return powerOfInteger(a, b, exponent, release)
	}
	return powerByLogarithm(a, b)
}

func isOne(n datum.Numeric) bool { return n.Cmp(fromInt(1)) == 0 }

// isOdd tells whether a finite numeric is an odd integer.
func isOdd(n datum.Numeric) bool { return isIntegral(n) && whole(n).Bit(0) == 1 }

// powerOfSpecial follows POSIX where the base or the exponent is infinite.
func powerOfSpecial(a, b datum.Numeric) (datum.Numeric, error) {
	grows := isSpecial(a) || absolute(a).Cmp(fromInt(1)) > 0
	switch {
	case signum(a) < 0 && !isSpecial(b) && !isIntegral(b):
		return nil, errComplexPower
	case !isSpecial(a) && isOne(absolute(a)), signum(b) == 0:
		return fromInt(1), nil
	case signum(a) == 0:
		return fromInt(0), nil
	case grows != (signum(b) > 0):
		return fromInt(0), nil
	case isSpecial(a) && a.Negative && !isSpecial(b) && isOdd(b):
		return numericMinusInf, nil
	}
	return numericInfinity, nil
}

// smallExponent gives an exponent that is an integer of 32 bits.
func smallExponent(b datum.Numeric) (int64, bool) {
	if !isIntegral(b) {
		return 0, false
	}
	value := whole(b)
	if !value.IsInt64() || value.Int64() < math.MinInt32 || value.Int64() > math.MaxInt32 {
		return 0, false
	}
	return value.Int64(), true
}

// powerOfInteger has at least 16 digits after the point, whatever is before it;
// since PostgreSQL 16 at least 16 digits.
func powerOfInteger(a, b datum.Numeric, exponent int64, release int) (datum.Numeric, error) {
	to := resultScale(minSignificant, a)
	switch {
	case exponent == 0:
		return made(scaled(fromInt(1), to), to)
	case signum(a) == 0:
		return made(new(apd.BigInt), to)
	}
	// log10(a) from the digits that a float takes in.
	size := float64(exponent) * decimalLog(a)
	least := to
	if release >= 16 {
		to, least = powerScale(a, b, size), maxDisplayScale
	}
	switch {
	case size > 3*math.MaxInt16*4:
		return nil, datum.ErrNumericRange
	case size+1 < -float64(least):
		return made(new(apd.BigInt), least)
	}
	if count := magnitude(exponent); a.NumDigits()*int64(min(count, maxExactDigits)) <= maxExactDigits {
		return exactPower(a, exponent, int64(count), to)
	}
	return roundedPower(a, exponent, to, int(size))
}

// decimalLog is the decimal logarithm of the magnitude of a number.
func decimalLog(a datum.Numeric) float64 {
	digits := new(apd.Decimal).Set(absolute(a))
	digits.Exponent = 0
	shift := 0
	if count := int(a.NumDigits()); count > 16 {
		shift = count - 16
		digits.Coeff.Quo(&digits.Coeff, power10(shift))
	}
	return math.Log10(float64(digits.Coeff.Int64())) + float64(shift-scale(a))
}

// maxExactDigits is how long an exact power may be: beyond, PostgreSQL rounds
// on the way as well.
const maxExactDigits = 4000

// exactPower calculates all digits before it rounds, since a tie is possible.
func exactPower(a datum.Numeric, exponent, count int64, to int) (datum.Numeric, error) {
	c := new(apd.BigInt).Exp(&a.Coeff, apd.NewBigInt(count), nil)
	if a.Negative && count%2 == 1 {
		c.Neg(c)
	}
	places := scale(a) * int(count)
	if exponent > 0 {
		return made(rescaled(c, places, to), to)
	}
	return made(quotient(power10(places+to), c), to)
}

// roundedPower is for exponents whose exact power would be too long.
func roundedPower(a datum.Numeric, exponent int64, to, size int) (datum.Numeric, error) {
	bits := bitsFor(max(size, 0)+to) + 64
	base := precise(a, bits)
	result := newPrecise(bits).SetInt64(1)
	for count := magnitude(exponent); count > 0; count >>= 1 {
		if count&1 == 1 {
			result.Mul(result, base)
		}
		base.Mul(base, base)
	}
	if exponent < 0 {
		result.Quo(newPrecise(bits).SetInt64(1), result)
	}
	return fromPrecise(result, to)
}

// powerByLogarithm is e^(b ln a).
func powerByLogarithm(a, b datum.Numeric) (datum.Numeric, error) {
	if signum(a) == 0 {
		return made(new(apd.BigInt), minSignificant)
	}
	if a.Negative && !isIntegral(b) {
		return nil, errComplexPower
	}
	base := absolute(a)
	x := nearly(logTimes(base, b, 8-logWeight(base)))
	switch {
	case x > maxExponentOfE*1.0033:
		return nil, datum.ErrNumericRange
	case x < -maxExponentOfE*1.0033:
		return made(new(apd.BigInt), maxDisplayScale)
	}
	weight := int(x * log10OfE)
	to := resultScale(minSignificant-weight, a, b)
	result, err := expTo(logTimes(base, b, max(to+weight, 0)-logWeight(base)+8), to)
	if err != nil || !a.Negative || !isOdd(b) {
		return result, err
	}
	return negated(result), nil
}

// logTimes is b ln a, its factor and itself rounded to so many places as
// PostgreSQL rounds them: the scale of the result hangs on it.
func logTimes(a, b datum.Numeric, places int) datum.Numeric {
	places = max(places, 0)
	logarithm := roundPrecise(naturalLog(a, bitsFor(places)), places)
	product := rescaled(logarithm.Mul(logarithm, scaled(b, scale(b))), places+scale(b), places)
	result := &apd.Decimal{Exponent: int32(-places), Negative: product.Sign() < 0}
	result.Coeff.Abs(product)
	return result
}
