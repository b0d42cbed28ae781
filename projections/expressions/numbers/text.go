package numbers

import "strings"

// spaces are what isspace of the C locale knows.
const spaces = " \t\n\v\f\r"

// trim removes the white space that input functions skip.
func trim(text string) string { return strings.Trim(text, spaces) }

// isDigit tells whether a byte is a decimal digit.
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// digits counts the decimal digits that a text begins with.
func digits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// lower folds the case of ASCII letters alone, as PostgreSQL does for words of
// its own: strings.ToLower makes a k of the Kelvin sign.
func lower(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
