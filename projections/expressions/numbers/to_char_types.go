package numbers

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// formatFunctions are to_char for each type of numbers, and to_number.
func formatFunctions() []function.Function {
	return []function.Function{
		formatting("to_char(int4,text)", integerToChar),
		formatting("to_char(int8,text)", bigintToChar),
		formatting("to_char(numeric,text)", numericToChar),
		formatting("to_char(float4,text)", floatToChar[float32]),
		formatting("to_char(float8,text)", floatToChar[float64]),
		formatting("to_number(text,text)", toNumber),
	}
}

// formatting makes a function of a value and a format. A constant format is
// read once.
func formatting[A any](signature string, call func(A, numberFormat) (any, error)) function.Function {
	return function.Function{Signature: signature, Make: func(types function.Types) (function.Func, error) {
		if text, ok := types.Const[1].(string); ok {
			if format, err := parseFormat(text, types.Version); err == nil {
				return func(args []any) (any, error) { return call(args[0].(A), format) }, nil
			}
		}
		return func(args []any) (any, error) {
			format, err := parseFormat(args[1].(string), types.Version)
			if err != nil {
				return nil, err
			}
			return call(args[0].(A), format)
		}, nil
	}}
}

// drawn applies a format to the text of a number, which may have a minus.
func drawn(f numberFormat, number string) (any, error) {
	if len(f.nodes) == 0 {
		return "", nil
	}
	if f.has(hasScientific) {
		return number, nil
	}
	minus := byte('+')
	if rest, negative := strings.CutPrefix(number, "-"); negative {
		number, minus = rest, '-'
	}
	before := strings.IndexByte(number, '.')
	if before < 0 {
		before = len(number)
	}
	if before > f.pre { // more digits than places
		return asText(draw(f, hashes(f.pre, f.post), minus, 0))
	}
	return asText(draw(f, number, minus, f.pre-before))
}

func asText(text string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return text, nil
}

// hashes stands for a number that has no place in a format.
func hashes(pre, post int) string { return strings.Repeat("#", pre) + "." + strings.Repeat("#", post) }

// drawnRoman writes a number in Roman numerals, where there are such. Since
// PostgreSQL 18 a number that no integer holds is only another that has none.
func (f numberFormat) drawnRoman(number int64, err error) (any, error) {
	switch {
	case err != nil && f.release < 18:
		return nil, err
	case err != nil:
		number = 0
	}
	return asText(draw(f, roman(number), 0, 0))
}

func integerToChar(value int64, f numberFormat) (any, error) {
	switch {
	case f.has(hasRoman):
		return f.drawnRoman(value, nil)
	case f.has(hasScientific):
		return drawn(f, spaced(strconv.FormatFloat(float64(value), 'e', f.post, 64)))
	case f.has(hasMulti):
		return multiplied(integer, value, f)
	}
	return drawn(f, padded(value, f.post))
}

// multiplied is for formats with V, which moves the point.
func multiplied(w width, value int64, f numberFormat) (any, error) {
	factor, err := w.fromFloat(tenTo(f.multi))
	if err != nil {
		return nil, err
	}
	if value, err = w.multiply(value, factor); err != nil {
		return nil, err
	}
	f.pre += f.multi
	return drawn(f, padded(value, f.post))
}

func bigintToChar(value int64, f numberFormat) (any, error) {
	switch {
	case f.has(hasRoman):
		number, err := integer.check(value)
		return f.drawnRoman(number, err)
	case f.has(hasScientific):
		return drawn(f, spaced(scientific(fromInt(value), f.post)))
	case f.has(hasMulti):
		return multiplied(bigint, value, f)
	}
	return drawn(f, padded(value, f.post))
}

// spaced puts a space where a number has no minus.
func spaced(number string) string {
	if strings.HasPrefix(number, "-") {
		return number
	}
	return " " + number
}

// padded writes an integer with zeros after the point.
func padded(value int64, post int) string {
	text := strconv.FormatInt(value, 10)
	if post > 0 {
		text += "." + strings.Repeat("0", post)
	}
	return text
}

