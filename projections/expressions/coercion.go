package expressions

import (
	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// coerce is coerce_to_target_type: the operand as a value of a type and its
// modifier. It is nil, without an error, where PostgreSQL has no such conversion.
func (c *compiler) coerce(o *operand, to *catalog.Type, mod int32, asked strength) (*operand, *Error) {
	if o.row != nil {
		return nil, failure(o.at, "rows can be compared with each other: (a, b) = (c, d)", "a row is no value here")
	}
	if o.typ == unknownType {
		return c.coerceLiteral(o, to, mod, asked)
	}
	if !c.canCoerceOne(o.typ, to, asked) {
		return nil, nil
	}
	switch {
	case same(o.typ, to):
		return c.coerceLength(o, mod, asked)
	case to == recordType:
		return o, nil // functions of any record ask for its type
	case o.typ == recordType:
		return nil, failure(o.at, "", "a cast from record to %s is not supported in expressions", typeName(to))
	}
	path, f := findPathway(to, o.typ, asked)
	switch path {
	case byFunction:
		return c.coerceByFunction(o, f, to, mod, asked)
	case byText:
		converted, err := c.throughText(o, to)
		if err != nil {
			return nil, err
		}
		return c.coerceLength(converted, mod, asked)
	case byElement:
		return c.coerceElements(o, to, mod, asked)
	}
	return c.coerceLength(c.relabelled(o, to), mod, asked)
}

// relabelled is the same value under another type; a column stays one.
func (c *compiler) relabelled(o *operand, to *catalog.Type) *operand {
	if o.typ == intType && to == oidType || o.typ == oidType && to == intType {
		return sameBits(o, to)
	}
	p := o.as(to)
	p.takeCollation([]*operand{o})
	return p
}

// sameBits is integer as oid, which has no sign, or the other way round.
func sameBits(o *operand, to *catalog.Type) *operand {
	made := derived(to, o.at, calling(func(args []any) (any, error) {
		if to == oidType {
			return int64(uint32(args[0].(int64))), nil
		}
		return int64(int32(args[0].(int64))), nil
	}, []evaluator{o.eval}, 1), o)
	made.nullable = o.nullable
	return made
}

func (c *compiler) coerceByFunction(o *operand, f *signature, to *catalog.Type, mod int32, asked strength) (*operand, *Error) {
	what := "a cast from " + typeName(o.typ) + " to " + typeName(to)
	if f == nil {
		return nil, c.unsupportedCast(o, to)
	}
	args := append([]*operand{o}, lengthArguments(f, mod, asked, o.at)...)
	args[0] = c.relabelled(o, f.args[0])
	converted, err := c.invoke(f, args, to, what, o.at)
	if err != nil {
		if err == errUnsupported {
			return nil, c.unsupportedCast(o, to)
		}
		return nil, err
	}
	converted.nullable = o.nullable || o.typ == jsonbType
	if len(f.args) > 1 {
		converted.mod = mod
		return converted, nil
	}
	return c.coerceLength(converted, mod, asked)
}

// lengthArguments are the modifier and whether the cast was written, for functions that take them.
func lengthArguments(f *signature, mod int32, asked strength, at int) []*operand {
	args := []*operand{constantOf(intType, int64(mod), at), constantOf(boolType, asked == explicit, at)}
	return args[:len(f.args)-1]
}

// coerceLength is coerce_type_typmod: varchar(5), numeric(10,2) and the like.
func (c *compiler) coerceLength(o *operand, mod int32, asked strength) (*operand, *Error) {
	if mod < 0 || mod == o.mod {
		return o, nil
	}
	t := o.typ
	if t.Kind == catalog.Array {
		t = own(t.Elem)
	}
	entry, ok := known().casts[pair{t, t}]
	if !ok {
		return o, nil
	}
	if o.typ.Kind == catalog.Array {
		return c.coerceElements(o, o.typ, mod, asked)
	}
	args := append([]*operand{o}, lengthArguments(entry.function, mod, asked, o.at)...)
	cut, err := c.invoke(entry.function, args, t, "the length of "+typeName(t), o.at)
	if err != nil {
		if err == errUnsupported {
			return nil, failure(o.at, "cast without the length", "%s with a length is not supported in expressions", typeName(t))
		}
		return nil, err
	}
	cut.mod, cut.nullable = mod, o.nullable
	return cut, nil
}

// throughText writes the value as one type writes it and reads it as the other.
func (c *compiler) throughText(o *operand, to *catalog.Type) (*operand, *Error) {
	from, err := c.codec(o.typ, o.at)
	if err != nil {
		return nil, err
	}
	into, err := c.codec(to, o.at)
	if err != nil {
		return nil, err
	}
	if into.Stored {
		return nil, c.unsupportedCast(o, to)
	}
	if refused := volatileText(o.typ, to); refused != "" {
		return nil, failure(o.at, "", "%s", refused)
	}
	if o.leaf >= 0 && isText(to) {
		return c.leafText(o, to), nil
	}
	converted := derived(to, o.at, textEvaluator(o.eval, from, into, isText(o.typ), isText(to)), o)
	converted.nullable = o.nullable
	return converted, nil
}

// leafText is a column's text as it came, which is what its type writes.
func (c *compiler) leafText(o *operand, to *catalog.Type) *operand {
	slot := o.leaf
	return &operand{typ: to, mod: -1, at: o.at, leaf: -1, nullable: o.nullable, columns: true, eval: func(x *frame) (any, error) {
		text, err := x.row.Leaf(slot)
		if err != nil || text == nil {
			return nil, err
		}
		return string(text), nil
	}}
}

// isText tells types whose values are strings, written and read as they are.
func isText(t *catalog.Type) bool { return t == textType || t.Name == "varchar" || t == citextType }

func textEvaluator(eval evaluator, from, into function.Codec, isString, toString bool) evaluator {
	return func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil || value == nil {
			return nil, err
		}
		text, ok := "", false
		if isString {
			text, ok = value.(string)
		}
		if !ok {
			text = string(from.Append(nil, value))
		}
		if toString {
			return text, nil
		}
		return into.Parse(text)
	}
}

