package expressions

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
)

// branch is one WHEN of a CASE.
type branch struct{ when, then *operand }

// conditional compiles both forms of CASE.
func (c *compiler) conditional(n *pg.CaseExpr) (*operand, *Error) {
	at := c.offset(n.Location)
	subject, held, slot, err := c.caseSubject(n)
	if err != nil {
		return nil, err
	}
	var branches []branch
	results := []*operand{constantOf(unknownType, nil, at)} // the default comes first when types are compared
	for _, arg := range n.Args {
		b, err := c.when(arg.GetCaseWhen(), held)
		if err != nil {
			return nil, err
		}
		branches, results = append(branches, b), append(results, b.then)
	}
	if n.Defresult != nil {
		if results[0], err = c.value(n.Defresult); err != nil {
			return nil, err
		}
	}
	common, err := c.together(results, "CASE")
	if err != nil {
		return nil, err
	}
	for i := range branches {
		branches[i].then = results[i+1]
	}
	return decided(subject, slot, branches, results[0], common, at), nil
}

// caseSubject is what CASE x WHEN compares: x, evaluated once.
func (c *compiler) caseSubject(n *pg.CaseExpr) (subject, held *operand, slot int, err *Error) {
	if n.Arg == nil {
		return nil, nil, 0, nil
	}
	if subject, err = c.value(n.Arg); err != nil {
		return nil, nil, 0, err
	}
	if subject.typ == unknownType {
		subject = subject.as(textType)
	}
	list, slots := c.placeholders(subject)
	return subject, list[0], slots[0], nil
}

func (c *compiler) when(n *pg.CaseWhen, held *operand) (b branch, err *Error) {
	if b.when, err = c.value(n.Expr); err != nil {
		return b, err
	}
	if held != nil {
		if b.when, err = c.operate("=", held, b.when, c.offset(n.Location)); err != nil {
			return b, err
		}
	}
	if b.when, err = c.coerceBool(b.when, "CASE/WHEN"); err != nil {
		return b, err
	}
	b.then, err = c.value(n.Result)
	return b, err
}

// decided is the CASE. As PostgreSQL's planner does, branches that are never
// taken are left out, and so are those behind one that always is.
func decided(subject *operand, slot int, branches []branch, otherwise *operand, t *catalog.Type, at int) *operand {
	var whens, thens []*operand
	for _, b := range branches {
		if b.when.fixed() && b.when.value != any(true) {
			continue
		}
		if b.when.fixed() {
			otherwise = b.then
			break
		}
		whens, thens = append(whens, b.when), append(thens, b.then)
	}
	if len(whens) == 0 {
		return otherwise
	}
	results := append(append([]*operand{}, thens...), otherwise)
	all := append(append([]*operand{}, whens...), results...)
	var subjectEval evaluator
	if subject != nil && !subject.constant {
		all = append(all, subject)
		subjectEval = subject.eval
	}
	made := derived(t, at, caseEvaluator(subjectEval, slot, evaluators(whens), evaluators(thens), otherwise.eval), all...)
	made.takeCollation(results)
	made.nullable = anyNullable(results)
	return made.commonModifier(results)
}

func caseEvaluator(subject evaluator, slot int, whens, thens []evaluator, otherwise evaluator) evaluator {
	return func(x *frame) (any, error) {
		if subject != nil {
			value, err := subject(x)
			if err != nil {
				return nil, err
			}
			x.hold(slot, value)
		}
		for i, when := range whens {
			value, err := when(x)
			if err != nil {
				return nil, err
			}
			if value == any(true) {
				return thens[i](x)
			}
		}
		return otherwise(x)
	}
}

// commonModifier is select_common_typmod.
func (o *operand) commonModifier(of []*operand) *operand {
	for _, x := range of {
		if x.mod != of[0].mod {
			return o
		}
	}
	o.mod = of[0].mod
	return o
}

// together gives operands their common type, in place.
func (c *compiler) together(operands []*operand, where string) (*catalog.Type, *Error) {
	common, fault := c.commonType(typesOf(operands))
	if common == nil {
		for _, o := range operands {
			if o.typ == fault {
				return nil, failure(o.at, "cast one of them", "%s types %s and %s cannot be matched", where, typeName(c.firstKnown(operands)), typeName(fault))
			}
		}
	}
	for i, o := range operands {
		converted, err := c.coerceCommon(o, common, where)
		if err != nil {
			return nil, err
		}
		operands[i] = converted
	}
	return common, nil
}

