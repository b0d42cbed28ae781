package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/internal/suggest"
)

// didYouMean is the hint for an unknown name: what was probably meant, or else
// all that is possible. kinds says what it is: "columns of products".
func didYouMean(want string, have []string, kinds string) string {
	if close := suggest.Suggest(want, have); len(close) > 0 {
		return meant(close)
	}
	return possible(kinds, have)
}

func meant(names []string) string { return "did you mean " + strings.Join(names, " or ") + "?" }

// possible lists what there is, briefly.
func possible(kinds string, have []string) string {
	const most = 20
	switch names := slices.Sorted(slices.Values(have)); {
	case len(names) == 0:
		return "there are no " + kinds
	case len(names) > most:
		return fmt.Sprintf("%s: %s and %d more", kinds, strings.Join(names[:most], ", "), len(names)-most)
	default:
		return kinds + ": " + strings.Join(names, ", ")
	}
}
