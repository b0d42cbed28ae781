package expressions

import (
	"fmt"
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// errUnsupported says that PostgreSQL has the function and we have not.
var errUnsupported = &Error{Message: "not supported in expressions"}

// call compiles name(...).
func (c *compiler) call(n *pg.FuncCall) (*operand, *Error) {
	at := c.offset(n.Location)
	words := stringsOf(n.Funcname)
	name := words[len(words)-1]
	if len(words) > 1 && words[len(words)-2] != "pg_catalog" {
		return nil, failure(at, "functions of PostgreSQL itself can be called", "%s is a function of the database: it is not known here what it does", strings.Join(words, "."))
	}
	if n.Over != nil || windowFunctions[name] {
		return nil, failure(at, "", "%s: window functions are not supported in expressions: a row does not see the others", name)
	}
	if isAggregate(name) {
		return c.aggregate(n, name, at)
	}
	if n.AggStar || n.AggDistinct || len(n.AggOrder) > 0 || n.AggFilter != nil || n.AggWithinGroup {
		return nil, c.noAggregate(name, at)
	}
	args, err := c.arguments(name, n.Args)
	if err != nil {
		return nil, err
	}
	return c.callFunction(name, args, n.FuncVariadic, at)
}

func (c *compiler) noAggregate(name string, at int) *Error {
	if len(known().functions[name]) == 0 {
		return c.unknownFunction(name, nil, at)
	}
	return failure(at, "", "%s is no aggregate", name)
}

// callFunction is func_get_detail and what follows it.
func (c *compiler) callFunction(name string, args []*operand, array bool, at int) (*operand, *Error) {
	types := typesOf(args)
	candidates := c.functionCandidates(name, len(args), array)
	chosen, ok := exactly(candidates, types)
	if !ok && len(args) == 1 {
		if cast, err := c.functionCast(name, args[0]); cast != nil || err != nil {
			return cast, err
		}
	}
	if !ok {
		matching := c.matching(candidates, types)
		switch len(matching) {
		case 0:
			return nil, c.unknownFunction(name, types, at)
		case 1:
			chosen = matching[0]
		default:
			if chosen, ok = c.choose(matching, types); !ok {
				return nil, failure(at, "cast the arguments: "+strings.Join(listSignatures(matching), ", "), "function %s(%s) is not unique", name, typeNames(types))
			}
		}
	}
	if chosen.function.set {
		return nil, failure(at, "", "%s returns rows, not a value: it is not supported in expressions", name)
	}
	return c.callCandidate(chosen, args, array, at)
}

func (c *compiler) callCandidate(chosen candidate, args []*operand, array bool, at int) (*operand, *Error) {
	f := chosen.function
	if last := len(args) - 1; array && f.variadic && f.args[len(f.args)-1].Name == "any" && element(args[last].typ) == nil {
		return nil, failure(args[last].at, "", "VARIADIC argument must be an array")
	}
	args, result, err := c.coerceArguments(chosen, args, f.result, at)
	if err != nil {
		return nil, err
	}
	what := f.name + "(" + typeNames(typesOf(args)) + ")"
	args, err = c.withDefaults(f, args, at)
	if err != nil {
		return nil, err
	}
	spread := array || f.variadic && !chosen.spread
	made, err := c.invokeVariadic(f, args, result, spread, what, at)
	if err == errUnsupported {
		return nil, c.unsupportedFunction(f, what, at)
	}
	return made, err
}

// coerceArguments makes arguments of the types that the candidate takes.
func (c *compiler) coerceArguments(chosen candidate, args []*operand, result *catalog.Type, at int) ([]*operand, *catalog.Type, *Error) {
	declared, result, ok := c.resolvePolymorphic(chosen.args, typesOf(args), result)
	if !ok {
		return nil, nil, failure(at, "cast the literal: '...'::text", "could not determine polymorphic type, because the type of the literal is not known")
	}
	coerced := make([]*operand, len(args))
	for i, arg := range args {
		if declared[i].Kind == catalog.Pseudo && declared[i] != unknownType && arg.typ != unknownType {
			coerced[i] = arg // any, record
			continue
		}
		converted, err := c.coerce(arg, declared[i], -1, implicit)
		if err != nil {
			return nil, nil, err
		}
		if converted == nil {
			return nil, nil, failure(arg.at, "", "cannot convert type %s to %s", typeName(arg.typ), typeName(declared[i]))
		}
		coerced[i] = converted
	}
	return coerced, result, nil
}

// functionCast is text(x), date('2020-01-01') and so on: a cast written as a call.
func (c *compiler) functionCast(name string, arg *operand) (*operand, *Error) {
	to := c.namedType("", name)
	if to == nil || to.Kind == catalog.Pseudo || to.Kind == catalog.Domain {
		return nil, nil
	}
	if arg.typ != unknownType {
		path, _ := findPathway(to, arg.typ, explicit)
		fromRecord := arg.typ.Kind == catalog.Composite || arg.typ == recordType
		if path != relabel && (path != byText || fromRecord && to.Category == 'S') {
			return nil, nil
		}
	}
	return c.coerce(arg, to, -1, explicit)
}

// defaults are what pg_proc says of arguments left out, in SQL.
var defaults = map[string][]string{
	"is_normalized":          {"'NFC'"},
	"normalize":              {"'NFC'"},
	"json_populate_record":   {"false"},
	"jsonb_insert":           {"false"},
	"jsonb_set":              {"true"},
	"jsonb_set_lax":          {"true", "'use_json_null'"},
	"jsonb_path_exists":      {"'{}'", "false"},
	"jsonb_path_match":       {"'{}'", "false"},
	"jsonb_path_query_array": {"'{}'", "false"},
	"jsonb_path_query_first": {"'{}'", "false"},
	"make_interval":          {"0", "0", "0", "0", "0", "0", "0.0"},
	"parse_ident":            {"true"},
}

func (c *compiler) withDefaults(f *signature, args []*operand, at int) ([]*operand, *Error) {
	missing := len(f.args) - len(args)
	if missing <= 0 || f.defaults == 0 {
		return args, nil
	}
	values := defaults[f.name]
	if len(values) < missing {
		return nil, c.unsupportedFunction(f, f.name+"("+typeNames(f.args)+")", at)
	}
	for i, value := range values[len(values)-missing:] {
		literal := constantOf(unknownType, strings.Trim(value, "'"), at)
		converted, err := c.coerce(literal, f.args[len(f.args)-missing+i], -1, explicit)
		if err != nil {
			return nil, err
		}
		args = append(args, converted)
	}
	return args, nil
}

// invoke calls a function with arguments of its types.
func (c *compiler) invoke(f *signature, args []*operand, result *catalog.Type, what string, at int) (*operand, *Error) {
	return c.invokeVariadic(f, args, result, f.variadic, what, at)
}

// invokeVariadic calls a function; with spread its last argument is an array
// whose elements are the arguments. Functions of a certain type take that array
// as it is, those of any type its elements. A strict function of a constant NULL is NULL, as
// in PostgreSQL's planner.
func (c *compiler) invokeVariadic(f *signature, args []*operand, result *catalog.Type, spread bool, what string, at int) (*operand, *Error) {
	implementation, ok := c.library.Function(f.key)
	if !ok {
		return nil, errUnsupported
	}
	if !permitted(f) {
		return nil, failure(at, "", "%s depends on the clock, the session or other rows", what)
	}
	if err := refuseFolding(f, args, what, at); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(args[:f.strictArguments(len(args), spread)], (*operand).fixedNull) {
		return constantOf(result, nil, at), nil
	}
	if spread && f.args[len(f.args)-1].Name == "any" {
		return c.apply(f, spreading(c.library, f, implementation, typesOf(args), result), args, result, spread, at), nil
	}
	call, err := c.library.Bind(implementation, typesOf(args), result, constants(args))
	if err != nil {
		return nil, failure(at, "", "%s: %s", what, messageOf(err))
	}
	return c.apply(f, call, args, result, spread, at), nil
}

// apply is the call itself, with PostgreSQL's rules for NULL.
func (c *compiler) apply(f *signature, call function.Func, args []*operand, result *catalog.Type, spread bool, at int) *operand {
	strict := f.strictArguments(len(args), spread)
	made := derived(result, at, calling(call, evaluators(args), strict), args...)
	made.stable = made.stable || f.volatility == 's'
	made.nullable = made.nullable && !(f.strict && total(f) && !anyNullable(args) && !c.nullOfNull(f))
	return made
}

// nullOfNull tells casts of a jsonb, of which PostgreSQL gives NULL for a JSON null since 18.
func (c *compiler) nullOfNull(f *signature) bool {
	return c.library.Version() >= 18 && strings.HasSuffix(f.key, "(jsonb)")
}

// strictArguments is how many of the arguments of a call, the first ones, must not
// be NULL. Of arguments that are repeated the function judges itself.
func (f *signature) strictArguments(n int, spread bool) int {
	switch {
	case !f.strict:
		return 0
	case f.variadic && !spread:
		return min(n, len(f.args)-1)
	}
	return n
}

// spreading gives a variadic function the elements of its last argument. A
// NULL there gives NULL, but for format, which takes it for none.
func spreading(library *function.Library, f *signature, implementation function.Function, types []*catalog.Type, result *catalog.Type) function.Func {
	last := len(types) - 1
	return func(args []any) (any, error) {
		array, _ := args[last].(*datum.Array)
		if array == nil {
			if f.name != "format" {
				return nil, nil
			}
			array = &datum.Array{}
		}
		flat := append(slices.Clone(args[:last]), array.Values...)
		if implementation.Make == nil {
			return implementation.Call(flat)
		}
		flatTypes := slices.Clone(types[:last])
		for range array.Values {
			flatTypes = append(flatTypes, own(types[last].Elem))
		}
		call, err := library.Bind(implementation, flatTypes, result, make([]any, len(flat)))
		if err != nil {
			return nil, err
		}
		return call(flat)
	}
}

func constants(args []*operand) []any {
	values := make([]any, len(args))
	for i, arg := range args {
		if arg.constant {
			values[i] = arg.value
		}
	}
	return values
}

func listSignatures(candidates []candidate) []string {
	var list []string
	for _, x := range candidates {
		list = append(list, fmt.Sprintf("%s(%s)", x.function.name, typeNames(x.function.args)))
	}
	return list
}
