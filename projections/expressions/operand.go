package expressions

import (
	"materializer/catalog"
	"materializer/projections/expressions/function"
)

// evaluator computes a value in a frame. It is safe for concurrent use with frames of its callers' own.
type evaluator func(*frame) (any, error)

// frame is one evaluation.
type frame struct {
	row    Row
	values []any  // of the leaves
	read   []bool // which of them are decoded
	stack  []any  // arguments of the calls in progress
	held   []any  // what each CASE decides on
}

// operand is a compiled part of an expression.
type operand struct {
	eval     evaluator
	typ      *catalog.Type // a base type; unknownType for a literal whose type is not decided
	mod      int32
	at       int // bytes into the text
	constant bool
	value    any    // of a constant; of an unknown one its text
	stable   bool   // constant by our settings only: PostgreSQL's planner does not know it
	nullable bool   // may be NULL
	leaf     int    // slot of a bare column, -1 otherwise
	columns  bool   // depends on a column
	spelling string // how the literal was written, for messages

	collation        string // of text that is not ordered by its bytes
	nondeterministic bool
	collated         bool // COLLATE was written

	row []*operand // of ROW(...), which has no value of its own
}

// constantOf is a value that is known now.
func constantOf(t *catalog.Type, value any, at int) *operand {
	return &operand{
		eval: func(*frame) (any, error) { return value, nil },
		typ:  t, mod: -1, at: at, constant: true, value: value, nullable: value == nil, leaf: -1,
	}
}

// isNull tells a constant NULL.
func (o *operand) isNull() bool { return o.constant && o.value == nil }

// fixed tells a value that PostgreSQL's planner knows too, and by which it
// leaves out what need not be evaluated. What is left out cannot fail.
func (o *operand) fixed() bool { return o.constant && !o.stable }

func (o *operand) fixedNull() bool { return o.fixed() && o.value == nil }

// as is the same value under another type.
func (o *operand) as(t *catalog.Type) *operand {
	p := *o
	p.typ, p.mod = t, -1
	return &p
}

// derived is an operand made of others. Where all of them are constant it is
// computed now; if that fails it stays, to fail where it is evaluated.
func derived(t *catalog.Type, at int, eval evaluator, of ...*operand) *operand {
	o := &operand{eval: eval, typ: t, mod: -1, at: at, leaf: -1, nullable: true}
	fold, stable := true, false
	for _, x := range of {
		fold, stable = fold && x.constant, stable || x.stable
		o.columns = o.columns || x.columns
	}
	o.takeCollation(of)
	if fold {
		if value, err := eval(&frame{}); err == nil {
			folded := constantOf(t, value, at)
			folded.stable = stable
			folded.takeCollation(of)
			return folded
		}
	}
	return o
}

// takeCollation derives the collation of a text from what it is made of.
func (o *operand) takeCollation(of []*operand) {
	if o.typ.Category != 'S' {
		return
	}
	for _, x := range of {
		if x.collated && !o.collated {
			o.collated, o.collation, o.nondeterministic = true, "", false
		}
		if !o.collated && x.collation != "" {
			o.collation, o.nondeterministic = x.collation, o.nondeterministic || x.nondeterministic
		}
	}
}

func anyNullable(operands []*operand) bool {
	for _, o := range operands {
		if o.nullable {
			return true
		}
	}
	return false
}

func typesOf(operands []*operand) []*catalog.Type {
	types := make([]*catalog.Type, len(operands))
	for i, o := range operands {
		types[i] = o.typ
	}
	return types
}

func evaluators(operands []*operand) []evaluator {
	list := make([]evaluator, len(operands))
	for i, o := range operands {
		list[i] = o.eval
	}
	return list
}

// calling evaluates arguments and calls. Of the arguments the first strict
// ones must not be NULL; all are evaluated first, as PostgreSQL does.
func calling(call function.Func, args []evaluator, strict int) evaluator {
	return func(x *frame) (any, error) {
		base := len(x.stack)
		null := false
		for i, arg := range args {
			value, err := arg(x)
			if err != nil {
				x.stack = x.stack[:base]
				return nil, err
			}
			null = null || value == nil && i < strict
			x.stack = append(x.stack, value)
		}
		if null {
			x.stack = x.stack[:base]
			return nil, nil
		}
		value, err := call(x.stack[base:])
		clear(x.stack[base:])
		x.stack = x.stack[:base]
		return value, err
	}
}
