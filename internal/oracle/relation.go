package oracle

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// relation draws a one or many below a row; ok is false if there is no room for
// one. used are the names of the object around it, nil for joins.
func (c *configuration) relation(at *level, used map[string]bool, join bool) (string, mapping, bool) {
	way := c.way(at)
	if way == nil || c.nodes+len(way) > mostNodes {
		return "", nil, false
	}
	unique, fan := true, 0
	for _, h := range way {
		unique = unique && h.unique()
		fan += h.fan()
	}
	r := &drawn{
		way: way, unique: unique, name: c.fresh("r"),
		many: !unique && !c.chance(15, "first of many") || unique && c.chance(10, "many of one"),
		at:   &level{table: way[len(way)-1].to, depth: at.depth + 1, fan: at.fan - fan},
	}
	if r.many && fan > at.fan {
		return "", nil, false
	}
	r.grouped = r.many && (join || c.chance(35, "aggregates"))
	if !r.many {
		r.at.fan = at.fan
	}
	if len(way) > 1 {
		r.at.through = way[len(way)-1].from
	}
	c.nodes += len(way)
	yaml := c.describe(r, used, join)
	if !r.many {
		at.ones = append(at.ones, one{r.name, r.at, r.value})
	}
	at.results = append(at.results, r.results...)
	if used != nil && !r.inline {
		used[r.name] = true
	}
	return r.name, yaml, true
}

// drawn is a relation while it is drawn.
type drawn struct {
	name    string
	way     []hop
	unique  bool
	many    bool
	grouped bool // shows aggregates
	inline  bool
	at      *level
	value   *path
	results []path // of the aggregates, as seen from above
}

// way draws how to get to another table: mostly one hop, sometimes through others.
func (c *configuration) way(at *level) []hop {
	var way []hop
	from := at.table
	length := rapid.SampledFrom([]int{1, 1, 1, 1, 2, 2, 3}).Draw(c.T, "hops")
	for range length {
		hops := c.scenario.hops(from)
		if soft := c.scenario.softHops(from); len(soft) > 0 && (len(hops) == 0 || c.chance(10, "soft join")) {
			hops = soft
		}
		if len(hops) == 0 {
			break
		}
		next := rapid.SampledFrom(hops).Draw(c.T, "hop")
		way = append(way, next)
		from = next.to
	}
	for _, h := range way {
		if h.foreign == nil {
			c.scenario.joinsBy(h.left)
		}
	}
	return way
}

// describe draws the rest of a relation and writes it down.
func (c *configuration) describe(r *drawn, used map[string]bool, join bool) mapping {
	kind := "one"
	if r.many {
		kind = "many"
	}
	y := mapping{{kind, scalar(r.at.table.String())}}
	c.joinsOf(r, &y)
	required := !r.many && c.chance(15, "required")
	if required {
		y.add("required", yes{})
	}
	var body mapping
	switch {
	case r.grouped:
		body = c.joins(r.at)
		body = append(body, c.grouped(r, &y, used, join)...)
	case join:
		body = c.joins(r.at)
	case c.chance(40, "value"):
		body = c.joins(r.at)
		shown := c.anything(r.at, "value")
		r.value = &shown
		body.add("value", scalar(shown.text))
	case !r.many && c.chance(20, "inline"):
		r.inline = true
		y.add("inline", yes{})
		body = c.body(r.at, used)
	default:
		body = c.body(r.at, map[string]bool{})
	}
	if c.chance(25, "where") {
		y.add("where", scalar(c.condition(r.at)))
	}
	if r.grouped {
		return append(y, body...)
	}
	c.ordered(r, &y)
	if r.many {
		c.collection(r, &y)
	}
	y = append(y, body...)
	return y
}

