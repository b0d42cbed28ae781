package projections

import (
	"testing"

	"materializer/catalog"
)

// templateOf makes a template of literals and, in braces, of names of types.
func templateOf(t *testing.T, source string) *Template {
	t.Helper()
	chunks, err := splitTemplate(source)
	if err != nil {
		t.Fatal(err)
	}
	template := &Template{Source: source}
	for _, c := range chunks {
		part := Part{Literal: c.literal}
		if c.isExpr {
			kind := &catalog.Type{Schema: "pg_catalog", Name: c.expr, Kind: catalog.Base}
			part.Expr = &Reference{Column: &Column{Catalog: &catalog.Column{Type: kind}}}
		}
		template.Parts = append(template.Parts, part)
	}
	return template
}

func TestRecognizerMatches(t *testing.T) {
	t.Parallel()
	cases := []struct {
		template string
		key      string
		want     bool
	}{
		{"product:{int4}", "product:42", true},
		{"product:{int4}", "product:-1", true},
		{"product:{int4}", "product:0", true},
		{"product:{int4}", "product:007", false},
		{"product:{int4}", "product:-0", false},
		{"product:{int4}", "product:", false},
		{"product:{int4}", "product:42:reviews", false},
		{"product:{int4}", "xproduct:42", false},
		{"product:{int4}", "product:42\n", false},
		{"{int8}:{text}", "1:any:thing\nat all", true},
		{"{int8}:{text}", "1:", true},
		{"{int8}:{text}", "one:", false},
		{"raw:{text}", "raw:\xff\xfe", true},
		{"a.b:{bool}", "a.b:true", true},
		{"a.b:{bool}", "aXb:true", false},
		{"a.b:{bool}", "a.b:t", false},
		{"{uuid}", "123e4567-e89b-12d3-a456-426614174000", true},
		{"{uuid}", "123E4567-e89b-12d3-a456-426614174000", false},
		{"{numeric}", "-1.50", true},
		{"{numeric}", "1.5.0", false},
		{"{date}", "2024-02-29", true},
		{"{date}", "0044-03-15 BC", true},
		{"{date}", "-infinity", true},
		{"{date}", "2024-2-9", false},
		{"{timestamptz}", "2024-02-29 23:59:59.000001+00", true},
		{"{timestamptz}", "2024-02-29 23:59:59", false},
		{"{timestamp}!", "2024-02-29 23:59:59!", true},
		{"{oid}-x", "4294967295-x", true},
		{"{oid}-x", "-5-x", false},
	}
	for _, c := range cases {
		r := NewRecognizer(&Projection{Keys: []*Template{templateOf(t, c.template)}})
		if got := r.Matches([]byte(c.key)); got != c.want {
			t.Errorf("template %q, key %q: got %t, want %t", c.template, c.key, got, c.want)
		}
	}
}

// A type of the user's own may have a name that PostgreSQL has, too.
func TestRecognizerKnowsOnlyBuiltInTypes(t *testing.T) {
	t.Parallel()
	template := templateOf(t, "x:{int4}")
	template.Parts[1].Expr.(*Reference).Column.Catalog.Type.Schema = "public"
	if r := NewRecognizer(&Projection{Keys: []*Template{template}}); !r.Matches([]byte("x:what it likes")) {
		t.Error("a type of another schema is taken for PostgreSQL's own")
	}
}

func TestRecognizerHasShape(t *testing.T) {
	t.Parallel()
	r := NewRecognizer(&Projection{Columns: []string{"id", "na\"me", "tags"}})
	cases := []struct {
		body string
		want bool
	}{
		{`{"id":1,"na\"me":"x","tags":["a",{"b":null}]}`, true},
		{`{"id":null,"na\"me":null,"tags":null}`, true},
		{`{"id":1e400,"na\"me":"}","tags":{"id": [1, 2]}}`, true},
		{`{"id":1,"na\"me":"x"}`, false},
		{`{"id":1,"na\"me":"x","tags":[],"more":1}`, false},
		{`{"na\"me":"x","id":1,"tags":[]}`, false},
		{`{"id": 1,"na\"me":"x","tags":[]}`, false},
		{`{"id":1, "na\"me":"x","tags":[]}`, false},
		{`{"id":1,"na\"me":"x","tags":[]} `, false},
		{`{"id":1,"na\"me":"x","tags":[`, false},
		{`{"id":1,"na\"me":"x","tags":}`, false},
		{`[1]`, false},
		{`{}`, false},
		{``, false},
		{`text`, false},
	}
	for _, c := range cases {
		if got := r.HasShape([]byte(c.body)); got != c.want {
			t.Errorf("%s: got %t, want %t", c.body, got, c.want)
		}
	}
	if NewRecognizer(&Projection{}).HasShape([]byte(`{}`)) {
		t.Error("a projection without members recognizes a body")
	}
}

func TestRecognizerPatterns(t *testing.T) {
	t.Parallel()
	template := templateOf(t, `a*[b]\?{{x}}:{int4}:{text}!`)
	r := NewRecognizer(&Projection{Keys: []*Template{template}})
	if got, want := r.Patterns()[0], `a\*\[b\]\\\?{x}:*:*!`; got != want {
		t.Errorf("pattern %s, want %s", got, want)
	}
	if got, want := string(template.Sample()), `a*[b]\?{x}:0:0!`; got != want {
		t.Errorf("sample %s, want %s", got, want)
	}
}