func numericToChar(n datum.Numeric, f numberFormat) (any, error) {
	switch {
	case f.has(hasRoman):
		value, err := integer.fromNumeric(n)
		return f.drawnRoman(value, err)
	case f.has(hasScientific) && isSpecial(n):
		return drawn(f, hashesScientific(f))
	case f.has(hasScientific):
		return drawn(f, spaced(scientific(n, f.post)))
	case f.has(hasMulti):
		factor, err := numericPower(fromInt(10), fromInt(int64(f.multi)), f.release)
		if err != nil {
			return nil, err
		}
		if n, err = Mul(n, factor); err != nil {
			return nil, err
		}
		f.pre += f.multi
	}
	rounded, err := roundNumeric(n, int64(f.post))
	if err != nil {
		return nil, err
	}
	return drawn(f, string(appendNumeric(nil, rounded)))
}

// hashesScientific stands for what is no number, as wide as one.
func hashesScientific(f numberFormat) string {
	return " " + strings.Repeat("#", f.pre) + "." + strings.Repeat("#", f.post+4)
}

// scientific writes a finite numeric with an exponent. A number that rounding
// takes to the next power of ten keeps its exponent, and so has two digits
// before the point.
func scientific(n datum.Numeric, post int) string {
	exponent := 0
	if signum(n) != 0 {
		exponent = int(n.NumDigits()) - 1 - scale(n)
	}
	digits := rescaled(scaled(n, scale(n)), scale(n)+exponent, post)
	significand := &apd.Decimal{Exponent: int32(-post), Negative: n.Negative && digits.Sign() != 0}
	significand.Coeff.Abs(digits)
	return fmt.Sprintf("%se%+03d", appendNumeric(nil, significand), exponent)
}

// floatToChar writes as many digits as the type surely has.
func floatToChar[F float](value F, f numberFormat) (any, error) {
	x := float64(value)
	switch {
	case f.has(hasRoman):
		number, err := integer.fromFloat(x)
		if err != nil {
			number = math.MaxInt32 // has no numeral either
		}
		return f.drawnRoman(number, nil)
	case f.has(hasScientific) && (math.IsNaN(x) || isInf(x)):
		return drawn(f, hashesScientific(f))
	case f.has(hasScientific):
		return drawn(f, spaced(strconv.FormatFloat(x, 'e', f.post, 64)))
	case f.has(hasMulti):
		x = float64(F(x * tenTo(f.multi)))
		f.pre += f.multi
	}
	certain := 15
	if bitsOf[F]() == 32 {
		certain = 6
	}
	before := len(fixed(math.Abs(x), 0))
	f.post = max(0, min(f.post, certain-before))
	return drawn(f, fixed(x, f.post))
}

// tenTo is what a V with so many digits multiplies by.
func tenTo(digits int) float64 {
	power, _ := libPow(10, float64(digits)) // infinite beyond 308
	return power
}

// fixed writes a float with so many digits after the point, as printf does.
func fixed(x float64, post int) string {
	switch {
	case isInf(x):
		return string(appendDouble(nil, x))
	case math.IsNaN(x):
		return "NaN"
	}
	return strconv.FormatFloat(x, 'f', post, 64)
}

// ordinal is the ending that a number has in English.
func ordinal(number string) (string, error) {
	last := number[len(number)-1]
	switch {
	case !isDigit(last):
		return "", datum.Errorf("22P02", "not a number")
	case len(number) > 1 && number[len(number)-2] == '1':
		return "th", nil
	}
	switch last {
	case '1':
		return "st", nil
	case '2':
		return "nd", nil
	case '3':
		return "rd", nil
	}
	return "th", nil
}

// roman writes 1 to 3999.
func roman(number int64) string {
	if number < 1 || number > 3999 {
		return strings.Repeat("#", 15)
	}
	numerals := []struct {
		value int64
		text  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}}
	var text strings.Builder
	for _, numeral := range numerals {
		for number >= numeral.value {
			text.WriteString(numeral.text)
			number -= numeral.value
		}
	}
	return text.String()
}
