package expressions

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/projections/expressions/function"
)

// sink gathers what one evaluated expression reads: the whole, or an argument of an aggregate.
type sink struct {
	leaves     []Leaf
	places     []int // where each leaf is first named
	slots      map[any]int
	held       int
	aggregates []*Aggregate
	library    *function.Library
}

func (c *compiler) newSink() *sink { return &sink{slots: map[any]int{}, library: c.library} }

func isAggregate(name string) bool {
	for _, f := range known().functions[name] {
		if f.aggregate {
			return true
		}
	}
	return false
}

// orderedSets need WITHIN GROUP.
var orderedSets = map[string]bool{"mode": true, "percentile_cont": true, "percentile_disc": true, "cume_dist": true, "dense_rank": true, "percent_rank": true, "rank": true}

// aggregate compiles a call of an aggregate function.
func (c *compiler) aggregate(n *pg.FuncCall, name string, at int) (*operand, *Error) {
	switch {
	case !c.options.Aggregates:
		return nil, failure(at, "aggregates stand in the value or fields of a many, or of a relation in joins", "%s is an aggregate: it needs a list of rows", name)
	case c.inAggregate:
		return nil, failure(at, "", "aggregate function calls cannot be nested")
	case n.AggWithinGroup || orderedSets[name]:
		return nil, failure(at, "", "%s (an aggregate with WITHIN GROUP) is not supported in expressions", name)
	case n.FuncVariadic:
		return nil, failure(at, "", "VARIADIC is not supported in aggregates")
	}
	a := &Aggregate{Distinct: n.AggDistinct, From: at}
	c.inAggregate = true
	err := c.aggregateParts(a, n, name, at)
	c.inAggregate = false
	if err != nil {
		return nil, err
	}
	slot := len(c.sink.aggregates)
	c.sink.aggregates = append(c.sink.aggregates, a)
	return &operand{
		typ: a.Type, mod: -1, at: at, leaf: -1, columns: true, nullable: !strings.HasPrefix(a.Signature, "count("),
		eval: func(x *frame) (any, error) { return x.row.Aggregate(slot) },
	}, nil
}

func (c *compiler) aggregateParts(a *Aggregate, n *pg.FuncCall, name string, at int) *Error {
	a.To = c.tokens.callEnd(at)
	args, sinks, err := c.apart(n.Args)
	if err != nil {
		return err
	}
	types := typesOf(args)
	candidates := c.functionCandidates(name, len(args), false)
	if len(args) == 0 && !n.AggStar {
		return c.unknownFunction(name, types, at)
	}
	chosen, ok := exactly(candidates, types)
	if !ok {
		matching := c.matching(candidates, types)
		if len(matching) == 0 {
			return c.unknownFunction(name, types, at)
		}
		if chosen, ok = matching[0], true; len(matching) > 1 {
			chosen, ok = c.choose(matching, types)
		}
		if !ok {
			return failure(at, "cast the arguments: "+strings.Join(listSignatures(matching), ", "), "function %s(%s) is not unique", name, typeNames(types))
		}
	}
	if args, a.Type, err = c.coerceArguments(chosen, args, chosen.function.result, at); err != nil {
		return err
	}
	a.Signature = chosen.function.key
	if err := c.judgeAggregate(name, args, n, at); err != nil {
		return err
	}
	for i, arg := range args {
		a.Args = append(a.Args, c.finish(arg, sinks[i], c.textOf(n.Args[i])))
	}
	if a.OrderBy, err = c.orderBy(n.AggOrder); err != nil {
		return err
	}
	if a.Distinct {
		if err := c.judgeDistinct(a, args, at); err != nil {
			return err
		}
	}
	a.Filter, err = c.filter(n.AggFilter)
	return err
}

// apart compiles operands that are evaluated by themselves.
func (c *compiler) apart(nodes []*pg.Node) ([]*operand, []*sink, *Error) {
	var operands []*operand
	var sinks []*sink
	outer := c.sink
	defer func() { c.sink = outer }()
	for _, n := range nodes {
		c.sink = c.newSink()
		o, err := c.value(n)
		if err != nil {
			return nil, nil, err
		}
		operands, sinks = append(operands, o), append(sinks, c.sink)
	}
	return operands, sinks, nil
}

// judgeAggregate looks at how min and max order texts, and DISTINCT tells them apart.
func (c *compiler) judgeAggregate(name string, args []*operand, n *pg.FuncCall, at int) *Error {
	if name == "min" || name == "max" {
		return c.judgeCollation("<", name, args, at)
	}
	if n.AggDistinct {
		return c.judgeCollation("=", name, args, at)
	}
	return nil
}

// judgeDistinct refuses what PostgreSQL cannot tell apart, and an order by something else than the arguments.
func (c *compiler) judgeDistinct(a *Aggregate, args []*operand, at int) *Error {
	for _, arg := range args {
		if _, err := c.library.Compare(arg.typ); err != nil {
			return failure(arg.at, "", "could not identify an equality operator for type %s", typeName(arg.typ))
		}
	}
	for _, order := range a.OrderBy {
		found := false
		for _, arg := range a.Args {
			found = found || strings.EqualFold(arg.Text, order.Expr.Text)
		}
		if !found {
			return failure(at, "", "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list")
		}
	}
	return nil
}

func (c *compiler) orderBy(nodes []*pg.Node) ([]Order, *Error) {
	var orders []Order
	for _, n := range nodes {
		item := n.GetSortBy()
		operands, sinks, err := c.apart([]*pg.Node{item.Node})
		if err != nil {
			return nil, err
		}
		o := operands[0]
		if o.typ == unknownType {
			o = o.as(textType)
		}
		if len(item.UseOp) > 0 {
			return nil, failure(o.at, "write asc or desc", "ORDER BY ... USING is not supported")
		}
		if _, problem := c.library.Compare(o.typ); problem != nil {
			return nil, failure(o.at, "", "could not identify an ordering operator for type %s", typeName(o.typ))
		}
		if err := c.judgeCollation("<", "ORDER BY", operands, o.at); err != nil {
			return nil, err
		}
		desc := item.SortbyDir == pg.SortByDir_SORTBY_DESC
		first := desc
		if item.SortbyNulls != pg.SortByNulls_SORTBY_NULLS_DEFAULT {
			first = item.SortbyNulls == pg.SortByNulls_SORTBY_NULLS_FIRST
		}
		orders = append(orders, Order{Expr: c.finish(o, sinks[0], c.textOf(item.Node)), Desc: desc, NullsFirst: first})
	}
	return orders, nil
}

func (c *compiler) filter(n *pg.Node) (*Expr, *Error) {
	if n == nil {
		return nil, nil
	}
	operands, sinks, err := c.apart([]*pg.Node{n})
	if err != nil {
		return nil, err
	}
	o, err := c.coerceBool(operands[0], "FILTER")
	if err != nil {
		return nil, err
	}
	return c.finish(o, sinks[0], c.textOf(n)), nil
}

// refuseGroup refuses a column beside an aggregate: of which row would it be?
func (c *compiler) refuseGroup() *Error {
	if len(c.sink.aggregates) == 0 || len(c.sink.leaves) == 0 {
		return nil
	}
	at := c.sink.places[0]
	name := c.text[at:c.tokens.end(at)]
	for _, span := range c.spans {
		if span.From == at {
			name = c.text[span.From:span.To]
		}
	}
	return failure(at, "put it into an aggregate, for example max("+name+")", "%s stands beside an aggregate of many rows: of which of them is it?", name)
}
