package strings

import (
	"strings"
	"unicode"

	"materializer/projections/expressions/function"
	"materializer/projections/expressions/strings/are"
)

func cases() []function.Function {
	return []function.Function{
		function.Of1("lower(text)", func(text string) (string, error) { return lower(text), nil }),
		function.Of1("upper(text)", func(text string) (string, error) { return upper(text), nil }),
		function.Of1("initcap(text)", initcap),
	}
}

// lower is the text in lower case, character by character.
func lower(text string) string { return strings.Map(unicode.ToLower, text) }

// upper is the text in upper case, character by character.
func upper(text string) string { return strings.Map(unicode.ToUpper, text) }

// initcap has the first character of every word in upper case, the others in
// lower case. A word is a run of letters and digits.
func initcap(text string) (string, error) {
	inWord := false
	return strings.Map(func(r rune) rune {
		if inWord {
			r = unicode.ToLower(r)
		} else {
			r = unicode.ToUpper(r)
		}
		inWord = are.Alphanumeric(r)
		return r
	}, text), nil
}
