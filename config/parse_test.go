package config

import (
	"testing"

	"github.com/cockroachdb/datadriven"
)

// TestParse runs the stories in testdata/parse: a configuration, then every
// problem as a terminal shows it.
func TestParse(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/parse", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			file, problems := Parse("p.yaml", []byte(d.Input+"\n"))
			switch d.Cmd {
			case "problems":
				if len(problems) == 0 {
					return "no problems\n"
				}
				return problems.Render(file.Source)
			case "tree":
				return problems.Render(file.Source) + dump(file)
			}
			t.Fatalf("unknown command %s", d.Cmd)
			return ""
		})
	})
}
