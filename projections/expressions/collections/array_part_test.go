package collections

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// TestSubscripts compares random subscripts and slices of all samples.
func TestSubscripts(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	whole, err := library(t).Codec(builtIn(t, "_int4"))
	if err != nil {
		t.Fatal(err)
	}
	element, err := library(t).Codec(builtIn(t, "int4"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 6))
	q := questions{}
	for _, sample := range arraySamples().Values["_int4"] {
		value, err := whole.Parse(sample)
		if err != nil {
			t.Fatal(err)
		}
		a := value.(*datum.Array)
		for range 40 {
			q.subscript(random, sample, a, element)
			q.slice(random, sample, a, whole)
		}
	}
	q.compare(t, conn)
}

// near draws an index that is often in the range of a dimension.
func near(random *rand.Rand, a *datum.Array, i int) int {
	lower := 1
	if i < len(a.Dims) {
		lower = a.Dims[i].Lower
	}
	return min(max(lower+random.IntN(6)-2, -1<<31), 1<<31-1)
}

func (q *questions) subscript(random *rand.Rand, sample string, a *datum.Array, element function.Codec) {
	indexes := make([]int, 1+random.IntN(3))
	var sql strings.Builder
	for i := range indexes {
		indexes[i] = near(random, a, i)
		fmt.Fprintf(&sql, "[%d]", indexes[i])
	}
	q.add(proof.Answer(element, Subscript(a, indexes), nil), "('%s'::int4[])%s", sample, sql.String())
}

func (q *questions) slice(random *rand.Rand, sample string, a *datum.Array, whole function.Codec) {
	from := make([]*int, 1+random.IntN(3))
	to := make([]*int, len(from))
	var sql strings.Builder
	draw := func(i int) (*int, string) {
		if random.IntN(3) == 0 {
			return nil, ""
		}
		index := near(random, a, i)
		return &index, fmt.Sprint(index)
	}
	for i := range from {
		var lower, upper string
		from[i], lower = draw(i)
		to[i], upper = draw(i)
		fmt.Fprintf(&sql, "[%s:%s]", lower, upper)
	}
	q.add(proof.Answer(whole, Slice(a, from, to), nil), "('%s'::int4[])%s", sample, sql.String())
}
