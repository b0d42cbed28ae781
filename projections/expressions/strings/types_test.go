package strings

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/projections/expressions/function"
)

// TestText reads and writes texts as each type's input and output functions do.
func TestText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, database(t, "input", "CREATE EXTENSION citext"))
	inputs := append([]string{
		`\x`, `\X61`, `\x6`, `\x 61 62`, `\x6 1`, `\x61g`, `\000`, `\777`, `\377`, `\12`, `\1`, `\128`, `\\`, `\`, `a\`, `a\\b\001`, `\x61` + "\n", `\37é`,
		`\101`, `\1012`, `\08`, `\400`, `\477`, `\777`, strings.Repeat("é", 31) + "x日", strings.Repeat("日", 21) + "x", strings.Repeat("😀", 16),
	}, texts...)
	for _, typ := range Types() {
		if typ.Name == "xml" || typ.Name == "cstring" || typ.Name == "unknown" {
			continue // only what PostgreSQL has written, and types of no column
		}
		codec, err := typ.Make(nil, function.Types{})
		if err != nil {
			t.Fatal(err)
		}
		var queries, got []string
		for _, text := range inputs {
			value, err := codec.Parse(text)
			got = append(got, proof.Answer(codec, value, err))
			queries = append(queries, proof.Literal(text)+`::"`+typ.Name+`"`)
		}
		want, err := proof.Ask(context.Background(), conn, queries)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !proof.Same(t, queries[i], got[i], want[i]) {
				t.Errorf("%s: got %q, want %q", queries[i], got[i], want[i])
			}
		}
	}
}

// TestOrder sorts as ORDER BY does with the collation C.
func TestOrder(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, database(t, "sorted", "CREATE EXTENSION citext"))
	for _, typ := range Types() {
		if typ.Order == nil || typ.Name == "cstring" || typ.Name == "unknown" {
			continue
		}
		codec, err := typ.Make(nil, function.Types{})
		if err != nil {
			t.Fatal(err)
		}
		compare, err := typ.Order(nil, function.Types{})
		if err != nil {
			t.Fatal(err)
		}
		inputs := texts
		if typ.Name == "bytea" {
			inputs = samples().Values["bytea"]
		}
		rows, err := conn.Query(t.Context(), `SELECT a::"`+typ.Name+`"::text, b::"`+typ.Name+`"::text, a, b, CASE WHEN a::"`+typ.Name+`" < b::"`+typ.Name+`" THEN -1 WHEN a::"`+typ.Name+`" > b::"`+typ.Name+`" THEN 1 ELSE 0 END
			FROM unnest($1::text[]) a, unnest($1::text[]) b`, inputs)
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for rows.Next() {
			var shownA, shownB, a, b string
			var want int
			if err := rows.Scan(&shownA, &shownB, &a, &b, &want); err != nil {
				t.Fatal(err)
			}
			x, errX := codec.Parse(a)
			y, errY := codec.Parse(b)
			if errX != nil || errY != nil {
				t.Fatalf("%s: parse %q and %q: %v, %v", typ.Name, a, b, errX, errY)
			}
			sql := fmt.Sprintf("compare(%s, %s)::%s", proof.Literal(a), proof.Literal(b), typ.Name)
			if got := compare(x, y); !proof.Same(t, sql, fmt.Sprint(got), fmt.Sprint(want)) {
				t.Errorf("%s: %q and %q: got %d, want %d", typ.Name, a, b, got, want)
			}
			compared++
		}
		if err := rows.Err(); err != nil || compared == 0 {
			t.Fatalf("%s: %d compared: %v", typ.Name, compared, err)
		}
	}
}

// TestInvalidText refuses bytes that are no UTF-8, and the zero byte.
func TestInvalidText(t *testing.T) {
	t.Parallel()
	for _, typ := range Types() {
		if typ.Name == "bytea" {
			continue
		}
		codec, err := typ.Make(nil, function.Types{})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"\xff", "a\x00", "\xed\xa0\x80", "\xc3"} {
			if value, err := codec.Parse(text); err == nil {
				t.Errorf("%s: %q is read as %q", typ.Name, text, value)
			}
		}
	}
}
