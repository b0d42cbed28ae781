package oracle

import (
	"regexp"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// Limits of a drawn expression.
const (
	deepestExpression = 3
	mostFar           = 2 // names that lead to other rows: the oracle's query has a query for each
)

// literals stand where a row has no value of a tag.
var literals = map[tag][]string{
	boolean:  {"true", "false"},
	small:    {"1", "2", "10", "0"},
	whole:    {"3", "4000000000"},
	decimal:  {"0.0", "1.50", "(-2.005)"},
	float:    {"2.5::float8", "0::float8"},
	textual:  {"'v1'::text", "''::text", "'100%'::text"},
	date:     {"date '2024-03-01'"},
	stamp:    {"timestamptz '2024-03-01 00:00:00+00'"},
	interval: {"interval '1 day'", "interval '36 hours'"},
	mood:     {"'open'::public.mood"},
	uuid:     {"'00000000-0000-0000-0000-000000000000'::uuid"},
	jsonText: {`'{"a": 1.0, "a": [2]}'::json`},
	jsonTree: {`'{"n": 1, "b": [null, "x"]}'::jsonb`},
	ints:     {"array[1, 2]"},
	strs:     {"array['v1', null]"},
}

// hole is what a production leaves to be filled: $tag is any expression of the
// tag, $again the one that was put into the first hole.
var hole = regexp.MustCompile(`\$[a-z]+`)

// always are productions for every tag, written $self.
var always = []string{
	"coalesce($self, $self)", "case when $bool then $self else $self end", "case when $bool then $self end",
	"case $text when 'v1' then $self when 'v2' then $self end",
}

// comparing are productions for tags that sort.
var comparing = []string{"nullif($self, $self)", "greatest($self, $self)", "least($self, $self, $self)"}

// productions never raise an error, whatever values the rows have: no overflow, no
// division by zero, no infinite date in a subtraction, no array of several dimensions where one is needed.
var productions = map[tag][]string{
	boolean: {
		"$text = $text", "$text <> 'v1'", "$text like 'v%'", "$text ilike '%V1%'", "$text not like '_1'", "$text ~ '^v[0-9]+$'", "$text ~* 'V[12]'",
		"$text !~ '1'", "$text in ('v1', 'v2', '')", "$text < $text", `$text >= $text collate "C"`, "$text between 'a' and 'v3'", "$text is null", "starts_with($text, 'v')",
		"$whole > 3", "$whole in (1, 2, 3)", "$whole not in (1, 5)", "$whole between 2 and 5", "$whole % 2 = 0", "$whole <= $whole", "$whole is not null",
		"$numeric >= $numeric", "$numeric is distinct from 2", "$numeric <> 1.5", "$float < $float", "$float > 0.5", "$float = $numeric",
		"$bool and $bool", "$bool or $bool", "not $bool", "$bool is true", "$bool is not false", "$bool is unknown", "$bool = $bool", "$bool is not distinct from $bool",
		"$date < '2024-03-01'", "$date is not null", "$stamp >= '2024-02-29 12:00:00+00'", "$stamp between '2024-02-28' and '2024-03-05'", "$stamp > $date", "isfinite($stamp)",
		"$interval > '1 day'", "$mood = 'open'", "$mood > 'new'", "$mood in ('new', 'a')", "$mood is not null", "$uuid = $uuid", "$uuid > '80000000-0000-0000-0000-000000000000'",
		"$jsonb ? 'n'", `$jsonb @> '{"n": 1}'`, "$jsonb ->> 'n' = '1'", "jsonb_typeof($jsonb) = 'object'", "json_typeof($json) = 'object'", "$jsonb = $jsonb",
		"1 = any($ints)", "2 <> all($ints)", "'v1' = any($texts)", "$ints && array[1, 2, 3]", "$ints @> array[2]", "$ints = $ints", "cardinality($texts) > 1",
		"($whole, $text) = ($whole, $text)", "($int, $int) < ($int, $int)",
	},
	small: {
		"length($text)", "octet_length($text)", "strpos($text, '1')", "position('v' in $text)", "ascii($text)", "cardinality($ints)", "coalesce(array_length($ints, 1), 0)",
		"least(greatest($whole, -1000), 1000)::int", "least(greatest(round($numeric), -99), 99)::int", "$bool::int", "case when $bool then 1 else 0 end",
		"$int + $int", "$int - 1", "$int * 3 % 1000", "abs($int)", "$int % 7", "$int / 2", "$int / nullif($int, 0)", "$int & 7",
	},
	whole: {"$int", "$int::bigint", "$int + 4000000000", "$whole % 10", "$whole / 3", "$whole & 255", "$whole | 1"},
	decimal: {
		"$whole::numeric", "$int + 0.5", "$numeric + $numeric", "$numeric - 1.25", "$numeric * 2", "$numeric * 0.19", "$numeric * least(greatest($numeric, -9), 9)",
		"round($numeric, 2)", "round($numeric)", "trunc($numeric, 1)", "$numeric / 4", "$numeric / nullif($int, 0)", "$int / nullif($numeric, 0)", "$numeric % 3", "mod($numeric, 5)",
		"abs($numeric)", "floor($numeric)", "ceil($numeric)", "sign($numeric)", "-$numeric", "trim_scale($numeric)", "sqrt(abs($numeric))",
		"extract(epoch from $stamp)", "extract(year from $date)", "extract(dow from $stamp)", "extract(day from $interval)", "$float::numeric", "$int::numeric(12,3)",
	},
	float: {"$float + 1.5", "$float * 2", "abs($float)", "$int::float8", "$float - $float", "$numeric::float8", "round($float)", "floor($float)", "sqrt(abs($float))", "$float / 3", "-$float"},
	textual: {
		"lower($text)", "upper(translate($text, 'ëäé', 'eae'))", "initcap(translate($text, 'ëäé', 'eae'))", "left($text, 3)", "right($text, -1)", "$text || '-' || $text", "replace($text, 'v', 'w')",
		"lpad($text, 5, '0')", "rpad($text, 4)", "md5($text)", "split_part($text, 'v', 2)", "concat($text, $int, $bool)", "concat_ws('/', $text, $whole)", "substr($text, 2, 3)",
		"substring($text from 'v([0-9]+)')", "regexp_replace($text, '[0-9]+', 'n')", "trim($text)", "reverse($text)", "repeat($text, 2)", "translate($text, 'v1', 'w2')",
		"format('%s:%s', $text, $int)", "quote_literal($text)", "$text::varchar(3)", "$text::char(4)", "$int || $text",
		"to_char($stamp, 'YYYY-MM-DD HH24:MI')", "to_char($date, 'FMMonth DD')", "to_char($int, 'FM999990')", "to_char($numeric, 'FM999990.00')",
		"$whole::text", "$numeric::text", "$bool::text", "$date::text", "$stamp::text", "$mood::text", "$uuid::text", "$float::text", "$ints::text", "$jsonb::text", "$interval::text",
		"($stamp at time zone 'UTC')::text", "$jsonb ->> 'n'", "$jsonb #>> '{b,0}'", "$json ->> 'a'", "$json #>> '{b}'", "jsonb_typeof($jsonb)",
		"($texts)[1]", "array_to_string($texts, ',', '*')", "array_to_string($ints, '-')", "case $mood when 'new' then 'fresh' else $text end", "coalesce($mood::text, 'none')",
	},
	date:     {"$date + 1", "$date - $int % 1000", "$stamp::date", "date_trunc('month', $date)::date", "make_date(2024, 1 + abs($int % 12), 1)"},
	stamp:    {"date_trunc('hour', $stamp)", "date_trunc('week', $stamp)", "$stamp - make_interval(0, 0, 0, abs($int % 1000))", "$stamp - interval '1 month'", "$date::timestamptz"},
	interval: {"make_interval(0, 0, 0, $int % 1000)", "make_interval(0, 0, 0, 0, $int % 1000, 5)", "interval '1 day' * ($int % 1000)", "case when isfinite($stamp) then $again - timestamptz '2024-01-01 00:00:00+00' end"},
	uuid:     {"md5($text)::uuid"},
	ints:     {"array[$int, $int]", "($ints)[1:2]"},
	strs:     {"array[$text, $text]", "string_to_array($text, 'v')"},
	jsonText: {"$json -> 'a'", "to_json($text)", "json_build_object('k', $int)"},
	jsonTree: {
		"to_jsonb($text)", "to_jsonb($numeric)", "jsonb_build_object('a', $int, 'b', $text)", "jsonb_build_array($bool, $numeric)", "$jsonb -> 'b'", "$jsonb #> '{b,1}'", "to_jsonb($ints)", "$json::jsonb",
		"jsonb_strip_nulls($jsonb)", "case when jsonb_typeof($jsonb) = 'object' then $again - 'n' end", `case when jsonb_typeof($jsonb) = 'object' then $again || '{"x": 1}' end`,
	},
}

// tags are those that expressions are drawn of.
var tags = []tag{textual, textual, textual, small, whole, decimal, decimal, boolean, float, date, stamp, interval, mood, uuid, jsonTree, jsonText, ints, strs}

func (c *configuration) tag(what string) tag { return rapid.SampledFrom(tags).Draw(c.T, what) }

// sortingTag draws a tag whose values have an order.
func (c *configuration) sortingTag(what string) tag {
	return rapid.SampledFrom([]tag{textual, textual, small, whole, decimal, float, boolean, date, stamp, mood, uuid}).Draw(c.T, what)
}

// writer writes one expression over the names of a level.
type writer struct {
	*configuration
	at  *level
	far int // what is left of mostFar
}

// sql draws an expression of a tag.
func (c *configuration) sql(at *level, t tag) path {
	w := &writer{configuration: c, at: at, far: mostFar}
	text := w.produce(t, rapid.IntRange(1, deepestExpression).Draw(c.T, "depth"))
	return path{text: text, tag: t}
}

// condition draws an expression that is true of most rows.
func (c *configuration) condition(at *level) string {
	w := &writer{configuration: c, at: at, far: mostFar}
	text := w.produce(boolean, rapid.IntRange(1, 2).Draw(c.T, "depth"))
	form := rapid.SampledFrom([]string{"$", "($) is not false", "($) is not true", "coalesce($, true)"}).Draw(c.T, "condition")
	return strings.Replace(form, "$", text, 1)
}

// expr is an expression that can be put into a hole.
func (w *writer) expr(t tag, depth int) string {
	if depth <= 0 || w.chance(25, "leaf") {
		return w.leaf(t)
	}
	return "(" + w.produce(t, depth) + ")"
}

// produce fills a production.
func (w *writer) produce(t tag, depth int) string {
	forms := slices.Concat(productions[t], productions[t], always)
	if t.sorts() {
		forms = append(forms, comparing...)
	}
	return w.fill(rapid.SampledFrom(forms).Draw(w.T, "form"), t, depth-1)
}

// fill puts expressions into the holes of a form.
func (w *writer) fill(form string, self tag, depth int) string {
	first := ""
	return hole.ReplaceAllStringFunc(form, func(name string) string {
		t := tag(name[1:])
		switch t {
		case "again":
			return first
		case "self":
			t = self
		}
		text := w.expr(t, depth)
		if first == "" {
			first = text
		}
		return text
	})
}

// leaf is a name or, where the row has none of the tag, a literal.
func (w *writer) leaf(t tag) string {
	var near, far []path
	for _, p := range w.at.paths() {
		switch {
		case p.tag != t && !(t == whole && p.tag == small):
		case p.column != nil && p.column.Table == w.at.table && !strings.Contains(p.text, "."):
			near = append(near, p)
		default:
			far = append(far, p)
		}
	}
	if len(far) > 0 && w.far > 0 && (len(near) == 0 || w.chance(40, "far")) {
		w.far--
		return w.path(far, "far name").text
	}
	if len(near) > 0 && !w.chance(5, "literal") {
		return rapid.SampledFrom(near).Draw(w.T, "name").text
	}
	return rapid.SampledFrom(literals[t]).Draw(w.T, "literal value")
}
