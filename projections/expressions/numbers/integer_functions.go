package numbers

import "materializer/projections/expressions/function"

// integerFunctions are the functions of smallint, integer and bigint.
func integerFunctions() []function.Function {
	var list []function.Function
	return list
}
