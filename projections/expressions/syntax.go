package expressions

import (
	"regexp"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/projections/expressions/function"
)

// compiler turns the parse tree of one expression into operands.
type compiler struct {
	text        string
	tokens      tokens
	version     int32 // of the parser
	scope       Scope
	options     Options
	library     *function.Library // that follows the release
	sink        *sink
	spans       []Span
	warnings    []*Error
	inAggregate bool
}

// offset turns a location of the parser into one of the text.
func (c *compiler) offset(location int32) int {
	return min(max(int(location)-len(prefix), 0), len(c.text))
}

// warn tells of each place once.
func (c *compiler) warn(at int, hint, format string, args ...any) {
	if n := len(c.warnings); n > 0 && c.warnings[n-1].Offset == at {
		return
	}
	c.warnings = append(c.warnings, failure(at, hint, format, args...))
}

// hold reserves a place for a value that is used while an evaluation goes on.
func (c *compiler) hold() int {
	c.sink.held++
	return c.sink.held - 1
}

// value compiles a part that must be a value, and no row.
func (c *compiler) value(n *pg.Node) (*operand, *Error) {
	o, err := c.transform(n)
	if err == nil && o.row != nil {
		return nil, failure(o.at, "rows can be compared with each other: (a, b) = (c, d)", "a row is no value here")
	}
	return o, err
}

// transform is transformExprRecurse.
func (c *compiler) transform(n *pg.Node) (*operand, *Error) {
	switch n := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return c.column(n.ColumnRef)
	case *pg.Node_AConst:
		return c.constant(n.AConst)
	case *pg.Node_TypeCast:
		return c.cast(n.TypeCast)
	case *pg.Node_AExpr:
		return c.expression(n.AExpr)
	case *pg.Node_BoolExpr:
		return c.boolean(n.BoolExpr)
	case *pg.Node_NullTest:
		return c.nullTest(n.NullTest)
	case *pg.Node_BooleanTest:
		return c.booleanTest(n.BooleanTest)
	case *pg.Node_FuncCall:
		return c.call(n.FuncCall)
	case *pg.Node_CaseExpr:
		return c.conditional(n.CaseExpr)
	case *pg.Node_CoalesceExpr:
		return c.coalesce(n.CoalesceExpr)
	case *pg.Node_MinMaxExpr:
		return c.extreme(n.MinMaxExpr)
	case *pg.Node_AArrayExpr:
		return c.array(n.AArrayExpr, nil, -1)
	case *pg.Node_AIndirection:
		return c.indirection(n.AIndirection)
	case *pg.Node_CollateClause:
		return c.collate(n.CollateClause)
	case *pg.Node_RowExpr:
		return c.rowOf(n.RowExpr)
	}
	return nil, c.refuseNode(n.GetNode())
}

// expression compiles what the parser calls an A_Expr: operators, and syntax that stands for them.
func (c *compiler) expression(n *pg.A_Expr) (*operand, *Error) {
	switch n.Kind {
	case pg.A_Expr_Kind_AEXPR_IN:
		return c.in(n)
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN, pg.A_Expr_Kind_AEXPR_BETWEEN_SYM, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return c.between(n)
	}
	at := c.offset(n.Location)
	words := stringsOf(n.Name)
	if len(words) > 1 && words[0] != "pg_catalog" {
		return nil, failure(at, "", "operators of other schemas are not supported: %s", strings.Join(words, "."))
	}
	name := words[len(words)-1]
	if name == "!=" {
		name = "<>"
	}
	var left *operand
	var err *Error
	if n.Lexpr != nil {
		if left, err = c.transform(n.Lexpr); err != nil {
			return nil, err
		}
	}
	right, err := c.transform(n.Rexpr)
	if err != nil {
		return nil, err
	}
	return c.operation(n.Kind, name, left, right, at)
}

func (c *compiler) operation(kind pg.A_Expr_Kind, name string, left, right *operand, at int) (*operand, *Error) {
	switch kind {
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		return c.anyOf(name, left, right, kind == pg.A_Expr_Kind_AEXPR_OP_ANY, at)
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		made, err := c.distinct(name, left, right, at)
		if err == nil && kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT {
			made = negate(made, at)
		}
		return made, err
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		return c.nullIf(name, left, right, at)
	}
	c.warnOfNull(name, left, right, at)
	return c.operate(name, left, right, at)
}