func (c *compiler) firstKnown(operands []*operand) *catalog.Type {
	for _, o := range operands {
		if o.typ != unknownType {
			return o.typ
		}
	}
	return unknownType
}

func (c *compiler) values(nodes []*pg.Node) ([]*operand, *Error) {
	var operands []*operand
	for _, n := range nodes {
		o, err := c.value(n)
		if err != nil {
			return nil, err
		}
		operands = append(operands, o)
	}
	return operands, nil
}

// coalesce compiles COALESCE. Constants that are NULL go away, and so does what stands behind one that is not.
func (c *compiler) coalesce(n *pg.CoalesceExpr) (*operand, *Error) {
	operands, err := c.values(n.Args)
	if err != nil {
		return nil, err
	}
	common, err := c.together(operands, "COALESCE")
	if err != nil {
		return nil, err
	}
	at := c.offset(n.Location)
	var kept []*operand
	for _, o := range operands {
		if !o.fixedNull() {
			kept = append(kept, o)
		}
		if o.fixed() && o.value != nil {
			break
		}
	}
	switch {
	case len(kept) == 0:
		return constantOf(common, nil, at), nil
	case len(kept) == 1:
		return kept[0], nil
	}
	evals := evaluators(kept)
	made := derived(common, at, func(x *frame) (any, error) {
		for _, eval := range evals {
			if value, err := eval(x); err != nil || value != nil {
				return value, err
			}
		}
		return nil, nil
	}, kept...)
	made.nullable = true
	for _, o := range kept {
		made.nullable = made.nullable && o.nullable
	}
	return made.commonModifier(operands), nil
}

// extreme compiles GREATEST and LEAST, which pass over NULL.
func (c *compiler) extreme(n *pg.MinMaxExpr) (*operand, *Error) {
	name, sign, op := "GREATEST", 1, ">"
	if n.Op == pg.MinMaxOp_IS_LEAST {
		name, sign, op = "LEAST", -1, "<"
	}
	operands, err := c.values(n.Args)
	if err != nil {
		return nil, err
	}
	common, err := c.together(operands, name)
	if err != nil {
		return nil, err
	}
	at := c.offset(n.Location)
	compare, problem := c.library.Compare(common)
	if problem != nil {
		return nil, failure(at, "", "%s: %s", name, problem)
	}
	if err := c.judgeCollation(op, name, operands, at); err != nil {
		return nil, err
	}
	evals := evaluators(operands)
	made := derived(common, at, func(x *frame) (any, error) {
		var best any
		for _, eval := range evals {
			value, err := eval(x)
			if err != nil {
				return nil, err
			}
			if value != nil && (best == nil || compare(value, best)*sign > 0) {
				best = value
			}
		}
		return best, nil
	}, operands...)
	made.nullable = true
	for _, o := range operands {
		made.nullable = made.nullable && o.nullable
	}
	return made.commonModifier(operands), nil
}

// between compiles [NOT] BETWEEN [SYMMETRIC] from the comparisons that it stands for.
func (c *compiler) between(n *pg.A_Expr) (*operand, *Error) {
	at := c.offset(n.Location)
	x, err := c.value(n.Lexpr)
	if err != nil {
		return nil, err
	}
	bounds, err := c.values(n.Rexpr.GetList().GetItems())
	if err != nil {
		return nil, err
	}
	lower, upper := ">=", "<="
	negative := strings.HasPrefix(n.Name[0].GetString_().GetSval(), "NOT")
	if negative {
		lower, upper = "<", ">"
	}
	join := func(parts ...*operand) *operand { return junction(parts, negative, at) }
	within := func(a, b *operand) (*operand, *Error) {
		low, err := c.operate(lower, x, a, at)
		if err != nil {
			return nil, err
		}
		high, err := c.operate(upper, x, b, at)
		if err != nil {
			return nil, err
		}
		return join(low, high), nil
	}
	straight, err := within(bounds[0], bounds[1])
	if err != nil || n.Kind == pg.A_Expr_Kind_AEXPR_BETWEEN || n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN {
		return straight, err
	}
	reverse, err := within(bounds[1], bounds[0])
	if err != nil {
		return nil, err
	}
	return junction([]*operand{straight, reverse}, !negative, at), nil
}
