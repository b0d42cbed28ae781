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
	fan     int    // what is left to multiply rows
	ones    []one  // relations to one row
	results []path // of aggregates over other rows
}

// one is a relation to one row, by its name.
type one struct {
	name  string
	level *level
	value *path // its value, if it is a scalar
}

// path is an expression: a column or a result, reached through relations to one row, or more than that.
type path struct {
	text   string
	tag    tag
	column *Column // nil if it is no column
}

func (c *Column) path(before string) path {
	return path{text: before + sqlName(c.Name), tag: c.kind.tag, column: c}
}

// configuration draws a YAML file over the tables of a scenario.
type configuration struct {
	*rapid.T
	scenario *Scenario
	names    int // of relations and fields so far
	nodes    int // relations of this projection so far
	keys     int
	vouched  bool // a key of this projection needs key_is_unique
}

func (s *Scenario) configure(t *rapid.T) {
	c := &configuration{T: t, scenario: s}
	var projections mapping
	for i := range rapid.IntRange(1, 3).Draw(t, "projections") {
		projections.add(fmt.Sprintf("projection_%d", i+1), c.projection())
	}
	var file mapping
	if tables := c.tables(); len(tables) > 0 {
		file.add("tables", tables)
	}
	file.add("projections", projections)
	var b strings.Builder
	file.print(&b, "")
	s.YAML = strings.TrimLeft(b.String(), "\n")
}

// tables declares the foreign keys that the database does not, and which rows count.
func (c *configuration) tables() mapping {
	var tables mapping
	for _, t := range c.scenario.Tables {
		var options, to mapping
		for _, f := range t.Foreign {
			if f.Undeclared {
				to.add(f.Columns[0].Name, scalar(f.To.String()))
			}
		}
		if len(to) > 0 {
			options.add("references", to)
		}
		if c.chance(10, "where of a table") {
			options.add("where", scalar(c.condition(&level{table: t})))
		}
		if len(options) > 0 {
			tables.add(t.String(), options)
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
		found = append(found, column.path(""))
	}
	if at.through != nil {
		for _, column := range at.through.Columns {
			found = append(found, column.path("through."))
		}
	}
	found = append(found, at.results...)
	for _, one := range at.ones {
		if one.value != nil {
			found = append(found, path{sqlName(one.name), one.value.tag, one.value.column})
		}
		for _, inner := range one.level.paths() {
			inner.text = sqlName(one.name) + "." + inner.text
			found = append(found, inner)
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
