package oracle

import "strings"

// kind is a column type with the values that scenarios put into it.
type kind struct {
	name    string // SQL type
	class   string // columns of equal classes can be joined; "" for those that are not
	sorts   bool   // may stand in order_by
	formula string // SQL that makes a value of a whole number, written #
	edges   []string
}

// value is SQL for the n-th value of the kind; n is itself SQL. Values of small
// numbers differ, but for types that have few.
func (k *kind) value(n string) string { return strings.ReplaceAll(k.formula, "#", "("+n+")") }

const moodType = "CREATE TYPE public.mood AS ENUM ('new', 'open', 'Done & dusted', 'a')"

// The kinds that can identify rows.
var (
	kindInt    = &kind{name: "int", class: "number", sorts: true, formula: "#", edges: []string{"0", "-1", "2147483647"}}
	kindBigint = &kind{name: "bigint", class: "number", sorts: true, formula: "#::bigint", edges: []string{"9007199254740993", "-9223372036854775808"}}
	kindText   = &kind{name: "text", class: "text", sorts: true, formula: "'v' || #", edges: texts}
	kindChar   = &kind{name: "char(10)", class: "text", sorts: true, formula: "('v' || #)::char(10)", edges: []string{"''", "'v1 '", "'é'"}}
	kindUUID   = &kind{name: "uuid", class: "uuid", sorts: true, formula: "md5('u' || #)::uuid", edges: []string{"'00000000-0000-0000-0000-000000000000'"}}
)

var keyKinds = []*kind{kindInt, kindInt, kindBigint, kindText, kindUUID, kindChar}

var texts = []string{
	"''", "'Zoë'", "'a'", "'Z'", "'ä'", "'a b '", `E'say "\\ \n\t\u0001'`, "'it''s <&> 日本 😀'", "'true'", "'{x}'", "'v1:v2'",
}

var otherKinds = []*kind{
	kindInt, kindBigint, kindText, kindText, kindChar, kindUUID,
	{name: "smallint", class: "number", sorts: true, formula: "(# % 30000)::smallint"},
	{name: "numeric", class: "number", sorts: true, formula: "(# || (ARRAY['', '.0', '.00'])[1 + # % 3])::numeric",
		edges: []string{"'NaN'", "0.00", "-0.5", "1e30", "12345678901234567890.123456789", "'-Infinity'"}},
	{name: "numeric(12,2)", class: "number", sorts: true, formula: "#::numeric(12,2)", edges: []string{"1234567890.10", "-0.01"}},
	{name: "varchar(40)", class: "text", sorts: true, formula: "('v' || #)::varchar(40)", edges: texts},
	{name: "bool", sorts: true, formula: "(# % 2 = 0)"},
	{name: "timestamptz", class: "time", sorts: true, formula: "timestamptz '2024-02-28 00:00:00+00' + # * interval '13 hours 1.5 seconds'",
		edges: []string{"'infinity'", "'0044-03-15 10:00:00+00 BC'", "'294276-12-31 23:59:59.999999+00'"}},
	{name: "date", class: "date", sorts: true, formula: "date '2024-02-28' + # % 100000", edges: []string{"'-infinity'", "'0001-01-01 BC'"}},
	{name: "mood", sorts: true, formula: "(enum_range(NULL::public.mood))[1 + # % 4]"},
	{name: "double precision", sorts: true, formula: "(# / 7.0)::double precision", edges: []string{"'NaN'", "'Infinity'", "'-0'", "1e-7", "1e21"}},
	{name: "jsonb", formula: "jsonb_build_object('n', #, 'b', jsonb_build_array(#::text, NULL, 1.10))",
		edges: []string{"'null'", `'{"b": 1, "a": {"z": 1.100, "y": "\u2028"}}'`, "'[]'", `'"x"'`}},
	{name: "json", formula: "('{\"b\":' || # || ', \"a\" : 1.0, \"b\":2}')::json", edges: []string{"'null'", "' [1 , 2]'"}},
	{name: "int[]", formula: "ARRAY[#, NULL, # + 1]", edges: []string{"'{}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'"}},
	{name: "text[]", formula: "ARRAY['v' || #, NULL, 'say \"hi\"', 'NULL', '']", edges: []string{"'{}'", `'{"{x}","a,b"}'`}},
}

// Values that are stored out of line, uncompressed.
var (
	longText = &kind{name: "text", formula: "repeat(md5(#::text), 96 + (# % 60)::int)", edges: []string{"''", "'short'"}}
	longJSON = &kind{name: "jsonb", formula: "jsonb_build_object('n', #, 'long', repeat(md5(#::text), 96 + (# % 60)::int))", edges: []string{"'{}'"}}
)
