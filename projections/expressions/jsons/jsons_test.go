package jsons

import (
	"context"
	"slices"
	stdstrings "strings"
	"testing"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/collections"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
	"materializer/projections/expressions/strings"
	"materializer/projections/expressions/times"
)

func library(t testing.TB) *function.Library {
	return proof.Library(t, function.NewLibrary(signatures.ByName, Functions(),
		slices.Concat(Types(), numbers.Types(), strings.Types(), times.Types(), collections.Types())))
}

// samples are values that the documents have something to do with.
func samples() proof.Samples {
	json := append(slices.Clone(documents),
		`{"a":"\u0000"}`, `["\ud800","a"]`, `{"\u0000":1,"a":2}`, `{"b":1,"a":"\ude00"}`, `"\u0000"`, `{"a":{"b":1},"a":null}`, `{"a":[1],"a":{"b":[]}}`,
		`{"a":{"b":1},"a":{"b":null}}`, `[ 1.0 , "x\u0041" , { "a" : null , "b" : [ null ] } ]`)
	return proof.Samples{Values: map[string][]string{
		"jsonb": documents,
		"json":  json,
		"text": {`a`, `b`, `c`, `aa`, ``, `0`, `1`, `2`, `-1`, `-2`, `-5`, `+1`, ` 1`, "\v2", `1 `, `01`, `-0`, `- 1`, `1.0`, `1e0`, `x`, `A`, `é`, `😀`, `a"b`, `null`, `foo`, `true`,
			`2147483647`, `2147483648`, `-2147483648`, `-2147483649`, `99999999999999999999`, `delete_key`, `use_json_null`, `return_target`, `raise_exception`},
		"_text": {`{}`, `{a}`, `{b}`, `{a,b}`, `{a,b,c}`, `{a,b,c,-1}`, `{a,b,c,2,d}`, `{a,-1}`, `{x,-1}`, `{0}`, `{-1}`, `{5}`, `{-5}`, `{1,0}`, `{1,1,1,1,1,0}`, `{NULL}`, `{a,NULL}`, `{NULL,a}`, `{a,b,NULL}`, `{""}`, `{foo}`,
			`{{a,b},{c,d}}`, `{{a,b,c}}`, `{{a,NULL}}`, `{{NULL,a}}`, `{{{a,b}}}`, `{a,b,a,c}`, `{a,1,b,2,c}`, `{" 1"}`, `{1e0}`, `{a,a,a,a,a}`, `{a,0,b}`, `{a,1,c,0,b}`, `{é,😀}`, `{2147483648}`, `{-2147483648}`, `[2:3]={a,b}`, `{"a\"b","\\"}`, `{0,a}`, `{a,1}`, `{b,1,a}`, `{3,-1}`},
		"_int4":        {`{}`, `{1,2,3}`, `{NULL}`, `{{1,2},{3,NULL}}`, `{{{1},{2}},{{3},{4}}}`, `[0:1]={5,6}`},
		"_bool":        {`{t,f,NULL}`, `{}`},
		"numeric":      {`0`, `1.50`, `-12345678901234567890.1234567890`, `NaN`, `Infinity`, `-Infinity`, `1e30`, `0.000000001`},
		"_numeric":     {`{1.50,NaN,NULL}`, `{{1.0},{-Infinity}}`},
		"float8":       {`0`, `-0`, `1.5`, `1e20`, `1e-20`, `1e308`, `5e-324`, `NaN`, `Infinity`, `-Infinity`, `123456789`},
		"_float8":      {`{1e20,NaN}`, `{-0,NULL}`},
		"float4":       {`1.1`, `1e20`, `-Infinity`, `3e-45`},
		"_float4":      {`{1.1,1e20}`},
		"_jsonb":       {`{}`, `{"{\"a\": 1.0}","[]",NULL,"\"x\\ny\""}`, `{{1},{2}}`},
		"_json":        {`{}`, `{"{\"a\" : 1.0, \"a\":2}","[ ]",NULL}`, `{"\"\\u0000\"","1e5"}`},
		"bytea":        {``, `\x00ff5c`, `abc`},
		"_bytea":       {`{abc,NULL,"\\x5c"}`},
		"uuid":         {`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`},
		"_uuid":        {`{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11,NULL}`},
		"int4range":    {`[1,5)`, `empty`, `(,)`},
		"_int4range":   {`{"[1,5)",empty}`},
		"name":         {`a`, `a"b`},
		"_name":        {`{a,"a\"b"}`},
		"char":         {`a`, `"`, `\303`, ``},
		"_char":        {`{a,NULL}`},
		"int2vector":   {`1 2 3`, ``},
		"_int2vector":  {`{"1 2","3"}`},
		"oidvector":    {`1 2 3`, ``},
		"_oidvector":   {`{"1 2","3"}`},
		"inet":         {`10.0.0.1/8`},
		"_inet":        {`{10.0.0.1/8}`},
		"date":         {`2024-02-29`, `infinity`, `0044-03-15 BC`, `12024-01-01`},
		"_date":        {`{2024-02-29,-infinity,NULL}`},
		"timestamp":    {`2024-02-29 12:34:56.789`, `-infinity`, `0044-03-15 01:02:03 BC`},
		"_timestamp":   {`{"2024-02-29 12:34:56",infinity}`},
		"timestamptz":  {`2024-02-29 12:34:56.7+02`, `infinity`, `0044-03-15 01:02:03 BC`},
		"_timestamptz": {`{"2024-02-29 12:34:56+05:30",NULL}`},
		"time":         {`24:00:00`, `01:02:03.004`},
		"_time":        {`{01:02:03}`},
		"interval":     {`1 year -2 days 03:04:05.6`, `0`},
		"_interval":    {`{"1 day",NULL}`},
		"int4":         {`0`, `1`, `2`, `3`, `-1`, `-2`, `-3`, `-4`, `7`, `2147483647`, `-2147483648`},
		"bool":         {`t`, `f`},
	}, Elements: []string{"text", "int4", "bool", "numeric", "float8", "float4", "json", "jsonb", "bytea", "uuid", "int4range", "name", "char", "int2vector", "oidvector", "inet", "date", "timestamp", "timestamptz", "time", "interval"}}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	list := slices.DeleteFunc(Functions(), func(f function.Function) bool { // TestRows and TestPaths have the others
		return f.Signature[:3] == "row" || stdstrings.HasPrefix(f.Signature, "jsonb_path")
	})
	proof.Functions(t, library(t), servertest.Database(t), list, samples(), 1000, 7)
}

