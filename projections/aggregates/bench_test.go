package aggregates

import (
	"bytes"
	"testing"

	"github.com/cockroachdb/apd/v3"
)

// One row more, one row less: what a change costs in a group of any size.
func BenchmarkMaintained(b *testing.B) {
	for signature, value := range map[string]any{"count(any)": true, "sum(int4)": int64(12345), "sum(numeric)": apd.New(123450, -2)} {
		b.Run(signature, func(b *testing.B) {
			a := builtIn(b, signature)
			start, err := a.AppendContribution(nil, []any{value})
			if err != nil {
				b.Fatal(err)
			}
			state, next, row := bytes.Clone(start), []byte(nil), []byte(nil)
			args := []any{value}
			b.ReportAllocs()
			for b.Loop() {
				row, _ = a.AppendContribution(row[:0], args)
				next, _ = a.AppendSum(next[:0], state, row)
				state, err = a.AppendDifference(state[:0], next, row)
			}
			if err != nil || !bytes.Equal(state, start) {
				b.Fatalf("got %x and %v, want %x", state, err, start)
			}
		})
	}
}
