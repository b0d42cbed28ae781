// Package proof compares implementations of PostgreSQL's functions with
// PostgreSQL itself: the same call on the same sampled values must give the
// same text, the same NULL, or an error of the same SQLSTATE.
package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// Samples are texts of values by the name of their type in pg_type. Elements,
// bounds and the like are drawn from those of polymorphic calls: for
// anyelement and its kin one of Elements is chosen for the whole call, for each
// argument of the type any another one.
type Samples struct {
	Values   map[string][]string
	Elements []string // names of types that stand for anyelement; their arrays and ranges need samples of their own
}

// Setup prepares a connection: a function that gives a value, NULL or an error.
const Setup = `SET timezone = 'UTC'; SET datestyle = 'ISO, MDY'; SET intervalstyle = 'postgres'; SET extra_float_digits = 1; SET bytea_output = 'hex';
CREATE OR REPLACE FUNCTION pg_temp.try(e text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
  EXECUTE 'SELECT CASE WHEN num_nulls(v) = 1 THEN ''NULL'' ELSE ''='' || format(''%s'', v) END FROM (SELECT ' || e || ') s(v)' INTO r;
  RETURN r;
EXCEPTION WHEN OTHERS THEN RETURN '!' || SQLSTATE;
END $$`

// Ask evaluates SQL expressions in PostgreSQL: "NULL", "=" and the text, or "!" and the SQLSTATE.
func Ask(ctx context.Context, conn *pgx.Conn, expressions []string) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT pg_temp.try(e) FROM unnest($1::text[]) WITH ORDINALITY u(e, n) ORDER BY n`, expressions)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// Answer puts a result of ours in the form of Ask.
func Answer(codec function.Codec, value any, err error) string {
	var raised *datum.Error
	switch {
	case errors.As(err, &raised):
		return "!" + raised.Code
	case err != nil:
		return "! " + err.Error()
	case value == nil:
		return "NULL"
	}
	return "=" + string(codec.Append(nil, value))
}

// Connect opens a connection with Setup done.
func Connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { conn.Close(ctx) })
	if _, err := conn.Exec(ctx, Setup); err != nil {
		t.Fatalf("set up: %v", err)
	}
	return conn
}

// Functions compares each function of the list on count sampled calls. Every
// call's arguments are drawn anew; seed makes a run repeatable. The library
// follows the release of the server, and what that lacks is left out.
func Functions(t *testing.T, library *function.Library, url string, list []function.Function, samples Samples, count int, seed uint64) {
	conn := Connect(t, url)
	version := servertest.Cluster(t).Version
	library = Library(t, library)
	catalogued := map[string][]string{}
	for _, row := range signatures.Rows(signatures.Functions) {
		catalogued[row[1]+"("+row[2]+")"] = row
	}
	for _, f := range list {
		if signatures.Missing(version, f.Signature) {
			continue
		}
		t.Run(f.Signature, func(t *testing.T) {
			row := catalogued[f.Signature]
			if row == nil {
				t.Fatalf("PostgreSQL has no function %s", f.Signature)
			}
			p := &prover{library: library, samples: samples, f: f, row: row, random: rand.New(rand.NewPCG(seed, 1))}
			p.run(t, conn, count)
		})
	}
}

type prover struct {
	library *function.Library
	samples Samples
	f       function.Function
	row     []string
	random  *rand.Rand
}

// call is one call: as SQL, and what we answer.
type call struct{ sql, answer string }

func (p *prover) run(t *testing.T, conn *pgx.Conn, count int) {
	var calls []call
	var queries []string
	for range count {
		c := p.draw(t)
		calls, queries = append(calls, c), append(queries, c.sql)
	}
	want, err := Ask(context.Background(), conn, queries)
	if err != nil {
		t.Fatalf("ask PostgreSQL: %v", err)
	}
	wrong := 0
	for i, c := range calls {
		if Same(t, c.sql, c.answer, want[i]) {
			continue
		}
		if wrong++; wrong <= 5 {
			t.Errorf("%s\n got %s\nwant %s", c.sql, c.answer, want[i])
		}
	}
	if wrong > 5 {
		t.Errorf("... and %d more of %d", wrong-5, count)
	}
}

func (p *prover) draw(t *testing.T) call {
	names := strings.FieldsFunc(p.row[2], func(r rune) bool { return r == ',' })
	flat := len(names) // from here on arguments are elements, whose NULL makes no strict call NULL
	var keyword string
	switch {
	case p.row[6] != "t":
	case names[len(names)-1] == "_text" && p.random.IntN(2) == 0: // an array, as operators give
		keyword = "VARIADIC "
	default: // the last is repeated
		last := strings.TrimPrefix(names[len(names)-1], "_")
		if last == "anyarray" {
			last = "anyelement"
		}
		flat--
		names = names[:flat]
		fewest := 1
		if last == "text" { // jsonb_delete with one text is another function
			fewest = 2
		}
		for range fewest + p.random.IntN(4) {
			names = append(names, last)
		}
	}
	element := "int4"
	if len(p.samples.Elements) > 0 {
		element = p.samples.Elements[p.random.IntN(len(p.samples.Elements))]
	}
	var args []any
	var types []*catalog.Type
	var texts []string
	for _, name := range names {
		if name == "any" && len(p.samples.Elements) > 0 {
			name = p.samples.Elements[p.random.IntN(len(p.samples.Elements))]
		}
		typ := concrete(name, element)
		value, text := p.value(t, typ)
		args, types, texts = append(args, value), append(types, typ), append(texts, text)
	}
	result := concrete(p.row[3], element)
	answer := p.answer(t, args, types, result, flat)
	if keyword != "" {
		texts[len(texts)-1] = keyword + texts[len(texts)-1]
	}
	return call{fmt.Sprintf("pg_catalog.%q(%s)", p.row[1], strings.Join(texts, ", ")), answer}
}

func (p *prover) answer(t *testing.T, args []any, types []*catalog.Type, result *catalog.Type, flat int) string {
	codec, err := p.library.Codec(result)
	if err != nil {
		t.Fatal(err)
	}
	if p.row[5] == "t" {
		for _, arg := range args[:flat] {
			if arg == nil {
				return "NULL"
			}
		}
	}
	call, err := p.library.Bind(p.f, types, result, make([]any, len(args)))
	if err != nil {
		t.Fatal(err)
	}
	value, err := call(args)
	return Answer(codec, value, err)
}

// value draws a value of a type and writes it as SQL.
func (p *prover) value(t *testing.T, typ *catalog.Type) (any, string) {
	name := fmt.Sprintf("pg_catalog.%q", typ.Name)
	pool := p.samples.Values[typ.Name]
	if len(pool) == 0 {
		t.Fatalf("no samples of type %s", typ.Name)
	}
	if p.random.IntN(12) == 0 {
		return nil, "NULL::" + name
	}
	text := pool[p.random.IntN(len(pool))]
	codec, err := p.library.Codec(typ)
	if err != nil {
		t.Fatal(err)
	}
	value, err := codec.Parse(text)
	if err != nil {
		t.Fatalf("parse sample %q of %s: %v", text, typ.Name, err)
	}
	return value, Literal(text) + "::" + name
}

// Literal writes a text as an SQL string.
func Literal(text string) string {
	return `E'` + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(text) + `'`
}

// concrete is the type that a polymorphic one stands for in a call with the element.
func concrete(name, element string) *catalog.Type {
	switch name {
	case "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray", "anyenum":
		name = element
	case "anyarray", "anycompatiblearray":
		name = "_" + element
	case "anyrange", "anycompatiblerange":
		name = rangeOf(element)
	case "anymultirange", "anycompatiblemultirange":
		name = strings.Replace(rangeOf(element), "range", "multirange", 1)
	case "any":
		name = "text"
	}
	t := signatures.ByName(name)
	if t == nil {
		panic("no type " + name)
	}
	return t
}

func rangeOf(element string) string {
	for _, row := range signatures.Rows(signatures.Types) {
		if row[2] == "r" && row[7] == element {
			return row[1]
		}
	}
	return "int4range"
}
