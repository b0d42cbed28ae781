package oracle

import "strings"

// kind is a column type with the values that scenarios put into it.
type kind struct {
	name    string // SQL type
	class   string // columns of equal classes can be joined; "" for those that are not
	tag     tag    // what expressions can do with it
	formula string // SQL that makes a value of a whole number, written #
	edges   []string
}

// tag is a group of types that expressions treat alike.
type tag string

// The tags. Values of small are within bounds that arithmetic never leaves; those
// of whole are any integers.
const (
	boolean  tag = "bool"
	small    tag = "int"
	whole    tag = "whole"
	decimal  tag = "numeric"
	float    tag = "float"
	textual  tag = "text"
	date     tag = "date"
	stamp    tag = "stamp"
	interval tag = "interval"
	mood     tag = "mood"
	uuid     tag = "uuid"
	jsonText tag = "json"
	jsonTree tag = "jsonb"
	ints     tag = "ints"
	strs     tag = "texts"
	opaque   tag = "" // shown only
)

// sorts tells whether values may stand in order_by and be told apart.
func (t tag) sorts() bool {
	switch t {
	case interval, jsonText, jsonTree, ints, strs, opaque:
		return false
	}
	return true
}

// value is SQL for the n-th value of the kind; n is itself SQL. Values of small
// numbers differ, but for types that have few.
func (k *kind) value(n string) string { return strings.ReplaceAll(k.formula, "#", "("+n+")") }

const moodType = "CREATE TYPE public.mood AS ENUM ('new', 'open', 'Done & dusted', 'a')"

// The kinds that can identify rows.
var (
	kindInt    = &kind{name: "int", class: "number", tag: whole, formula: "#", edges: []string{"0", "-1", "2147483647"}}
	kindBigint = &kind{name: "bigint", class: "number", tag: whole, formula: "#::bigint", edges: []string{"9007199254740993", "-9223372036854775808"}}
	kindText   = &kind{name: "text", class: "text", tag: textual, formula: "'v' || #", edges: texts}
	kindChar   = &kind{name: "char(10)", class: "text", tag: textual, formula: "('v' || #)::char(10)", edges: []string{"''", "'v1 '", "'é'"}}
	kindUUID   = &kind{name: "uuid", class: "uuid", tag: uuid, formula: "md5('u' || #)::uuid", edges: []string{"'00000000-0000-0000-0000-000000000000'"}}
)

var keyKinds = []*kind{kindInt, kindInt, kindBigint, kindText, kindUUID, kindChar}

// texts have no letters beyond ASCII that are upper case: the databases of tests
// have the locale C, which leaves such letters alone.
var texts = []string{
	"''", "'Zoë'", "'a'", "'Z'", "'ä'", "'a b '", `E'say "\\ \n\t\u0001'`, "'it''s <&> 日本 😀'", "'true'", "'{x}'", "'v1:v2'",
}

var otherKinds = []*kind{
	kindInt, kindBigint, kindText, kindText, kindChar, kindUUID,
	{name: "smallint", class: "number", tag: whole, formula: "(# % 30000)::smallint"},
	{name: "numeric", class: "number", tag: decimal, formula: "(# || (ARRAY['', '.0', '.00'])[1 + # % 3])::numeric",
		edges: []string{"'NaN'", "0.00", "-0.5", "1e30", "12345678901234567890.123456789", "'-Infinity'"}},
	{name: "numeric(12,2)", class: "number", tag: decimal, formula: "#::numeric(12,2)", edges: []string{"1234567890.10", "-0.01"}},
	{name: "varchar(40)", class: "text", tag: textual, formula: "('v' || #)::varchar(40)", edges: texts},
	{name: "bool", tag: boolean, formula: "(# % 2 = 0)"},
	{name: "timestamptz", class: "time", tag: stamp, formula: "timestamptz '2024-02-28 00:00:00+00' + # * interval '13 hours 1.5 seconds'",
		edges: []string{"'infinity'", "'0044-03-15 10:00:00+00 BC'", "'294276-12-31 23:59:59.999999+00'"}},
	{name: "date", class: "date", tag: date, formula: "date '2024-02-28' + # % 100000", edges: []string{"'-infinity'", "'0001-01-01 BC'"}},
	{name: "mood", tag: mood, formula: "(enum_range(NULL::public.mood))[1 + # % 4]"},
	{name: "double precision", tag: float, formula: "(# / 7.0)::double precision", edges: []string{"'NaN'", "'Infinity'", "'-0'", "1e-7", "1e21"}},
	{name: "jsonb", tag: jsonTree, formula: "jsonb_build_object('n', #, 'b', jsonb_build_array(#::text, NULL, 1.10))",
		edges: []string{"'null'", `'{"b": 1, "a": {"z": 1.100, "y": "\u2028"}}'`, "'[]'", `'"x"'`}},
	{name: "json", tag: jsonText, formula: "('{\"b\":' || # || ', \"a\" : 1.0, \"b\":2}')::json", edges: []string{"'null'", "' [1 , 2]'"}},
	{name: "int[]", tag: ints, formula: "ARRAY[#, NULL, # + 1]", edges: []string{"'{}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'"}},
	{name: "text[]", tag: strs, formula: "ARRAY['v' || #, NULL, 'say \"hi\"', 'NULL', '']", edges: []string{"'{}'", `'{"{x}","a,b"}'`}},
}

// Values that are stored out of line, uncompressed.
var (
	longText = &kind{name: "text", tag: textual, formula: "repeat(md5(#::text), 96 + (# % 60)::int)", edges: []string{"''", "'short'"}}
	longJSON = &kind{name: "jsonb", tag: jsonTree, formula: "jsonb_build_object('n', #, 'long', repeat(md5(#::text), 96 + (# % 60)::int))", edges: []string{"'{}'"}}
)

// generated are expressions over a column, named @, of which the database keeps
// the value: by the tag of the column.
var generated = map[tag][]struct {
	kind *kind
	sql  string
}{
	textual:  {{&kind{name: "text", tag: textual}, "lower(@) || '!'"}, {&kind{name: "int", tag: small}, "length(@) % 10"}},
	whole:    {{&kind{name: "bigint", tag: whole}, "@ % 7"}, {&kind{name: "bool", tag: boolean}, "@ > 3"}},
	decimal:  {{&kind{name: "numeric", tag: decimal}, "round(@ * 1.19, 2)"}},
	float:    {{&kind{name: "double precision", tag: float}, "@ * 2"}},
	boolean:  {{&kind{name: "bool", tag: boolean}, "NOT coalesce(@, false)"}},
	date:     {{&kind{name: "date", tag: date}, "@ + 1"}},
	jsonTree: {{&kind{name: "text", tag: textual}, "@ ->> 'n'"}},
	ints:     {{&kind{name: "int", tag: small}, "cardinality(@)"}},
}
