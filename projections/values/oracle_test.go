package values

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"materializer/catalog"
	"materializer/internal/servers/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// oracle is a database to compare with, in the pinned session.
type oracle struct {
	testing.TB
	conn  *pgx.Conn
	types map[string]*catalog.Type // by table.column
	mods  map[string]int32
}

var pinned = map[string]string{
	"client_encoding": "UTF8", "datestyle": "ISO, MDY", "intervalstyle": "postgres", "timezone": "UTC",
	"extra_float_digits": "3", "bytea_output": "hex", "lc_monetary": "C", "xmloption": "content",
}

// newOracle makes a database in which text sorts bytewise and lower() knows all
// of Unicode, and runs the setup in it.
func newOracle(t testing.TB, setup ...string) *oracle {
	t.Helper()
	cluster := servertest.Cluster(t)
	name := strings.ToLower(t.Name())
	servertest.Exec(t, cluster.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
	config, err := pgx.ParseConfig(cluster.URL(name))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range pinned {
		config.RuntimeParams[key] = value
	}
	ctx := context.Background()
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close(ctx)
		servertest.Exec(t, cluster.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)")
	})
	o := &oracle{TB: t, conn: conn, types: map[string]*catalog.Type{}, mods: map[string]int32{}}
	o.exec("CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE EXTENSION cube")
	o.exec(`CREATE TYPE mood AS ENUM ('sad', 'happy', 'a,b', 'NULL', 'q"t', ''); ALTER TYPE mood ADD VALUE 'ok' BEFORE 'happy'`)
	for _, sql := range setup {
		o.exec(sql)
	}
	return o
}

// load reads the catalog, so that columns can be asked for.
func (o *oracle) load() {
	o.Helper()
	loaded, err := catalog.Load(context.Background(), o.conn)
	if err != nil {
		o.Fatal(err)
	}
	for _, table := range loaded.Tables {
		for _, c := range table.Columns {
			o.types[table.Name+"."+c.Name] = c.Type
			o.mods[table.Name+"."+c.Name] = c.TypeMod
		}
	}
}

func (o *oracle) typ(column string) *catalog.Type {
	o.Helper()
	t := o.types[column]
	if t == nil {
		o.Fatalf("no column %s", column)
	}
	return t
}

func (o *oracle) exec(sql string) {
	o.Helper()
	if _, err := o.conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		o.Fatalf("run %.300s: %v", sql, err)
	}
}

// query gives the rows as text, as pgoutput would send them.
func (o *oracle) query(sql string, args ...string) [][][]byte {
	o.Helper()
	rows, err := o.try(sql, args...)
	if err != nil {
		o.Fatalf("run %.300s: %v", sql, err)
	}
	return rows
}

func (o *oracle) try(sql string, args ...string) ([][][]byte, error) {
	params := make([][]byte, len(args))
	for i, a := range args {
		params[i] = []byte(a)
	}
	result := o.conn.PgConn().ExecParams(context.Background(), sql, params, nil, nil, nil).Read()
	return result.Rows, result.Err
}

// fill makes table base with one column v of the type, and puts the values in.
func (o *oracle) fill(table string, s sample) {
	o.Helper()
	o.exec(fmt.Sprintf("CREATE TABLE %s (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, v %s)", table, s.typ))
	results := o.conn.PgConn().ExecBatch(context.Background(), o.inserts(table, s))
	if _, err := results.ReadAll(); err != nil {
		o.Fatalf("fill %s: %v", s.typ, err)
	}
}

func (o *oracle) inserts(table string, s sample) *pgconn.Batch {
	batch := &pgconn.Batch{}
	for _, v := range s.all() {
		if s.typ == "interval" && strings.Contains(v, "2562047788:00:54") && servertest.Cluster(o).Version < 15 {
			continue // PostgreSQL 14 writes it, but cannot read it
		}
		if strings.HasPrefix(s.typ, "varchar(") || strings.HasPrefix(s.typ, "char(") {
			batch.ExecParams(fmt.Sprintf("INSERT INTO %s (v) SELECT $1::text::%s", table, s.typ), [][]byte{[]byte(v)}, []uint32{25}, nil, nil)
			continue
		}
		batch.ExecParams(fmt.Sprintf("INSERT INTO %s (v) VALUES ($1)", table), [][]byte{[]byte(v)}, nil, nil, nil)
	}
	return batch
}
