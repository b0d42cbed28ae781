package jsons

import (
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// The limits of PostgreSQL's numeric.
const (
	maxIntegerDigits  = 131072
	maxFractionDigits = 16383
	// maxExponent is the exponent from which on even a zero is refused.
	maxExponent = 1<<30 - 1
)

// number reads a JSON number as PostgreSQL's numeric does.
func number(text string) (datum.Numeric, error) {
	mantissa, negative := strings.CutPrefix(text, "-")
	exponent := 0
	if e := strings.IndexAny(mantissa, "eE"); e >= 0 {
		var err error
		if exponent, err = strconv.Atoi(mantissa[e+1:]); err != nil || exponent >= maxExponent || exponent <= -maxExponent {
			return nil, datum.ErrNumericRange
		}
		mantissa = mantissa[:e]
	}
	integer, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(integer+fraction, "0")
	scale := len(fraction) - exponent
	if scale > maxFractionDigits || digits != "" && len(digits)-scale > maxIntegerDigits {
		return nil, datum.ErrNumericRange
	}
	if digits != "" && scale < 0 {
		digits += strings.Repeat("0", -scale)
	}
	d := &apd.Decimal{Exponent: int32(-max(0, scale)), Negative: negative && digits != ""}
	setDigits(&d.Coeff, digits)
	return d, nil
}

// setDigits sets a number from its decimal digits, none of which is zero.
func setDigits(n *apd.BigInt, digits string) {
	const fit = 18 // digits fit an int64
	if len(digits) > fit {
		n.SetString(digits, 10)
		return
	}
	var small int64
	for _, c := range []byte(digits) {
		small = small*10 + int64(c-'0')
	}
	n.SetInt64(small)
}
