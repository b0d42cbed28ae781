package expressions

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/projections/expressions/collections"
	"materializer/projections/expressions/datum"
)

// array compiles ARRAY[...]. target is the array type of a cast around it, nil if there is none.
func (c *compiler) array(n *pg.A_ArrayExpr, target *catalog.Type, mod int32) (*operand, *Error) {
	at := c.offset(n.Location)
	var elements []*operand
	nested := false
	for _, item := range n.Elements {
		var o *operand
		var err *Error
		if inner := item.GetAArrayExpr(); inner != nil {
			nested = true
			o, err = c.array(inner, target, mod)
		} else if o, err = c.value(item); err == nil {
			nested = nested || o.typ.Kind == catalog.Array
		}
		if err != nil {
			return nil, err
		}
		elements = append(elements, o)
	}
	if target != nil {
		return c.castArray(elements, nested, target, mod, at)
	}
	if len(elements) == 0 {
		return nil, failure(at, "write its type: array[]::integer[]", "cannot determine type of empty array")
	}
	common, err := c.together(elements, "ARRAY")
	if err != nil {
		return nil, err
	}
	of := common
	if !nested {
		of = c.arrayOf(common)
	}
	if of == nil || of.Kind != catalog.Array {
		return nil, failure(at, "", "could not find array type for data type %s", typeName(common))
	}
	return arrayOperand(of, elements, at), nil
}

func (c *compiler) castArray(elements []*operand, nested bool, target *catalog.Type, mod int32, at int) (*operand, *Error) {
	each := own(element(target))
	if nested {
		each = target
	}
	for i, o := range elements {
		converted, err := c.coerce(o, each, mod, explicit)
		if err != nil {
			return nil, err
		}
		if converted == nil {
			return nil, failure(o.at, "", "cannot cast type %s to %s", typeName(o.typ), typeName(each))
		}
		elements[i] = converted
	}
	return arrayOperand(target, elements, at), nil
}

// arrayOperand makes an array of values, or one of more dimensions of arrays.
func arrayOperand(t *catalog.Type, elements []*operand, at int) *operand {
	evals := evaluators(elements)
	nested := len(elements) > 0 && elements[0].typ.Kind == catalog.Array
	made := derived(t, at, func(x *frame) (any, error) {
		values := make([]any, len(evals))
		for i, eval := range evals {
			value, err := eval(x)
			if err != nil {
				return nil, err
			}
			values[i] = value
		}
		if nested {
			return stack(values)
		}
		if len(values) == 0 {
			return &datum.Array{}, nil
		}
		return &datum.Array{Dims: []datum.Dimension{{Length: len(values), Lower: 1}}, Values: values}, nil
	}, elements...)
	for _, o := range elements {
		if o.collation != "" && made.collation == "" {
			made.collation, made.nondeterministic = o.collation, o.nondeterministic
		}
	}
	made.nullable = false
	return made
}

var errDimensions = &datum.Error{Code: "2202E", Message: "multidimensional arrays must have array expressions with matching dimensions"}

// stack puts arrays of the same extent on one another. NULL and empty ones do not count.
func stack(arrays []any) (any, error) {
	var first *datum.Array
	whole, empty := &datum.Array{}, false
	for _, value := range arrays {
		array, _ := value.(*datum.Array)
		if array == nil || len(array.Dims) == 0 {
			empty = true
			continue
		}
		if first == nil {
			first = array
		}
		if !slices.Equal(array.Dims, first.Dims) {
			return nil, errDimensions
		}
		whole.Values = append(whole.Values, array.Values...)
	}
	switch {
	case first == nil:
		return whole, nil
	case empty:
		return nil, errDimensions
	case len(first.Dims) == 6:
		return nil, datum.Errorf("54000", "number of array dimensions (7) exceeds the maximum allowed (6)")
	}
	whole.Dims = append([]datum.Dimension{{Length: len(arrays), Lower: 1}}, first.Dims...)
	return whole, nil
}

// subscript is one [i] or [i:j] of an array; nil bounds are not written.
type subscript struct{ lower, upper *operand }

// fixedLength are types with parts that can be numbered, though they are no arrays.
var fixedLength = map[string]bool{"name": true, "point": true, "lseg": true, "box": true, "line": true}

