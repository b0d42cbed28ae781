package replication

import (
	"testing"

	"materializer/cdc"
)

func BenchmarkCopySink(b *testing.B) {
	line := []byte("123456\tsome name of a product\t\\N\t2024-07-01 12:00:00+00\t12.50\n")
	table := &cdc.Table{Columns: make([]cdc.Column, 5)}
	rows, lines := 0, 0
	sink := newCopySink(table, func(batch []cdc.Row, _ int64) error {
		rows += len(batch)
		return nil
	})
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sink.Write(line); err != nil {
			b.Fatal(err)
		}
		lines++
	}
	if err := sink.flush(); err != nil || rows != lines {
		b.Fatalf("%d rows of %d lines, %v", rows, lines, err)
	}
}
