package projections

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	cases := []struct {
		a, b  string
		meets bool
	}{
		{"user:{int4}", "user:{int4}", true},
		{"user:{int4}", "user:{int4}:orders", false},
		{"user:{int4}", "user:{numeric}", true},
		{"user:{int4}", "user:{uuid}", false},
		{"user:{int4}", "user:{date}", false},
		{"user:{bool}", "user:true", true},
		{"user:{int4}", "user:007", false},
		{"user:{text}", "user:{int4}", true},
		{"user:{text}", "user:{int4}:orders", true},
		{"user:{text}", "users:{text}", false},
		{"user:{text}", "user:", true},
		{"a{int4}:{int4}", "a{timestamptz}", false},
		{"{date} {time}", "{timestamp}", true},
	}
	for _, c := range cases {
		a, b := newPattern(templateOf(t, c.a)), newPattern(templateOf(t, c.b))
		if a.meets(b) != c.meets || b.meets(a) != c.meets {
			t.Errorf("%s and %s meet: got %v and %v, want %v", c.a, c.b, a.meets(b), b.meets(a), c.meets)
		}
	}
	ambiguous := map[string]bool{
		"{int4}{int4}": true, "{int4}:{int4}": false, "{int4}-{int4}": false, "{int4}{uuid}": false,
		"{uuid}{int4}": false, "{text}:{int4}": false, "{text}{int4}": true, "{int4}:{text}": false,
		"{text}:{text}": true, "{timestamptz}:{int4}": false, "{bool}{bool}": false, "{int4}.{numeric}": false,
		"{numeric}{int4}": true, "{date}": false, "{int4}{bool}": false, "{numeric}{bool}": false, "{timetz}:{int4}:{int4}": false,
	}
	for template, want := range ambiguous {
		if got := newPattern(templateOf(t, template)).ambiguous(); got != want {
			t.Errorf("%s is ambiguous: got %v, want %v", template, got, want)
		}
	}
}

// sampleTexts are texts that values of the types have, made to be confused.
var sampleTexts = map[string][]string{
	"int4":    {"0", "1", "-1", "10", "11", "101", "-10"},
	"numeric": {"0", "1", "1.0", "0.1", "-1.1", "NaN", "Infinity", "10"},
	"bool":    {"true", "false"},
	"date":    {"2024-01-01", "0001-01-01 BC", "infinity", "10000-01-01"},
	"time":    {"10:00:00", "10:00:00.1"},
	"text":    {"", "1", "0", ":", "1:1", "true", "-1"},
}

// TestPatternsAreSound makes keys of random templates and looks for two alike:
// where there are some, the patterns must have said so.
func TestPatternsAreSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		sources := []string{drawTemplate(rt), drawTemplate(rt)}
		var made []map[string]string
		var patterns []*pattern
		for _, source := range sources {
			template := templateOf(t, source)
			p := newPattern(template)
			keys, twice := keysOf(template)
			if twice != "" && !p.ambiguous() {
				rt.Fatalf("%s is not ambiguous, and %s", source, twice)
			}
			patterns, made = append(patterns, p), append(made, keys)
		}
		for key := range made[0] {
			if _, both := made[1][key]; both && !patterns[0].meets(patterns[1]) {
				rt.Fatalf("%s and %s do not meet, and both make %s", sources[0], sources[1], key)
			}
		}
	})
}

func drawTemplate(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(1, 3).Draw(t, "parts") {
		b.WriteString(rapid.SampledFrom([]string{"", "", ":", "1", "-", ".", "0"}).Draw(t, "literal"))
		b.WriteString("{" + rapid.SampledFrom([]string{"int4", "numeric", "bool", "date", "time", "text"}).Draw(t, "type") + "}")
	}
	return b.String()
}

// keysOf makes a key of all combinations of sample values; twice tells of two
// that make the same.
func keysOf(template *Template) (keys map[string]string, twice string) {
	keys = map[string]string{"": ""} // by key, the values it is made of
	for _, part := range template.Parts {
		longer := map[string]string{}
		texts := []string{part.Literal}
		if part.Expr != nil {
			texts = sampleTexts[part.Expr.Type().Name]
		}
		for key, values := range keys {
			for _, text := range texts {
				made := values + "|" + text
				if other, known := longer[key+text]; known && other != made && twice == "" {
					twice = other + " and " + made + " make " + key + text
				}
				longer[key+text] = made
			}
		}
		keys = longer
	}
	return keys, twice
}
