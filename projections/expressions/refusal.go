package expressions

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/internal/suggest"
	"materializer/projections/expressions/signatures"
)

// supported tells whether a function is implemented and may be used.
func supported(f *signature) bool {
	if f == nil || !permitted(f) {
		return false
	}
	_, ok := Library().Function(f.key)
	return ok
}

// supportedCalls are the supported functions of a name, as they are called; those of any type come last.
func supportedCalls(name string) []string {
	var plain, generic []string
	for _, f := range known().functions[name] {
		call := name + "(" + typeNames(f.args) + ")"
		switch {
		case f.set || !f.aggregate && !supported(f):
		case slices.ContainsFunc(f.args, isPolymorphic):
			generic = append(generic, call)
		default:
			plain = append(plain, call)
		}
	}
	return append(plain, generic...)
}

// unknownFunction is for a name or for arguments that PostgreSQL does not know.
func (c *compiler) unknownFunction(name string, types []*catalog.Type, at int) *Error {
	if elsewhere[name] {
		return failure(at, "a value can depend on columns only", "%s depends on the clock, the session or other rows", name)
	}
	if len(known().functions[name]) == 0 {
		if other, ok := synonyms[name]; ok {
			return failure(at, "write "+other, "function %s does not exist", name)
		}
		hint := ""
		if near := suggest.Suggest(name, supportedNames()); len(near) > 0 {
			hint = "did you mean " + strings.Join(near, " or ") + "?"
		}
		return failure(at, hint, "function %s does not exist", name)
	}
	if c.missing(name) {
		return failure(at, "", "function %s(%s) does not exist in PostgreSQL %d", name, typeNames(types), c.library.Version())
	}
	hint := "add a cast"
	if calls := supportedCalls(name); len(calls) > 0 {
		hint = "it takes " + few(calls)
	}
	return failure(at, hint, "function %s(%s) does not exist", name, typeNames(types))
}

// missing tells a name that the release has not for any arguments.
func (c *compiler) missing(name string) bool {
	return !slices.ContainsFunc(known().functions[name], func(f *signature) bool { return !signatures.Missing(c.library.Version(), f.key) })
}

// elsewhere are functions that the tables leave out, since they take the names of objects, and those of usual extensions.
var elsewhere = map[string]bool{"nextval": true, "currval": true, "lastval": true, "setval": true, "pg_typeof": true, "uuid_generate_v4": true, "pg_sleep": true, "to_regclass": true}

// synonyms are names that other databases have.
var synonyms = map[string]string{
	"ifnull": "coalesce", "nvl": "coalesce", "isnull": "IS NULL", "len": "length", "iif": "CASE WHEN ... THEN ... ELSE ... END", "if": "CASE WHEN ... THEN ... ELSE ... END",
	"charindex": "strpos", "instr": "strpos", "ucase": "upper", "lcase": "lower", "group_concat": "string_agg", "getdate": "a column", "convert_to_text": "::text", "to_text": "::text",
	"year": "extract(year from ...)", "month": "extract(month from ...)", "day": "extract(day from ...)", "json_extract": "->", "dateadd": "+ interval '1 day'", "datediff": "-",
}

