package scaffold

import (
	"regexp"
	"slices"
	"strings"

	"materializer/catalog"
)

// secretName finds columns that a document is not meant for, by their names.
var secretName = regexp.MustCompile(`(?i)passw|pwd|secret|salt$|(^|_)token|_token|token$|hash$|api_?key|private_?key|access_?key|credential|(^|_)(ssn|cvv|cvc|pin|otp|iban|tin)$|credit_?card|card_?number|totp|mfa`)

// telling are columns that say what a row is, of those that are named so the first few are shown.
var telling = []string{"name", "title", "label", "display_name", "full_name", "slug", "code", "sku", "username", "number", "status"}

// creation are columns that say when a row came.
var creation = []string{"created_at", "createdat", "created", "created_on", "createdon", "inserted_at", "date_created", "creation_date", "added_at", "occurred_at"}

// shown cuts columns into those that are copied, those that are not, and secrets.
func shown(t *catalog.Table, most int, prefer []string, without ...string) (copied, more, secrets []string) {
	key := identity(t)
	for _, c := range t.Columns {
		isKey := slices.Contains(key, c.Name)
		switch {
		case !isKey && slices.Contains(without, c.Name):
		case !isKey && secretName.MatchString(c.Name):
			secrets = append(secrets, c.Name)
		case isKey, len(prefer) > 0 && slices.Contains(prefer, strings.ToLower(c.Name)),
			len(prefer) == 0 && len(copied) < most:
			copied = append(copied, c.Name)
		default:
			more = append(more, c.Name)
		}
	}
	return copied, more, secrets
}

// isTelling tells whether the table has a column that says what a row is.
func isTelling(t *catalog.Table) bool {
	return slices.ContainsFunc(t.Columns, func(c *catalog.Column) bool { return slices.Contains(telling, strings.ToLower(c.Name)) })
}

// identity are the columns that name a row, as far as is known here.
func identity(t *catalog.Table) []string {
	switch {
	case t.PrimaryKey != nil:
		return t.PrimaryKey.Columns
	case t.IdentityIndex != nil:
		return t.IdentityIndex.Columns
	}
	return uniqueColumns(t)
}

// uniqueColumns are those of a unique index without NULLs; nil if there is none.
func uniqueColumns(t *catalog.Table) []string {
	nullable := func(name string) bool { return t.Column(name) == nil || !t.Column(name).NotNull }
	for _, x := range t.Indexes {
		if x.Unique && !x.Deferrable && !x.Partial && !x.Expressions && !slices.ContainsFunc(x.Columns, nullable) {
			return x.Columns
		}
	}
	return nil
}

// isUnique tells whether no two rows agree in the columns, NULLs aside.
func isUnique(t *catalog.Table, columns []string) bool {
	return slices.ContainsFunc(t.Indexes, func(x *catalog.Index) bool {
		return (x.Unique || x.Primary) && !x.Partial && !x.Expressions && isSubset(x.Columns, columns)
	})
}

func isSubset(some, all []string) bool {
	return !slices.ContainsFunc(some, func(name string) bool { return !slices.Contains(all, name) })
}

// since is the column that says when a row came; "" if there is none.
func since(t *catalog.Table) string {
	for _, name := range creation {
		for _, c := range t.Columns {
			if strings.ToLower(c.Name) == name && slices.Contains([]string{"timestamptz", "timestamp", "date"}, c.Type.Unwrap().Name) {
				return c.Name
			}
		}
	}
	return ""
}

// columns is the block of the columns copied, with a word on the others.
func columns(copied, more, secrets []string) *block {
	const most = 12
	b := &block{list: &list{"columns", copied}}
	if len(more) > 0 {
		rest := ""
		if len(more) > most {
			more, rest = more[:most], ", ..."
		}
		b.above = append(b.above, "there are also: "+strings.Join(more, ", ")+rest)
	}
	if len(secrets) > 0 {
		b.above = append(b.above, "left out, since the names look like secrets: "+strings.Join(secrets, ", "))
	}
	return b
}
