package numbers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// TestFormats compares to_char and to_number with PostgreSQL for random formats.
func TestFormats(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	random := rand.New(rand.NewPCG(5, 7))
	values := samples().Values
	for _, f := range formatFunctions() {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Signature, "to_char("), ",")
		pool := append([]string{"0", "1", "-1", "12", "-12", "123", "485", "1994", "3999", "4000", "21", "22", "113"}, values[name]...)
		if name == "to_number(text" {
			name, pool = "text", numberTexts(random)
		}
		codec := codecOf(t, name)
		call, err := f.Make(function.Types{Const: make([]any, 2), Version: servertest.Cluster(t).Version})
		if err != nil {
			t.Fatal(err)
		}
		var queries, got []string
		for range 3000 {
			text, format := pool[random.IntN(len(pool))], randomFormat(random)
			value, err := codec.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			result, err := call([]any{value, format})
			got = append(got, formatAnswer(result, err))
			queries = append(queries, fmt.Sprintf("%s(%s::%s, %s)", f.Signature[:strings.IndexByte(f.Signature, '(')],
				proof.Literal(text), name, proof.Literal(format)))
		}
		want, err := proof.Ask(context.Background(), conn, queries)
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for i := range want {
			if !proof.Same(t, queries[i], got[i], want[i]) {
				if wrong++; wrong < 10 {
					t.Errorf("%s\n got %q\nwant %q", queries[i], got[i], want[i])
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d wrong of %d", f.Signature, wrong, len(want))
		}
	}
}

// formatAnswer is an answer of either function.
func formatAnswer(result any, err error) string {
	write := func(dst []byte, value any) []byte {
		if n, ok := value.(datum.Numeric); ok {
			return appendNumeric(dst, n)
		}
		return append(dst, value.(string)...)
	}
	return proof.Answer(function.Codec{Append: write}, result, err)
}

func codecOf(t *testing.T, name string) function.Codec {
	t.Helper()
	for _, typ := range append(Types(), testText()) {
		if typ.Name == name {
			codec, err := typ.Make(nil, function.Types{Version: servertest.Cluster(t).Version})
			if err != nil {
				t.Fatal(err)
			}
			return codec
		}
	}
	t.Fatalf("no type %s", name)
	return function.Codec{}
}

// randomFormat draws a format: an ordinary one, or any pieces in any order.
func randomFormat(random *rand.Rand) string {
	ordinary := []string{"999", "9,999.99", "FM999,999.009", "00000", "S9999.99", "9999PR", "FM9990.00", "9999MI", "FM99th", "999V99", "9.99EEEE", "RN", "FMRN", "SG999", "PL999.9", "L9G999D99", "999.99S",
		"FM0.999", "FM.99", "0.9", "B9999", "9999999999999.999999", "FM9999999.9999999S", "9\" units\"", "TH9", "0999.9990", "FM9.0", "D99"}
	if random.IntN(2) == 0 {
		return ordinary[random.IntN(len(ordinary))]
	}
	pieces := []string{"9", "9", "9", "9", "9", "0", "0", "99", "999", ".", ".", ",", "D", "G", "FM", "fm", "S", "s", "MI", "mi", "PL", "SG", "PR", "TH", "th", "V", "RN", "rn", "B", "C", "SP", "L", "EEEE", "eeee",
		" ", "x", "é", "😀", `"`, `\"`, `\`, `"a\"9"`, "-", "e"}
	var format strings.Builder
	for range 1 + random.IntN(9) {
		piece := pieces[random.IntN(len(pieces))]
		if random.IntN(2) == 0 {
			piece = "9"
		}
		format.WriteString(piece)
	}
	return format.String()
}

func numberTexts(random *rand.Rand) []string {
	texts := []string{"", " ", "12", "-12.5", "12,454.8-", "1 234", "+5", "<12>", "12>", "-", "+", ".", "1.", ".5", "-.5", "$12.3", "12th", "1st", "-3rd", "abc", "12é34", "é12", "😀 5", "1-2", "1.2.3", "00012", "12-", "12 -", "12+", "1,2,3", "  12", "- 12", "123456789012345678901234567890"}
	pieces := []string{"1", "2", "34", "0", ".", ",", "-", "+", " ", "<", ">", "$", "x", "é", "th"}
	for range 200 {
		var text strings.Builder
		for range 1 + random.IntN(7) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		texts = append(texts, text.String())
	}
	return texts
}
