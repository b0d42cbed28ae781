package config

import (
	"strings"

	"materializer/internal/suggest"
)

// didYouMean is the hint for an unknown name: what was probably meant, then all that is possible.
func didYouMean(want string, have []string) string {
	possible := "possible: " + strings.Join(have, ", ")
	if close := suggest.Suggest(want, have); len(close) > 0 {
		return "did you mean " + strings.Join(close, " or ") + "?\n" + possible
	}
	return possible
}