// warnOfNull catches x = NULL, which is never true.
func (c *compiler) warnOfNull(name string, left, right *operand, at int) {
	if left == nil || name != "=" && name != "<>" {
		return
	}
	if isWrittenNull(left) || isWrittenNull(right) {
		hint := "write IS NULL"
		if name == "<>" {
			hint = "write IS NOT NULL"
		}
		c.warn(at, hint, "a comparison with NULL is never true")
	}
}

func isWrittenNull(o *operand) bool { return o.typ == unknownType && o.isNull() }

// cast compiles CAST and ::.
func (c *compiler) cast(n *pg.TypeCast) (*operand, *Error) {
	t, mod, err := c.typeOf(n.TypeName)
	if err != nil {
		return nil, err
	}
	if inner := n.Arg.GetAArrayExpr(); inner != nil && element(t) != nil {
		return c.array(inner, t, mod)
	}
	o, err := c.value(n.Arg)
	if err != nil {
		return nil, err
	}
	if t.Unwrap() != t {
		return nil, refuseDomain(c.offset(n.TypeName.Location), t)
	}
	made, err := c.coerce(o, t, mod, explicit)
	if err == nil && made == nil {
		err = failure(o.at, "", "cannot cast type %s to %s", typeName(o.typ), typeName(t))
	}
	if made == o {
		p := *o
		made = &p // so that a cast to its own type is no longer the literal
	}
	return made, err
}

// collate compiles COLLATE "C", the one order that is kept here.
func (c *compiler) collate(n *pg.CollateClause) (*operand, *Error) {
	o, err := c.value(n.Arg)
	if err != nil {
		return nil, err
	}
	at := c.offset(n.Location)
	words := stringsOf(n.Collname)
	if name := words[len(words)-1]; name != "C" && name != "POSIX" && name != "ucs_basic" {
		return nil, failure(at, `write collate "C", which orders texts by their bytes`, "the collation %s is not supported in expressions", name)
	}
	if o.typ == unknownType {
		o = o.as(textType)
	}
	if o.typ.Category != 'S' {
		return nil, failure(at, "", "collations are not supported by type %s", typeName(o.typ))
	}
	p := *o
	p.collated, p.collation, p.nondeterministic = true, "", false
	return &p, nil
}

// rowOf compiles ROW(a, b) and (a, b), of which only comparisons can be made.
func (c *compiler) rowOf(n *pg.RowExpr) (*operand, *Error) {
	o := constantOf(recordType, nil, c.offset(n.Location))
	o.constant, o.row = false, []*operand{}
	for _, arg := range n.Args {
		part, err := c.value(arg)
		if err != nil {
			return nil, err
		}
		o.row = append(o.row, part)
		o.columns = o.columns || part.columns
	}
	return o, nil
}

// constant compiles a literal.
func (c *compiler) constant(n *pg.A_Const) (*operand, *Error) {
	at := c.offset(n.Location)
	switch v := n.Val.(type) {
	case *pg.A_Const_Ival:
		if err := c.refuseNumber(at); err != nil {
			return nil, err
		}
		return constantOf(intType, int64(v.Ival.GetIval()), at), nil
	case *pg.A_Const_Boolval:
		return constantOf(boolType, v.Boolval.GetBoolval(), at), nil
	case *pg.A_Const_Sval:
		return constantOf(unknownType, v.Sval.GetSval(), at), nil
	case *pg.A_Const_Fval:
		if err := c.refuseNumber(at); err != nil {
			return nil, err
		}
		return c.number(v.Fval.GetFval(), at)
	case *pg.A_Const_Bsval:
		return c.coerceLiteral(constantOf(unknownType, v.Bsval.GetBsval(), at), bitType, -1, explicit)
	}
	return constantOf(unknownType, nil, at), nil
}

// newNumber is how numbers are written since PostgreSQL 16 only.
var newNumber = regexp.MustCompile(`^[-+\s]*(0[xXoObB]|[0-9.]*[0-9]_)`)

func (c *compiler) refuseNumber(at int) *Error {
	if c.library.Version() < 16 && newNumber.MatchString(c.text[at:]) {
		return failure(at, "write it in decimal digits", "numbers such as 0x1F and 1_000 need PostgreSQL 16")
	}
	return nil
}

// number is a literal that is no integer of four bytes: one of eight, or a numeric.
func (c *compiler) number(text string, at int) (*operand, *Error) {
	text = strings.ReplaceAll(text, "_", "")
	literal := constantOf(unknownType, text, at)
	for _, t := range []*catalog.Type{intType, bigintType} {
		if made, err := c.coerceLiteral(literal, t, -1, explicit); err == nil {
			return made, nil
		}
	}
	return c.coerceLiteral(literal, numericType, -1, explicit)
}
