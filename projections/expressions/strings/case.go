package strings

import (
	"strings"
	"unicode"
)

// lower is the text in lower case, character by character.
func lower(text string) string { return strings.Map(unicode.ToLower, text) }
