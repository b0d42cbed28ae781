package numbers

import (
	"testing"

	"materializer/projections/expressions/datum"
)

// BenchmarkNumeric is what a price goes through.
func BenchmarkNumeric(b *testing.B) {
	price, err := parseNumeric("12345.67")
	if err != nil {
		b.Fatal(err)
	}
	rate, err := parseNumeric("1.0825")
	if err != nil {
		b.Fatal(err)
	}
	operation := func(name string, call func() (datum.Numeric, error), want string) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var got datum.Numeric
			for b.Loop() {
				if got, err = call(); err != nil {
					b.Fatal(err)
				}
			}
			if text := string(appendNumeric(nil, got)); text != want {
				b.Fatalf("got %s, want %s", text, want)
			}
		})
	}
	operation("parse", func() (datum.Numeric, error) { return parseNumeric("12345.67") }, "12345.67")
	operation("add", func() (datum.Numeric, error) { return Add(price, rate) }, "12346.7525")
	operation("multiply", func() (datum.Numeric, error) { return Mul(price, rate) }, "13364.187775")
	operation("divide", func() (datum.Numeric, error) { return Div(price, rate) }, "11404.7759815242494226")
	operation("round", func() (datum.Numeric, error) { return roundNumeric(price, 1) }, "12345.7")
	operation("sqrt", func() (datum.Numeric, error) { return numericSqrt(price) }, "111.1110705555482")
	operation("ln", func() (datum.Numeric, error) { return numericLn(price) }, "9.4210606732915689")
	b.Run("compare", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if Compare(price, rate) <= 0 {
				b.Fatal("wrong order")
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 64)
		for b.Loop() {
			if len(appendNumeric(buf, price)) != 8 {
				b.Fatal("wrong length")
			}
		}
	})
}

// BenchmarkDouble is the text form of a float.
func BenchmarkDouble(b *testing.B) {
	b.ReportAllocs()
	buf := make([]byte, 0, 64)
	for b.Loop() {
		value, err := parseDouble("12345.678")
		if err != nil || len(appendDouble(buf, value)) != 9 {
			b.Fatal("wrong text")
		}
	}
}
