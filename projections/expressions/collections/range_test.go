package collections

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

func rangeSamples() proof.Samples {
	values := map[string][]string{
		"int4":      {"-2147483648", "2147483647", "0", "1", "2", "3", "5", "10"},
		"int8":      {"-9223372036854775808", "9223372036854775807", "0", "1", "5"},
		"numeric":   {"0", "1", "1.0", "1.5", "2", "NaN", "Infinity", "-Infinity"},
		"date":      {"2020-01-01", "2020-01-02", "infinity", "-infinity", "5874897-12-31", "4713-01-01 BC"},
		"timestamp": {"2020-01-01 00:00:00", "2020-01-01 00:00:00.000001", "infinity", "-infinity", "2021-02-03 04:05:06"},
		"timestamptz": {
			"2020-01-01 00:00:00+00", "2020-01-01 00:00:00.000001+00", "infinity", "-infinity", "2021-02-03 04:05:06+00",
		},
		"text":      {"[]", "[)", "(]", "()", "", "[", "[[", "[)x"},
		"int4range": {"empty", "(,)", "[1,3)", "[3,5)", "[2,4)", "[1,10)", "(,3)", "[3,)", "[5,5]", "[2147483647,)", "[-2147483648,2147483647)", "[0,0]", "(,-5)"},
		"int8range": {"empty", "(,)", "[1,3)", "[3,5)", "[2,4)", "[9223372036854775806,9223372036854775807)", "(,0)", "[3,)"},
		"numrange": {
			"empty", "(,)", "[1,3)", "[3,5]", "(3,5]", "[1.0,1.0]", "[1,1.5)", "(1,3)", "(1.5,2)", "[2,)", "(,1.5]", "[NaN,NaN]", "(,Infinity)", "[-Infinity,Infinity]", "[1,3]",
		},
		"daterange": {"empty", "(,)", "[2020-01-01,2020-01-03)", "[2020-01-03,2020-01-05)", "[-infinity,infinity]", "[2020-01-01,infinity)", "[2020-01-01,infinity]", "(,2020-01-02)", "(-infinity,2020-01-01)"},
		"tsrange":   {"empty", "(,)", "[2020-01-01 00:00:00,2020-01-02 00:00:00)", `["2020-01-02 00:00:00",infinity]`, "(,2020-01-01 12:00:00]", "(2020-01-02,2020-01-03]"},
		"tstzrange": {"empty", "(,)", "[2020-01-01 00:00:00+00,2020-01-02 00:00:00+00)", "[2020-01-02 00:00:00+00,infinity]", "(,2020-01-01 12:00:00+00]"},
		"int4multirange": {
			"{}", "{(,)}", "{[1,3),[5,8)}", "{[3,5)}", "{[1,10)}", "{(,3),[7,)}", "{[2,2],[4,4],[6,6]}", "{[3,5),[8,9),[20,)}", "{(,-5),[0,1)}", "{[2,4)}",
		},
		"int8multirange": {"{}", "{(,)}", "{[1,3),[5,8)}", "{[3,5)}"},
		"nummultirange":  {"{}", "{(,)}", "{[1,3),(3,5]}", "{[3,3]}", "{(,1),(1,)}", "{[1,1],(2,3],(3,4)}", "{[NaN,)}"},
		"datemultirange": {"{}", "{(,)}", "{[2020-01-01,2020-01-03),[2020-01-05,infinity]}", "{[2020-01-03,2020-01-05)}"},
		"tsmultirange":   {"{}", "{(,)}", `{["2020-01-01 00:00:00","2020-01-02 00:00:00"),(2020-01-02,2020-01-03]}`},
		"tstzmultirange": {"{}", "{(,)}", "{[2020-01-01 00:00:00+00,2020-01-02 00:00:00+00),(2020-01-02 00:00:00+00,infinity)}"},
	}
	random := rand.New(rand.NewPCG(7, 8))
	for range 40 {
		values["int4range"] = append(values["int4range"], randomRange(random))
		for _, name := range []string{"int4multirange", "nummultirange"} {
			list := make([]string, random.IntN(5))
			for i := range list {
				list[i] = randomRange(random)
			}
			values[name] = append(values[name], "{"+strings.Join(list, ",")+"}")
		}
	}
	return proof.Samples{Values: values, Elements: []string{"int4", "int8", "numeric", "date", "timestamp", "timestamptz"}}
}

// randomRange draws a range of small numbers, sometimes open.
func randomRange(random *rand.Rand) string {
	lower := random.IntN(10)
	from, to := fmt.Sprint(lower), fmt.Sprint(lower+random.IntN(4))
	if random.IntN(12) == 0 {
		from = ""
	}
	if random.IntN(12) == 0 {
		to = ""
	}
	return string("[("[random.IntN(2)]) + from + "," + to + string("])"[random.IntN(2)])
}

