package jsons

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// TestText reads and writes texts, valid and not, as the types' input and output functions do.
func TestText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := append(append(oddTexts(), documents...), randomTexts(rand.New(rand.NewPCG(1, 2)), 4000)...)
	for _, typ := range Types()[:2] { // jsonpath has a test of its own
		codec, err := typ.Make(nil, function.Types{})
		if err != nil {
			t.Fatal(err)
		}
		var queries, got []string
		for _, text := range texts {
			value, err := codec.Parse(text)
			got = append(got, proof.Answer(codec, value, err))
			queries = append(queries, proof.Literal(text)+"::"+typ.Name)
		}
		want, err := proof.Ask(context.Background(), conn, queries)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !proof.Same(t, queries[i], got[i], want[i]) {
				t.Errorf("%.200s: got %.200s, want %.200s", queries[i], got[i], want[i])
			}
		}
	}
}

// documents are valid for both types.
var documents = []string{
	`null`, `true`, `false`, `0`, `1`, `-1`, `1.0`, `1.00`, `1.50`, `-0`, `-0.00`, `0.5`, `2.5`, `-2.5`, `1e5`, `1E+2`, `1.5e-3`, `100e-2`, `0e10`, `1e100`, `12345678901234567890.1234567890`,
	`32767`, `32767.5`, `-32769`, `2147483647.4`, `2147483648`, `9223372036854775807`, `9223372036854775808`, `3.5e38`, `1e-46`, `1e309`, `1e-400`, `0.1`,
	`""`, `"a"`, `"b"`, `"foo"`, `"é😀"`, `"\u00e9\ud83d\ude00"`, `"a\"b\\c\/d\b\f\n\r\t\u0001\u007f"`, `"true"`, `"1"`, `"NaN"`, `" "`,
	`[]`, `{}`, `[[]]`, `[{}]`, `{"a":[]}`, `{"a":{}}`, `[null]`, `{"a":null}`, `[null,null]`, `[1]`, `["a"]`, `[true,false]`, `[[1]]`, `[1,1.0,"1"]`,
	`[1, 2, 3]`, `[ 1 , [ 2 , [ 3 , { "a" : 4 } ] ] ]`, `["a", "b", "a", null]`, `[3, "foo", {"a": 1}, [1, 2]]`, `[{"a":1},{"b":2}]`, `[[1,2],[3,4]]`,
	`{"a":1}`, `{"a":1.0}`, `{"a":"1"}`, ` {"a" : 1 , "b" : [ 1 , 2 ] } `, `{"b":1,"a":2}`, `{"a":1,"a":2}`, `{"a":{"b":1},"a":{"c":2}}`, `{"aa":1,"b":2,"":3}`, `{"a":null,"b":null}`,
	`{"a":{"b":{"c":[1,2,{"d":null}]}},"b":[null,{"a":null}]}`, `{"x":[1,2,3],"a":[9,8]}`, `{"a":[0,1,2],"b":"foo","0":"zero","1":["one"]}`, `{"a":"b","b":"a"}`,
	`{"\u0061":1,"a\"b":2,"é":3,"😀":[],"null":null,"-1":5}`, `{"a":  "x\ty" ,"b":  {  "c"  :  "d"  }  }`, "\n\t [ 1 ,\r\n 2 ] \n", ` "a" `, ` 12 `, ` null`,
	`{"a":[{"b":1},{"b":2,"c":[{"b":3}]}],"b":{"a":[1,2]}}`, `[0,[1,[2,[3,[4,[5]]]]]]`, `{"a":{"a":{"a":{"a":{"a":1}}}}}`,
}

