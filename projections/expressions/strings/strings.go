// Package strings implements PostgreSQL's functions on text, varchar, char(n),
// name, "char", bytea and citext: comparison, joining and cutting, case,
// padding, encodings, LIKE, SIMILAR TO and regular expressions.
//
// A function gives what PostgreSQL gives in a UTF-8 database, or an error with
// its SQLSTATE. Text is ordered by its bytes, as with COLLATE "C". Upper and
// lower case follow the simple mapping of Unicode, one character to one.
//
// The faults of a regular expression are found when a function is bound if the
// pattern is a constant, else when it is called. Basic and plain extended ones
// are refused with SQLSTATE 0A000.
package strings

import (
	"slices"

	"materializer/projections/expressions/function"
)

// Functions lists what is implemented here.
func Functions() []function.Function {
	return slices.Concat(comparisons(), lengths(), cases(), cuts(), searches(), pads(), coercions(), quotes(), joins(), formats(),
		encodings(), bitAccess(), characters(), likes(), similarities(), matches(), substitutions(), insensitive())
}
