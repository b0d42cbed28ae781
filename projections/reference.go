package projections

import (
	"fmt"
	"strings"
)

// parseReference reads `column`, `"Quoted Column"`, `relation.column`. It gives
// ok false for anything else, which is an SQL expression.
func parseReference(text string) (names []string, ok bool) {
	rest := strings.TrimSpace(text)
	for {
		name, after, ok := identifier(rest)
		if !ok {
			return nil, false
		}
		names = append(names, name)
		after = strings.TrimLeft(after, " \t\n")
		if after == "" {
			return names, true
		}
		if after[0] != '.' {
			return nil, false
		}
		rest = strings.TrimLeft(after[1:], " \t\n")
	}
}

// identifier reads one SQL identifier from the front: folded to lower case, or
// as it stands between double quotes.
func identifier(text string) (name, rest string, ok bool) {
	if strings.HasPrefix(text, `"`) {
		return quotedIdentifier(text)
	}
	end := 0
	for end < len(text) && isIdentifier(text[end], end == 0) {
		end++
	}
	return strings.ToLower(text[:end]), text[end:], end > 0
}

func quotedIdentifier(text string) (name, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '"' {
			b.WriteByte('"')
			i++
			continue
		}
		return b.String(), text[i+1:], b.Len() > 0
	}
	return "", "", false
}

func isIdentifier(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= 0x80:
		return true
	case c >= '0' && c <= '9', c == '$':
		return !first
	}
	return false
}

// quoteIdentifier writes a name as SQL needs it.
func quoteIdentifier(name string) string {
	for i := range len(name) {
		if c := name[i]; !isIdentifier(c, i == 0) || c >= 'A' && c <= 'Z' || c >= 0x80 {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	if reserved[name] {
		return `"` + name + `"`
	}
	return name
}

// reserved are the words of SQL that cannot stand bare where a column could,
// and that people like as names (PostgreSQL's documentation, appendix C).
var reserved = setOf("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user using variadic when where window with")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}

// splitList splits `a desc, b` at the commas outside of quotes and parentheses.
func splitList(text string) []string {
	var items []string
	depth, start, quote := 0, 0, byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			items = append(items, text[start:i])
			start = i + 1
		}
	}
	return append(items, text[start:])
}

// direction cuts `asc|desc` and `nulls first|last` off the end of an order_by item.
func direction(item string) (expr string, desc, nullsFirst bool, err error) {
	expr = strings.TrimSpace(item)
	explicit := false
	before, last := lastWord(expr)
	if head, word := lastWord(before); strings.EqualFold(word, "nulls") && head != "" {
		switch strings.ToLower(last) {
		case "first":
			nullsFirst = true
		case "last":
		default:
			return "", false, false, fmt.Errorf("nulls %s: write nulls first or nulls last", last)
		}
		explicit, expr = true, head
		before, last = lastWord(expr)
	}
	if before != "" && (strings.EqualFold(last, "asc") || strings.EqualFold(last, "desc")) {
		desc, expr = strings.EqualFold(last, "desc"), before
	}
	if !explicit {
		nullsFirst = desc // as in PostgreSQL: NULLs count as larger than any value
	}
	return expr, desc, nullsFirst, nil
}

func lastWord(text string) (before, word string) {
	at := strings.LastIndexAny(text, " \t\n") + 1
	return strings.TrimRight(text[:at], " \t\n"), text[at:]
}
