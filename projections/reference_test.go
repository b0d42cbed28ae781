package projections

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReference(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"id":                     "[{id 0 false}]",
		" Category . Name\n":     "[{category 1 false} {name 12 false}]",
		`"Order Items"."a""b".c`: `[{Order Items 0 true} {a"b 14 true} {c 21 false}]`,
		"größe":                  "[{größe 0 false}]",
		"GRÖSSE":                 "[{grÖsse 0 false}]",
		"a$1._b":                 "[{a$1 0 false} {_b 4 false}]",
		"":                       "",
		"a b":                    "",
		"a.":                     "",
		".a":                     "",
		"1a":                     "",
		`""`:                     "",
		`"a`:                     "",
		"lower(a)":               "",
		"a.*":                    "",
	}
	for text, want := range cases {
		words, ok := parseReference(text)
		got := ""
		if ok {
			got = fmt.Sprint(words)
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestSplitTemplate(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"a:{id}":           "a: <id@3>",
		"{{x}}":            "{x}",
		"{{{id}}}":         "{ <id@3> }",
		"{{{{id}}}}":       "{{id}}",
		"{{{{{id}}}}}":     "{{ <id@5> }}",
		"{a}{b}":           "<a@1> <b@4>",
		`{a || '}'}:{"}"}`: `<a || '}'@1> : <"}"@12>`,
		"{ 'it''s}' }x":    "< 'it''s}' @1> x",
		"":                 "",
		"{a":               "the brace opened at character 1 is never closed",
		"x{ }":             "nothing between the braces at character 2: name a column",
		"x}":               "a } at character 2 closes nothing: write }} for a brace in the key",
	}
	for source, want := range cases {
		got := ""
		chunks, err := splitTemplate(source)
		if err != nil {
			got = err.Error()
		}
		for _, c := range chunks {
			if got != "" {
				got += " "
			}
			if got += c.literal; c.isExpr {
				got += fmt.Sprintf("<%s@%d>", c.expr, c.at)
			}
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", source, got, want)
		}
	}
}

func TestSplitOrder(t *testing.T) {
	t.Parallel()
	cases := map[string]orderText{
		"a":                                 {expr: "a"},
		"  a.b  desc ":                      {expr: "a.b", at: 2, desc: true, nullsFirst: true},
		"a ASC":                             {expr: "a"},
		"a nulls first":                     {expr: "a", nullsFirst: true},
		"a desc NULLS Last":                 {expr: "a", desc: true},
		`a collate "C"`:                     {expr: "a", collation: "C"},
		"a COLLATE \"C\"\n desc nulls last": {expr: "a", collation: "C", desc: true},
		"desc":                              {expr: "desc"},
		"nulls first":                       {expr: "nulls first"},
		`collate "C"`:                       {expr: `collate "C"`},
		"":                                  {},
	}
	for item, want := range cases {
		got, err := splitOrder(item)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(orderText{})); diff != "" || err != nil {
			t.Errorf("%q: %v\n-want +got:\n%s", item, err, diff)
		}
	}
}

func TestSplitList(t *testing.T) {
	t.Parallel()
	text := `a desc, f(b, c[1,2]), 'x,y' , "a,b"`
	var got []string
	for _, span := range splitList(text) {
		got = append(got, text[span[0]:span[1]])
	}
	if diff := cmp.Diff([]string{"a desc", " f(b, c[1,2])", " 'x,y' ", ` "a,b"`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