// oddTexts are not all valid.
func oddTexts() []string {
	texts := []string{
		``, ` `, `nul`, `nullx`, `NULL`, `True`, `01`, `-`, `-a`, `+1`, `1.`, `.5`, `1e`, `1e+`, `1x`, `1_0`, `0x1`, `1é`, `--1`, `-01`, `00`, `1 2`, `1,`, `é`, "\u00a01", `$`, `'a'`, `NaN`, `Infinity`,
		`"`, `"a`, `"a\`, `"\"`, `"\x"`, `"\u"`, `"\u12"`, `"\u12g4"`, `"\u00E9"`, `"\uD83D"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\u0000"`, `"\u0000"`, `"\U0041"`,
		"\"\t\"", "\"a\nb\"", "\"\x7f\"", "\"\\\n\"", `"\u0000`, `["\u0000" x`, `[ ] "\u0000"`, `[1 "\ud800"]`, `{"\u0000":1}`, `{"a\ud800":1}`, `["\ud800",`, `"a" "b"`, `"\u00@1"`, `"\u00G1"`,
		`[`, `]`, `{`, `}`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `{"a",1}`, `{"a":1 "b":2}`, `[}`, `{]`, `[1}`, `{"a":1]`, `[1]]`, `:`, `,`,
		`1e131071`, `1e131072`, `0e131072`, `0.1e131072`, `1e-16383`, `1e-16384`, `1.0e-16383`, `0e-16384`, `1e1000000000`, `1e1073741822`, `0e1073741822`, `0e1073741823`, `1e1073741824`, `1e-1073741824`, `1e99999999999999999999`, `0e-99999999999999999999`, `[1e999999, "\u0000"]`, `[1e999999 "\u0000"]`,
		`1` + strings.Repeat("0", 131071), `1` + strings.Repeat("0", 131072), `0.` + strings.Repeat("0", 16382) + `1`, `0.` + strings.Repeat("0", 16383) + `1`,
		strings.Repeat("9", 200) + "." + strings.Repeat("7", 200), `{"` + strings.Repeat("k", 3000) + `":"` + strings.Repeat("é", 3000) + `"}`,
	}
	for _, depth := range []int{100, 5000, 20000} {
		texts = append(texts,
			strings.Repeat("[", depth)+strings.Repeat("]", depth),
			strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth),
			strings.Repeat(`[{"a":`, depth)+"1"+strings.Repeat("}]", depth),
			strings.Repeat("[", depth), strings.Repeat("[", depth)+"x")
	}
	return texts
}

// randomTexts are documents, some of them broken.
func randomTexts(random *rand.Rand, count int) []string {
	var texts []string
	for range count {
		text := string(randomDocument(random, nil, 4))
		if at := random.IntN(len(text)); random.IntN(3) == 0 {
			text = strings.ToValidUTF8(text[:at]+pick(random, strings.Split(`{ } [ ] , : " \ a 0 e . - \u0 null`, " "))+text[at+random.IntN(2):], "?")
		}
		texts = append(texts, text)
	}
	return texts
}

func pick(random *rand.Rand, list []string) string { return list[random.IntN(len(list))] }

func randomDocument(random *rand.Rand, dst []byte, depth int) []byte {
	blank := pick(random, []string{"", "", "", " ", "\n\t"})
	kind := random.IntN(4)
	if depth == 0 || kind < 2 {
		words := []string{`null`, `true`, `false`, `0`, `-0.0`, `1.50`, `1e3`, `-12.5E-3`, `""`, `"a"`, `"\u0062"`, `"\ud83d\ude00"`, `"é\n"`, `"\\"`, `12345678901234567890`, `[]`, `{}`}
		return append(dst, blank+pick(random, words)+blank...)
	}
	brackets := "[]"
	if kind == 3 {
		brackets = "{}"
	}
	dst = append(dst, blank+brackets[:1]...)
	for i := range random.IntN(5) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if kind == 3 {
			dst = append(dst, blank+pick(random, []string{`"a"`, `"b"`, `"aa"`, `""`, `"\u0061"`, `"é"`, `"z\""`, `"1"`})+blank+":"...)
		}
		dst = randomDocument(random, dst, depth-1)
	}
	return append(dst, brackets[1:]+blank...)
}
