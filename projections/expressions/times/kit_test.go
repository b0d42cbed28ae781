package times

import (
	"fmt"
	"testing"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// library has this family, and numbers and texts as arguments and results.
func library(t testing.TB) *function.Library {
	types := append(append(Types(), numbers.Types()...), texts)
	return proof.Library(t, function.NewLibrary(signatures.ByName, Functions(), types))
}

// texts is the type of texts.
var texts = function.Type{
	Name: "text",
	Make: func(*catalog.Type, function.Types) (function.Codec, error) {
		return function.Codec{
			Parse:  func(text string) (any, error) { return text, nil },
			Append: func(dst []byte, value any) []byte { return append(dst, value.(string)...) },
		}, nil
	},
}

// compare asks PostgreSQL for expressions and checks our answers against it.
func compare(t *testing.T, url string, expressions, answers []string) {
	t.Helper()
	want, err := proof.Ask(t.Context(), proof.Connect(t, url), expressions)
	if err != nil {
		t.Fatal(err)
	}
	for i, expression := range expressions {
		if !proof.Same(t, expression, answers[i], want[i]) {
			t.Errorf("%s\n got %s\nwant %s", expression, answers[i], want[i])
		}
	}
}

// compareInputs checks the input function of a type on texts.
func compareInputs(t *testing.T, url, typeName string, texts []string) {
	t.Helper()
	codec := codecOf(t, typeName)
	var expressions, answers []string
	refused := 0
	for _, text := range texts {
		value, err := codec.Parse(text)
		if proof.Answer(codec, value, err) == "!0A000" { // see TestRefusedInput
			refused++
			continue
		}
		expressions = append(expressions, fmt.Sprintf("%s::pg_catalog.%q", proof.Literal(text), typeName))
		answers = append(answers, proof.Answer(codec, value, err))
	}
	if refused > len(texts)/10 {
		t.Errorf("%d of %d texts refused", refused, len(texts))
	}
	compare(t, url, expressions, answers)
}

// resultOf is the type that to_date or to_timestamp gives.
func resultOf(name string) *catalog.Type {
	if name == "to_date" {
		return signatures.ByName("date")
	}
	return signatures.ByName("timestamptz")
}

func codecOf(t *testing.T, typeName string) function.Codec {
	t.Helper()
	codec, err := library(t).Codec(signatures.ByName(typeName))
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

func orderOf(t *testing.T, typeName string) function.Compare {
	t.Helper()
	order, err := library(t).Compare(signatures.ByName(typeName))
	if err != nil {
		t.Fatal(err)
	}
	return order
}
