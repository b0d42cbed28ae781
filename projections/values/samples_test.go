package values

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// sample is a type and the values to try, as PostgreSQL's input takes them.
type sample struct {
	typ    string // as written in SQL
	values []string
	random *rapid.Generator[string] // nil if the list is enough
	// noOrder says that PostgreSQL has no btree order for the type, or that Order does not do it.
	noOrder bool
	flat    bool // no types are made of this one
}

// randoms is how many random values each type gets.
const randoms = 120

// all gives the listed values, without repetition, and then the random ones.
func (s sample) all() []string {
	out := s.values
	if s.random != nil {
		for i := range randoms {
			out = append(out, s.random.Example(i))
		}
	}
	return out
}

func sequence[V any](g *rapid.Generator[V], text func(V) string) *rapid.Generator[string] {
	return rapid.Map(g, text)
}

var (
	int16s  = sequence(rapid.Int16(), func(v int16) string { return strconv.Itoa(int(v)) })
	int32s  = sequence(rapid.Int32(), func(v int32) string { return strconv.Itoa(int(v)) })
	int64s  = sequence(rapid.Int64(), func(v int64) string { return strconv.FormatInt(v, 10) })
	oids    = sequence(rapid.Uint32(), func(v uint32) string { return strconv.FormatUint(uint64(v), 10) })
	uint64s = sequence(rapid.Uint64(), func(v uint64) string { return strconv.FormatUint(v, 10) })

	numerics = rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,3}(\.[0-9]{1,3})?`),
		rapid.StringMatching(`-?[0-9]{1,40}(\.[0-9]{1,40})?`),
		rapid.StringMatching(`-?[0-9]{1,10}e-?[1-9][0-9]{0,2}`),
	)
	float64s = sequence(rapid.Float64(), func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) })
	float32s = sequence(rapid.Float32(), func(v float32) string { return strconv.FormatFloat(float64(v), 'g', -1, 32) })

	nastyRunes = []rune("abAB09 \t\n\r\\\"'{}(),;:[]=<>/\x01\x1f\x7féÉßİıſΣσς\u00a0\u2028😀\uffff€KkK")
	texts      = rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom(nastyRunes), 0, 8, -1),
		rapid.Map(rapid.String(), func(s string) string { return strings.ReplaceAll(s, "\x00", "") }),
		rapid.StringMatching(`[ab ]{0,4}`),
	)
	shortTexts = rapid.StringOfN(rapid.SampledFrom(nastyRunes), 0, 5, -1)
	byteas     = sequence(rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x5c, 0x61, 0xfe, 0xff}), 0, 6),
		func(v []byte) string { return fmt.Sprintf(`\x%x`, v) })

	clock = rapid.StringMatching(`([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?`)
	dates = rapid.Custom(func(t *rapid.T) string {
		year := rapid.OneOf(rapid.IntRange(1, 4712), rapid.IntRange(1990, 2030), rapid.IntRange(1, 294275)).Draw(t, "year")
		era := ""
		if year <= 4712 && rapid.Bool().Draw(t, "bc") {
			era = " BC"
		}
		return fmt.Sprintf("%04d-%02d-%02d%s", year, rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"), era)
	})
	timestamps = rapid.Custom(func(t *rapid.T) string {
		date, bc := strings.CutSuffix(dates.Draw(t, "date"), " BC")
		text := date + " " + clock.Draw(t, "clock")
		if bc {
			text += " BC"
		}
		return text
	})
	timetzs = rapid.Custom(func(t *rapid.T) string {
		return clock.Draw(t, "clock") + rapid.StringMatching(`[+-](0[0-9]|1[0-4])(:[0-5][0-9](:[0-5][0-9])?)?`).Draw(t, "zone")
	})
	intervals = rapid.Custom(func(t *rapid.T) string {
		small := rapid.OneOf(rapid.IntRange(-3, 3), rapid.IntRange(-400, 400))
		return fmt.Sprintf("%d years %d mons %d days %d hours %d.%06d secs", small.Draw(t, "y"), small.Draw(t, "m"), small.Draw(t, "d"),
			rapid.OneOf(small, rapid.IntRange(-100000, 100000)).Draw(t, "h"), small.Draw(t, "s"), rapid.IntRange(0, 999999).Draw(t, "us"))
	})
	uuids = rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	inets = rapid.OneOf(
		rapid.StringMatching(`(10|192|0)\.[0-3]\.(0|128|255)\.[0-9](/([0-9]|[12][0-9]|3[0-2]))?`),
		rapid.StringMatching(`(fe80|2001|0)::[0-9a-f]{1,4}:(0|8000|ffff)(/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8]))?`),
	)
	bits   = rapid.StringMatching(`[01]{0,40}`)
	moneys = sequence(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-100000, 100000)),
		func(v int64) string { return fmt.Sprintf("%d.%02d", v/100, max(v%100, -(v%100))) })
	macs  = rapid.StringMatching(`[0-9a-f]{2}(:[0-9a-f]{2}){5}`)
	macs8 = rapid.StringMatching(`[0-9a-f]{2}(:[0-9a-f]{2}){7}`)
	lsns  = rapid.StringMatching(`[0-9A-F]{1,8}/[0-9A-F]{1,8}`)

	jsonWords   = rapid.SampledFrom([]string{`null`, `true`, `false`, `0`, `-0`, `-0.00`, `1.50`, `1E5`, `1.5e-3`, `12345678901234567890.10`, `"a"`, `""`, `"\u00e9\"\/\n"`, `"\ud83d\ude00"`, `[]`, `{}`, `[ ]`, `{ }`})
	jsonStrings = rapid.SampledFrom([]string{`"a"`, `"b"`, `"aa"`, `""`, `"\u0061"`, `"é"`, `"a\\b"`, `"Z"`, `"\""`})
	jsons       = jsonText(3)
)

func jsonText(depth int) *rapid.Generator[string] {
	if depth == 0 {
		return jsonWords
	}
	inner := rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[string] { return jsonText(depth - 1) }), 0, 4)
	blank := rapid.SampledFrom([]string{"", " ", "\n\t", "  "})
	return rapid.Custom(func(t *rapid.T) string {
		parts := inner.Draw(t, "parts")
		space := blank.Draw(t, "space")
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			return jsonWords.Draw(t, "word")
		case 1:
			return "[" + strings.Join(parts, space+","+space) + space + "]"
		}
		for i, p := range parts {
			parts[i] = jsonStrings.Draw(t, "key") + space + ":" + p
		}
		return space + "{" + strings.Join(parts, space+","+space) + "}"
	})
}

// samples are the base types under test. Nested types are made of each of them.
var samples = []sample{
	{typ: "int2", values: []string{"0", "1", "-1", "2", "118", "119", "255", "256", "32767", "-32768", "-256", "-257"}, random: int16s},
	{typ: "int4", values: []string{"0", "1", "-1", "2", "118", "119", "120", "65535", "65536", "2147483647", "-2147483648"}, random: int32s},
	{typ: "int8", values: []string{"0", "1", "-1", "2", "9007199254740993", "9223372036854775807", "-9223372036854775808", "4294967295"}, random: int64s},
	{typ: "numeric", values: []string{"0", "1", "1.0", "1.00", "-1", "2", "-0.0", "0.1", "0.10", "0.01", "10", "100", "99", "101", "NaN", "Infinity", "-Infinity",
		"9007199254740993", "0.1000000014901161", "1e400", "-1e400", "1e-400", "-1e-400", "1e131071", "1e-16383", "-12345.678", "12345.6780", "12345.679"}, random: numerics},
	{typ: "numeric(10,2)", values: []string{"1", "1.10", "-0.005", "99999999.99"}},
	{typ: "float4", values: []string{"0", "1", "-0", "-1", "2", "0.1", "1e20", "1e-7", "NaN", "Infinity", "-Infinity", "3.4028235e38", "1e-45", "16777216", "1e15", "1e6", "123456.7"}, random: float32s},
	{typ: "float8", values: []string{"0", "1", "-0", "-1", "2", "0.1", "1e20", "1e-7", "NaN", "Infinity", "-Infinity", "1.7976931348623157e308", "5e-324", "-5e-324",
		"9007199254740992", "0.10000000149011612", "1e15", "123456789.125", "1e16"}, random: float64s},
	{typ: "bool", values: []string{"true", "false"}},
	{typ: "text", values: []string{"", " ", "a", "a ", "A", "1", "NULL", "null", `"`, `\`, "a\"b", "{}", "(", "ab", "b", "true", "é"}, random: texts},
	{typ: "varchar", values: []string{"", " ", "a", "a ", "a  ", "A", "1", "ab"}, random: texts},
	{typ: "varchar(5)", values: []string{"", "a", "a ", "12345"}},
	{typ: "bpchar", values: []string{"", "a", "a ", "a  ", "A", "a\t", "1"}, random: texts},
	{typ: "char(5)", values: []string{"", "a", "a ", "A", "a\t", " a", "a b"}, random: shortTexts},
	{typ: "name", values: []string{"", "a", "a ", "A", "1", "NULL"}, random: shortTexts},
	{typ: `"char"`, values: []string{"", "a", "A", " ", "1", `\`, `"`, `\303`, `\377`, `\200`}},
	{typ: "citext", values: []string{"", "a", "A", "a ", "É", "é", "1", "aB", "Ab"}, random: texts},
	{typ: "bytea", values: []string{`\x`, `\x00`, `\x0000`, `\x00ff`, `\x01`, `\xff`, `\x61`, `\x6100`, `\x5c`}, random: byteas},
	{typ: "date", values: []string{"2000-01-01", "1999-12-31", "2000-02-29", "1900-03-01", "0001-01-01", "0001-12-31 BC", "4713-01-01 BC", "5874897-12-31", "infinity", "-infinity",
		"294276-12-31", "294277-01-01", "10000-01-01"}, random: dates},
	{typ: "timestamp", values: []string{"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2000-02-29 12:00", "0044-03-15 10:00:00 BC", "4713-01-01 BC", "294276-12-31 23:59:59.999999",
		"infinity", "-infinity", "10000-01-01 00:00:00.5", "2024-05-06 07:08:09.1", "1999-12-31"}, random: timestamps},
	{typ: "timestamp(0)", values: []string{"2000-01-01 00:00:00.7"}},
	{typ: "timestamptz", values: []string{"2000-01-01 00:00:00+00", "2000-01-01 05:30:00+05:30", "0044-03-15 10:00:00.25 BC", "4713-01-01 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00",
		"infinity", "-infinity", "1883-01-01 00:00:00+00"}, random: timestamps},
	{typ: "time", values: []string{"00:00", "24:00:00", "23:59:59.999999", "00:00:00.000001", "12:00"}, random: clock},
	{typ: "timetz", values: []string{"00:00+00", "24:00:00+00", "12:00+02", "11:00+01", "10:00+00", "00:00:00+15:59:59", "00:00:00-15:59:59", "12:00+00"}, random: timetzs},
	{typ: "interval", values: []string{"0", "1 month", "30 days", "720:00:00", "-1 month", "1 year 2 mons -3 days 04:05:06.7", "-1 y 3 d -4:5:6.7", "1 mon -30 days", "24:00:00", "1 day", "-24:00:00",
		"178000000 years", "-178000000 years", "2562047788:00:54.775807", "-2562047788:00:54.775807", "1 day -00:00:01", "23:59:59", "2147483647 days", "-2147483648 days", "00:00:00.000001"}, random: intervals},
	{typ: "uuid", values: []string{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"}, random: uuids},
	{typ: "inet", values: []string{"0.0.0.0", "0.0.0.0/0", "10.0.0.1", "10.0.0.1/8", "10.0.0.0/8", "10.0.0.0", "10.255.255.255/8", "255.255.255.255", "::", "::/0", "::1", "fe80::1/64", "::ffff:1.2.3.4", "::1.2.3.4/100", "::ffff:1.2.3.4/97"}, random: inets},
	{typ: "cidr", values: []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0", "::/0", "fe80::/64", "::1"}},
	{typ: "macaddr", values: []string{"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03"}, random: macs},
	{typ: "macaddr8", values: []string{"00:00:00:00:00:00:00:00", "08:00:2b:ff:fe:01:02:03"}, random: macs8},
	{typ: "money", values: []string{"0", "1", "-1", "0.01", "-0.01", "1234.50", "-92233720368547758.08", "92233720368547758.07"}, random: moneys},
	{typ: "bit(3)", values: []string{"000", "001", "101", "111"}},
	{typ: "varbit", values: []string{"", "0", "1", "00", "01", "10", "0000000", "00000000", "000000000", "1111111", "11111111", "101", "100"}, random: bits},
	{typ: "pg_lsn", values: []string{"0/0", "0/FFFFFFFF", "1/0", "FFFFFFFF/FFFFFFFF"}, random: lsns},
	{typ: "oid", values: []string{"0", "1", "2", "4294967295"}, random: oids},
	{typ: "tid", values: []string{"(0,0)", "(0,1)", "(1,0)", "(4294967295,65535)"}},
	{typ: "xid8", values: []string{"0", "1", "18446744073709551615"}, random: uint64s},
	{typ: "mood", values: []string{"sad", "ok", "happy", "a,b", "NULL", `q"t`, ""}},
	{typ: "xid", values: []string{"1", "4294967295"}, noOrder: true},
	{typ: "regclass", values: []string{"pg_class", "0", "12345678", "information_schema.tables"}, noOrder: true},
	{typ: "regtype", values: []string{"int4", "text[]", `"char"`}, noOrder: true},
	{typ: "json", values: []string{`{"b":1,"aa":2,"a":1E5,"a":1.50e1,"c":-0.0}`, `1e-16383`, `0e5`, `-0e-3`, `0.1e1`, `1e131071`, "null", `"null"`, `"é\u0001\u007f\b\f\n\r\t"`, `{"":{"":1}}`}, random: jsons, noOrder: true},
	{typ: "jsonb", values: []string{`{"b": 1, "a b": ", : ", "c": "\\\" x"}`, "null", `"a \" b"`, `[]`, `{}`, `1e3`, `[1, [2, {"a": "\u00e9"}]]`}, random: jsons, noOrder: true},
	{typ: "jsonpath", values: []string{`$.a[*] ? (@ > 1)`}, noOrder: true},
	{typ: "xml", values: []string{`<a b="1">x</a>`, `text`, `<?xml version="1.1" standalone="yes"?><a/>`}, noOrder: true},
	{typ: "hstore", values: []string{``, `a=>1`, `a=>NULL`, `"a"=>"NULL", "bb"=>"", ""=>"x"`, `"q\"\\"=>"a\"b\\c", "c,d"=>"=> "`}, noOrder: true},
	{typ: "ltree", values: []string{"a.b.c", ""}, noOrder: true},
	{typ: "cube", values: []string{"(1,2),(3,4)", "0"}, noOrder: true},
	{typ: "point", values: []string{"(1,2)", "(-0,1e300)", "(NaN,Infinity)"}, noOrder: true},
	{typ: "line", values: []string{"{1,2,3}"}, noOrder: true},
	{typ: "lseg", values: []string{"[(1,2),(3,4)]"}, noOrder: true},
	{typ: "box", values: []string{"(3,4),(1,2)", "(0,0),(0,0)"}, noOrder: true},
	{typ: "path", values: []string{"((1,2),(3,4))", "[(1,2)]"}, noOrder: true},
	{typ: "polygon", values: []string{"((1,2),(3,4),(5,6))"}, noOrder: true},
	{typ: "circle", values: []string{"<(1,2),3>"}, noOrder: true},
	{typ: "tsvector", values: []string{"a:1 b:2A 'c d'", ""}, noOrder: true},
	{typ: "tsquery", values: []string{"a & !b", ""}, noOrder: true},
	{typ: "pg_snapshot", values: []string{"10:20:10,14,15"}, noOrder: true},
	{typ: "txid_snapshot", values: []string{"10:20:10,14,15"}, noOrder: true},
	{typ: "int2vector", values: []string{"1 2 -3", "", "7"}, noOrder: true},
	{typ: "int4[]", flat: true, values: []string{"{}", "{1}", "[0:0]={1}", "[2:2]={1}", "{{1}}", "{{{1}}}", "[1:1][-2:-2]={{1}}", "{1,2,3,4}", "{{1,2},{3,4}}", "{{1,2,3,4}}",
		"{{1},{2},{3},{4}}", "{{{1,2}},{{3,4}}}", "{{{1},{2}},{{3},{4}}}", "{NULL}", "{1,NULL}", "{NULL,1}", "{1,2}", "{{{{{{1,2},{3,4}}}}}}", "[-5:-4]={1,2}"}},
	{typ: "text[]", flat: true, values: []string{`{""}`, `{"NULL",NULL,null}`, `{"a,b","{","}","\\"," ","\""}`, "{a b,\"\t\"}", `{{"(",")"},{"[","]="}}`, `{"\\\\\"\\"}`}},
	{typ: "empty_", flat: true, values: []string{"()"}},
	{typ: "lone", flat: true, values: []string{"()", `("")`, `(a)`, `("(a)")`, `("\\\\""")`, `(" ")`, "(\"\n\")"}},
	{typ: "oidvector", values: []string{"1 2", "", "4294967295"}, noOrder: true},
}

// rangeTypes are the built-in ranges, with the type of their bounds.
var rangeTypes = map[string]string{
	"int4range": "int4", "int8range": "int8", "numrange": "numeric",
	"tsrange": "timestamp", "tstzrange": "timestamptz", "daterange": "date",
}
