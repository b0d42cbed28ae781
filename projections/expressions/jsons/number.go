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

// setNumber reads a JSON number as PostgreSQL's numeric does.
func setNumber(d datum.Numeric, text string) error {
	mantissa, negative := strings.CutPrefix(text, "-")
	exponent := 0
	if e := strings.IndexAny(mantissa, "eE"); e >= 0 {
		var err error
		if exponent, err = strconv.Atoi(mantissa[e+1:]); err != nil || exponent >= maxExponent || exponent <= -maxExponent {
			return datum.ErrNumericRange
		}
		mantissa = mantissa[:e]
	}
	integer, fraction, _ := strings.Cut(mantissa, ".")
	digits := integer
	if fraction != "" {
		digits += fraction
	}
	digits = strings.TrimLeft(digits, "0")
	scale := len(fraction) - exponent
	if scale > maxFractionDigits || digits != "" && len(digits)-scale > maxIntegerDigits {
		return datum.ErrNumericRange
	}
	if digits != "" && scale < 0 {
		digits += strings.Repeat("0", -scale)
	}
	d.Exponent, d.Negative = int32(-max(0, scale)), negative && digits != ""
	setDigits(&d.Coeff, digits)
	return nil
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
