package numbers

import (
	"slices"

	"materializer/projections/expressions/function"
)

// Functions are the functions of this family.
func Functions() []function.Function {
	list := slices.Concat(boolFunctions(), integerFunctions(), oidFunctions(),
		floatFunctions(), mathFunctions(), trigonometricFunctions(),
		numericFunctions(), numericMathFunctions(), castFunctions(), formatFunctions(), sizeFunctions())
	return function.Revised(list, 16, withSince16())
}
