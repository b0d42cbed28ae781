package values

import (
	"testing"

	"materializer/catalog"
)

func BenchmarkJSON(b *testing.B) {
	for _, c := range []struct {
		typ        *catalog.Type
		text, want string
	}{
		{int4type, "1234567", "1234567"},
		{texttype, `Seven words of an ordinary "product" description`, `"Seven words of an ordinary \"product\" description"`},
		{numerictype, "1234.50", "1234.50"},
		{builtin(oidFloat8, "float8"), "1e+15", "1000000000000000"},
		{timetype, "2024-05-06 07:08:09.123456+00", `"2024-05-06T07:08:09.123456+00:00"`},
		{jsonbtype, `{"a": [1, 2, "x y"], "b": {"c": null}}`, `{"a":[1,2,"x y"],"b":{"c":null}}`},
		{builtin(oidJSON, "json"), `{"b": {"c": null}, "a": [1, 2, "x y"]}`, `{"a":[1,2,"x y"],"b":{"c":null}}`},
		{texttypes, `{red,"dark \"blue\"",NULL}`, `["red","dark \"blue\"",null]`},
	} {
		b.Run(c.typ.Name, func(b *testing.B) {
			f, err := JSON(c.typ)
			if err != nil {
				b.Fatal(err)
			}
			run(b, f, c.text, c.want)
		})
	}
}

func BenchmarkKey(b *testing.B) {
	for _, c := range []struct {
		typ        *catalog.Type
		text, want string
	}{
		{int4type, "1234567", "\xf9\x12\xd6\x87"},
		{texttype, "an ordinary name", "an ordinary name\x00"},
		{uuidtype, "61626364-6566-6768-696a-6b6c6d6e6f70", "abcdefghijklmnop"},
		{numerictype, "1234.50", "\x13\x84\x0d\x23\x33\x00"},
		{timetype, "2000-01-01 00:00:00.000001+00", "\x80\x00\x00\x00\x00\x00\x00\x01"},
		{texttypes, "{red,blue}", "\x01red\x00\x01blue\x00\x00\x01\x82\x81"},
	} {
		b.Run(c.typ.Name, func(b *testing.B) {
			f, ok := Order(c.typ)
			if !ok {
				b.Fatal("no order")
			}
			run(b, f, c.text, c.want)
		})
	}
}

func run(b *testing.B, f AppendFunc, text, want string) {
	in, out := []byte(text), make([]byte, 0, 256)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var err error
		if out, err = f(out[:0], in); err != nil {
			b.Fatal(err)
		}
	}
	if string(out) != want {
		b.Fatalf("got %q, want %q", out, want)
	}
}

// TestAllocations: the common scalars allocate nothing.
func TestAllocations(t *testing.T) {
	for _, c := range []struct {
		typ  *catalog.Type
		text string
	}{
		{int4type, "1234567"}, {texttype, `a "quoted" text`}, {numerictype, "1234.50"}, {timetype, "2024-05-06 07:08:09.123456+00"},
		{jsonbtype, `{"a": [1, 2]}`}, {uuidtype, "61626364-6566-6768-696a-6b6c6d6e6f70"}, {texttypes, `{a,"b \"c\""}`}, {builtin(oidFloat8, "float8"), "1.5e-07"},
	} {
		toJSON, err := JSON(c.typ)
		if err != nil {
			t.Fatal(err)
		}
		functions := []AppendFunc{toJSON, KeyText(c.typ)}
		if order, ok := Order(c.typ); ok {
			functions = append(functions, order)
		}
		in, out := []byte(c.text), make([]byte, 0, 256)
		for i, f := range functions {
			if n := testing.AllocsPerRun(20, func() { out, _ = f(out[:0], in) }); n != 0 {
				t.Errorf("function %d of %s: %v allocations", i, c.typ.Name, n)
			}
		}
	}
}
