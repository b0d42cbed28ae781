package oracle

import (
	"strings"

	"pgregory.net/rapid"
)

// aggregates are expressions over many rows and what they give. $order is an
// order in which equal rows are the same row, $filter nothing or a FILTER. What
// depends on the order of the rows is not here: sums of floats that are not
// exact, extremes of values that are equal and look different.
var aggregates = []struct {
	sql string
	tag tag
}{
	{"count(*)$filter", whole}, {"count(*)$filter", whole}, {"count($text)$filter", whole}, {"count($jsonb)$filter", whole},
	{"count(distinct $text)$filter", whole}, {"count(distinct $numeric)$filter", whole}, {"count(distinct $whole)", whole}, {"count(distinct $uuid)", whole},
	{"sum($int)$filter", whole}, {"sum($whole)::numeric", decimal}, {"sum($numeric)$filter", decimal}, {"sum($int::float8)", float}, {"sum(distinct $int)$filter", whole}, {"sum($interval)", interval},
	{"avg($int)$filter", decimal}, {"avg($numeric)", decimal}, {"avg($int::float8)", float}, {"round(avg($numeric)$filter, 2)", decimal}, {"avg(distinct $int)", decimal}, {"avg($interval)", interval},
	{"min($int)$filter", small}, {"max($whole)$filter", whole}, {"max($text::text)$filter", textual}, {"min(lower($text))", textual}, {"max(round($numeric, 3))$filter", decimal}, {"min($float + 0)", float},
	{"min($date)", date}, {"max($stamp)$filter", stamp}, {"max($mood)", mood}, {"max(distinct $int)", small},
	{"bool_and($bool)$filter", boolean}, {"bool_or($bool)", boolean}, {"every($bool)", boolean},
	{"string_agg($text::text, ',' order by $order)$filter", textual}, {"string_agg($text::text, $text order by $whole desc, $order)", textual},
	{"string_agg(distinct lower($text), '+' order by lower($again) desc)$filter", textual},
	{"array_agg($text::text order by $order)", strs}, {"array_agg($int order by $text, $order)$filter", ints}, {"array_agg(distinct $int order by $again desc)", ints}, {"array_agg($stamp order by $order)", opaque},
	{"jsonb_agg($jsonb order by $order)$filter", jsonTree}, {"json_agg($whole order by $order)", jsonText}, {"jsonb_object_agg(coalesce($text::text, 'none'), $int order by $order)", jsonTree},
	{"json_object_agg(coalesce($text::text, 'none'), $whole order by $order)", jsonText},
	{"bit_and($int)", small}, {"bit_or($int)$filter", small}, {"bit_xor($int)", small},
	{"stddev($int)", decimal}, {"stddev_pop($int)", decimal}, {"variance($numeric)", decimal}, {"var_pop($int)$filter", decimal},
	{"coalesce(sum($int)$filter, 0) + count(*)", whole}, {"max($int) - min($int)", small}, {"case when count(*) > 2 then 'many' else 'few' end", textual},
	{"count(*)$filter > 1", boolean}, {"upper(md5(string_agg($text::text, '' order by $order)))", textual},
}

// aggregate draws an aggregate over the rows of a level.
func (c *configuration) aggregate(at *level) path {
	form := rapid.SampledFrom(aggregates).Draw(c.T, "aggregate")
	w := &writer{configuration: c, at: at, far: mostFar}
	filter := ""
	if strings.Contains(form.sql, "$filter") && c.chance(30, "filter") {
		filter = " filter (where " + w.produce(boolean, 1) + ")"
	}
	sql := strings.NewReplacer("$order", at.total(), "$filter", filter).Replace(form.sql)
	return path{text: w.fill(sql, opaque, rapid.IntRange(0, 2).Draw(c.T, "depth")), tag: form.tag}
}

// total is an order in which rows that are equal are the same row, or show the same.
func (at *level) total() string {
	var items []string
	for _, column := range at.table.Key {
		items = append(items, sqlName(column.Name))
	}
	if at.through != nil {
		for _, column := range at.through.Key {
			items = append(items, "through."+sqlName(column.Name))
		}
	}
	return strings.Join(items, ", ")
}

// grouped draws what an aggregate relation shows: one value, or an object.
func (c *configuration) grouped(r *drawn, y *mapping, used map[string]bool, join bool) mapping {
	if c.chance(50, "value") {
		value := c.aggregate(r.at)
		r.results = []path{{text: sqlName(r.name), tag: value.tag}}
		return mapping{{"value", scalar(value.text)}}
	}
	if !join && c.chance(40, "inline") {
		r.inline = true
		y.add("inline", yes{})
	}
	var fields mapping
	for range rapid.IntRange(1, 4).Draw(c.T, "aggregates") {
		name, value := c.fresh("f"), c.aggregate(r.at)
		fields.add(name, scalar(value.text))
		if r.inline {
			used[name] = true
		}
		r.results = append(r.results, path{text: sqlName(r.name) + "." + sqlName(name), tag: value.tag})
	}
	return mapping{{"fields", fields}}
}