// coerceElements converts an array, element by element.
func (c *compiler) coerceElements(o *operand, to *catalog.Type, mod int32, asked strength) (*operand, *Error) {
	held := &operand{typ: own(element(o.typ)), mod: -1, at: o.at, leaf: -1, nullable: true, columns: true}
	slot := c.hold()
	held.eval = func(x *frame) (any, error) { return x.held[slot], nil }
	target := own(element(to))
	if element(to).Kind == catalog.Domain && !same(element(to), element(o.typ)) {
		return nil, refuseDomain(o.at, element(to))
	}
	each, err := c.coerce(held, target, mod, asked)
	if err != nil || each == nil {
		return nil, err
	}
	eval, one := o.eval, each.eval
	converted := derived(to, o.at, func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil || value == nil {
			return nil, err
		}
		return mapArray(x, value.(*datum.Array), slot, one)
	}, o)
	converted.nullable, converted.mod = o.nullable, mod
	return converted, nil
}

func mapArray(x *frame, from *datum.Array, slot int, one evaluator) (any, error) {
	to := &datum.Array{Dims: from.Dims, Values: make([]any, len(from.Values))}
	for i, value := range from.Values {
		x.hold(slot, value)
		converted, err := one(x)
		if err != nil {
			return nil, err
		}
		to.Values[i] = converted
	}
	return to, nil
}

// coerceCommon is coerce_to_common_type.
func (c *compiler) coerceCommon(o *operand, to *catalog.Type, where string) (*operand, *Error) {
	converted, err := c.coerce(o, to, -1, implicit)
	if err != nil {
		return nil, err
	}
	if converted == nil {
		return nil, failure(o.at, "cast one of them", "%s cannot convert type %s to %s", where, typeName(o.typ), typeName(to))
	}
	return converted, nil
}

// coerceBool makes an operand of AND, WHEN and the like.
func (c *compiler) coerceBool(o *operand, where string) (*operand, *Error) {
	converted, err := c.coerce(o, boolType, -1, assignment)
	if err != nil {
		return nil, err
	}
	if converted == nil {
		return nil, failure(o.at, "compare it with something", "argument of %s must be type boolean, not type %s", where, typeName(o.typ))
	}
	return converted, nil
}

// codec is the text form of a type.
func (c *compiler) codec(t *catalog.Type, at int) (function.Codec, *Error) {
	codec, err := c.library.Codec(t)
	if err != nil {
		return codec, failure(at, "show the column whole instead", "%s", err)
	}
	return codec, nil
}
