package expressions

import (
	"context"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/projections/expressions/function"
)

var (
	seed    = flag.Uint64("seed", 0, "the one random expression to test; 0 tests many")
	first   = flag.Uint64("first", 1, "seed of the first random expression")
	howMany = flag.Int("count-expressions", 1500, "how many random expressions to test")
)

// TestRandomExpressions compares random expressions with PostgreSQL: it must
// give the same value, or raise an error too, and refuse what is no SQL.
func TestRandomExpressions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inserts...)
	byResult = callable()
	from, n := *first, *howMany
	if *seed != 0 {
		from, n = *seed, 1
	}
	failed := 0
	tried := &tally{}
	for s := from; s < from+uint64(n) && failed < 10; s++ {
		g := &generator{random: rand.New(rand.NewPCG(s, 7))}
		text := g.expr(pick(g, typeList), 1+g.random.IntN(3))
		if difference := w.differs(t, text, tried); difference != "" {
			failed++
			smallest, why := w.smallest(t, append(g.parts, text))
			t.Errorf("-seed=%d\n%s\n%s\nsmallest: %s\n%s", s, text, difference, smallest, why)
		}
	}
	t.Logf("%+v", *tried)
	if *seed == 0 && tried.Values < n/4 {
		t.Errorf("only %d of %d expressions were compared by value", tried.Values, n)
	}
}

// tally counts what became of random expressions.
type tally struct{ Refused, Unplannable, Values, Raised int }

// smallest finds the first part that differs by itself.
func (w *world) smallest(t *testing.T, parts []string) (string, string) {
	for _, part := range parts {
		if why := w.differs(t, part, &tally{}); why != "" {
			return part, why
		}
	}
	return "", ""
}

// differs says how we and PostgreSQL differ on a text; "" if not.
func (w *world) differs(t *testing.T, text string, tried *tally) string {
	t.Helper()
	if w.release != function.Proven && strings.Contains(text, `"right"(`) {
		return "" // of the smallest integer it has another value in 15.18 and its contemporaries
	}
	e, problem := Compile(text, w, Options{Release: w.release})
	want, refused := w.theirs(t, text)
	switch {
	case refused != nil && problem == nil && strings.Contains(refused.Message, "positive[]"):
		return "" // arrays of a domain are those of its base here
	case refused != nil && problem == nil:
		return "accepted as " + typeName(e.Type) + ", but PostgreSQL says " + refused.Message
	case refused != nil:
		tried.Refused++
		return ""
	case problem != nil && (deliberate(problem) || alwaysRaises(want)):
		tried.Refused++
		return ""
	case problem != nil && (w.release > function.Proven || w.release < function.Proven && strings.Contains(problem.Message, `"char"`)):
		tried.Refused++ // what only other releases have is not supported
		return ""
	case problem != nil:
		return "refused: " + problem.Error()
	}
	if _, err := w.conn.PgConn().Exec(context.Background(), "EXPLAIN SELECT "+text+" FROM t").ReadAll(); err != nil {
		tried.Unplannable++ // a constant part fails, which we find where it is evaluated
		return ""
	}
	tried.Values++
	var wrong []string
	for i, row := range w.rows {
		got := w.ours(e, row)
		if got == "!0A000" || want[i] == "!23514" {
			continue // not supported, and said so; a domain's constraint, where we have its base
		}
		if strings.HasPrefix(got, "!") && !strings.HasPrefix(got, "! ") && strings.HasPrefix(want[i], "!") {
			tried.Raised++
			continue
		}
		if !proof.Same(t, text, got, want[i]) {
			wrong = append(wrong, "row "+string(row[0])+"\n got "+got+"\nwant "+want[i])
		}
	}
	return strings.Join(wrong, "\n")
}

// alwaysRaises tells an expression of constants that fails, which we refuse.
func alwaysRaises(answers []string) bool {
	return !slices.ContainsFunc(answers, func(answer string) bool { return !strings.HasPrefix(answer, "!") })
}

// deliberate are refusals of what PostgreSQL accepts, and we do not on purpose.
func deliberate(e *Error) bool {
	for _, part := range []string{"is not supported in expressions", "are not supported", "cannot be used in expressions", "depend on", "depends on", "invalid regular expression", "invalid escape string", "time zones with daylight saving", "cannot be compared", "is not supported: its constraints"} {
		if strings.Contains(e.Message, part) {
			return true
		}
	}
	return false
}
