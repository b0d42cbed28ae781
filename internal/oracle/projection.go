package oracle

import (
	"fmt"

	"pgregory.net/rapid"
)

// shapes stand here as often as they are wanted; the empty one is not written down.
var shapes = []string{"", "", "", "", "json", "hash", "hash", "text", "set", "set", "zset", "zset"}

func (c *configuration) projection() mapping {
	c.nodes, c.vouched = 0, false
	at := &level{table: rapid.SampledFrom(c.scenario.Tables).Draw(c.T, "root"), fan: mostFan}
	shape := rapid.SampledFrom(shapes).Draw(c.T, "shape")
	body := c.shape(shape, at)
	projection := mapping{{"from", scalar(at.table.String())}}
	if c.chance(35, "where") {
		projection.add("where", scalar(c.condition(at)))
	}
	if shape != "" {
		projection.add("as", scalar(shape))
	}
	if shape == "set" || shape == "zset" {
		projection.add("key", c.collectionKeys(at))
	} else {
		projection.add("key", c.templates(at))
	}
	if c.vouched {
		projection.add("key_is_unique", yes{})
	}
	return append(projection, body...)
}

// shape draws what is shown of a root.
func (c *configuration) shape(shape string, at *level) mapping {
	switch shape {
	case "text":
		return append(c.joins(at), entry{"value", scalar(c.anything(at, "value").text)})
	case "set", "zset":
		body := c.joins(at)
		body.add("member", scalar(c.member(at)))
		if shape == "zset" {
			body.add("score", scalar(c.score(at)))
		}
		return body
	case "hash": // something in it is never NULL
		used := map[string]bool{}
		name := c.fresh("f")
		used[name] = true
		body := c.body(at, used)
		for i, e := range body {
			if e.name == "fields" {
				body[i].value = append(mapping{{name, scalar(sqlName(at.table.Key[0].Name))}}, e.value.(mapping)...)
				return body
			}
		}
		return append(body, entry{"fields", mapping{{name, scalar(sqlName(at.table.Key[0].Name))}}})
	}
	return c.body(at, map[string]bool{})
}

// anything draws a column, near or far, or an expression of any type.
func (c *configuration) anything(at *level, what string) path {
	if c.chance(50, "expression") {
		return c.sql(at, c.tag(what))
	}
	return c.path(at.paths(), what)
}

// member draws the template of a member: one of each row, or one that rows share.
func (c *configuration) member(at *level) string {
	if c.chance(30, "member by key") {
		return c.template(at.table.Key, "m", nil)
	}
	part := c.sql(at, rapid.SampledFrom([]tag{textual, textual, small, mood, boolean, whole}).Draw(c.T, "member"))
	if c.chance(30, "second part") {
		return "{" + part.text + "}/{" + c.anything(at, "second part").text + "}"
	}
	return c.around(part.text)
}

// around puts an expression into a template.
func (c *configuration) around(text string) string {
	return fmt.Sprintf(rapid.SampledFrom([]string{"{%s}", "m:{%s}", "{{}}{ %s }", "{{{%s}}}"}).Draw(c.T, "template"), text)
}

// score draws a number: a column with all that columns hold, or an expression.
func (c *configuration) score(at *level) string {
	t := rapid.SampledFrom([]tag{small, whole, whole, decimal, decimal, float, float}).Draw(c.T, "score")
	if c.chance(50, "score by name") {
		w := &writer{configuration: c, at: at, far: mostFar}
		return w.leaf(t)
	}
	return c.sql(at, t).text
}

// collectionKeys draws the keys of collections: what several rows have in common.
func (c *configuration) collectionKeys(at *level) yaml {
	var templates list
	for range rapid.SampledFrom([]int{1, 1, 2}).Draw(c.T, "keys") {
		c.keys++
		template := fmt.Sprintf("k%d", c.keys)
		for range rapid.SampledFrom([]int{0, 1, 1, 1, 2}).Draw(c.T, "parts") {
			template += ":" + c.around(c.sql(at, rapid.SampledFrom([]tag{boolean, mood, textual, small}).Draw(c.T, "part")).text)
		}
		templates = append(templates, scalar(template))
	}
	if len(templates) == 1 && c.chance(80, "one template") {
		return templates[0]
	}
	return templates
}

// templates draws the keys of documents, the first by the primary key or a unique one.
func (c *configuration) templates(at *level) yaml {
	unique := append([][]*Column{at.table.Key}, at.table.Unique...)
	var templates list
	for range rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(c.T, "keys") {
		columns := unique[0]
		if len(templates) > 0 || c.chance(20, "key by unique") {
			columns = rapid.SampledFrom(unique).Draw(c.T, "unique key")
		}
		templates = append(templates, scalar(c.documentKey(at, columns)))
	}
	if len(templates) == 1 && c.chance(80, "one template") {
		return templates[0]
	}
	return templates
}

// documentKey draws a template, sometimes of an expression that rows may share:
// the one with the lowest primary key then has it.
func (c *configuration) documentKey(at *level, columns []*Column) string {
	c.keys++
	name := fmt.Sprintf("k%d", c.keys)
	var parts []path
	if c.chance(15, "another part") {
		parts = append(parts, c.path(at.paths(), "part"))
	}
	if c.chance(15, "expression in key") {
		parts = append(parts, c.sql(at, rapid.SampledFrom([]tag{textual, boolean, small}).Draw(c.T, "part")))
	}
	if c.chance(12, "vouched") {
		c.vouched = true
		columns = nil
		parts = []path{c.sql(at, rapid.SampledFrom([]tag{textual, textual, small}).Draw(c.T, "key"))}
	}
	return c.template(columns, name, parts)
}

// template makes a template of columns and other parts.
func (c *configuration) template(columns []*Column, name string, others []path) string {
	var parts []string
	for _, column := range columns {
		parts = append(parts, sqlName(column.Name))
	}
	for _, other := range others {
		parts = append(parts, other.text)
	}
	form := rapid.IntRange(0, 5).Draw(c.T, "template form")
	for i, part := range parts {
		switch {
		case form == 4 && i == 0:
			name += ":{{{" + part + "}}}"
		case form == 5:
			name += ":{{}}{ " + part + " }/x"
		default:
			name += ":{" + part + "}"
		}
	}
	return name
}
