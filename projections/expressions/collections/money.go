package collections

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errMoneyRange = &datum.Error{Code: "22003", Message: "money out of range"}
	// moneyShape is what is read: with or without commas and $, at most two digits of cents.
	moneyShape = regexp.MustCompile(`^-?\$?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,2})?$`)
)

// parseMoney reads an amount in lc_monetary C.
func parseMoney(text string) (string, error) {
	if !moneyShape.MatchString(text) {
		return "", errLiteral("money")
	}
	whole, cents, _ := strings.Cut(strings.NewReplacer("$", "", ",", "").Replace(text), ".")
	n, err := strconv.ParseInt(whole+(cents + "00")[:2], 10, 64)
	if err != nil {
		return "", datum.Errorf("22003", "value is out of range for type money")
	}
	return string(writeMoney(n)), nil
}

// writeMoney writes cents: -$1,234.50.
func writeMoney(cents int64) datum.Opaque {
	sign, size := "", uint64(cents)
	if cents < 0 {
		sign, size = "-", -size
	}
	whole := strconv.FormatUint(size/100, 10)
	out := []byte(sign + "$")
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out = append(out, ',')
		}
		out = append(out, whole[i])
	}
	return datum.Opaque(append(out, '.', byte('0'+size/10%10), byte('0'+size%10)))
}

// cents reads what PostgreSQL wrote.
func cents(v any) int64 {
	n, _ := strconv.ParseInt(strings.NewReplacer("$", "", ",", "", ".", "").Replace(string(v.(datum.Opaque))), 10, 64)
	return n
}

func moneyFunctions() []function.Function {
	functions := slices.Concat(comparisons("cash_", "money"), moneyCasts())
	functions = append(functions,
		ofCents("cash_pl(money,money)", func(a int64, b any) (int64, error) {
			return inRange(new(big.Int).Add(big.NewInt(a), big.NewInt(cents(b))))
		}),
		ofCents("cash_mi(money,money)", func(a int64, b any) (int64, error) {
			return inRange(new(big.Int).Sub(big.NewInt(a), big.NewInt(cents(b))))
		}),
		function.Of2("cash_div_cash(money,money)", func(a, b datum.Opaque) (float64, error) {
			if cents(b) == 0 {
				return 0, datum.ErrDivisionByZero
			}
			return float64(cents(a)) / float64(cents(b)), nil
		}),
	)
	for _, name := range []string{"int2", "int4", "int8"} {
		functions = append(functions, ofCents("cash_div_"+name+"(money,"+name+")", divideCents))
		functions = append(functions, byInteger(name)...)
	}
	for name, short := range map[string]string{"float4": "flt4", "float8": "flt8"} {
		functions = append(functions, ofCents("cash_div_"+short+"(money,"+name+")", divideByFloat))
		functions = append(functions, byFloat(name, short)...)
	}
	return functions
}

// ofCents makes a function of an amount and another value that gives an amount.
func ofCents(signature string, call func(a int64, b any) (int64, error)) function.Function {
	return function.Function{Signature: signature, Call: func(args []any) (any, error) {
		n, err := call(cents(args[0]), args[1])
		return boxed(writeMoney(n), err)
	}}
}

func inRange(n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, errMoneyRange
	}
	return n.Int64(), nil
}

func byInteger(name string) []function.Function {
	return products("cash_mul_"+name+"(money,"+name+")", name+"_mul_cash("+name+",money)", func(a int64, b any) (int64, error) {
		return inRange(new(big.Int).Mul(big.NewInt(a), big.NewInt(b.(int64))))
	})
}

func byFloat(name, short string) []function.Function {
	return products("cash_mul_"+short+"(money,"+name+")", short+"_mul_cash("+name+",money)", func(a int64, b any) (int64, error) {
		return roundCents(float64(a) * double(b))
	})
}

// products are those of an amount and a number, either first.
func products(signature, reversed string, product func(a int64, b any) (int64, error)) []function.Function {
	return []function.Function{
		ofCents(signature, product),
		{Signature: reversed, Call: func(args []any) (any, error) {
			n, err := product(cents(args[1]), args[0])
			return boxed(writeMoney(n), err)
		}},
	}
}

func double(v any) float64 {
	if f, ok := v.(float32); ok {
		return float64(f)
	}
	return v.(float64)
}

func divideCents(a int64, b any) (int64, error) {
	if b.(int64) == 0 {
		return 0, datum.ErrDivisionByZero
	}
	return inRange(new(big.Int).Quo(big.NewInt(a), big.NewInt(b.(int64))))
}

func divideByFloat(a int64, b any) (int64, error) {
	if double(b) == 0 {
		return 0, datum.ErrDivisionByZero
	}
	return roundCents(float64(a) / double(b))
}

func roundCents(f float64) (int64, error) {
	f = math.RoundToEven(f)
	if !(f >= -1<<63 && f < 1<<63) {
		return 0, errMoneyRange
	}
	return int64(f), nil
}

func moneyCasts() []function.Function {
	ofInteger := func(n int64) (datum.Opaque, error) {
		if n > math.MaxInt64/100 || n < math.MinInt64/100 {
			return "", datum.ErrBigintRange
		}
		return writeMoney(100 * n), nil
	}
	return []function.Function{
		function.Of1("money(int4)", ofInteger),
		function.Of1("money(int8)", ofInteger),
		function.Of1("money(numeric)", ofNumeric),
		function.Of1("numeric(money)", func(v datum.Opaque) (datum.Numeric, error) { return apd.New(cents(v), -2), nil }),
	}
}

// ofNumeric rounds to cents, halves away from zero.
func ofNumeric(d datum.Numeric) (datum.Opaque, error) {
	if d.Form != apd.Finite {
		return "", datum.Errorf("0A000", "cannot convert what is not finite to bigint")
	}
	cents := new(apd.Decimal)
	context := apd.BaseContext.WithPrecision(uint32(d.NumDigits()) + 3)
	context.Rounding = apd.RoundHalfUp
	if _, err := context.Quantize(cents, new(apd.Decimal).Set(d), -2); err != nil {
		return "", datum.ErrBigintRange
	}
	cents.Exponent = 0
	n, err := cents.Int64()
	if err != nil {
		return "", datum.ErrBigintRange
	}
	return writeMoney(n), nil
}
