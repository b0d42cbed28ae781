package projections

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestConfigurationExamples compiles every example of docs/configuration.md
// against the schema in testdata/docs: the manual shows nothing that is refused.
func TestConfigurationExamples(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("testdata/docs")
	if err != nil {
		t.Fatal(err)
	}
	manual, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlock.FindAllStringSubmatch(string(manual), -1)
	if len(blocks) == 0 {
		t.Fatal("the manual has no examples")
	}
	for _, block := range blocks {
		cat, err := parseSchema(string(schema))
		if err != nil {
			t.Fatal(err)
		}
		text := completed(block[1])
		if _, problems := compileText(cat, text); len(problems) > 0 {
			t.Errorf("%s", problems.Render([]byte(text)))
		}
	}
}

// completed makes a whole configuration of an example that is a part of one: a
// list of tables, keys of a projection, or fields.
func completed(example string) string {
	first, _, _ := strings.Cut(example, ":")
	switch {
	case strings.Contains(example, "\nprojections:") || first == "projections":
		return example
	case first == "tables":
		return example + "projections: {p: {from: products, key: \"p:{id}\", columns: [id]}}\n"
	case first == "fields" || first == "joins":
		return "projections:\n  p:\n    from: products\n    key: \"p:{id}\"\n" + indented(example, "    ")
	}
	return "projections:\n  p:\n    from: products\n    key: \"p:{id}\"\n    fields:\n" + indented(example, "      ")
}

func indented(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+by) + "\n"
}