func supportedNames() []string {
	names := map[string]bool{"coalesce": true, "nullif": true, "greatest": true, "least": true}
	for name, functions := range known().functions {
		if slices.ContainsFunc(functions, func(f *signature) bool { return f.aggregate || supported(f) }) {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// few lists some of many.
func few(list []string) string {
	const most = 6
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}

func (c *compiler) unsupportedFunction(f *signature, what string, at int) *Error {
	if !permitted(f) {
		return failure(at, "a value can depend on columns only", "%s depends on the clock, the session or other rows", what)
	}
	hint := ""
	if calls := supportedCalls(f.name); len(calls) > 0 {
		hint = "supported: " + few(calls)
	} else if near := suggest.Suggest(f.name, supportedNames()); len(near) > 0 {
		hint = "the nearest that are: " + strings.Join(near, ", ")
	}
	return failure(at, hint, "%s is not supported in expressions", what)
}

func (c *compiler) unknownOperator(name string, types []*catalog.Type, at int) *Error {
	if len(known().operators[name]) == 0 {
		return failure(at, "", "operator %s does not exist", name)
	}
	hint := "add a cast"
	if len(types) == 2 && name == "+" && (types[0].Category == 'S' || types[1].Category == 'S') {
		hint = "texts are joined by ||"
	} else if len(types) == 2 && relations[name] != nil && types[0] != types[1] {
		hint = "add a cast, such as ::" + castHint(types)
	}
	return failure(at, hint, "operator does not exist: %s", operation(name, types))
}

// castHint is the type that one of two could be cast to.
func castHint(types []*catalog.Type) string {
	for _, t := range types {
		if t.Category != 'S' && t != unknownType {
			return typeName(t)
		}
	}
	return "text"
}

func (c *compiler) unsupportedOperator(o *operator, what string, at int) *Error {
	if o.function != nil && !permitted(o.function) {
		return failure(at, "a value can depend on columns only", "%s depends on the clock, the session or other rows", what)
	}
	hint := ""
	if on := supportedOperations(o); len(on) > 0 {
		hint = "supported: " + few(on)
	}
	return failure(at, hint, "%s is not supported in expressions", what)
}

// supportedOperations are the supported uses of an operator, those on a type of this one first.
func supportedOperations(o *operator) []string {
	var near, far []string
	for _, other := range known().operators[o.name] {
		if (other.left == nil) != (o.left == nil) || !supported(other.function) {
			continue
		}
		types := []*catalog.Type{other.left, other.right}
		if other.left == nil {
			types = types[1:]
		}
		if other.left == o.left || other.right == o.right {
			near = append(near, operation(o.name, types))
		} else {
			far = append(far, operation(o.name, types))
		}
	}
	return append(near, far...)
}

func (c *compiler) unsupportedCast(o *operand, to *catalog.Type) *Error {
	hint := ""
	if to.Category != 'S' {
		hint = "a cast to text is always possible"
	}
	return failure(o.at, hint, "a cast from %s to %s is not supported in expressions", typeName(o.typ), typeName(to))
}

// refuseNode names syntax that has no place in an expression.
func (c *compiler) refuseNode(n any) *Error {
	switch n := n.(type) {
	case *pg.Node_SubLink:
		return failure(c.offset(n.SubLink.Location), "declare a relation, and use its columns", "subqueries are not supported in expressions")
	case *pg.Node_ParamRef:
		return failure(c.offset(n.ParamRef.Location), "", "parameters are not supported in expressions")
	case *pg.Node_SqlvalueFunction:
		return c.refuseValueFunction(n.SqlvalueFunction)
	case *pg.Node_SetToDefault:
		return failure(c.offset(n.SetToDefault.Location), "", "DEFAULT is no value")
	case *pg.Node_NamedArgExpr:
		return failure(c.offset(n.NamedArgExpr.Location), "give the arguments in their order", "named arguments are not supported in expressions")
	case *pg.Node_XmlExpr, *pg.Node_XmlSerialize:
		return failure(0, "", "functions of XML are not supported in expressions")
	case *pg.Node_GroupingFunc:
		return failure(c.offset(n.GroupingFunc.Location), "", "GROUPING is not supported in expressions")
	}
	return failure(0, "jsonb_build_object, jsonb_build_array, -> and #> are", "this syntax is not supported in expressions")
}

// refuseValueFunction refuses current_date and its like, among which user is likely to be meant as a name.
func (c *compiler) refuseValueFunction(n *pg.SQLValueFunction) *Error {
	at := c.offset(n.Location)
	i := c.tokens.at(at)
	if word := strings.ToLower(c.tokens.word(i)); word == "user" {
		return reservedWord(c.tokens, i)
	}
	return failure(at, "a value can depend on columns only", "%s depends on the clock or the session", strings.ToLower(c.tokens.word(i)))
}
