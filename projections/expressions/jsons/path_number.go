package jsons

import (
	"math"
	"strconv"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/numbers"
)

func numberItem(n datum.Numeric) *datum.JSON { return &datum.JSON{Kind: datum.JSONNumber, Number: n} }

func integerItem(n int64) *datum.JSON { return numberItem(apd.New(n, 0)) }

// subscripts gives the elements at each of the subscripts. In lax mode, what is no array is one of itself.
func (r *pathRun) subscripts(s *step, item *datum.JSON, out *found) (bool, error) {
	items := item.Items
	if item.Kind != datum.JSONArray {
		if r.strict && r.lenient {
			return false, nil
		}
		if r.strict {
			return false, r.fail("22039", "jsonpath array accessor can only be applied to an array")
		}
		items = []*datum.JSON{item}
	}
	outer := r.size
	r.size = len(items)
	defer func() { r.size = outer }()
	any := false
	for _, one := range s.subscripts {
		from, to, err := r.bounds(one, item)
		if err != nil {
			return false, err
		}
		any = false
		for i := max(from, 0); i <= min(to, len(items)-1); i++ {
			r.size = len(items)
			if any, err = r.then(s, items[i], out); err != nil || any && out == nil {
				return any, err
			}
		}
	}
	return any, nil
}

// bounds computes the first and the last index of a subscript.
func (r *pathRun) bounds(s subscript, item *datum.JSON) (from, to int, err error) {
	if from, err = r.index(s.from, item); err != nil {
		return 0, 0, err
	}
	to = from
	if s.to != nil {
		if to, err = r.index(s.to, item); err != nil {
			return 0, 0, err
		}
	}
	if !r.lenient && (from < 0 || from > to || to >= r.size) {
		return 0, 0, r.fail("22033", "jsonpath array subscript is out of bounds")
	}
	return from, to, nil
}

func (r *pathRun) index(s *step, item *datum.JSON) (int, error) {
	out := &found{}
	if _, err := r.apply(s, item, out, !r.strict); err != nil {
		return 0, err
	}
	if len(out.items) != 1 || out.items[0].Kind != datum.JSONNumber {
		return 0, r.fail("22033", "jsonpath array subscript is not a single numeric value")
	}
	n := whole(out.items[0].Number)
	if !n.IsInt64() || n.Int64() < math.MinInt32 || n.Int64() > math.MaxInt32 {
		return 0, r.fail("22033", "jsonpath array subscript is out of integer range")
	}
	return int(n.Int64()), nil
}

// whole cuts off the fraction.
func whole(n datum.Numeric) *apd.BigInt {
	quotient := new(apd.BigInt).Quo(&n.Coeff, powerOf10(-n.Exponent))
	if n.Negative {
		quotient.Neg(quotient)
	}
	return quotient
}

func powerOf10(n int32) *apd.BigInt {
	return new(apd.BigInt).Exp(apd.NewBigInt(10), apd.NewBigInt(int64(n)), nil)
}

// operand gives the items of an operand; in lax mode, elements for arrays.
func (r *pathRun) operand(s *step, item *datum.JSON, unwrap bool) ([]*datum.JSON, error) {
	out := &found{}
	if _, err := r.apply(s, item, out, !r.strict); err != nil || r.strict || !unwrap {
		return out.items, err
	}
	var items []*datum.JSON
	for _, v := range out.items {
		items = append(items, asItems(v)...)
	}
	return items, nil
}

func (r *pathRun) arithmetic(s *step, item *datum.JSON, out *found) (bool, error) {
	left, err := r.operand(s.left, item, true)
	if err != nil {
		return false, err
	}
	right, err := r.operand(s.right, item, true)
	if err != nil {
		return false, err
	}
	if len(left) != 1 || left[0].Kind != datum.JSONNumber {
		return false, r.fail("22038", "left operand of jsonpath operator %s is not a single numeric value", s.text)
	}
	if len(right) != 1 || right[0].Kind != datum.JSONNumber {
		return false, r.fail("22038", "right operand of jsonpath operator %s is not a single numeric value", s.text)
	}
	result, err := calculate(s.text, left[0].Number, right[0].Number)
	switch {
	case err != nil && !r.raise:
		return false, errSuppressed
	case err != nil:
		return false, err
	}
	return r.then(s, numberItem(result), out)
}

