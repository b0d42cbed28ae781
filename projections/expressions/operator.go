package expressions

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// operate is make_op: an operator on operands, left nil for a prefix operator.
func (c *compiler) operate(name string, left, right *operand, at int) (*operand, *Error) {
	args := []*operand{left, right}
	if left == nil {
		args = args[1:]
	}
	for _, arg := range args {
		if arg.row != nil {
			return c.compareRows(name, left, right, at)
		}
	}
	chosen, err := c.findOperator(name, typesOf(args), at)
	if err != nil {
		return nil, err
	}
	return c.applyOperator(chosen, args, at)
}

// findOperator is oper() and left_oper().
func (c *compiler) findOperator(name string, types []*catalog.Type, at int) (candidate, *Error) {
	candidates := operatorCandidates(name, len(types))
	assumed := types
	if len(types) == 2 {
		switch {
		case types[0] == unknownType:
			assumed = []*catalog.Type{types[1], types[1]}
		case types[1] == unknownType:
			assumed = []*catalog.Type{types[0], types[0]}
		}
	}
	if chosen, ok := exactly(candidates, assumed); ok {
		return chosen, nil
	}
	matching := c.matching(candidates, types)
	switch len(matching) {
	case 0:
		return candidate{}, c.unknownOperator(name, types, at)
	case 1:
		return matching[0], nil
	}
	if chosen, ok := c.choose(matching, types); ok {
		return chosen, nil
	}
	return candidate{}, failure(at, "cast the operands", "operator is not unique: %s", operation(name, types))
}

// operation writes an operator between types.
func operation(name string, types []*catalog.Type) string {
	if len(types) == 1 {
		return name + " " + typeName(types[0])
	}
	return typeName(types[0]) + " " + name + " " + typeName(types[1])
}

func (c *compiler) applyOperator(chosen candidate, args []*operand, at int) (*operand, *Error) {
	o := chosen.operator
	args, result, err := c.coerceArguments(chosen, args, o.result, at)
	if err != nil {
		return nil, err
	}
	types := typesOf(args)
	if err := c.judgeCollation(o.name, "the operator "+o.name, args, at); err != nil {
		return nil, err
	}
	what := operation(o.name, types)
	if o.function != nil {
		made, err := c.invoke(o.function, args, result, what, at)
		if err != errUnsupported {
			return made, err
		}
	}
	if made := c.compareGenerically(o, args, at); made != nil {
		return made, nil
	}
	return nil, c.unsupportedOperator(o, what, at)
}

// relations are the operators of a B-tree operator class, and what a comparison must give.
var relations = map[string]func(int) bool{
	"=":  func(n int) bool { return n == 0 },
	"<>": func(n int) bool { return n != 0 },
	"<":  func(n int) bool { return n < 0 },
	"<=": func(n int) bool { return n <= 0 },
	">":  func(n int) bool { return n > 0 },
	">=": func(n int) bool { return n >= 0 },
}

// compareGenerically is a comparison of two values of one type by the type's
// order; nil if it has none.
func (c *compiler) compareGenerically(o *operator, args []*operand, at int) *operand {
	relation := relations[o.name]
	if relation == nil || len(args) != 2 || !same(args[0].typ, args[1].typ) || o.function != nil && !permitted(o.function) {
		return nil
	}
	compare, err := c.library.Compare(args[0].typ)
	if err != nil {
		return nil
	}
	f := &signature{strict: true}
	if args[0].fixedNull() || args[1].fixedNull() {
		return constantOf(boolType, nil, at)
	}
	made := c.apply(f, comparing(compare, relation), args, boolType, false, at)
	made.nullable = anyNullable(args)
	return made
}

func comparing(compare function.Compare, relation func(int) bool) function.Func {
	return func(args []any) (any, error) { return relation(compare(args[0], args[1])), nil }
}

// judgeCollation refuses what a non-deterministic collation decides, and warns
// where another order than that of bytes is expected.
func (c *compiler) judgeCollation(name, what string, args []*operand, at int) *Error {
	if relations[name] == nil && !strings.Contains(name, "~") {
		return nil
	}
	explicitly, collation := false, ""
	for _, arg := range args {
		explicitly = explicitly || arg.collated
		if arg.collation != "" {
			collation = arg.collation
		}
	}
	for _, arg := range args {
		if arg.nondeterministic && !explicitly {
			return failure(at, `write collate "C" to compare by bytes`, "the collation %s calls different texts equal: values under it cannot be compared", arg.collation)
		}
	}
	if collation != "" && !explicitly && name != "=" && name != "<>" && relations[name] != nil {
		c.warn(at, `write collate "C" if that is meant`, "%s orders texts by their bytes here, and by the collation %s in the database", what, collation)
	}
	return nil
}

// negate turns a boolean around.
func negate(o *operand, at int) *operand {
	eval := o.eval
	made := derived(boolType, at, func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil || value == nil {
			return nil, err
		}
		return !value.(bool), nil
	}, o)
	made.nullable = o.nullable
	return made
}

