package expressions

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// in compiles IN and NOT IN as transformAExprIn does: what has no columns becomes
// one array, the rest comparisons of their own.
func (c *compiler) in(n *pg.A_Expr) (*operand, *Error) {
	name, at := n.Name[0].GetString_().GetSval(), c.offset(n.Location)
	positive := name == "="
	left, err := c.transform(n.Lexpr)
	if err != nil {
		return nil, err
	}
	items := n.Rexpr.GetList()
	if items == nil {
		return nil, failure(at, "", "subqueries are not supported in expressions")
	}
	var all, fixed, others []*operand
	for _, item := range items.Items {
		o, err := c.transform(item)
		if err != nil {
			return nil, err
		}
		all = append(all, o)
		if o.columns || o.row != nil {
			others = append(others, o)
		} else {
			fixed = append(fixed, o)
		}
	}
	var parts []*operand
	if tested, err := c.inArray(name, left, fixed, positive, at); err != nil {
		return nil, err
	} else if tested != nil {
		parts = append(parts, tested)
	} else {
		others = all
	}
	for _, o := range others {
		part, err := c.operate(name, left, o, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return junction(parts, positive, at), nil
}

// inArray makes one array of the items without columns, nil if they have no common type.
func (c *compiler) inArray(name string, left *operand, fixed []*operand, positive bool, at int) (*operand, *Error) {
	if len(fixed) < 2 || left.row != nil {
		return nil, nil
	}
	types := typesOf(append([]*operand{left}, fixed...))
	common, _ := c.commonType(types)
	if common == nil || common == recordType || !c.fits(types, common) {
		return nil, nil
	}
	array := c.arrayOf(common)
	if array == nil {
		return nil, nil
	}
	elements := make([]*operand, len(fixed))
	for i, o := range fixed {
		converted, err := c.coerceCommon(o, common, "IN")
		if err != nil {
			return nil, err
		}
		elements[i] = converted
	}
	return c.anyOf(name, left, arrayOperand(array, elements, at), positive, at)
}

// anyOf is make_scalar_array_op: left op ANY (array), or ALL.
func (c *compiler) anyOf(name string, left, right *operand, some bool, at int) (*operand, *Error) {
	if left.row != nil || right.row != nil {
		return nil, failure(at, "", "a row is no value here")
	}
	inner := unknownType
	if right.typ != unknownType {
		if element(right.typ) == nil {
			return nil, failure(at, "", "op ANY/ALL (array) requires array on right side")
		}
		inner = own(element(right.typ))
	}
	chosen, err := c.findOperator(name, []*catalog.Type{left.typ, inner}, at)
	if err != nil {
		return nil, err
	}
	declared, result, ok := c.resolvePolymorphic(chosen.args, []*catalog.Type{left.typ, inner}, chosen.operator.result)
	if !ok || result != boolType {
		return nil, failure(at, "", "op ANY/ALL (array) requires operator to yield boolean")
	}
	if left, err = c.coerceCommon(left, declared[0], "ANY"); err != nil {
		return nil, err
	}
	array := c.arrayOf(declared[1])
	if declared[1].Kind == catalog.Pseudo {
		array = right.typ
	}
	if array == nil {
		return nil, failure(at, "", "could not find array type for data type %s", typeName(declared[1]))
	}
	if right, err = c.coerceCommon(right, array, "ANY"); err != nil {
		return nil, err
	}
	return c.testElements(chosen, left, right, some, at)
}

// testElements evaluates the array once and compares its elements, by a lookup
// where the array is constant and the operator is one of equality.
func (c *compiler) testElements(chosen candidate, left, right *operand, some bool, at int) (*operand, *Error) {
	slot := c.hold()
	value, slots := c.placeholders(left)
	item := &operand{typ: own(element(right.typ)), mod: -1, at: right.at, leaf: -1, nullable: true, columns: true, collation: right.collation, collated: right.collated, nondeterministic: right.nondeterministic}
	item.eval = func(x *frame) (any, error) { return x.held[slot], nil }
	compared, err := c.applyOperator(chosen, []*operand{value[0], item}, at)
	if err != nil {
		return nil, err
	}
	test := scan(compared.eval, slots[0], slot, some)
	if found := lookup(chosen.operator.name, left.typ, item.typ, right, some); found != nil {
		test = found
	}
	l, r := left.eval, right.eval
	made := derived(boolType, at, func(x *frame) (any, error) {
		a, err := l(x)
		if err != nil {
			return nil, err
		}
		b, err := r(x)
		if err != nil || b == nil {
			return nil, err
		}
		return test(x, a, b.(*datum.Array))
	}, left, right)
	made.nullable = left.nullable || !right.constant || right.value == nil || slices.Contains(right.value.(*datum.Array).Values, nil)
	return made, nil
}

// test decides whether a value relates to an element of an array, or to all.
type test func(x *frame, value any, array *datum.Array) (any, error)

func scan(compare evaluator, left, right int, some bool) test {
	return func(x *frame, value any, array *datum.Array) (any, error) {
		if len(array.Values) == 0 {
			return !some, nil
		}
		var result any = !some
		for _, element := range array.Values {
			x.hold(left, value)
			x.hold(right, element)
			equal, err := compare(x)
			switch {
			case err != nil:
				return nil, err
			case equal == nil:
				result = nil
			case equal.(bool) == some:
				return some, nil
			}
		}
		return result, nil
	}
}

// lookup finds values of a constant array without going through it; nil where that cannot be.
func lookup(name string, left, item *catalog.Type, array *operand, some bool) test {
	if !array.constant || array.value == nil || !(some && name == "=" || !some && name == "<>") {
		return nil
	}
	values := array.value.(*datum.Array).Values
	var absent any = !some
	if slices.Contains(values, nil) {
		absent = nil
	}
	if len(values) == 0 {
		return nil
	}
	contains := membership(left, item, values)
	if contains == nil {
		return nil
	}
	return func(_ *frame, value any, _ *datum.Array) (any, error) {
		switch {
		case value == nil:
			return nil, nil
		case contains(value):
			return some, nil
		}
		return absent, nil
	}
}

// hashed are the types whose equal values are equal in Go.
var hashed = map[string]string{
	"text": "text", "varchar": "text", "name": "text", "int2": "int", "int4": "int", "int8": "int", "oid": "oid", "bool": "bool", "uuid": "uuid",
	"date": "date", "timestamp": "timestamp", "timestamptz": "timestamptz", "time": "time",
}

// membership is a set of values: a hash, or a sorted list; nil if values of these types have neither.
func membership(left, item *catalog.Type, values []any) func(any) bool {
	kind := hashed[item.Name]
	if item.Kind == catalog.Enum && same(left, item) || kind != "" && kind == hashed[left.Name] && left.Schema == "pg_catalog" && item.Schema == "pg_catalog" {
		set := make(map[any]struct{}, len(values))
		for _, value := range values {
			set[value] = struct{}{}
		}
		return func(value any) bool { _, ok := set[value]; return ok }
	}
	compare, err := Library().Compare(item)
	if err != nil || !same(left, item) {
		return nil
	}
	return sortedSet(values, compare)
}

func sortedSet(values []any, compare function.Compare) func(any) bool {
	var sorted []any
	for _, value := range values {
		if value != nil {
			sorted = append(sorted, value)
		}
	}
	slices.SortFunc(sorted, compare)
	return func(value any) bool {
		_, ok := slices.BinarySearchFunc(sorted, value, compare)
		return ok
	}
}
