package expressions

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/internal/suggest"
	"materializer/projections/expressions/datum"
)

// column compiles a dotted name: a column, and fields of it.
func (c *compiler) column(n *pg.ColumnRef) (*operand, *Error) {
	at := c.offset(n.Location)
	words, end, err := c.words(n)
	if err != nil {
		return nil, err
	}
	leaf, used, err := c.scope.Column(words)
	if err != nil {
		return nil, err
	}
	if used < len(words) {
		end = c.tokens.end(words[used-1].Offset)
	}
	c.spans = append(c.spans, Span{From: at, To: end, Leaf: leaf})
	o := c.leaf(leaf, at)
	for _, w := range words[used:] {
		if o, err = c.field(o, w.Name, w.Offset); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// words are the parts of a name, with the places where they stand and where the last one ends.
func (c *compiler) words(n *pg.ColumnRef) (words []Word, end int, err *Error) {
	at := c.offset(n.Location)
	i := c.tokens.at(at)
	for _, field := range n.Fields {
		if field.GetAStar() != nil {
			return nil, 0, failure(at, "name the columns", "* stands for many columns, and a value is one")
		}
		t := c.tokens.list[i]
		words = append(words, Word{Name: field.GetString_().GetSval(), Offset: t.from, Quoted: strings.HasPrefix(c.text[t.from:], `"`)})
		end = t.to
		i += 2 // and the dot
	}
	return words, end, nil
}

// leaf gives a column its slot.
func (c *compiler) leaf(leaf Leaf, at int) *operand {
	slot, ok := c.sink.slots[leaf.Ref]
	if !ok {
		slot = len(c.sink.leaves)
		c.sink.slots[leaf.Ref] = slot
		c.sink.leaves = append(c.sink.leaves, leaf)
		c.sink.places = append(c.sink.places, at)
	}
	mod := leaf.TypeMod
	for t := leaf.Type; t.Kind == catalog.Domain; t = t.Base {
		mod = t.BaseMod
	}
	return &operand{
		typ: own(leaf.Type), mod: mod, at: at, leaf: slot, nullable: leaf.Nullable, columns: true,
		collation: leaf.Collation, nondeterministic: leaf.Nondeterministic, eval: c.sink.decoder(slot, own(leaf.Type)),
	}
}

// decoder reads a leaf's text, once an evaluation.
func (s *sink) decoder(slot int, t *catalog.Type) evaluator {
	codec, problem := s.library.Codec(t)
	return func(x *frame) (any, error) {
		if x.read[slot] {
			return x.values[slot], nil
		}
		text, err := x.row.Leaf(slot)
		if err != nil {
			return nil, err
		}
		var value any
		if text != nil {
			if problem != nil {
				return nil, problem
			}
			if value, err = codec.Parse(string(text)); err != nil {
				return nil, err
			}
		}
		x.values[slot], x.read[slot] = value, true
		return value, nil
	}
}

// field selects a field of a composite.
func (c *compiler) field(o *operand, name string, at int) (*operand, *Error) {
	if o.typ.Kind != catalog.Composite {
		return nil, failure(at, "only composite values have fields", "column notation .%s applied to type %s, which is not a composite type", name, typeName(o.typ))
	}
	var names []string
	for i, attribute := range o.typ.Attributes {
		names = append(names, attribute.Name)
		if attribute.Name == name {
			return fieldOperand(o, i, attribute, at), nil
		}
	}
	hint := "its fields are " + strings.Join(names, ", ")
	if near := suggest.Suggest(name, names); len(near) > 0 {
		hint = "did you mean " + near[0] + "?"
	}
	return nil, failure(at, hint, "type %s has no field %s", typeName(o.typ), name)
}

func fieldOperand(o *operand, i int, attribute catalog.Attribute, at int) *operand {
	eval := o.eval
	made := derived(own(attribute.Type), at, func(x *frame) (any, error) {
		value, err := eval(x)
		if err != nil || value == nil {
			return nil, err
		}
		return value.(*datum.Record).Fields[i], nil
	}, o)
	made.mod = attribute.TypeMod
	return made
}

// indirection compiles what stands behind a value: [i], [i:j] and .field.
func (c *compiler) indirection(n *pg.A_Indirection) (*operand, *Error) {
	o, err := c.value(n.Arg)
	if err != nil {
		return nil, err
	}
	var pending []*pg.A_Indices
	flush := func() {
		if len(pending) > 0 && err == nil {
			o, err = c.subscripts(o, pending, o.at)
		}
		pending = nil
	}
	for _, step := range n.Indirection {
		if indices := step.GetAIndices(); indices != nil {
			pending = append(pending, indices)
			continue
		}
		flush()
		if err != nil {
			return nil, err
		}
		if step.GetAStar() != nil {
			return nil, failure(o.at, "name the field", "* stands for many fields, and a value is one")
		}
		if o, err = c.field(o, step.GetString_().GetSval(), o.at); err != nil {
			return nil, err
		}
	}
	flush()
	return o, err
}
