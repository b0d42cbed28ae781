package numbers

import (
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// parseBool reads what boolin accepts: 1, 0, on, off and its shortenings that
// are not ambiguous, and those of true, false, yes and no.
func parseBool(text string) (bool, error) {
	word := lower(trim(text))
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

// boolFunctions are the functions of boolean.
func boolFunctions() []function.Function {
	list := comparisons("bool", "(bool,bool)", compareBool)
	return append(list,
		compareFunction("btboolcmp(bool,bool)", compareBool),
		function.Of1("bool(int4)", func(a int64) (bool, error) { return a != 0, nil }),
		function.Of1("int4(bool)", func(a bool) (int64, error) {
			if a {
				return 1, nil
			}
			return 0, nil
		}),
		function.Of1("text(bool)", func(a bool) (string, error) { return strconv.FormatBool(a), nil }),
	)
}
