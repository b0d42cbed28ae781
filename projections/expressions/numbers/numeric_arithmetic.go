package numbers

import (
	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// Add is a + b, exactly.
func Add(a, b datum.Numeric) (datum.Numeric, error) {
	if isSpecial(a) || isSpecial(b) {
		return addSpecial(a, b), nil
	}
	to := max(scale(a), scale(b))
	if x, ok := scaledSmall(a, to); ok {
		if y, ok := scaledSmall(b, to); ok {
			if sum, err := bigint.add(x, y); err == nil {
				return apd.New(sum, int32(-to)), nil
			}
		}
	}
	sum := scaled(a, to)
	return made(sum.Add(sum, scaled(b, to)), to)
}

func addSpecial(a, b datum.Numeric) datum.Numeric {
	switch {
	case isNumericNaN(a) || isNumericNaN(b), isSpecial(a) && isSpecial(b) && a.Negative != b.Negative:
		return numericNaN
	case isSpecial(a):
		return a
	}
	return b
}

// Sub is a - b, exactly.
func Sub(a, b datum.Numeric) (datum.Numeric, error) {
	return Add(a, negated(b))
}

// negated is -a.
func negated(a datum.Numeric) datum.Numeric {
	if isNumericNaN(a) || signum(a) == 0 {
		return a
	}
	result := new(apd.Decimal).Set(a)
	result.Negative = !a.Negative
	return result
}

// absolute is |a|.
func absolute(a datum.Numeric) datum.Numeric {
	if a.Negative {
		return negated(a)
	}
	return a
}

// Mul is a * b, exactly where its digits can be held.
func Mul(a, b datum.Numeric) (datum.Numeric, error) {
	switch {
	case isNumericNaN(a) || isNumericNaN(b):
		return numericNaN, nil
	case isSpecial(a) || isSpecial(b):
		return infinity(signum(a) * signum(b)), nil
	}
	from := scale(a) + scale(b)
	product := new(apd.BigInt).Mul(&a.Coeff, &b.Coeff)
	if a.Negative != b.Negative {
		product.Neg(product)
	}
	to := min(from, maxScale)
	return made(rescaled(product, from, to), to)
}

// Div is a / b at the scale that PostgreSQL chooses for it: 16 significant
// digits at least, and no fewer digits than either has.
func Div(a, b datum.Numeric) (datum.Numeric, error) {
	if special, err := divideSpecial(a, b); special != nil || err != nil {
		return special, err
	}
	return divideTo(a, b, divisionScale(a, b))
}

// divideSpecial gives the quotients of what is no number and the errors.
func divideSpecial(a, b datum.Numeric) (datum.Numeric, error) {
	switch {
	case isNumericNaN(a) || isNumericNaN(b), isSpecial(a) && isSpecial(b):
		return numericNaN, nil
	case signum(b) == 0:
		return nil, datum.ErrDivisionByZero
	case isSpecial(a):
		return infinity(signum(a) * signum(b)), nil
	case isSpecial(b):
		return fromInt(0), nil
	}
	return nil, nil
}

// divideTo divides and rounds to a scale.
func divideTo(a, b datum.Numeric, to int) (datum.Numeric, error) {
	dividend, divisor := scaled(a, scale(a)), scaled(b, scale(b))
	if shift := to + scale(b) - scale(a); shift >= 0 {
		dividend.Mul(dividend, power10(shift))
	} else {
		divisor.Mul(divisor, power10(-shift))
	}
	return made(quotient(dividend, divisor), to)
}

// divisionScale is the scale of a quotient.
func divisionScale(a, b datum.Numeric) int {
	weightA, firstA := leading(a)
	weightB, firstB := leading(b)
	weight := weightA - weightB
	if firstA <= firstB {
		weight--
	}
	return resultScale(minSignificant-weight*4, a, b)
}

// divideWhole is the integer part of a / b.
func divideWhole(a, b datum.Numeric) (datum.Numeric, error) {
	if special, err := divideSpecial(a, b); special != nil || err != nil {
		return special, err
	}
	to := max(scale(a), scale(b))
	q := scaled(a, to)
	return made(q.Quo(q, scaled(b, to)), 0)
}

// remainder is what is left of a by divideWhole; it has a's sign.
func remainder(a, b datum.Numeric) (datum.Numeric, error) {
	switch {
	case isNumericNaN(a) || isNumericNaN(b):
		return numericNaN, nil
	case signum(b) == 0:
		return nil, datum.ErrDivisionByZero
	case isSpecial(a):
		return numericNaN, nil
	case isSpecial(b):
		return a, nil
	}
	to := max(scale(a), scale(b))
	r := scaled(a, to)
	return made(r.Rem(r, scaled(b, to)), to)
}

// numericGCD is the greatest number of which both are multiples.
func numericGCD(a, b datum.Numeric) (datum.Numeric, error) {
	if isSpecial(a) || isSpecial(b) {
		return numericNaN, nil
	}
	to := max(scale(a), scale(b))
	return made(commonDivisor(scaled(a, to), scaled(b, to)), to)
}

func numericLCM(a, b datum.Numeric) (datum.Numeric, error) {
	if isSpecial(a) || isSpecial(b) {
		return numericNaN, nil
	}
	to := max(scale(a), scale(b))
	x, y := scaled(a, to), scaled(b, to)
	if x.Sign() == 0 || y.Sign() == 0 {
		return made(new(apd.BigInt), to)
	}
	multiple := new(apd.BigInt).Quo(x, commonDivisor(x, y))
	multiple.Mul(multiple, y)
	return made(multiple.Abs(multiple), to)
}

func commonDivisor(a, b *apd.BigInt) *apd.BigInt {
	return new(apd.BigInt).GCD(nil, nil, new(apd.BigInt).Abs(a), new(apd.BigInt).Abs(b))
}
