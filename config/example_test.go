package config

import (
	"os"
	"testing"
)

func TestExampleFile(t *testing.T) {
	t.Parallel()
	settings, file, problems := Load("../projections.example.yaml", nil, func(string) (string, bool) { return "", false })
	if len(problems) > 0 {
		t.Fatal(problems.Render(file.Source))
	}
	if missing := settings.Require("source.url", "target.url"); len(missing) > 0 {
		t.Error(missing)
	}
	if settings.Source.Slot != "materializer_shop" {
		t.Errorf("slot %s", settings.Source.Slot)
	}
	var names []string
	for _, p := range file.Projections {
		names = append(names, p.Name.Value)
	}
	if len(names) != 7 {
		t.Errorf("projections %v, want product, price, user, order, category, products_by_price, products_by_tag", names)
	}
}

func BenchmarkParse(b *testing.B) {
	source, err := os.ReadFile("../projections.example.yaml")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, problems := Parse("p.yaml", source); len(problems) > 0 {
			b.Fatal(problems)
		}
	}
}
