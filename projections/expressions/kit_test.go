package expressions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// world is a table with a column of every kind, in PostgreSQL and as a scope.
type world struct {
	table *catalog.Table
	types map[uint32]*catalog.Type
	conn  *pgx.Conn
	rows  [][][]byte // texts of the columns

	release int // of the server
}

// schema has names that are short, since random expressions are made of them.
const schema = `
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', 'O''K, "two"');
CREATE TYPE pair AS (a int, b text);
CREATE TYPE nested AS (p pair, n numeric, l int[]);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(5);
CREATE TABLE t (
  id int PRIMARY KEY, b bool, i2 int2, i4 int4, i8 int8, n numeric, n2 numeric(8,2), f4 float4, f8 float8,
  s text, v varchar(10), c char(5), nm name, ch "char", y bytea, u uuid,
  d date, tm time, tz timetz, ts timestamp, tt timestamptz, iv interval,
  j json, jb jsonb, m mood, p pair, ne nested, dp positive, ds short,
  ai int4[], at text[], an numeric[], ad date[], am mood[], aj jsonb[],
  ri int4range, rn numrange, rd daterange, rt tstzrange, mi int4multirange,
  o oid, bt bit(4), vb varbit, ip inet, mo money, mc macaddr, "Odd" text, nn int4 NOT NULL, ci citext
)`

func newWorld(t testing.TB, rows ...string) *world {
	t.Helper()
	url := unicode(t)
	servertest.Exec(t, url, schema)
	w := &world{conn: proof.Connect(t, url), release: servertest.Cluster(t).Version}
	ctx := context.Background()
	for _, row := range rows {
		if _, err := w.conn.Exec(ctx, row); err != nil {
			t.Fatalf("%s: %v", row, err)
		}
	}
	loaded, err := catalog.Load(ctx, w.conn)
	if err != nil {
		t.Fatal(err)
	}
	w.types, w.table = loaded.Types, loaded.Lookup("t")[0]
	w.rows = w.query(t, "SELECT * FROM t ORDER BY id")
	return w
}

var databases atomic.Int64

// unicode makes a database in which lower and upper know all letters.
func unicode(t testing.TB) string {
	t.Helper()
	cluster, name := servertest.Cluster(t), fmt.Sprintf("unicode_%d", databases.Add(1))
	servertest.Exec(t, cluster.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
	t.Cleanup(func() { servertest.Exec(t, cluster.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)") })
	return cluster.URL(name)
}

// query gives the texts of a result.
func (w *world) query(t testing.TB, sql string) [][][]byte {
	t.Helper()
	results, err := w.conn.PgConn().Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return results[0].Rows
}

// Column finds a column of the table.
func (w *world) Column(words []Word) (Leaf, int, *Error) {
	column := w.table.Column(words[0].Name)
	if column == nil {
		return Leaf{}, 0, &Error{words[0].Offset, "there is no column " + words[0].Name, ""}
	}
	return Leaf{Ref: column.Name, Type: column.Type, TypeMod: column.TypeMod, Nullable: !column.NotNull}, 1, nil
}

// Type finds a type of the database.
func (w *world) Type(schema, name string) *catalog.Type {
	for _, t := range w.types {
		if t.Name == name && (schema == t.Schema || schema == "") {
			return t
		}
	}
	return nil
}

// texts are a row: the texts of an expression's leaves.
type texts [][]byte

func (r texts) Leaf(slot int) ([]byte, error) { return r[slot], nil }
func (r texts) Aggregate(i int) (any, error)  { return nil, fmt.Errorf("no aggregate %d", i) }

// row gives an expression its leaves from a row of the table.
func (w *world) row(e *Expr, row [][]byte) texts {
	var given texts
	for _, leaf := range e.Leaves {
		at := slices.IndexFunc(w.table.Columns, func(c *catalog.Column) bool { return c.Name == leaf.Ref })
		given = append(given, row[at])
	}
	return given
}

// ours is the answer of an expression for a row, as proof.Ask writes it.
func (w *world) ours(e *Expr, row [][]byte) string {
	text, null, err := e.AppendText(nil, w.row(e, row))
	var raised *datum.Error
	switch {
	case errors.As(err, &raised):
		return "!" + raised.Code
	case err != nil:
		return "! " + err.Error()
	case null:
		return "NULL"
	}
	return "=" + string(text)
}

// theirs are PostgreSQL's answers for each row, or how it refuses the text.
func (w *world) theirs(t testing.TB, text string) ([]string, *pgconn.PgError) {
	t.Helper()
	results, err := w.conn.PgConn().Exec(context.Background(), "SELECT "+text+"\n FROM t ORDER BY t.id").ReadAll()
	if err == nil {
		var answers []string
		for _, row := range results[0].Rows {
			if row[0] == nil {
				answers = append(answers, "NULL")
			} else {
				answers = append(answers, "="+string(row[0]))
			}
		}
		return answers, nil
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		t.Fatalf("%s: %v", text, err)
	}
	if _, err := w.conn.Prepare(context.Background(), "", "SELECT "+text+"\n FROM t"); err != nil {
		return nil, refused
	}
	return w.rowByRow(t, text), nil
}

// rowByRow asks for each row apart, since some fail.
func (w *world) rowByRow(t testing.TB, text string) []string {
	t.Helper()
	var answers []string
	for _, row := range w.rows {
		results, err := w.conn.PgConn().Exec(context.Background(), "SELECT "+text+"\n FROM t WHERE t.id = "+string(row[0])).ReadAll()
		var refused *pgconn.PgError
		switch {
		case errors.As(err, &refused):
			answers = append(answers, "!"+refused.Code)
		case err != nil:
			t.Fatalf("%s: %v", text, err)
		case results[0].Rows[0][0] == nil:
			answers = append(answers, "NULL")
		default:
			answers = append(answers, "="+string(results[0].Rows[0][0]))
		}
	}
	return answers
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}
