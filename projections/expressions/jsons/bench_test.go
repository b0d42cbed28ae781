package jsons

import (
	"fmt"
	"strings"
	"testing"
)

// twoKilobytes is a document such as applications keep, as PostgreSQL writes it.
func twoKilobytes() string {
	var b strings.Builder
	b.WriteString(`{"a": "wanted", "id": 4711, "tags": ["red", "green", null]`)
	for i := range 30 {
		fmt.Fprintf(&b, `, "member_%02d": {"name": "a name of %d", "price": %d.50, "ok": true}`, i, i, i)
	}
	return b.String() + "}"
}

// BenchmarkField is doc ->> 'a', reading the document included.
func BenchmarkField(b *testing.B) {
	text := twoKilobytes()
	for _, of := range []struct {
		name  string
		parse func(string) (any, error)
	}{{"json", parseText}, {"jsonb", parseTree}} {
		call := callOf(b, of.name+"_object_field_text("+of.name+",text)")
		b.Run(of.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				value, err := of.parse(text)
				if err != nil {
					b.Fatal(err)
				}
				if got, err := call([]any{value, "a"}); got != "wanted" || err != nil {
					b.Fatal(got, err)
				}
			}
		})
	}
}

// BenchmarkWrite writes a document as text.
func BenchmarkWrite(b *testing.B) {
	text := twoKilobytes()
	value, err := parse(text)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst = appendValue(dst[:0], value)
	}
	if again, err := parse(string(dst)); err != nil || compare(value, again) != 0 {
		b.Fatal("written text differs", err)
	}
}

func callOf(tb testing.TB, signature string) func(args []any) (any, error) {
	for _, f := range Functions() {
		if f.Signature == signature {
			return f.Call
		}
	}
	tb.Fatalf("no function %s", signature)
	return nil
}