// distinct is IS DISTINCT FROM: <> with NULL as a value.
func (c *compiler) distinct(name string, left, right *operand, at int) (*operand, *Error) {
	if left.row != nil && right.row != nil {
		return c.distinctRows(name, left, right, at)
	}
	held, slots := c.placeholders(left, right)
	compared, err := c.operate(name, held[0], held[1], at)
	if err != nil {
		return nil, err
	}
	if compared.typ != boolType {
		return nil, failure(at, "", "IS DISTINCT FROM requires = operator to yield boolean")
	}
	equal, l, r := compared.eval, left.eval, right.eval
	made := derived(boolType, at, func(x *frame) (any, error) {
		a, err := l(x)
		if err != nil {
			return nil, err
		}
		b, err := r(x)
		if err != nil {
			return nil, err
		}
		if a == nil || b == nil {
			return (a == nil) != (b == nil), nil
		}
		x.hold(slots[0], a)
		x.hold(slots[1], b)
		value, err := equal(x)
		return value != any(true), err
	}, left, right)
	made.nullable = false
	return made, nil
}

// placeholders stand for operands that are evaluated once and used twice.
// Literals stay what they are.
func (c *compiler) placeholders(operands ...*operand) (held []*operand, slots []int) {
	for _, o := range operands {
		slot := c.hold()
		slots = append(slots, slot)
		if o.typ == unknownType || o.constant {
			held = append(held, o)
			continue
		}
		p := *o
		p.leaf = -1
		p.eval = func(x *frame) (any, error) { return x.held[slot], nil }
		held = append(held, &p)
	}
	return held, slots
}

// nullIf is NULLIF: the first operand, as the comparison takes it, unless it equals the second.
func (c *compiler) nullIf(name string, left, right *operand, at int) (*operand, *Error) {
	chosen, err := c.findOperator(name, []*catalog.Type{left.typ, right.typ}, at)
	if err != nil {
		return nil, err
	}
	args, _, err := c.coerceArguments(chosen, []*operand{left, right}, chosen.operator.result, at)
	if err != nil {
		return nil, err
	}
	held, slots := c.placeholders(args...)
	compared, err := c.applyOperator(chosen, held, at)
	if err != nil {
		return nil, err
	}
	if args[0].fixedNull() || args[1].fixedNull() {
		return args[0], nil // cannot be equal, which PostgreSQL's planner sees too
	}
	equal, l, r := compared.eval, args[0].eval, args[1].eval
	made := derived(args[0].typ, at, func(x *frame) (any, error) {
		a, err := l(x)
		if err != nil {
			return nil, err
		}
		b, err := r(x)
		if err != nil || a == nil || b == nil {
			return a, err
		}
		x.hold(slots[0], a)
		x.hold(slots[1], b)
		if value, err := equal(x); err != nil || value == any(true) {
			return nil, err
		}
		return a, nil
	}, args...)
	return made, nil
}

// compareRows is make_row_comparison_op: (a, b) < (c, d).
func (c *compiler) compareRows(name string, left, right *operand, at int) (*operand, *Error) {
	if left == nil || left.row == nil || right.row == nil {
		return nil, failure(at, "compare a row with a row: (a, b) = (c, d)", "a row is no value here")
	}
	if relations[name] == nil {
		return nil, failure(at, "=, <>, <, <=, > and >= compare rows", "operator %s does not compare rows", name)
	}
	if len(left.row) != len(right.row) {
		return nil, failure(at, "", "unequal number of entries in row expressions")
	}
	strictly := strings.TrimSuffix(name, "=")
	if name == "=" || name == "<>" {
		strictly = name
	}
	var parts, equal []*operand
	for i := range left.row {
		op := strictly
		if i == len(left.row)-1 {
			op = name
		}
		part, err := c.operate(op, left.row[i], right.row[i], at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if strictly != name || name == "<" || name == ">" {
			same, err := c.operate("=", left.row[i], right.row[i], at)
			if err != nil {
				return nil, err
			}
			equal = append(equal, same)
		}
	}
	switch name {
	case "=":
		return conjunction(parts, at), nil
	case "<>":
		return disjunction(parts, at), nil
	}
	return rowOrder(parts, equal, at), nil
}

// rowOrder decides by the first pair that is not equal.
func rowOrder(parts, equal []*operand, at int) *operand {
	decide, equals := evaluators(parts), evaluators(equal)
	return derived(boolType, at, func(x *frame) (any, error) {
		for i := range decide[:len(decide)-1] {
			value, err := equals[i](x)
			if err != nil || value == nil {
				return nil, err
			}
			if value == any(false) {
				return decide[i](x)
			}
		}
		return decide[len(decide)-1](x)
	}, parts...)
}

func (c *compiler) distinctRows(name string, left, right *operand, at int) (*operand, *Error) {
	if len(left.row) != len(right.row) {
		return nil, failure(at, "", "unequal number of entries in row expressions")
	}
	var parts []*operand
	for i := range left.row {
		part, err := c.distinct(name, left.row[i], right.row[i], at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return disjunction(parts, at), nil
}

// recordFields are the fields of a composite value, nil for other values.
func recordFields(value any) []any {
	if r, ok := value.(*datum.Record); ok {
		return r.Fields
	}
	return nil
}