func calculate(operator string, a, b datum.Numeric) (datum.Numeric, error) {
	switch operator {
	case "+":
		return numbers.Add(a, b)
	case "-":
		return numbers.Sub(a, b)
	case "*":
		return numbers.Mul(a, b)
	case "/":
		return numbers.Div(a, b)
	}
	if b.Coeff.Sign() == 0 {
		return nil, datum.ErrDivisionByZero
	}
	exponent := min(a.Exponent, b.Exponent)
	x := new(apd.BigInt).Mul(&a.Coeff, powerOf10(a.Exponent-exponent))
	y := new(apd.BigInt).Mul(&b.Coeff, powerOf10(b.Exponent-exponent))
	rest := &apd.Decimal{Exponent: exponent}
	rest.Coeff.Rem(x, y)
	rest.Negative = a.Negative && rest.Coeff.Sign() != 0
	return rest, nil
}

// sign is a unary + or -, for each number of its operand.
func (r *pathRun) sign(s *step, item *datum.JSON, out *found) (bool, error) {
	items, err := r.operand(s.left, item, true)
	if err != nil {
		return false, err
	}
	any := false
	for _, v := range items {
		if v.Kind != datum.JSONNumber {
			if out == nil && s.next == nil {
				continue
			}
			return false, r.fail("2203B", "operand of unary jsonpath operator is not a numeric value")
		}
		if s.kind == stepMinus {
			v = numberItem(negated(v.Number))
		}
		one, err := r.then(s, v, out)
		if err != nil || one && out == nil {
			return one, err
		}
		any = any || one
	}
	return any, nil
}

// method applies .type() and the like.
func (r *pathRun) method(s *step, item *datum.JSON, out *found) (bool, error) {
	switch s.text {
	case "type":
		return r.then(s, &datum.JSON{Kind: datum.JSONString, String: kindName(item.Kind)}, out)
	case "size":
		size := len(item.Items)
		if item.Kind != datum.JSONArray {
			if r.strict && r.lenient {
				return false, nil
			}
			if r.strict {
				return false, r.fail("22039", "jsonpath item method .size() can only be applied to an array")
			}
			size = 1
		}
		return r.then(s, integerItem(int64(size)), out)
	case "double":
		v, err := r.toDouble(item)
		if err != nil {
			return false, err
		}
		return r.then(s, v, out)
	}
	if item.Kind != datum.JSONNumber {
		return false, r.fail("22036", "jsonpath item method .%s() can only be applied to a numeric value", s.text)
	}
	return r.then(s, numberItem(round(s.text, item.Number)), out)
}

// round is abs, floor or ceiling.
func round(method string, n datum.Numeric) datum.Numeric {
	if method == "abs" {
		positive := new(apd.Decimal).Set(n)
		positive.Negative = false
		return positive
	}
	integer := apd.NewWithBigInt(whole(n), 0)
	switch fraction := integer.Cmp(n); {
	case fraction > 0 && method == "floor":
		integer.Coeff.Sub(whole(n), apd.NewBigInt(1))
	case fraction < 0 && method == "ceiling":
		integer.Coeff.Add(whole(n), apd.NewBigInt(1))
	}
	integer.Negative = integer.Coeff.Sign() < 0 || integer.Negative && integer.Coeff.Sign() != 0
	integer.Coeff.Abs(&integer.Coeff)
	return integer
}

// toDouble reads a string as a double precision; a number only has to fit one.
func (r *pathRun) toDouble(item *datum.JSON) (*datum.JSON, error) {
	var text string
	switch item.Kind {
	case datum.JSONNumber:
		text = item.Number.Text('f')
	case datum.JSONString:
		text = item.String
	default:
		return nil, r.fail("22036", "jsonpath item method .double() can only be applied to a string or numeric value")
	}
	value, err := r.double.Parse(text)
	if err != nil {
		return nil, r.fail("22036", "argument of jsonpath item method .double() is not a representation of a double precision number")
	}
	f := value.(float64)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, r.fail("22036", "NaN or Infinity is not allowed for jsonpath item method .double()")
	}
	if item.Kind == datum.JSONNumber {
		return item, nil
	}
	n := new(apd.Decimal)
	if err := setNumber(n, strconv.FormatFloat(f, 'g', 15, 64)); err != nil { // as many digits as PostgreSQL trusts
		return nil, err
	}
	return numberItem(n), nil
}
