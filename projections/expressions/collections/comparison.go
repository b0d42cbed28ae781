package collections

import "materializer/projections/expressions/function"

// relations are the ends of the names of comparison functions.
var relations = map[string]func(c int) any{
	"eq": func(c int) any { return c == 0 },
	"ne": func(c int) any { return c != 0 },
	"lt": func(c int) any { return c < 0 },
	"le": func(c int) any { return c <= 0 },
	"gt": func(c int) any { return c > 0 },
	"ge": func(c int) any { return c >= 0 },
}

func sign(c int) any {
	switch {
	case c < 0:
		return int64(-1)
	case c > 0:
		return int64(1)
	}
	return int64(0)
}

// comparisons are prefix + eq, ne, lt, le, gt and ge on two values of a
// type, by its order.
func comparisons(prefix, typeName string) []function.Function {
	var functions []function.Function
	for suffix, relation := range relations {
		functions = append(functions, comparison(prefix+suffix, typeName, relation))
	}
	return functions
}

func comparison(name, typeName string, relation func(int) any) function.Function {
	return function.Function{
		Signature: name + "(" + typeName + "," + typeName + ")",
		Make: func(types function.Types) (function.Func, error) {
			compare, err := types.Compare(types.Args[0])
			if err != nil {
				return nil, err
			}
			return func(args []any) (any, error) { return relation(compare(args[0], args[1])), nil }, nil
		},
	}
}
