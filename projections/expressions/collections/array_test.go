package collections

import (
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
)

func arraySamples() proof.Samples {
	values := map[string][]string{
		"int4":    {"-2147483648", "2147483647", "0", "1", "1", "2", "2", "3", "-1", "5", "7"},
		"text":    {"", "a", "b", "NULL", "ä", "{", "a b", `"`, `\`, ",", "😀"},
		"numeric": {"0", "0.0", "1.50", "1.5", "-1", "NaN", "Infinity", "-Infinity", "1e30"},
		"float8":  {"0", "-0", "1", "NaN", "Infinity", "1e-300"},
		"bool":    {"t", "f"},
		"uuid":    {"00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "FFFFFFFF-ffff-ffff-ffff-ffffffffffff"},
		"_int4": {
			"{}", "{1}", "{1,2,3}", "{NULL}", "{1,NULL,2}", "{{1,2},{3,4}}", "{{1,2}}", "{{1},{2}}", "{{{1,2},{3,NULL}}}", "[0:1]={1,2}",
			"[-3:-1]={3,2,1}", "[2147483646:2147483646]={1}", "[2147483645:2147483646]={1,2}", "[-2147483648:-2147483647]={1,2}", "[0:1][5:6]={{1,2},{3,4}}", "{2,1,1,2,NULL,NULL,1}",
			"{-1}", "{2,2}", "{0,3}", "{6,1,1,1,1,1,1}", "{1,1,1,1,1,1}", "[0:0]={3}",
		},
		"_text": {
			"{}", `{""}`, `{NULL}`, `{"NULL"}`, `{a,b}`, `{"a b","\"","\\"}`, `{ä,😀}`, `{{a,b},{c,d}}`, `[5:6]={a,NULL}`, `{a,b,a,NULL,a}`,
		},
		"_numeric": {"{}", "{0}", "{0.0}", "{1.5,1.50}", "{NaN,NULL}", "{-Infinity,1,Infinity}", "{{1,2},{1.0,2.0}}", "{-1,0,1.5}"},
		"_float8":  {"{}", "{0}", "{-0}", "{NaN}", "{-1,0,1,Infinity}", "{NULL,1}"},
		"_bool":    {"{}", "{t}", "{f,t}", "{t,NULL}"},
		"_uuid":    {"{}", "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "{NULL,00000000-0000-0000-0000-000000000000}"},
	}
	return proof.Samples{Values: values, Elements: []string{"int4", "text", "numeric", "float8", "bool", "uuid"}}
}

func TestArrayFunctions(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t)
	list := append(arrayFunctions(), nullFunctions()...)
	proof.Functions(t, library(t), url, append(list, uuidFunctions()...), arraySamples(), 250, 1)
}

func TestArrayText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := []string{
		"", " ", "{", "}", "{}", " {} ", "{ }", "{}x", "{{}}", "{{},{}}", "{1", "{1,}", "{,1}", "{1,,2}", "{1 2}", "{ 1 , 2 }", "{1}}", "{1}{2}",
		"{null}", "{NuLl}", "{nulll}", "{ null }", "{{1,2},{3}}", "{{1},2}", "{1,{2}}", "{{{{{{1}}}}}}", "{{{{{{{1}}}}}}}", "{{1},}", "{{1}{2}}", "{{1},,{2}}",
		"[1]={1}", "[2]={1,2}", "[2]={1}", "[0:1]={1,2}", "[0:1] = {1,2}", "[0:1]= {1,2}", " [0:1]={1,2}", "[0:1][1:1]={{1},{2}}", "[0:1] [1:1]={{1},{2}}", "[1:0]={}", "[0:0]={}",
		"[+1:+2]={1,2}", "[1-2:3]={1,2,3}", "[-:0]={1}", "[1:]={1}", "[:1]={1}", "[]={1}", "[1:1]{1}", "[1:1]=", "[1:1", "[1", "[1:2147483647]={1}",
		"[2147483646:2147483646]={1}", "[99999999999:3]={1}", "[-2147483648:2147483646]={1}", "[1][1][1][1][1][1][1]={1}", "1", "x{1}", "{-2147483648}", "{2147483648}", "{1.5}",
	}
	compareTexts(t, conn, builtIn(t, "_int4"), "int4[]", texts)
	compareTexts(t, conn, builtIn(t, "_text"), "text[]", append(texts, randomTexts(`{}"\, aN`+"\t", 1500)...))
	compareTexts(t, conn, builtIn(t, "_box"), "box[]", []string{"{}", "{(1,2),(0,1)}", "{(1,2),(0,1);(3,3),(1,1)}", "{NULL;(1,1),(0,0)}"})
	compareTexts(t, conn, builtIn(t, "int2vector"), "int2vector", []string{"", "1", "1 2", " 3  4 ", "x"})
	compareTexts(t, conn, builtIn(t, "oidvector"), "oidvector", []string{"", "1", "1 2", "4294967295 0"})
}

// randomTexts puts characters together, mostly in braces.
func randomTexts(alphabet string, count int) []string {
	random := rand.New(rand.NewPCG(3, 4))
	texts := make([]string, count)
	for i := range texts {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteByte(alphabet[random.IntN(len(alphabet))])
		}
		texts[i] = b.String()
		if random.IntN(4) > 0 {
			texts[i] = "{" + texts[i] + "}"
		}
	}
	return texts
}
