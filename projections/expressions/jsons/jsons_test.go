package jsons

import (
	"slices"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/collections"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
	"materializer/projections/expressions/strings"
	"materializer/projections/expressions/times"
)

func library() *function.Library {
	return function.NewLibrary(signatures.ByName, Functions(),
		slices.Concat(Types(), numbers.Types(), strings.Types(), times.Types(), collections.Types()))
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
		"int4": {`0`, `1`, `2`, `3`, `-1`, `-2`, `-3`, `-4`, `7`, `2147483647`, `-2147483648`},
		"bool": {`t`, `f`},
	}}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	proof.Functions(t, library(), servertest.Database(t), Functions(), samples(), 1500, 7)
}
