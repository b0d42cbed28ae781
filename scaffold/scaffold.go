// Package scaffold writes a configuration to begin with: one projection of a
// table with what the foreign keys around it say.
//
// What is written is valid: it is compiled before it is handed out, and what
// the compiler refuses stands in it as a comment, with the reason. So does
// what is likely not wanted: columns that look like secrets, relations to
// very large tables. A table that cannot be the root of a projection is
// refused with what would help. Nothing is written here of a row's values.
package scaffold

import (
	"errors"
	"fmt"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/internal/suggest"
	"materializer/projections"
)

// Options are what the file shows besides the table.
type Options struct {
	// Name is the name of the service. Defaults to the database's.
	Name string
	// SourceURL is where PostgreSQL is, without a password. Defaults to one on this machine.
	SourceURL string
}

// Find finds a table by its name as a configuration writes it.
func Find(c *catalog.Catalog, name string) (*catalog.Table, error) {
	found := c.Lookup(name)
	if plain := strings.ReplaceAll(name, `"`, ""); len(found) == 0 && plain != name {
		found = c.Lookup(plain)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, unknown(c, name)
	}
	var names []string
	for _, t := range found {
		names = append(names, t.SQL())
	}
	return nil, fmt.Errorf("%s can be %s: the dots in the name make it ambiguous", name, strings.Join(names, " or "))
}

func unknown(c *catalog.Catalog, name string) error {
	const most = 20
	names := c.Names()
	text := fmt.Sprintf("there is no table %s in database %s", name, c.Database)
	switch near := suggest.Suggest(name, names); {
	case len(near) > 0:
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	case len(names) == 0:
		text += ", and no other that this role can see"
	case len(names) > most:
		text += fmt.Sprintf("; there are %s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	default:
		text += "; there are " + strings.Join(names, ", ")
	}
	return errors.New(text)
}

// Write gives the configuration of one projection of a table.
func Write(c *catalog.Catalog, t *catalog.Table, options Options) ([]byte, error) {
	a := &author{catalog: c, root: t, tables: map[*catalog.Table]bool{}}
	return settle(c, a.file(options))
}

// settle comments out what the compiler refuses, until it refuses nothing.
func settle(c *catalog.Catalog, file *block) ([]byte, error) {
	for {
		p := printed(file)
		mistakes := check(c, p.text())
		if len(mistakes) == 0 {
			return p.text(), nil
		}
		mended := false
		for _, mistake := range mistakes {
			mended = p.takeOut(mistake) || mended
		}
		if !mended {
			return nil, refused(mistakes)
		}
	}
}

// check compiles a configuration.
func check(c *catalog.Catalog, text []byte) config.Problems {
	file, problems := config.Parse("projections.yaml", text)
	if problems.Err() == nil {
		_, problems = projections.Compile(file, c)
	}
	return problems.Mistakes()
}

// refused tells why there is no configuration for the table.
func refused(mistakes config.Problems) error {
	var lines []string
	for _, mistake := range mistakes {
		line := mistake.Message
		if mistake.Hint != "" {
			line += "\n  " + strings.ReplaceAll(mistake.Hint, "\n", "\n  ")
		}
		lines = append(lines, line)
	}
	return errors.New(strings.Join(lines, "\n"))
}
