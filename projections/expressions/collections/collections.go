// Package collections implements PostgreSQL's types that are made of others
// and the functions on them: arrays, enums, ranges, multiranges and composites;
// and the types that are only compared and shown, such as uuid, inet and bit.
//
// A function gives what PostgreSQL 15 gives, or an error with its SQLSTATE.
// Element types are those of any family. What would depend on something that
// the catalog does not tell, such as the operator class of a user's range type,
// is refused when the function is bound.
//
// A type that is only kept as text takes, from a user, text that is written as
// PostgreSQL writes it or that is rewritten here the same way; anything else is
// refused with SQLSTATE 0A000 rather than compared wrongly.
package collections

import (
	"slices"

	"materializer/projections/expressions/function"
)

// Functions lists what is implemented here.
func Functions() []function.Function {
	return slices.Concat(
		arrayFunctions(), enumFunctions(), rangeFunctions(), recordFunctions(), nullFunctions(),
		uuidFunctions(), networkFunctions(), macFunctions(), bitFunctions(), bitCasts(), identifierFunctions(), moneyFunctions(),
	)
}

// Types lists the types implemented here.
func Types() []function.Type {
	return slices.Concat(arrayTypes(), enumTypes(), rangeTypes(), multirangeTypes(), recordTypes(), uuidTypes(), opaqueTypes())
}
