package numbers

import (
	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

var errFieldOverflow = &datum.Error{Code: "22003", Message: "numeric field overflow"}

// roundNumeric rounds to digits after the point, halves away from zero, or
// before the point if places is negative.
func roundNumeric(n datum.Numeric, places int64) (datum.Numeric, error) {
	return withPlaces(n, places, quotient)
}

// truncateNumeric cuts off as roundNumeric rounds.
func truncateNumeric(n datum.Numeric, places int64) (datum.Numeric, error) {
	return withPlaces(n, places, func(a, b *apd.BigInt) *apd.BigInt { return new(apd.BigInt).Quo(a, b) })
}

func withPlaces(n datum.Numeric, places int64, divide func(a, b *apd.BigInt) *apd.BigInt) (datum.Numeric, error) {
	if isSpecial(n) {
		return n, nil
	}
	to := int(max(min(places, maxScale), -maxExponent-1))
	switch {
	case to == scale(n):
		return n, nil
	case to > scale(n):
		return made(scaled(n, to), to)
	}
	kept := divide(scaled(n, scale(n)), power10(scale(n)-to))
	if to < 0 {
		kept.Mul(kept, power10(-to))
	}
	return made(kept, max(to, 0))
}

// ceilNumeric is the least integer that is not less.
func ceilNumeric(n datum.Numeric) (datum.Numeric, error) { return towards(n, false) }

// floorNumeric is the greatest integer that is not greater.
func floorNumeric(n datum.Numeric) (datum.Numeric, error) { return towards(n, true) }

func towards(n datum.Numeric, down bool) (datum.Numeric, error) {
	if isSpecial(n) {
		return n, nil
	}
	result := whole(n)
	if n.Negative == down && !isIntegral(n) {
		step := int64(1)
		if down {
			step = -1
		}
		result.Add(result, apd.NewBigInt(step))
	}
	return made(result, 0)
}

// minScale is the least scale that loses nothing.
func minScale(n datum.Numeric) int {
	if n.Coeff.Sign() == 0 {
		return 0
	}
	least, r := scale(n), new(apd.BigInt)
	for c := new(apd.BigInt).Set(&n.Coeff); least > 0; least-- {
		c.QuoRem(c, power10(1), r)
		if r.Sign() != 0 {
			break
		}
	}
	return least
}

// coerceNumeric fits a value into numeric(precision, scale), given as the
// catalog's type modifier.
func coerceNumeric(n datum.Numeric, modifier int64) (datum.Numeric, error) {
	if modifier < 4 || isNumericNaN(n) {
		return n, nil
	}
	precision := int(modifier-4) >> 16 & 0xffff
	places := int(modifier-4)&0x7ff ^ 1024 - 1024
	return fit(n, precision, places)
}

// fit rounds a value to places after the point and checks that no more than
// precision digits are left, counted down to that place.
func fit(n datum.Numeric, precision, places int) (datum.Numeric, error) {
	if isSpecial(n) {
		return nil, errFieldOverflow
	}
	result, err := roundNumeric(n, int64(places))
	if err != nil {
		return nil, err
	}
	if signum(result) != 0 && int(result.NumDigits())-scale(result) > precision-places {
		return nil, errFieldOverflow
	}
	return result, nil
}
