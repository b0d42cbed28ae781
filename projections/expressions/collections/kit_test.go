package collections

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
	text "materializer/projections/expressions/strings"
	"materializer/projections/expressions/times"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// library is all that the tests need of other families, and this one.
func library(t testing.TB) *function.Library {
	types := slices.Concat(numbers.Types(), text.Types(), times.Types(), Types())
	return proof.Library(t, function.NewLibrary(signatures.ByName, Functions(), types))
}

// questions are SQL expressions for PostgreSQL beside what we answer.
type questions struct{ sql, answers []string }

func (q *questions) add(answer, sql string, args ...any) {
	q.sql, q.answers = append(q.sql, fmt.Sprintf(sql, args...)), append(q.answers, answer)
}

func (q *questions) compare(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	want, err := proof.Ask(context.Background(), conn, q.sql)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i := range want {
		if proof.Same(t, q.sql[i], q.answers[i], want[i]) {
			continue
		}
		if wrong++; wrong <= 10 {
			t.Errorf("%s\n got %s\nwant %s", q.sql[i], q.answers[i], want[i])
		}
	}
	if wrong > 10 {
		t.Errorf("... and %d more of %d", wrong-10, len(want))
	}
}

// compareTexts reads texts as a type, and writes them again.
func compareTexts(t *testing.T, conn *pgx.Conn, typ *catalog.Type, sqlType string, texts []string) {
	t.Helper()
	codec, err := library(t).Codec(typ)
	if err != nil {
		t.Fatal(err)
	}
	q := questions{}
	for _, text := range texts {
		value, err := codec.Parse(text)
		q.add(proof.Answer(codec, value, err), "%s::%s", proof.Literal(text), sqlType)
	}
	q.compare(t, conn)
}

// named chooses functions by the beginning of their names.
func named(prefixes ...string) []function.Function {
	return slices.DeleteFunc(Functions(), func(f function.Function) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(f.Signature, prefix) })
	})
}

func builtIn(t *testing.T, name string) *catalog.Type {
	t.Helper()
	typ := signatures.ByName(name)
	if typ == nil {
		t.Fatalf("no type %s", name)
	}
	return typ
}
