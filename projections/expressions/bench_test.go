package expressions

import (
	"fmt"
	"strings"
	"testing"

	"materializer/catalog"
)

// benchmarkTrue evaluates a condition over columns of the shelf that must hold.
func benchmarkTrue(b *testing.B, text string, row map[string]string) {
	e, err := Compile(text, stall{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	var given texts
	for _, leaf := range e.Leaves {
		given = append(given, []byte(row[leaf.Ref.(string)]))
	}
	b.ReportAllocs()
	for b.Loop() {
		if holds, err := e.True(given); !holds || err != nil {
			b.Fatalf("%v, %v", holds, err)
		}
	}
}

// stall is a scope with the columns of a shop.
type stall struct{}

func (stall) Column(words []Word) (Leaf, int, *Error) {
	t := textType
	switch name := words[0].Name; {
	case strings.HasSuffix(name, "price"):
		t = numericType
	case name == "id":
		t = bigintType
	}
	return Leaf{Ref: words[0].Name, Type: t, TypeMod: -1}, 1, nil
}

func (stall) Type(string, string) *catalog.Type { return nil }

func BenchmarkCondition(b *testing.B) {
	benchmarkTrue(b, "price < list_price and status <> 'archived'", map[string]string{"price": "12.50", "list_price": "19.99", "status": "active"})
}

func BenchmarkEquality(b *testing.B) {
	benchmarkTrue(b, "status = 'active'", map[string]string{"status": "active"})
}

func BenchmarkLongList(b *testing.B) {
	var items []string
	for i := range 10_000 {
		items = append(items, fmt.Sprint(i*7))
	}
	benchmarkTrue(b, "id in ("+strings.Join(items, ", ")+")", map[string]string{"id": "69993"})
}

func BenchmarkLongListOfTexts(b *testing.B) {
	var items []string
	for i := range 10_000 {
		items = append(items, fmt.Sprintf("'sku-%d'", i))
	}
	benchmarkTrue(b, "status in ("+strings.Join(items, ", ")+")", map[string]string{"status": "sku-9999"})
}

func BenchmarkColumn(b *testing.B) {
	e, err := Compile("status", stall{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	given, dst := texts{[]byte("active")}, make([]byte, 0, 64)
	b.ReportAllocs()
	for b.Loop() {
		text, null, err := e.AppendText(dst, given)
		if string(text) != "active" || null || err != nil {
			b.Fatalf("%s, %v, %v", text, null, err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile("price < list_price and status <> 'archived'", stall{}, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
