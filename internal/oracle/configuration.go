package oracle

import (
	"fmt"
	"regexp"
	"strings"

	"pgregory.net/rapid"
)

// Limits of a drawn configuration.
const (
	deepest   = 4  // levels of relations
	mostNodes = 14 // relations of a projection
	mostFan   = 3  // how often the way to a row may multiply rows
)

// level is the row that a body is made of, with the names that expressions may use.
type level struct {
	table   *Table
	through *Table // last table on the way, nil if none
	depth   int
	fan     int   // what is left to multiply rows
	ones    []one // relations to one row
}

// one is a relation to one row, by its name.
type one struct {
	name  string
	level *level
	value *path // its value, if it is a scalar
}

// path is an expression: a column, reached through relations to one row.
type path struct {
	text   string
	column *Column
}

// configuration draws a YAML file over the tables of a scenario.
type configuration struct {
	*rapid.T
	scenario *Scenario
	names    int // of relations and fields so far
	nodes    int // relations of this projection so far
	keys     int
}

func (s *Scenario) configure(t *rapid.T) {
	c := &configuration{T: t, scenario: s}
	var projections mapping
	for i := range rapid.IntRange(1, 3).Draw(t, "projections") {
		projections.add(fmt.Sprintf("projection_%d", i+1), c.projection())
	}
	var file mapping
	if tables := s.references(); len(tables) > 0 {
		file.add("tables", tables)
	}
	file.add("projections", projections)
	var b strings.Builder
	file.print(&b, "")
	s.YAML = strings.TrimLeft(b.String(), "\n")
}

// references declares the foreign keys that the database does not.
func (s *Scenario) references() mapping {
	var tables mapping
	for _, t := range s.Tables {
		var to mapping
		for _, f := range t.Foreign {
			if f.Undeclared {
				to.add(f.Columns[0].Name, scalar(f.To.String()))
			}
		}
		if len(to) > 0 {
			tables.add(t.String(), mapping{{"references", to}})
		}
	}
	return tables
}

func (c *configuration) chance(percent int, what string) bool { return chance(c.T, percent, what) }

func (c *configuration) fresh(prefix string) string {
	c.names++
	name := fmt.Sprintf("%s%d", prefix, c.names)
	if c.chance(8, "odd name") {
		name = rapid.SampledFrom([]string{"Odd ", "é", "na.me:", "\\", "it's "}).Draw(c.T, "odd") + name
	}
	return name
}

func (c *configuration) projection() mapping {
	c.nodes = 0
	table := rapid.SampledFrom(c.scenario.Tables).Draw(c.T, "root")
	at := &level{table: table, fan: mostFan}
	body := c.body(at, map[string]bool{})
	projection := mapping{{"from", scalar(table.String())}}
	projection.add("key", c.templates(at))
	return append(projection, body...)
}

var bare = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

var reserved = map[string]bool{"select": true, "order": true, "user": true, "group": true}

// sqlName writes a name as expressions need it.
func sqlName(name string) string {
	if bare.MatchString(name) && !reserved[name] {
		return name
	}
	return ident(name)
}

// paths are the expressions that are possible at a level: columns, those of
// relations to one row, those of the table on the way.
func (at *level) paths() []path {
	var found []path
	for _, column := range at.table.Columns {
		found = append(found, path{sqlName(column.Name), column})
	}
	if at.through != nil {
		for _, column := range at.through.Columns {
			found = append(found, path{"through." + sqlName(column.Name), column})
		}
	}
	for _, one := range at.ones {
		if one.value != nil {
			found = append(found, path{sqlName(one.name), one.value.column})
		}
		for _, inner := range one.level.paths() {
			found = append(found, path{sqlName(one.name) + "." + inner.text, inner.column})
		}
	}
	return found
}

func (c *configuration) path(from []path, what string) path {
	// A relation has many paths; the half of all draws takes the row's own columns or whatever comes first.
	if len(from) > 8 && c.chance(50, "near") {
		from = from[:8]
	}
	return rapid.SampledFrom(from).Draw(c.T, what)
}

// templates draws the keys of a projection, the first by the primary key or a unique one.
func (c *configuration) templates(at *level) yaml {
	unique := append([][]*Column{at.table.Key}, at.table.Unique...)
	var templates list
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(c.T, "keys") {
		columns := unique[0]
		if len(templates) > 0 || c.chance(20, "key by unique") {
			columns = rapid.SampledFrom(unique).Draw(c.T, "unique key")
		}
		templates = append(templates, scalar(c.template(at, columns)))
	}
	if len(templates) == 1 && c.chance(80, "one template") {
		return templates[0]
	}
	return templates
}

func (c *configuration) template(at *level, columns []*Column) string {
	c.keys++
	var parts []string
	for _, column := range columns {
		parts = append(parts, sqlName(column.Name))
	}
	if c.chance(15, "another part") {
		parts = append(parts, c.path(at.paths(), "part").text)
	}
	template := fmt.Sprintf("k%d", c.keys)
	form := rapid.IntRange(0, 5).Draw(c.T, "template form")
	for i, part := range parts {
		switch {
		case form == 4 && i == 0:
			template += ":{{{" + part + "}}}"
		case form == 5:
			template += ":{{}}{ " + part + " }/x"
		default:
			template += ":{" + part + "}"
		}
	}
	return template
}
