package numbers

import (
	"testing"

	"materializer/projections/expressions/function"
)

// FuzzText reads anything as each type: what is accepted must read back from
// its own text as the same.
func FuzzText(f *testing.F) {
	for _, text := range oddTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, typ := range Types() {
			codec, err := typ.Make(nil, function.Types{})
			if err != nil {
				t.Fatal(err)
			}
			order, err := typ.Order(nil, function.Types{})
			if err != nil {
				t.Fatal(err)
			}
			value, err := codec.Parse(text)
			if err != nil {
				continue
			}
			written := string(codec.Append(nil, value))
			again, err := codec.Parse(written)
			if err != nil {
				t.Fatalf("%s: %q is written %q: %v", typ.Name, text, written, err)
			}
			if order(value, again) != 0 || string(codec.Append(nil, again)) != written {
				t.Fatalf("%s: %q is written %q, which reads as %q", typ.Name, text, written, codec.Append(nil, again))
			}
		}
	})
}

// FuzzFormat applies any format to any text and number.
func FuzzFormat(f *testing.F) {
	f.Add("FM9,999.00MI", "-12.5", 12.5)
	f.Add("999V99th", "12th", -0.5)
	f.Fuzz(func(t *testing.T, text, input string, number float64) {
		format, err := parseFormat(text, function.Proven)
		if err != nil || format.post > 1000 || format.multi > 1000 {
			return
		}
		if result, err := floatToChar(number, format); err == nil {
			if _, ok := result.(string); !ok {
				t.Fatalf("to_char gives %v", result)
			}
		}
		if result, err := toNumber(input, format); err == nil && (result == nil) != (text == "") {
			t.Fatalf("to_number gives %v", result)
		}
	})
}
