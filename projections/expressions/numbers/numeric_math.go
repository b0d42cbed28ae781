package numbers

import (
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// maxExponentOfE is where e^x is given up: its result would not be held, or be
// zero at any scale that a result has.
const maxExponentOfE = 6000

// log10OfE is as PostgreSQL writes it; scales of results depend on it.
const log10OfE = 0.434294481903252

// numericMathFunctions are the roots, logarithms and powers of numeric.
func numericMathFunctions() []function.Function {
	var list []function.Function
	of1 := func(call func(datum.Numeric) (datum.Numeric, error), names ...string) {
		for _, name := range names {
			list = append(list, function.Of1(name+"(numeric)", call))
		}
	}
	of2 := func(call func(a, b datum.Numeric) (datum.Numeric, error), names ...string) {
		for _, name := range names {
			list = append(list, function.Of2(name+"(numeric,numeric)", call))
		}
	}
	of1(numericSqrt, "sqrt", "numeric_sqrt")
	of1(numericExp, "exp", "numeric_exp")
	of1(numericLn, "ln", "numeric_ln")
	of1(func(n datum.Numeric) (datum.Numeric, error) { return numericLog(fromInt(10), n) }, "log", "log10")
	of2(numericLog, "log", "numeric_log")
	of2(func(a, b datum.Numeric) (datum.Numeric, error) { return numericPower(a, b, function.Proven) }, "pow", "power", "numeric_power")
	return list
}

func numericSqrt(n datum.Numeric) (datum.Numeric, error) {
	switch {
	case isNumericNaN(n):
		return n, nil
	case signum(n) < 0:
		return nil, errNegativeRoot
	case isSpecial(n):
		return n, nil
	}
	weight, _ := leading(n)
	to := resultScale(minSignificant-(weight*2+1), n)
	// Some more digits, which decide how to round.
	const more = 4
	c, shift := scaled(n, scale(n)), 2*(to+more)-scale(n)
	if shift >= 0 {
		c.Mul(c, power10(shift))
	} else {
		c.Quo(c, power10(-shift))
	}
	return made(rescaled(c.Sqrt(c), to+more, to), to)
}

// nearly is a numeric as a float, infinite where it is too large.
func nearly(n datum.Numeric) float64 {
	x, _ := strconv.ParseFloat(string(appendNumeric(nil, n)), 64)
	return x
}

func numericExp(n datum.Numeric) (datum.Numeric, error) {
	switch {
	case isSpecial(n) && n.Negative:
		return fromInt(0), nil
	case isSpecial(n):
		return n, nil
	}
	x := nearly(n)
	weight := int(max(min(x*log10OfE, 2000), -2000))
	to := resultScale(minSignificant-weight, n)
	return expTo(n, to)
}

// expTo is e^n at a scale.
func expTo(n datum.Numeric, to int) (datum.Numeric, error) {
	x := nearly(n)
	switch {
	case x >= maxExponentOfE:
		return nil, datum.ErrNumericRange
	case x <= -maxExponentOfE:
		return made(new(apd.BigInt), to)
	case math.Abs(x) <= 0.01:
		return expNearOne(n, to)
	}
	bits := bitsFor(to + int(x*log10OfE) + 1)
	return fromPrecise(exponential(precise(n, bits+16), bits), to)
}

// expNearOne adds up 1 + x + x²/2 + ..., with as few digits of the terms as
// PostgreSQL has: where the sum is nearly a tie that decides.
func expNearOne(n datum.Numeric, to int) (datum.Numeric, error) {
	places := to + 8
	x := scaled(n, scale(n))
	all := max(places, scale(n))
	sum := new(apd.BigInt).Add(power10(all), scaled(n, all))
	term, from := x, scale(n)
	for i := int64(2); ; i++ {
		term = rescaled(new(apd.BigInt).Mul(term, x), from+scale(n), places)
		term, from = quotient(term, apd.NewBigInt(i)), places
		if term.Sign() == 0 {
			break
		}
		sum.Add(sum, rescaled(term, places, all))
	}
	return made(rescaled(sum, all, to), to)
}

// checkLogarithm refuses what has no logarithm.
func checkLogarithm(n datum.Numeric) error {
	switch signum(n) {
	case 0:
		return datum.ErrLogarithmOfZero
	case -1:
		return datum.ErrLogarithmOfMinus
	}
	return nil
}

func numericLn(n datum.Numeric) (datum.Numeric, error) {
	if isNumericNaN(n) {
		return n, nil
	}
	if err := checkLogarithm(n); err != nil {
		return nil, err
	}
	if isSpecial(n) {
		return n, nil
	}
	to := resultScale(minSignificant-logWeight(n), n)
	return fromPrecise(naturalLog(n, bitsFor(to)), to)
}

// logWeight estimates the decimal exponent of the natural logarithm of a number
// as PostgreSQL does, which chooses scales by it.
func logWeight(n datum.Numeric) int {
	switch {
	case signum(n) <= 0:
		return 0
	case isNearOne(n):
		excess := new(apd.BigInt).Sub(&n.Coeff, power10(scale(n)))
		if excess.Sign() == 0 {
			return 0
		}
		return int(apd.NumDigits(excess)) - 1 - scale(n)
	}
	first, exponent := leadingEight(n)
	return int(math.Log10(math.Abs(math.Log(float64(first)) + float64(exponent)*2.302585092994046)))
}

// leadingEight gives the first two digits of base 10000, or the one that there
// is, and the decimal exponent of the last of them.
func leadingEight(n datum.Numeric) (digits int64, exponent int) {
	weight, first := leading(n)
	exponent = weight * 4
	rest := scaled(absolute(n), scale(n))
	unit := exponent + scale(n)
	if unit <= 0 {
		return int64(first), exponent
	}
	rest.Sub(rest, new(apd.BigInt).Mul(apd.NewBigInt(int64(first)), power10(unit)))
	if rest.Sign() == 0 {
		return int64(first), exponent
	}
	second := new(apd.BigInt)
	if unit >= 4 {
		second.Quo(rest, power10(unit-4))
	} else {
		second.Mul(rest, power10(4-unit))
	}
	return int64(first)*10000 + second.Int64(), exponent - 4
}

// numericLog is the logarithm of n to a base.
func numericLog(base, n datum.Numeric) (datum.Numeric, error) {
	if isNumericNaN(base) || isNumericNaN(n) {
		return numericNaN, nil
	}
	if err := checkLogarithms(base, n); err != nil {
		return nil, err
	}
	switch {
	case isSpecial(base) && isSpecial(n):
		return numericNaN, nil
	case isSpecial(base):
		return fromInt(0), nil
	case isSpecial(n):
		return n, nil
	case base.Cmp(fromInt(1)) == 0:
		return nil, datum.ErrDivisionByZero
	}
	weight := logWeight(n) - logWeight(base)
	to := resultScale(minSignificant-weight, base, n)
	bits := bitsFor(to + weight + 2)
	quotient := naturalLog(n, bits)
	return fromPrecise(quotient.Quo(quotient, naturalLog(base, bits)), to)
}

// checkLogarithms reports the base first, but where something is infinite
// negative numbers before zero.
func checkLogarithms(base, n datum.Numeric) error {
	if (isSpecial(base) || isSpecial(n)) && (signum(base) < 0 || signum(n) < 0) {
		return datum.ErrLogarithmOfMinus
	}
	if err := checkLogarithm(base); err != nil {
		return err
	}
	return checkLogarithm(n)
}
