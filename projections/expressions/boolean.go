package expressions

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// boolean compiles AND, OR and NOT.
func (c *compiler) boolean(n *pg.BoolExpr) (*operand, *Error) {
	name := map[pg.BoolExprType]string{pg.BoolExprType_AND_EXPR: "AND", pg.BoolExprType_OR_EXPR: "OR", pg.BoolExprType_NOT_EXPR: "NOT"}[n.Boolop]
	at := c.offset(n.Location)
	var operands []*operand
	for _, arg := range n.Args {
		o, err := c.value(arg)
		if err != nil {
			return nil, err
		}
		if o, err = c.coerceBool(o, name); err != nil {
			return nil, err
		}
		operands = append(operands, o)
	}
	switch name {
	case "NOT":
		return negate(operands[0], at), nil
	case "AND":
		return conjunction(operands, at), nil
	}
	return disjunction(operands, at), nil
}

func conjunction(operands []*operand, at int) *operand { return junction(operands, false, at) }

func disjunction(operands []*operand, at int) *operand { return junction(operands, true, at) }

// junction is OR for decisive true and AND for decisive false: the first
// operand with that value decides. As in PostgreSQL's planner a constant that
// decides leaves nothing of the others, not even their errors, and the other constant goes away.
func junction(operands []*operand, decisive bool, at int) *operand {
	var kept []*operand
	for _, o := range operands {
		switch {
		case o.fixed() && o.value == any(decisive):
			return constantOf(boolType, decisive, at)
		case o.fixed() && o.value == any(!decisive):
		default:
			kept = append(kept, o)
		}
	}
	switch len(kept) {
	case 0:
		return constantOf(boolType, !decisive, at)
	case 1:
		return kept[0]
	}
	evals := evaluators(kept)
	made := derived(boolType, at, func(x *frame) (any, error) {
		var result any = !decisive
		for _, eval := range evals {
			value, err := eval(x)
			switch {
			case err != nil:
				return nil, err
			case value == nil:
				result = nil
			case value.(bool) == decisive:
				return decisive, nil
			}
		}
		return result, nil
	}, kept...)
	made.nullable = anyNullable(kept)
	return made
}

// nullTest compiles IS [NOT] NULL. A row is NULL if all its fields are, and is not if none is.
func (c *compiler) nullTest(n *pg.NullTest) (*operand, *Error) {
	o, err := c.transform(n.Arg)
	if err != nil {
		return nil, err
	}
	at, want := c.offset(n.Location), n.Nulltesttype == pg.NullTestType_IS_NULL
	if o.row == nil {
		return isNull(o, want, at), nil
	}
	var parts []*operand
	for _, part := range o.row {
		parts = append(parts, isNull(part, want, at))
	}
	return conjunction(parts, at), nil
}

func isNull(o *operand, want bool, at int) *operand {
	eval := o.eval
	made := derived(boolType, at, func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil {
			return nil, err
		}
		fields := recordFields(value)
		if fields == nil {
			return (value == nil) == want, nil
		}
		for _, field := range fields {
			if (field == nil) != want {
				return false, nil
			}
		}
		return true, nil
	}, o)
	made.nullable = false
	return made
}

// booleanTest compiles IS [NOT] TRUE, FALSE and UNKNOWN.
func (c *compiler) booleanTest(n *pg.BooleanTest) (*operand, *Error) {
	o, err := c.value(n.Arg)
	if err != nil {
		return nil, err
	}
	if o, err = c.coerceBool(o, "IS"); err != nil {
		return nil, err
	}
	want, same := any(nil), true
	switch n.Booltesttype {
	case pg.BoolTestType_IS_TRUE:
		want = true
	case pg.BoolTestType_IS_NOT_TRUE:
		want, same = true, false
	case pg.BoolTestType_IS_FALSE:
		want = false
	case pg.BoolTestType_IS_NOT_FALSE:
		want, same = false, false
	case pg.BoolTestType_IS_NOT_UNKNOWN:
		same = false
	}
	eval := o.eval
	made := derived(boolType, c.offset(n.Location), func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil {
			return nil, err
		}
		return (value == want) == same, nil
	}, o)
	made.nullable = false
	return made, nil
}
