package oracle

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// wantedFeatures are what drawn scenarios must have, as it stands in the SQL or the YAML.
var wantedFeatures = []struct{ name, pattern string }{
	// tables
	{"composite key", `PRIMARY KEY \("[^"]+", "`}, {"no primary key", `identity" ON`}, {"replica identity full", "REPLICA IDENTITY FULL"},
	{"identity by another index", `REPLICA IDENTITY USING INDEX`}, {"partitions", "PARTITION BY HASH"}, {"partitions by range", "PARTITION BY RANGE"},
	{"generated column", `GENERATED ALWAYS AS`}, {"long values", "SET STORAGE EXTERNAL"}, {"cascade", "ON DELETE CASCADE"}, {"odd schema", `TABLE "Odd Schema"\.`},
	{"references", `references:`}, {"where of a table", `(?m)^  \S.*:\n(    references:.*\n(      .*\n)*)?    where: `},
	// projections
	{"where of a projection", `(?m)^    where: `}, {"several keys", `(?m)^    key:\n.*\n      - `}, {"key is unique", `(?m)^    key_is_unique: true`},
	{"hash", `as: hash`}, {"json", `as: json`}, {"text", `as: text`}, {"set", `as: set`}, {"sorted set", `as: zset`},
	{"braces in a key", `k\d+:\{\{\{`}, {"key over an expression", `k\d+:\{[^}]*\(`}, {"collection without a part", `(?m)- k\d+$|key: k\d+$`},
	{"member over an expression", `member: .*\(`}, {"score over an expression", `score: .*\(`}, {"score of a column", `(?m)^    score: "?[a-z\\"]+$`},
	{"objects", `o\d+:\n +(columns|except|fields):`},
	// relations
	{"one", `one: `}, {"many", `many: `}, {"through", `through:`}, {"a longer way", `through:\n +- .*\n +- `}, {"joins", `joins:`}, {"short join", `joins:\n +r\d+: \S`},
	{"required", `required: true`}, {"inline one", `one: .*\n( +(on|through|required).*\n( +-.*\n)*)*( +required: true\n)? +inline: true`}, {"distinct", `distinct: true`}, {"limit", `limit: `},
	{"where of a relation", `(?m)^ {8,}where: `}, {"where by a far column", `(?m)^ {4,}where: .*[a-z0-9]\.[a-z"\\]`}, {"where by an aggregate", `(?m)^ {4,}where: .*r\d+\.f\d+`},
	{"order by an expression", `order_by: .*\(`}, {"order by several", `order_by: .*, `}, {"order with nulls", `order_by: .*(?i:nulls)`}, {"collate", `order_by: .*collate`},
	{"key_by", `key_by: `}, {"key_by an expression", `key_by: .*\(`}, {"value of an expression", `value: .*(\(| [-+*/|=]+ )`},
	// aggregates
	{"aggregates as a value", `many: .*\n(.*\n)*? +value: "?(count|sum|max)\(`}, {"aggregates as an object", `fields:\n +f\d+: "(count|sum|min|max)\(`}, {"aggregates inline", `many: .*\n( +(on|through).*\n( +-.*\n)*)* +inline: true`},
	{"aggregates in joins", `joins:\n +r\d+:\n +many: `}, {"aggregates over a way", `many: .*\n +through:.*\n(.*\n)*? +f\d+: "(count|sum|min|max)\(`},
	{"filter", ` filter \(where `}, {"distinct in an aggregate", `\(distinct `}, {"an aggregate in an aggregate", `(sum|min|max|count|avg|bool_or|bit_and)\([^\n]*r\d+\.f\d+`},
	{"an aggregate in an expression", `f\d+: "?\(?[^\n]*[(+] ?\(?r\d+\.f\d+`},
}

// wantedWords are words that expressions must have.
var wantedWords = []string{
	"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "string_agg", "array_agg", "jsonb_agg", "json_agg", "jsonb_object_agg", "json_object_agg", "bit_and", "bit_or", "bit_xor",
	"stddev", "stddev_pop", "variance", "var_pop",
	"case", "coalesce", "nullif", "greatest", "least", "like", "ilike", "between", "in", "any", "all", "is", "and", "or", "not", "distinct", "collate",
	"lower", "upper", "initcap", "left", "right", "length", "replace", "lpad", "rpad", "md5", "split_part", "concat", "concat_ws", "substr", "substring", "regexp_replace", "trim", "reverse", "repeat",
	"translate", "format", "position", "to_char", "round", "trunc", "abs", "floor", "ceil", "sign", "mod", "sqrt", "extract", "date_trunc", "make_interval", "make_date", "interval",
	"cardinality", "array_length", "array_to_string", "string_to_array", "array", "jsonb_typeof", "jsonb_build_object", "jsonb_build_array", "to_jsonb", "jsonb_strip_nulls", "json_build_object",
}

// TestDrawnFeatures draws scenarios and looks for everything that the language has.
func TestDrawnFeatures(t *testing.T) {
	t.Parallel()
	draw := rapid.Custom(DrawScenario)
	var all strings.Builder
	missing := slices.Clone(wantedFeatures)
	for seed := range 400 {
		scenario := draw.Example(seed)
		text := scenario.String()
		all.WriteString(scenario.YAML)
		missing = slices.DeleteFunc(missing, func(feature struct{ name, pattern string }) bool {
			return regexp.MustCompile(feature.pattern).MatchString(text)
		})
	}
	for _, feature := range missing {
		t.Errorf("no scenario has: %s (%s)", feature.name, feature.pattern)
	}
	words := map[string]bool{}
	for _, word := range regexp.MustCompile(`\w+`).FindAllString(all.String(), -1) {
		words[word] = true
	}
	for _, word := range wantedWords {
		if !words[word] {
			t.Errorf("no scenario has the word %s", word)
		}
	}
	for _, operator := range []string{"||", "~", "~*", "!~", "->", "->>", "#>", "#>>", "@>", "&&", "?", "%", "&", "|", "::"} {
		if !strings.Contains(all.String(), operator) {
			t.Errorf("no scenario has the operator %s", operator)
		}
	}
}