// subscripts compiles a[i], a[i:j] and doc['name'].
func (c *compiler) subscripts(o *operand, list []*pg.A_Indices, at int) (*operand, *Error) {
	if o.typ == jsonbType {
		return c.jsonSubscripts(o, list, at)
	}
	if fixedLength[o.typ.Name] {
		return nil, failure(at, "", "subscripts of type %s are not supported in expressions", typeName(o.typ))
	}
	if o.typ.Kind != catalog.Array {
		return nil, failure(at, "", "cannot subscript type %s because it does not support subscripting", typeName(o.typ))
	}
	var subscripts []subscript
	sliced := false
	for _, n := range list {
		s := subscript{}
		var err *Error
		if s.lower, err = c.subscript(n.Lidx); err == nil {
			s.upper, err = c.subscript(n.Uidx)
		}
		if err != nil {
			return nil, err
		}
		if n.IsSlice {
			sliced = true
		} else {
			s.lower = constantOf(intType, int64(1), at) // of which a slice makes [1:i]
		}
		subscripts = append(subscripts, s)
	}
	if sliced {
		return sliceOperand(o, subscripts, at), nil
	}
	return elementOperand(o, subscripts, at), nil
}

func (c *compiler) subscript(n *pg.Node) (*operand, *Error) {
	if n == nil {
		return nil, nil
	}
	o, err := c.value(n)
	if err != nil {
		return nil, err
	}
	converted, err := c.coerce(o, intType, -1, assignment)
	if err == nil && converted == nil {
		err = failure(o.at, "", "array subscript must have type integer")
	}
	return converted, err
}

func elementOperand(o *operand, subscripts []subscript, at int) *operand {
	args := []*operand{o}
	for _, s := range subscripts {
		args = append(args, s.upper)
	}
	made := derived(own(element(o.typ)), at, calling(elementOf, evaluators(args), len(args)), args...)
	made.mod = o.mod
	if made.typ.Category == 'S' {
		made.collation, made.nondeterministic = o.collation, o.nondeterministic
	}
	return made
}

// elementOf is the element at indexes that are none of them NULL.
func elementOf(args []any) (any, error) {
	var space [6]int
	indexes := space[:0]
	for _, index := range args[1:] {
		indexes = append(indexes, int(index.(int64)))
	}
	return collections.Subscript(args[0].(*datum.Array), indexes), nil
}

func sliceOperand(o *operand, subscripts []subscript, at int) *operand {
	args := []*operand{o}
	var written []bool
	for _, s := range subscripts {
		for _, bound := range []*operand{s.lower, s.upper} {
			written = append(written, bound != nil)
			if bound != nil {
				args = append(args, bound)
			}
		}
	}
	made := derived(o.typ, at, calling(func(args []any) (any, error) {
		from, to := bounds(args[1:], written)
		return collections.Slice(args[0].(*datum.Array), from, to), nil
	}, evaluators(args), len(args)), args...)
	made.mod, made.collation, made.nondeterministic = o.mod, o.collation, o.nondeterministic
	return made
}

// bounds gives back their places to the bounds that were written, lower and
// upper in turn; nil for the others.
func bounds(given []any, written []bool) (from, to []*int) {
	for i, w := range written {
		var bound *int
		if w {
			n := int(given[0].(int64))
			bound, given = &n, given[1:]
		}
		if i%2 == 0 {
			from = append(from, bound)
		} else {
			to = append(to, bound)
		}
	}
	return from, to
}

// jsonSubscripts is doc['a'][0], which is doc #> array['a', '0'].
func (c *compiler) jsonSubscripts(o *operand, list []*pg.A_Indices, at int) (*operand, *Error) {
	var path []*operand
	for _, n := range list {
		if n.IsSlice {
			return nil, failure(at, "", "jsonb subscript does not support slices")
		}
		index, err := c.value(n.Uidx)
		if err != nil {
			return nil, err
		}
		to := textType
		if index.typ != unknownType && c.canCoerceOne(index.typ, intType, implicit) {
			to = intType
		}
		converted, err := c.coerce(index, to, -1, implicit)
		if err != nil {
			return nil, err
		}
		if converted == nil {
			return nil, failure(index.at, "", "subscript type %s is not supported", typeName(index.typ))
		}
		if to == intType {
			if converted, err = c.throughText(converted, textType); err != nil {
				return nil, err
			}
		}
		path = append(path, converted)
	}
	array := arrayOperand(known().arrays[textType], path, at)
	made, err := c.operate("#>", o, array, at)
	if err == nil && array.columns {
		made.stable = true // unlike the operator a subscript of NULL is nothing that the planner knows
	}
	return made, err
}