// joinsOf writes through and on, where they are not inferred.
func (c *configuration) joinsOf(r *drawn, y *mapping) {
	only := len(r.way) == 1
	var through list
	for _, h := range r.way[:len(r.way)-1] {
		if c.scenario.inferred(h, r.many, false) && c.chance(70, "inferred") {
			through = append(through, scalar(h.to.String()))
			continue
		}
		through = append(through, flow{mapping{{"table", scalar(h.to.String())}, {"on", c.on(h, false)}}})
	}
	switch {
	case len(through) == 1 && c.chance(70, "one table"):
		y.add("through", through[0])
	case len(through) > 0:
		y.add("through", through)
	}
	last := r.way[len(r.way)-1]
	if !c.scenario.inferred(last, r.many, only) || c.chance(30, "explicit") {
		y.add("on", flow{c.on(last, !only)})
	}
}

// on writes the pairs of a join in one of the forms.
func (c *configuration) on(h hop, afterWay bool) yaml {
	if h.sameNames() && c.chance(80, "same names") {
		if len(h.left) == 1 {
			return scalar(h.left[0].Name)
		}
		var both []string
		for _, column := range h.left {
			both = append(both, column.Name)
		}
		return listOf(both)
	}
	var pairs mapping
	for i := range h.left {
		right := h.right[i].Name
		if afterWay && c.chance(30, "through path") {
			right = "through." + right
		}
		pairs.add(h.left[i].Name, scalar(right))
	}
	return pairs
}

// ordered writes an order_by: a one of several rows needs it.
func (c *configuration) ordered(r *drawn, y *mapping) {
	if r.many && !c.chance(50, "order") || !r.many && r.unique {
		return
	}
	var items []string
	for range rapid.IntRange(1, 3).Draw(c.T, "order items") {
		item := c.orderItem(r.at)
		item += rapid.SampledFrom([]string{"", "", " desc", " DESC", " asc"}).Draw(c.T, "direction")
		item += rapid.SampledFrom([]string{"", "", "", " nulls first", " NULLS LAST"}).Draw(c.T, "nulls")
		items = append(items, item)
	}
	if c.chance(30, "order as list") {
		y.add("order_by", listOf(items))
		return
	}
	y.add("order_by", scalar(strings.Join(items, ", ")))
}

func (c *configuration) orderItem(at *level) string {
	if c.chance(35, "order by expression") {
		item := c.sql(at, c.sortingTag("order item"))
		if item.tag == textual && c.chance(20, "collate") {
			return "(" + item.text + `) collate "C"`
		}
		return item.text
	}
	return c.path(c.sortable(at), "order item").text
}

// sortable are the paths of one kind that rows can be ordered by: any columns,
// those that may be NULL, those of the way, those reached through relations.
func (c *configuration) sortable(at *level) []path {
	own, rest := cut(at.paths(), len(at.table.Columns))
	var through []path
	if at.through != nil {
		through, rest = cut(rest, len(at.through.Columns))
		// References of the way are mostly the same in all rows of a list.
		through = slices.DeleteFunc(through, func(p path) bool { return p.column.foreign != nil })
	}
	nullable := slices.DeleteFunc(slices.Clone(own), func(p path) bool { return !p.column.Nullable })
	var groups [][]path
	for _, group := range [][]path{own, nullable, through, rest} {
		group = slices.DeleteFunc(group, func(p path) bool { return !p.tag.sorts() })
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	return rapid.SampledFrom(groups).Draw(c.T, "order by what")
}

func cut(paths []path, at int) (before, after []path) {
	return slices.Clone(paths[:at]), slices.Clone(paths[at:])
}

// collection draws what only a many has.
func (c *configuration) collection(r *drawn, y *mapping) {
	distinct := r.value != nil && r.value.tag.sorts() && c.chance(70, "distinct")
	switch {
	case distinct:
		y.add("distinct", yes{})
	case c.chance(20, "keyed"):
		y.add("key_by", scalar(c.anything(r.at, "key_by").text))
	}
	if c.chance(30, "limit") || distinct && c.chance(40, "limit of distinct") {
		y.add("limit", scalar(rapid.SampledFrom([]string{"1", "2", "3", "10"}).Draw(c.T, "limit")))
	}
}
