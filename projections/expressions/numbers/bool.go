package numbers

import (
	"strings"

	"materializer/projections/expressions/datum"
)

// parseBool reads what boolin accepts: 1, 0, on, off and its shortenings that
// are not ambiguous, and those of true, false, yes and no.
func parseBool(text string) (bool, error) {
	word := strings.ToLower(trim(text))
	switch {
	case word == "":
	case word == "1", word == "on", strings.HasPrefix("true", word), strings.HasPrefix("yes", word):
		return true, nil
	case word == "0", word == "of", word == "off", strings.HasPrefix("false", word), strings.HasPrefix("no", word):
		return false, nil
	}
	return false, datum.Malformed("boolean")
}

func appendBool(dst []byte, value bool) []byte {
	if value {
		return append(dst, 't')
	}
	return append(dst, 'f')
}

// compareBool orders false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
