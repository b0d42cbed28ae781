package projections

import (
	"fmt"
	"regexp"
	"strings"
)

// FillTemplate puts values into the braces of a key template, in their order.
// It looks at the template alone, not at the database.
func FillTemplate(source string, values []string) (string, error) {
	chunks, err := splitTemplate(source)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	used := 0
	for _, c := range chunks {
		if !c.isExpr {
			b.WriteString(c.literal)
			continue
		}
		if used < len(values) {
			b.WriteString(values[used])
		}
		used++
	}
	if used != len(values) {
		return "", fmt.Errorf("key %s takes %s, not %d", source, plural(used, "value", "values"), len(values))
	}
	return b.String(), nil
}

// CouldBeKey tells whether a template could make the key, if its braces held
// any text at all.
func CouldBeKey(source, key string) bool {
	chunks, err := splitTemplate(source)
	if err != nil {
		return false
	}
	var b strings.Builder
	for _, c := range chunks {
		if b.WriteString(regexp.QuoteMeta(c.literal)); c.isExpr {
			b.WriteString(".*")
		}
	}
	return regexp.MustCompile(`(?s)\A` + b.String() + `\z`).MatchString(key)
}
