package aggregates

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// spread is which of the four measures: variance or its root, of samples or of a population.
type spread byte

const (
	samples spread = 1 << iota // divided by n - 1, not n
	root
)

// overNumbers makes a variance or standard deviation of integers or numerics.
func overNumbers(kind spread) func(*call) (*Aggregate, error) {
	return func(c *call) (*Aggregate, error) {
		divide, err := c.division()
		if err != nil {
			return nil, err
		}
		return &Aggregate{start: func() State { return &squares{kind: kind, divide: divide} }}, nil
	}
}

// squares sums values and their squares, exactly.
type squares struct {
	kind    spread
	divide  function.Func
	special int64
	n       int64
	scale   int32 // the largest
	sum     numericTotal
	squares numericTotal
}

// Add adds a value that is not NULL.
func (s *squares) Add(args []any) error {
	var v datum.Numeric
	switch value := args[0].(type) {
	case nil:
		return nil
	case int64:
		v = apd.New(value, 0)
	case datum.Numeric:
		v = value
	}
	if v.Form != apd.Finite {
		s.special++
		return nil
	}
	s.n++
	s.scale = max(s.scale, -v.Exponent)
	s.sum.plus(v)
	square := &apd.Decimal{Exponent: 2 * v.Exponent}
	square.Coeff.Mul(&v.Coeff, &v.Coeff)
	s.squares.plus(square)
	return nil
}

// Result is (n * squares - sum²) / (n * (n - 1)), with n for n - 1 in a population.
func (s *squares) Result() (any, error) {
	total, least := s.n+s.special, int64(1)
	if s.kind&samples != 0 {
		least = 2
	}
	switch {
	case total < least:
		return nil, nil
	case s.special > 0:
		return &apd.Decimal{Form: apd.NaN}, nil
	}
	above := s.deviation()
	if above.Sign() <= 0 {
		return apd.New(0, 0), nil
	}
	below := new(apd.Decimal)
	n := apd.NewBigInt(s.n)
	below.Coeff.Mul(n, apd.NewBigInt(s.n-least+1))
	quotient, err := s.divide([]any{above, below})
	if err != nil || s.kind&root == 0 {
		return quotient, err
	}
	return squareRoot(quotient.(datum.Numeric)), nil
}

// deviation is n * squares - sum², with twice the scale of the values.
func (s *squares) deviation() datum.Numeric {
	var sum, squares apd.Decimal
	rescale(&sum, &s.sum.value, -s.scale)
	rescale(&squares, &s.squares.value, -2*s.scale)
	squares.Coeff.Mul(&squares.Coeff, apd.NewBigInt(s.n))
	sum.Coeff.Mul(&sum.Coeff, &sum.Coeff)
	d := &apd.Decimal{Exponent: -2 * s.scale}
	d.Coeff.Sub(&squares.Coeff, &sum.Coeff)
	d.Negative = d.Coeff.Sign() < 0 // and then no more than that is asked of it
	return d
}

// squareRoot has the scale of v and is rounded.
func squareRoot(v datum.Numeric) datum.Numeric {
	// sqrt(c * 10^-s) * 10^(s+1) is the root of c * 10^(s+2).
	scale := int64(-v.Exponent)
	n := new(big.Int).Exp(big.NewInt(10), big.NewInt(scale+2), nil)
	n.Mul(n, v.Coeff.MathBigInt())
	n.Sqrt(n)
	n.Add(n, big.NewInt(5)).Quo(n, big.NewInt(10))
	d := &apd.Decimal{Exponent: v.Exponent}
	d.Coeff.SetMathBigInt(n)
	return d
}