// TestHstore compares the one type that has a cast to json of its own.
func TestHstore(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, `CREATE EXTENSION hstore`)
	hstore := &catalog.Type{OID: 20001, Schema: "public", Name: "hstore", Kind: catalog.Base, HasJSONCast: true, Delimiter: ','}
	var queries, got []string
	for _, text := range []string{``, `"a"=>"1"`, `"b"=>NULL, "é\"x"=>"t", "aa"=>"\\"`} {
		for _, call := range [][2]string{{"to_json(anyelement)", "json"}, {"to_jsonb(anyelement)", "jsonb"}, {"json_build_array(any)", "json"}, {"jsonb_build_array(any)", "jsonb"}} {
			name, _, _ := stdstrings.Cut(call[0], "(")
			queries = append(queries, name+"("+proof.Literal(text)+"::hstore)")
			got = append(got, answer(t, call[0], hstore, text, "", signatures.ByName(call[1])))
		}
	}
	want, err := proof.Ask(context.Background(), proof.Connect(t, url), queries)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !proof.Same(t, queries[i], got[i], want[i]) {
			t.Errorf("%s:\n got %s\nwant %s", queries[i], got[i], want[i])
		}
	}
}

// TestRows compares rows, whose types are made here.
func TestRows(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, `CREATE TYPE "inner" AS (x int4, "y z" text)`,
		`CREATE TYPE "outer" AS (a int4, "b""c" text, d jsonb, e int4[], f bool, g json, h "inner", i "inner"[], n numeric)`)
	inner := composite("inner", attribute("x", "int4"), attribute("y z", "text"))
	list := &catalog.Type{Schema: "public", Name: "_inner", Kind: catalog.Array, Elem: inner, Delimiter: ','}
	outer := composite("outer", attribute("a", "int4"), attribute(`b"c`, "text"), attribute("d", "jsonb"), attribute("e", "_int4"), attribute("f", "bool"),
		attribute("g", "json"), catalog.Attribute{Name: "h", Type: inner, TypeMod: -1}, catalog.Attribute{Name: "i", Type: list, TypeMod: -1}, attribute("n", "numeric"))
	rows := []string{
		`(,,,,,,,,)`, `(1,"a""b\\c","{""k"": [1.0, null]}","{{1,2},{3,4}}",t,"{""a"" : 1,  ""a"":2}","(7,x)","{""(1,a)"",NULL,""(,)""}",NaN)`,
		`(-1,"","""s""","{}",f,null,"(,)","{}",1.50)`, `(0,é,1,"{NULL}",,"[ ]","(1,"" "")",,-0.0)`, `(,,,,,"""\\u0000""",,,)`,
	}
	var queries, got []string
	for _, call := range []struct{ signature, after, result string }{
		{"row_to_json(record)", "", "json"}, {"row_to_json(record,bool)", ", true", "json"}, {"row_to_json(record,bool)", ", false", "json"},
		{"to_json(anyelement)", "", "json"}, {"to_jsonb(anyelement)", "", "jsonb"},
		{"json_build_array(any)", "", "json"}, {"jsonb_build_array(any)", "", "jsonb"}, {"jsonb_build_object(any)", ", 1", "jsonb"}, {"json_build_object(any)", ", 1", "json"},
	} {
		for _, row := range rows {
			name, _, _ := stdstrings.Cut(call.signature, "(")
			queries = append(queries, name+"("+proof.Literal(row)+`::"outer"`+call.after+")")
			got = append(got, answer(t, call.signature, outer, row, call.after, signatures.ByName(call.result)))
		}
	}
	want, err := proof.Ask(context.Background(), proof.Connect(t, url), queries)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !proof.Same(t, queries[i], got[i], want[i]) {
			t.Errorf("%s:\n got %s\nwant %s", queries[i], got[i], want[i])
		}
	}
}

func composite(name string, attributes ...catalog.Attribute) *catalog.Type {
	return &catalog.Type{OID: 20000, Schema: "public", Name: name, Kind: catalog.Composite, Attributes: attributes, Delimiter: ','}
}

func attribute(name, typeName string) catalog.Attribute {
	return catalog.Attribute{Name: name, Type: signatures.ByName(typeName), TypeMod: -1}
}

func answer(t *testing.T, signature string, row *catalog.Type, text, after string, result *catalog.Type) string {
	l := library(t)
	codec, err := l.Codec(row)
	if err != nil {
		t.Fatal(err)
	}
	value, err := codec.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	args, types := []any{value}, []*catalog.Type{row}
	switch after {
	case ", true", ", false":
		args, types = append(args, after == ", true"), append(types, signatures.ByName("bool"))
	case ", 1":
		args, types = append(args, int64(1)), append(types, signatures.ByName("int4"))
	}
	f, _ := l.Function(signature)
	call, err := l.Bind(f, types, result, make([]any, len(args)))
	if err != nil {
		t.Fatal(err)
	}
	value, err = call(args)
	codec, codecErr := l.Codec(result)
	if codecErr != nil {
		t.Fatal(codecErr)
	}
	return proof.Answer(codec, value, err)
}
