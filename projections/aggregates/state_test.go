package aggregates

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"

	"materializer/catalog"
	"materializer/projections/expressions"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/signatures"
)

// drawn are arguments for the additive aggregates.
var drawn = map[string]*rapid.Generator[any]{
	"count(any)":     rapid.SampledFrom([]any{nil, int64(1), "x"}),
	"sum(int4)":      rapid.Map(rapid.Int64(), func(v int64) any { return v }),
	"sum(int8)":      rapid.SampledFrom([]any{nil, int64(math.MaxInt64), int64(math.MinInt64), int64(-1), int64(0), int64(5)}),
	"sum(numeric)":   rapid.Custom(numeric),
	"bool_or(bool)":  rapid.SampledFrom([]any{nil, true, false}),
	"sum(interval)":  rapid.Custom(interval),
	"bool_and(bool)": rapid.SampledFrom([]any{nil, true, false}),
}

func numeric(t *rapid.T) any {
	special := []any{nil, &apd.Decimal{Form: apd.NaN}, &apd.Decimal{Form: apd.Infinite}, &apd.Decimal{Form: apd.Infinite, Negative: true}}
	if i := rapid.IntRange(0, 12).Draw(t, "special"); i < len(special) {
		return special[i]
	}
	scale := rapid.SampledFrom([]int32{0, 1, 2, 3, 20, 16383}).Draw(t, "scale")
	v := apd.New(rapid.Int64Range(-1_000_000, 1_000_000).Draw(t, "digits"), -scale)
	if v.Coeff.Sign() != 0 && rapid.Bool().Draw(t, "large") {
		v.Coeff.Exp(&v.Coeff, apd.NewBigInt(9), nil)
	}
	return v
}

func interval(t *rapid.T) any {
	return datum.Interval{Months: rapid.Int32().Draw(t, "months"), Days: rapid.Int32().Draw(t, "days"), Microseconds: rapid.Int64().Draw(t, "micros")}
}

func builtIn(t testing.TB, signature string) *Aggregate {
	t.Helper()
	_, parameters, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	var args []*catalog.Type
	for _, name := range strings.FieldsFunc(parameters, func(r rune) bool { return r == ',' }) {
		args = append(args, signatures.ByName(name))
	}
	a, err := New(expressions.Library(), signature, args, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// States are a group: order does not matter, and what is taken away leaves no byte.
func TestStatesAreAGroup(t *testing.T) {
	t.Parallel()
	for signature, values := range drawn {
		a := builtIn(t, signature)
		if a.Maintenance() != Additive {
			t.Fatalf("%s is not additive", signature)
		}
		t.Run(signature, rapid.MakeCheck(func(t *rapid.T) {
			state := rapid.Custom(func(t *rapid.T) []byte {
				var state []byte
				for _, value := range rapid.SliceOfN(values, 0, 5).Draw(t, "values") {
					contribution := ok(a.AppendContribution(nil, []any{value}))(t)
					if rapid.Bool().Draw(t, "subtract") {
						state = ok(a.AppendDifference(nil, state, contribution))(t)
					} else {
						state = ok(a.AppendSum(nil, state, contribution))(t)
					}
				}
				return state
			})
			x, y, z := state.Draw(t, "x"), state.Draw(t, "y"), state.Draw(t, "z")
			sum := ok(a.AppendSum(nil, x, y))(t)
			same(t, "(x + y) - y = x", ok(a.AppendDifference(nil, sum, y))(t), x)
			same(t, "y + x = x + y", ok(a.AppendSum(nil, y, x))(t), sum)
			same(t, "x - x = nothing", ok(a.AppendDifference(nil, x, x))(t), nil)
			same(t, "x + nothing = x", ok(a.AppendSum(nil, x, nil))(t), x)
			left, right := ok(a.AppendSum(nil, sum, z))(t), ok(a.AppendSum(nil, x, ok(a.AppendSum(nil, y, z))(t)))(t)
			same(t, "(x + y) + z = x + (y + z)", left, right)
			prefix := []byte("prefix")
			same(t, "it appends", ok(a.AppendSum(prefix, x, y))(t), append([]byte("prefix"), sum...))
		}))
	}
}

func ok(b []byte, err error) func(*rapid.T) []byte {
	return func(t *rapid.T) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}

func same(t *rapid.T, what string, got, want []byte) {
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: got %x, want %x", what, got, want)
	}
}

// Bytes that are no state are an error or a number, never a panic.
func TestDamagedStates(t *testing.T) {
	t.Parallel()
	for signature := range drawn {
		a := builtIn(t, signature)
		t.Run(signature, rapid.MakeCheck(func(t *rapid.T) {
			state := rapid.SliceOf(rapid.Byte()).Draw(t, "state")
			if sum, err := a.AppendSum(nil, state, state); err == nil && len(sum) > 2*len(state)+16 {
				t.Fatalf("a sum of %x is %d bytes long", state, len(sum))
			}
			_, _ = a.Result(state)
		}))
	}
}

// What was taken away and never added is an error, not a number.
func TestNegativeGroups(t *testing.T) {
	t.Parallel()
	for signature, value := range map[string]any{"count(any)": "x", "sum(int8)": int64(1), "bool_or(bool)": true, "sum(numeric)": apd.New(1, 0)} {
		a := builtIn(t, signature)
		contribution, err := a.AppendContribution(nil, []any{value})
		if err != nil {
			t.Fatal(err)
		}
		state, err := a.AppendDifference(nil, nil, contribution)
		if err != nil {
			t.Fatal(err)
		}
		if result, err := a.Result(state); err == nil {
			t.Errorf("%s of a row less than none is %v", signature, result)
		}
	}
}

func TestUnsupported(t *testing.T) {
	t.Parallel()
	for signature, want := range map[string]string{
		"sum(text)":        "aggregate sum(text) is not supported; supported are sum(float4), sum(float8), sum(int2), sum(int4), sum(int8), sum(interval), sum(money), sum(numeric)",
		"mode(anyelement)": "aggregate mode(anyelement) is not supported; supported are array_agg, avg, bit_and,",
	} {
		_, err := New(expressions.Library(), signature, []*catalog.Type{signatures.ByName("text")}, signatures.ByName("text"))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", signature, err, want)
		}
	}
	if _, err := New(expressions.Library(), "sum(int4)", nil, nil); err == nil {
		t.Error("sum(int4) without an argument is made")
	}
}

// A bigint sum may leave the range on the way, and is refused only if it ends there.
func TestSumOutOfRange(t *testing.T) {
	t.Parallel()
	a := builtIn(t, "sum(int4)")
	var state []byte
	var err error
	for range 3 {
		if state, err = a.AppendSum(nil, state, ok8(t, a, math.MaxInt64)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Result(state); err != datum.ErrBigintRange {
		t.Errorf("got %v, want %v", err, datum.ErrBigintRange)
	}
	for range 2 {
		if state, err = a.AppendDifference(nil, state, ok8(t, a, math.MaxInt64)); err != nil {
			t.Fatal(err)
		}
	}
	if result, err := a.Result(state); err != nil || result != int64(math.MaxInt64) {
		t.Errorf("got %v and %v, want %d", result, err, int64(math.MaxInt64))
	}
}

func ok8(t *testing.T, a *Aggregate, v int64) []byte {
	t.Helper()
	b, err := a.AppendContribution(nil, []any{v})
	if err != nil {
		t.Fatal(err)
	}
	return b
}
