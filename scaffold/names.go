package scaffold

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"materializer/catalog"
	"materializer/projections/expressions"
)

var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// yamlWords mean something other than themselves to some reader of YAML.
var yamlWords = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// plainName writes a name of the catalog for YAML, quoted where that is needed.
func plainName(name string) string {
	if dotted := strings.ReplaceAll(name, ".", ""); plain.MatchString(dotted) && name[0] != '.' && !slices.Contains(yamlWords, strings.ToLower(name)) {
		return name
	}
	return quoted(name)
}

// quoted writes a text in quotes, by escapes what cannot stand in a line.
func quoted(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		if strings.ContainsAny(text, `"\`) {
			return "'" + strings.ReplaceAll(text, "'", "''") + "'"
		}
		return `"` + text + `"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// printable is a text fit for a comment.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}, text)
}

// sqlName writes a name as SQL needs it, as PostgreSQL's quote_ident does.
func sqlName(name string) string {
	if quote, ok := expressions.Library().Function("quote_ident(text)"); ok {
		if text, err := quote.Call([]any{name}); err == nil {
			return text.(string)
		}
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// projectionName makes one of a table's name.
func projectionName(t *catalog.Table) string {
	const longest = 63
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-':
			return r
		}
		return '_'
	}, strings.ToLower(singular(t.Name)))
	name = strings.TrimRight(strings.TrimLeft(name, "_-0123456789"), "_-")
	if len(name) > longest {
		name = name[:longest]
	}
	switch name {
	case "":
		return "document"
	case "materializer": // keys that begin with it are the service's own
		return "materializer_row"
	}
	return name
}

// singular guesses the singular of an English plural.
func singular(name string) string {
	cut := func(n int, with string) string { return name[:len(name)-n] + with }
	switch ends := func(endings ...string) bool {
		return slices.ContainsFunc(endings, func(e string) bool { return len(name) > len(e)+1 && strings.HasSuffix(name, e) })
	}; {
	case ends("ies"):
		return cut(3, "y")
	case ends("sses", "shes", "ches", "xes"):
		return cut(2, "")
	case ends("ss", "us", "is"):
		return name
	case ends("s"):
		return cut(1, "")
	}
	return name
}

// roleOf is what a foreign key calls the row that it refers to: category of
// category_id, created_by_user of created_by where it is not the only key to users.
func roleOf(key *catalog.ForeignKey) string {
	row := singular(key.Referenced.Name)
	if len(key.Columns) > 1 {
		return row
	}
	for _, ending := range []string{"_id", "_uuid", "_fk", "Id", "ID", " id"} {
		if role, ok := strings.CutSuffix(key.Columns[0], ending); ok && strings.Trim(role, " _") != "" {
			return role
		}
	}
	if len(forth(key.Referenced, key.Table)) > 1 {
		return key.Columns[0] + "_" + row
	}
	return row
}

// names are those of one document.
type names map[string]bool

// take gives the first of the names that is free, or makes one that is.
func (n names) take(wanted ...string) string {
	for i := 2; ; i++ {
		for _, name := range wanted {
			if strings.TrimSpace(name) != "" && !n[name] {
				n[name] = true
				return name
			}
		}
		last := wanted[len(wanted)-1]
		wanted = []string{fmt.Sprintf("%s_%d", strings.TrimSuffix(last, fmt.Sprintf("_%d", i-1)), i)}
	}
}
