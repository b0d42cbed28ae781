package strings

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// TestCitext compares the functions of the extension, which are not among those
// that are built in.
func TestCitext(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, database(t, "insensitive", "CREATE EXTENSION citext"))
	random, l := rand.New(rand.NewPCG(3, 4)), library(t)
	results := map[string]string{}
	rows, err := conn.Query(t.Context(), `SELECT p.proname || '(' || (SELECT string_agg(t.typname, ',' ORDER BY a.n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(oid, n) JOIN pg_type t ON t.oid = a.oid) || ')', r.typname
		FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e' JOIN pg_type r ON r.oid = p.prorettype WHERE p.prokind = 'f' AND p.pronargs > 0`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var signature, result string
		if err := rows.Scan(&signature, &result); err != nil {
			t.Fatal(err)
		}
		results[signature] = result
	}
	pools := samples().Values
	for _, f := range Functions() {
		if !strings.Contains(f.Signature, "citext") {
			continue
		}
		result := results[f.Signature]
		if result == "" {
			t.Errorf("the extension has no function %s", f.Signature)
			continue
		}
		if result == "citext" {
			result = "text"
		}
		codec, err := l.Codec(signatures.ByName(strings.TrimPrefix(result, "_")))
		if err != nil {
			t.Fatal(err)
		}
		if result == "_text" || result == "_citext" {
			if codec, err = l.Codec(signatures.ByName("_text")); err != nil {
				t.Fatal(err)
			}
		}
		name, arguments, _ := strings.Cut(strings.TrimSuffix(f.Signature, ")"), "(")
		names := strings.Split(arguments, ",")
		call := f.Call
		if f.Make != nil {
			if call, err = f.Make(function.Types{Const: make([]any, len(names))}); err != nil {
				t.Fatal(err)
			}
		}
		var queries, got []string
		for range 300 {
			var args []any
			var sql []string
			for i, typ := range names {
				pool := pools["text"]
				switch {
				case typ == "int4":
					pool = small
				case typ == "bool":
					pool = pools["bool"]
				case i > 1 || random.IntN(3) == 0:
					pool = optional
				}
				text := pool[random.IntN(len(pool))]
				parser := "text"
				if typ != "citext" {
					parser = typ
				}
				parse, err := l.Codec(signatures.ByName(parser))
				if err != nil {
					t.Fatal(err)
				}
				value, err := parse.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				args, sql = append(args, value), append(sql, proof.Literal(text)+"::"+typ)
			}
			value, err := call(args)
			got = append(got, proof.Answer(codec, value, err))
			queries = append(queries, fmt.Sprintf("public.%s(%s)", name, strings.Join(sql, ", ")))
		}
		want, err := proof.Ask(context.Background(), conn, queries)
		if err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for i := range want {
			if !proof.Same(t, queries[i], got[i], want[i]) {
				if wrong++; wrong <= 4 {
					t.Errorf("%s\n got %s\nwant %s", queries[i], got[i], want[i])
				}
			}
		}
	}
}
