package expressions

import (
	"slices"
	"sync"

	"materializer/projections/expressions/collections"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/jsons"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
	"materializer/projections/expressions/strings"
	"materializer/projections/expressions/times"
)

// Library is everything that is implemented, joined from the families.
func Library() *function.Library { return library() }

// LibraryOf is the library that follows a release of PostgreSQL, 0 for the usual one.
func LibraryOf(release int) *function.Library {
	if release == 0 {
		return library()
	}
	return library().For(release)
}

var library = sync.OnceValue(func() *function.Library {
	var functions []function.Function
	for _, f := range families() {
		functions = append(functions, f.functions...)
	}
	return function.NewLibrary(signatures.ByName, functions,
		slices.Concat(numbers.Types(), strings.Types(), times.Types(), jsons.Types(), collections.Types()))
})

// family is a package of implementations, under the title that the documentation gives it.
type family struct {
	title     string
	functions []function.Function
}

func families() []family {
	return []family{
		{"Numbers", numbers.Functions()},
		{"Text and binary strings", strings.Functions()},
		{"Dates and times", times.Functions()},
		{"JSON", jsons.Functions()},
		{"Arrays, ranges, enums, composites and the rest", collections.Functions()},
	}
}
