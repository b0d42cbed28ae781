package expressions

import (
	"slices"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// parameters are the names that pg_proc gives to arguments, of those functions
// that people call by them.
var parameters = map[string][]string{
	"jsonb_insert":   {"jsonb_in", "path", "replacement", "insert_after"},
	"jsonb_set":      {"jsonb_in", "path", "replacement", "create_if_missing"},
	"jsonb_set_lax":  {"jsonb_in", "path", "replacement", "create_if_missing", "null_value_treatment"},
	"make_date":      {"year", "month", "day"},
	"make_interval":  {"years", "months", "weeks", "days", "hours", "mins", "secs"},
	"make_time":      {"hour", "min", "sec"},
	"make_timestamp": {"year", "month", "mday", "hour", "min", "sec"},
}

// arguments compiles those of a call, in their order: `days => 3` stands where
// its name does, and before it the defaults of what is left out.
func (c *compiler) arguments(name string, nodes []*pg.Node) ([]*operand, *Error) {
	var args []*operand
	byName := false
	for _, n := range nodes {
		named := n.GetNamedArgExpr()
		if named == nil {
			arg, err := c.value(n)
			if err != nil {
				return nil, err
			}
			if byName {
				return nil, failure(arg.at, "", "%s: an argument without a name follows one with a name", name)
			}
			args = append(args, arg)
			continue
		}
		byName = true
		at := c.offset(named.Location)
		place := slices.Index(parameters[name], named.Name)
		switch {
		case parameters[name] == nil:
			return nil, failure(at, "give the arguments in their order", "%s: arguments by name are not supported", name)
		case place < 0:
			return nil, failure(at, "its arguments: "+strings.Join(parameters[name], ", "), "%s has no argument %s", name, named.Name)
		case place < len(args) && args[place] != nil:
			return nil, failure(at, "", "%s: the argument %s is given twice", name, named.Name)
		}
		arg, err := c.value(named.Arg)
		if err != nil {
			return nil, err
		}
		args = append(args, make([]*operand, max(0, place+1-len(args)))...)
		args[place] = arg
	}
	return c.filled(name, args)
}

// filled puts defaults where arguments before the last one were left out.
func (c *compiler) filled(name string, args []*operand) ([]*operand, *Error) {
	for i, arg := range args {
		if arg != nil {
			continue
		}
		values := defaults[name]
		from := len(parameters[name]) - len(values) // the first that has a default
		at := args[len(args)-1].at
		if i < from {
			return nil, failure(at, "", "%s: the argument %s is missing", name, parameters[name][i])
		}
		args[i] = constantOf(unknownType, strings.Trim(values[i-from], "'"), at)
	}
	return args, nil
}
