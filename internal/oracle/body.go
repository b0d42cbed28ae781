package oracle

import (
	"slices"

	"pgregory.net/rapid"
)

// body draws joins, columns and fields of a row. used are the names that the
// object has already.
func (c *configuration) body(at *level, used map[string]bool) mapping {
	joins := c.joins(at)
	return append(joins, c.shown(at, used)...)
}

// shown draws columns and fields, of a row or of an object of the same row.
func (c *configuration) shown(at *level, used map[string]bool) mapping {
	var fields mapping
	if at.depth < deepest {
		for range rapid.SampledFrom([]int{0, 1, 1, 2, 3}).Draw(c.T, "relations") {
			if name, relation, ok := c.relation(at, used, false); ok {
				fields.add(name, relation)
			}
		}
	}
	body := c.columns(at, used)
	for range rapid.IntRange(0, 2).Draw(c.T, "expressions") {
		c.expression(at, &fields, used)
	}
	if c.chance(12, "object") {
		c.object(at, &fields, used)
	}
	if len(body) == 0 && len(fields) == 0 {
		c.add(&fields, used, c.fresh("f"), scalar(c.anything(at, "expression").text))
	}
	if len(fields) > 0 {
		body.add("fields", mapping(rapid.Permutation(fields).Draw(c.T, "order of fields")))
	}
	return body
}

func (c *configuration) add(fields *mapping, used map[string]bool, name string, value yaml) {
	used[name] = true
	fields.add(name, value)
}

// columns draws which columns are copied: some, all, or all but some.
func (c *configuration) columns(at *level, used map[string]bool) mapping {
	var free []string
	for _, column := range at.table.Columns {
		if !used[column.Name] {
			free = append(free, column.Name)
		}
	}
	all := len(free) == len(at.table.Columns)
	form := rapid.IntRange(0, 6).Draw(c.T, "columns form")
	switch {
	case len(free) == 0 || form == 6:
		return nil
	case all && form == 5:
		c.use(used, free)
		return mapping{{"columns", scalar("*")}}
	case all && form == 4 && len(free) > 1:
		except := c.some(free, len(free)-1, "except")
		c.use(used, free)
		body := mapping{{"except", flow{listOf(except)}}}
		if c.chance(50, "star beside except") {
			body = append(mapping{{"columns", scalar("*")}}, body...)
		}
		return body
	}
	shown := c.some(free, len(free), "columns")
	c.use(used, shown)
	return mapping{{"columns", flow{listOf(shown)}}}
}

// some draws at least one and at most so many of the names, in any order.
func (c *configuration) some(names []string, most int, what string) []string {
	mixed := rapid.Permutation(names).Draw(c.T, what)
	return mixed[:rapid.IntRange(1, most).Draw(c.T, what)]
}

func (c *configuration) use(used map[string]bool, names []string) {
	for _, name := range names {
		used[name] = true
	}
}

func listOf(texts []string) list {
	var items list
	for _, text := range texts {
		items = append(items, scalar(text))
	}
	return items
}

// expression adds a field with a column under its own or another name, or an expression.
func (c *configuration) expression(at *level, fields *mapping, used map[string]bool) {
	shown := c.anything(at, "expression")
	name := c.fresh("f")
	if shown.column != nil && !used[shown.column.Name] && c.chance(30, "own name") {
		name = shown.column.Name
	}
	if !used[name] {
		c.add(fields, used, name, scalar(shown.text))
	}
}

// object adds an object of the same row: it sees the names around it, its own
// are not seen outside.
func (c *configuration) object(at *level, fields *mapping, used map[string]bool) {
	inner := *at
	inner.ones = slices.Clone(at.ones)
	c.add(fields, used, c.fresh("o"), c.shown(&inner, map[string]bool{}))
}

// joins draws what is used in expressions only: relations to one row, and aggregates.
func (c *configuration) joins(at *level) mapping {
	if at.depth >= deepest {
		return nil
	}
	var joins mapping
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(c.T, "joins") {
		name, relation, ok := c.relation(at, nil, true)
		switch {
		case ok && len(relation) == 1: // name: {one: table} is name: table
			joins.add(name, relation[0].value)
		case ok:
			joins.add(name, relation)
		}
	}
	if len(joins) == 0 {
		return nil
	}
	return mapping{{"joins", joins}}
}