func TestRangeFunctions(t *testing.T) {
	t.Parallel()
	// A call of one argument never means the variadic function, see below.
	list := slices.DeleteFunc(rangeFunctions(), func(f function.Function) bool { return strings.Contains(f.Signature, "(_") })
	proof.Functions(t, library(t), servertest.Database(t), list, rangeSamples(), 250, 1)
}

func TestVariadicMultiranges(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	random, q := rand.New(rand.NewPCG(9, 10)), questions{}
	for range 500 {
		name := []string{"int4", "num", "date"}[random.IntN(3)]
		q.multirange(t, random, name+"range", name+"multirange")
	}
	q.compare(t, conn)
}

// multirange calls a constructor with an array of ranges.
func (q *questions) multirange(t *testing.T, random *rand.Rand, single, many string) {
	l, typ := library(t), builtIn(t, single)
	codec, err := l.Codec(typ)
	if err != nil {
		t.Fatal(err)
	}
	result, err := l.Codec(builtIn(t, many))
	if err != nil {
		t.Fatal(err)
	}
	samples := rangeSamples().Values[single]
	args, types, sql := make([]any, random.IntN(6)), []*catalog.Type{}, []string{}
	for i := range args {
		types = append(types, typ)
		if random.IntN(12) == 0 {
			sql = append(sql, "NULL")
			continue
		}
		text := samples[random.IntN(len(samples))]
		sql = append(sql, proof.Literal(text))
		if args[i], err = codec.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	f, ok := l.Function(many + "(_" + single + ")")
	if !ok {
		t.Fatalf("no constructor of %s", many)
	}
	call, err := l.Bind(f, types, builtIn(t, many), nil)
	if err != nil {
		t.Fatal(err)
	}
	value, err := call(args)
	q.add(proof.Answer(result, value, err), "%s(VARIADIC ARRAY[%s]::%s[])", many, strings.Join(sql, ","), single)
}

func TestRangeText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := []string{
		"", " ", "empty", " EmPty ", "emptyx", "empty x", "[1,2]", " [1,2] ", "(1,2)", "(1,1]", "[1,1]", "[2,1]", "(,)", "[,]", "[ ,]", "[1,]", "[,1]", "(,1]", "(1", "1,2)", "[1,2", "[1,2)x",
		"[1,2,3)", "[1)", "[)", "[1 , 2 ]", `["1","2"]`, `[\1,\2]`, `["",2]`, `["1""",2]`, "[-2147483648,2147483647]", "(2147483647,]", "(2147483646,2147483647)", "(2147483647,2147483647)", "{[1,2]}", "[1.5,2]",
		"[[1,2]]", "(1,2", "[,", "[",
	}
	compareTexts(t, conn, builtIn(t, "int4range"), "int4range", append(texts, randomTexts(`[](),"\12e `, 500)...))
	compareTexts(t, conn, builtIn(t, "numrange"), "numrange", append(texts, "(1.0,1]", "[1.0,1]", "[1,1.00]", "(1.0,1.00)"))
	compareTexts(t, conn, builtIn(t, "daterange"), "daterange", []string{
		"[2020-01-01,2020-01-02]", "(2020-01-01,2020-01-02]", "(infinity,)", "[-infinity,infinity]", "(-infinity,infinity)", "(,infinity]", "(5874897-12-31,]",
		"[5874897-12-30,5874897-12-31]", "(5874897-12-30,5874897-12-31)", "(2020-01-01,2020-01-02)", "[infinity,infinity]",
	})
	compareTexts(t, conn, builtIn(t, "tsrange"), "tsrange", []string{`[2020-01-01 10:00,"2020-01-02"]`, "(,2020-01-01)"})
}

func TestMultirangeText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := []string{
		"", "{}", " { } ", "{", "}", "{}x", "{[1,2]}", "{[1,2],[2,3]}", "{[5,6],[1,2]}", "{[1,2),[2,3)}", "{[1,2),[3,4)}", "{empty}", "{empty,[1,2)}", "{[1,2),empty}", "{empty,}", "{[1,2),}", "{,}", "{,[1,2)}",
		"{[1,2) , [5,6) }", "{[1,2)[5,6)}", "{(,),[1,2)}", "{(,1),(3,)}", "{[2,1]}", `{["1","2"]}`, `{["1)",2]}`, "[1,2)", "{1,2}", "{EMPTY,Empty}", "{empty,empty,}", "{[1,2),empty,}", "{emptyx}", `{[\1,2)}`, "{[1,2)", "{[1,2",
	}
	compareTexts(t, conn, builtIn(t, "int4multirange"), "int4multirange", slices.Concat(texts, randomTexts(`[](),"\12e `, 500)))
	compareTexts(t, conn, builtIn(t, "nummultirange"), "nummultirange", append(texts, "{[1,2),(2,3)}", "{[1,2],(2,3)}", "{(1,2),[2,3)}", "{[1.0,1.0],[1,1]}"))
}
