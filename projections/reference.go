package projections

import (
	"strings"
)

// word is one identifier of a dotted name.
type word struct {
	name   string
	at     int // byte offset in the text
	quoted bool
}

// bare is the word as SQL's grammar sees it: nothing if it is quoted.
func (w word) bare() string {
	if w.quoted {
		return ""
	}
	return w.name
}

// parseReference reads `column`, `"Quoted Column"`, `relation.column`. It gives
// ok false for anything else, which is an SQL expression.
func parseReference(text string) (words []word, ok bool) {
	const space = " \t\n"
	rest := text
	for {
		rest = strings.TrimLeft(rest, space)
		at := len(text) - len(rest)
		name, after, ok := identifier(rest)
		if !ok {
			return nil, false
		}
		words = append(words, word{name: name, at: at, quoted: rest[0] == '"'})
		after = strings.TrimLeft(after, space)
		if after == "" {
			return words, true
		}
		if after[0] != '.' {
			return nil, false
		}
		rest = after[1:]
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
	return fold(text[:end]), text[end:], end > 0
}

// fold lowers what PostgreSQL lowers in a bare name: the letters of ASCII.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, name)
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

// reserved are the words of SQL that cannot stand bare where a column could
// (PostgreSQL's documentation, appendix C: reserved, function or type).
var reserved = setOf("all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit localtime localtimestamp not null offset on only or order placing primary references returning select session_user some symmetric system_user table then to trailing true union unique user using variadic when where window with authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left like natural notnull outer overlaps right similar tablesample verbose")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
