package aggregates

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// lab has PostgreSQL, and our implementation beside it.
type lab struct {
	conn    *pgx.Conn
	library *function.Library
	types   map[string]*catalog.Type // by pg_type.typname
	random  *rand.Rand
	// infinite are the samples of infinite intervals, where PostgreSQL has them.
	infinite []string
}

// supported are the aggregates that the server has, too.
func (l *lab) supported() []string {
	return slices.DeleteFunc(Supported(), func(signature string) bool { return signatures.Missing(l.library.Version(), signature) })
}

func newLab(t *testing.T) *lab {
	t.Helper()
	url := servertest.Database(t, `CREATE TYPE mood AS ENUM ('sad', 'Odd One', 'happy', 'a,b'); CREATE TYPE pair AS (n int, t text);
		CREATE TABLE used (m mood[], p pair[])`)
	l := &lab{conn: proof.Connect(t, url), library: proof.Library(t, expressions.Library()), types: map[string]*catalog.Type{}, random: rand.New(rand.NewPCG(1, 2))}
	c, err := catalog.Load(t.Context(), l.conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range c.Types {
		l.types[typ.Name] = typ
	}
	if servertest.Cluster(t).Version >= 17 {
		l.infinite = []string{"infinity", "-infinity"}
	}
	return l
}

// typ finds a type by its name in pg_type.
func (l *lab) typ(t testing.TB, name string) *catalog.Type {
	t.Helper()
	if builtIn := signatures.ByName(name); builtIn != nil {
		return builtIn
	}
	if l.types[name] == nil {
		t.Fatalf("no type %s", name)
	}
	return l.types[name]
}

// subject is an aggregate for actual types.
type subject struct {
	*Aggregate
	name   string
	args   []*catalog.Type
	result function.Codec
	codecs []function.Codec
	pools  [][]string
}

func (l *lab) subject(t *testing.T, signature string, argNames []string) subject {
	t.Helper()
	name, _, _ := strings.Cut(signature, "(")
	s := subject{name: name}
	for _, argName := range argNames {
		typ := l.typ(t, argName)
		s.args = append(s.args, typ)
		s.codecs = append(s.codecs, l.codec(t, typ))
		if len(pools[argName]) == 0 {
			t.Fatalf("no samples of %s", argName)
		}
		pool := pools[argName]
		if argName == "interval" {
			pool = slices.Concat(pool, l.infinite)
		}
		s.pools = append(s.pools, pool)
	}
	result := l.resultOf(t, signature, argNames)
	s.result = l.codec(t, result)
	a, err := New(l.library, signature, s.args, result)
	if err != nil {
		t.Fatal(err)
	}
	s.Aggregate = a
	return s
}

func (l *lab) codec(t *testing.T, typ *catalog.Type) function.Codec {
	t.Helper()
	codec, err := l.library.Codec(typ)
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

// resultOf is the type that PostgreSQL gives the result.
func (l *lab) resultOf(t *testing.T, signature string, argNames []string) *catalog.Type {
	t.Helper()
	for _, row := range signatures.Rows(signatures.Functions) {
		if row[1]+"("+row[2]+")" != signature {
			continue
		}
		switch {
		case signature == "array_agg(anynonarray)":
			return l.typ(t, "_"+argNames[0])
		case signature == "range_agg(anyrange)":
			return l.typ(t, strings.Replace(argNames[0], "range", "multirange", 1))
		case strings.HasPrefix(row[3], "any"):
			return l.typ(t, argNames[0])
		}
		return l.typ(t, row[3])
	}
	t.Fatalf("PostgreSQL has no aggregate %s", signature)
	return nil
}

// row is one row of a group: values as we hold them, and as SQL.
type row struct {
	step int // when it came
	args []any
	sql  string
}

func (l *lab) row(t *testing.T, s subject) row {
	t.Helper()
	var r row
	var texts []string
	for i, pool := range s.pools {
		sqlType := fmt.Sprintf("%q.%q", s.args[i].Schema, s.args[i].Name)
		if l.random.IntN(8) == 0 {
			r.args, texts = append(r.args, nil), append(texts, "NULL::"+sqlType)
			continue
		}
		sample := pool[l.random.IntN(len(pool))]
		value, err := s.codecs[i].Parse(sample)
		if err != nil {
			t.Fatalf("parse sample %q of %s: %v", sample, s.args[i].Name, err)
		}
		r.args, texts = append(r.args, value), append(texts, proof.Literal(sample)+"::"+sqlType)
	}
	r.sql = strings.Join(texts, ", ")
	return r
}

// sql asks PostgreSQL for the aggregate of rows in their order.
func (s subject) sql(rows []row) string {
	names := []string{"a", "b"}[:len(s.args)]
	call := strings.Join(names, ", ") + " ORDER BY i"
	if len(s.args) == 0 {
		call = "*"
	}
	if len(rows) == 0 {
		var nulls []string
		for i, t := range s.args {
			nulls = append(nulls, fmt.Sprintf("NULL::%q.%q AS %s", t.Schema, t.Name, names[i]))
		}
		return fmt.Sprintf("(SELECT %s(%s) FROM (SELECT %s) v WHERE false)", s.name, call, strings.Join(append(nulls, "1 AS i"), ", "))
	}
	var list []string
	for i, r := range rows {
		list = append(list, fmt.Sprintf("(%s)", strings.Join(append([]string{fmt.Sprint(i)}, nonEmpty(r.sql)...), ", ")))
	}
	return fmt.Sprintf("(SELECT %s(%s) FROM (VALUES %s) v(%s))", s.name, call, strings.Join(list, ", "), strings.Join(append([]string{"i"}, names...), ", "))
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// byRows is our answer, computed from the rows in their order.
func (s subject) byRows(rows []row) string {
	state := s.Start()
	for _, r := range rows {
		if err := state.Add(r.args); err != nil {
			return proof.Answer(s.result, nil, err)
		}
	}
	value, err := state.Result()
	return proof.Answer(s.result, value, err)
}

// compare asks PostgreSQL and reports the first few differences.
func (l *lab) compare(t *testing.T, queries, got []string) {
	t.Helper()
	want, err := proof.Ask(t.Context(), l.conn, queries)
	if err != nil {
		t.Fatalf("ask PostgreSQL: %v", err)
	}
	wrong := 0
	for i, query := range queries {
		if proof.Same(t, query, got[i], want[i]) {
			continue
		}
		if wrong++; wrong <= 3 {
			t.Errorf("%s\n got %s\nwant %s", query, got[i], want[i])
		}
	}
	if wrong > 3 {
		t.Errorf("... and %d more of %d", wrong-3, len(queries))
	}
}
