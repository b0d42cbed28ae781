package aggregates

import (
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// newMoneySum sums cents. A money value is its text in the locale C, such as -$1,234.50.
func newMoneySum(*call) (additive, error) {
	return &tally{
		width: 2,
		count: func(c *counts, args []any) {
			if args[0] != nil {
				c.add(0, 1)
				c.add(1, centsOf(string(args[0].(datum.Opaque))))
			}
		},
		finish: func(c *counts) (any, error) {
			n, err := c.rows()
			if err != nil || n == 0 {
				return nil, err
			}
			cents, ok := c[1].int64()
			if !ok {
				return nil, datum.Errorf("22003", "money out of range")
			}
			return moneyOf(cents), nil
		},
	}, nil
}

func centsOf(text string) int64 {
	digits := strings.NewReplacer("$", "", ",", "", ".", "").Replace(text)
	cents, _ := strconv.ParseInt(digits, 10, 64) // PostgreSQL has written it
	return cents
}

func moneyOf(cents int64) datum.Opaque {
	sign, digits := "", strconv.FormatInt(cents, 10)
	if cents < 0 {
		sign, digits = "-", digits[1:]
	}
	digits = strings.Repeat("0", max(0, 3-len(digits))) + digits
	whole, text := digits[:len(digits)-2], digits[len(digits)-2:]
	text = "." + text
	for len(whole) > 3 {
		whole, text = whole[:len(whole)-3], ","+whole[len(whole)-3:]+text
	}
	return datum.Opaque(sign + "$" + whole + text)
}
