package numbers

import "materializer/projections/expressions/function"

// Functions are the functions of this family.
func Functions() []function.Function {
	return integerFunctions()
}
