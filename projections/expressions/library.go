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

var library = sync.OnceValue(func() *function.Library {
	return function.NewLibrary(signatures.ByName,
		slices.Concat(numbers.Functions(), strings.Functions(), times.Functions(), jsons.Functions(), collections.Functions()),
		slices.Concat(numbers.Types(), strings.Types(), times.Types(), jsons.Types(), collections.Types()))
})
