package collections

import "materializer/projections/expressions/function"

func nullFunctions() []function.Function {
	return []function.Function{
		{Signature: "num_nulls(any)", Call: func(args []any) (any, error) { return int64(nulls(args)), nil }},
		{Signature: "num_nonnulls(any)", Call: func(args []any) (any, error) { return int64(len(args) - nulls(args)), nil }},
	}
}

func nulls(args []any) int {
	count := 0
	for _, arg := range args {
		if arg == nil {
			count++
		}
	}
	return count
}
