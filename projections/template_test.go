package projections

import "testing"

func TestFillTemplate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		template string
		values   []string
		want     string
	}{
		{"product:{id}", []string{"42"}, "product:42"},
		{"{{{a}}}:{b}", []string{"x", "y"}, "{x}:y"},
		{"constant", nil, "constant"},
		{"product:{id}", nil, ""},
		{"product:{id}", []string{"1", "2"}, ""},
	}
	for _, c := range cases {
		got, err := FillTemplate(c.template, c.values)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s with %v: got %q, %v, want %q", c.template, c.values, got, err, c.want)
		}
	}
	if !CouldBeKey("product:{id}", "product:42") || CouldBeKey("product:{id}", "42") || CouldBeKey("a.{x}", "ab1") {
		t.Error("a key is taken for one of another template")
	}
}
