package catalog

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"materializer/internal/servers/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

func connect(t *testing.T, url string, sql ...string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, text := range sql {
		if _, err := conn.Exec(t.Context(), text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return conn
}

// load reads the catalog of a fresh database made by the SQL given.
func load(t *testing.T, setup ...string) *Catalog {
	t.Helper()
	return loadFrom(t, connect(t, servertest.Database(t, setup...)))
}

func loadFrom(t *testing.T, conn *pgx.Conn) *Catalog {
	t.Helper()
	c, err := Load(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func table(t *testing.T, c *Catalog, name string) *Table {
	t.Helper()
	found := c.Lookup(name)
	if len(found) != 1 {
		t.Fatalf("Lookup(%q) found %d tables", name, len(found))
	}
	return found[0]
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestLoadColumns(t *testing.T) {
	t.Parallel()
	c := load(t, `
		CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		CREATE TABLE item (
			gone int, id int PRIMARY KEY, price numeric(10,2) NOT NULL, "Größe" text COLLATE folded,
			code varchar(8) COLLATE "C", note text,
			doubled numeric GENERATED ALWAYS AS (price * 2) STORED);
		ALTER TABLE item DROP COLUMN gone;
		INSERT INTO item SELECT g, g, 'x', 'a' FROM generate_series(1, 1000) g;
		ANALYZE item`)
	if c.Version < 140000 || c.Encoding != "UTF8" || c.Database == "" || c.Collate == "" {
		t.Errorf("database: %d %q %q %q", c.Version, c.Database, c.Encoding, c.Collate)
	}
	item := table(t, c, "item")
	type column struct {
		Name         string
		Attnum       int16
		Type         string
		Mod          int32
		NotNull      bool
		Generated    byte
		Expression   string
		Collation    string
		Nondet       bool
		Distinct     float64
		MaySelectCol bool
	}
	var got []column
	for _, x := range item.Columns {
		got = append(got, column{x.Name, x.Attnum, x.Type.Name, x.TypeMod, x.NotNull, x.Generated, x.Expression,
			x.Collation, x.Nondeterministic, x.Distinct, x.Selectable})
	}
	equal(t, "columns", got, []column{
		{"id", 2, "int4", -1, true, 0, "", "", false, -1, true},
		{"price", 3, "numeric", 10<<16 + 2 + 4, true, 0, "", "", false, -1, true},
		{"Größe", 4, "text", -1, false, 0, "", "folded", true, 1, true},
		{"code", 5, "varchar", 12, false, 0, "", "C", false, 1, true},
		{"note", 6, "text", -1, false, 0, "", "default", false, 0, true},
		{"doubled", 7, "numeric", -1, false, 's', "(price * (2)::numeric)", "", false, -1, true},
	})
	if item.Rows != 1000 || item.Bytes < 8192 || item.FileNode == 0 || !item.Selectable || item.RowSecurity {
		t.Errorf("item: %+v", item)
	}
	if item.Kind != 'r' || item.Persistence != 'p' || item.IsPartition || item.ReplicaIdentity != 'd' {
		t.Errorf("item: %+v", item)
	}
}

func TestLoadKeys(t *testing.T) {
	t.Parallel()
	nulls := ""
	if servertest.Cluster(t).Version >= 15 {
		nulls = "NULLS NOT DISTINCT"
	}
	c := load(t, `
		CREATE TABLE parent (b int, a int, PRIMARY KEY (a, b));
		CREATE TABLE child (
			id int PRIMARY KEY DEFERRABLE, y int, x int, email text NOT NULL, n int UNIQUE `+nulls+`,
			CONSTRAINT up FOREIGN KEY (x, y) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL);
		CREATE UNIQUE INDEX child_email ON child (email) INCLUDE (id);
		CREATE UNIQUE INDEX child_lower ON child (lower(email), x) WHERE x > 0;
		ALTER TABLE child REPLICA IDENTITY USING INDEX child_email;
		CREATE TABLE self (id int PRIMARY KEY, boss int REFERENCES self);
		CREATE TABLE nothing (id int PRIMARY KEY); ALTER TABLE nothing REPLICA IDENTITY NOTHING`)
	child, parent := table(t, c, "child"), table(t, c, "parent")
	var got []Index
	for _, x := range child.Indexes {
		got = append(got, *x)
		got[len(got)-1].OID = 0
	}
	equal(t, "indexes", got, []Index{
		{Name: "child_pkey", Columns: []string{"id"}, Primary: true, Unique: true, Deferrable: true},
		{Name: "child_email", Columns: []string{"email"}, Unique: true},
		{Name: "child_lower", Columns: []string{"", "x"}, Unique: true, Partial: true, Expressions: true},
		{Name: "child_n_key", Columns: []string{"n"}, Unique: true, NullsNotDistinct: nulls != ""},
	})
	if child.PrimaryKey.Name != "child_pkey" || child.IdentityIndex.Name != "child_email" {
		t.Errorf("child: primary key %v, identity %v", child.PrimaryKey, child.IdentityIndex)
	}
	equal(t, "key columns", parent.PrimaryKey.Columns, []string{"a", "b"})
	if parent.IdentityIndex != parent.PrimaryKey {
		t.Errorf("the primary key of parent is not its identity: %v", parent.IdentityIndex)
	}
	if x := table(t, c, "nothing").IdentityIndex; x != nil {
		t.Errorf("REPLICA IDENTITY NOTHING has the identity %v", x)
	}
	key := child.ForeignKeys[0]
	if len(child.ForeignKeys) != 1 || key.Name != "up" || key.Table != child || key.Referenced != parent ||
		key.OnDelete != 'c' || key.OnUpdate != 'n' || !slices.Equal(parent.ReferencedBy, child.ForeignKeys) {
		t.Errorf("foreign key: %+v", key)
	}
	equal(t, "columns of the key", key.Columns, []string{"x", "y"})
	equal(t, "columns referenced", key.RefColumns, []string{"a", "b"})
	if self := table(t, c, "self"); len(self.ForeignKeys) != 1 || self.ForeignKeys[0].Referenced != self {
		t.Errorf("foreign keys of self: %v", self.ForeignKeys)
	}
}

func TestDeferrablePrimaryKeyIsNoIdentity(t *testing.T) {
	t.Parallel()
	c := load(t, `CREATE TABLE t (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED)`)
	if x := table(t, c, "t"); x.IdentityIndex != nil || x.PrimaryKey == nil || !x.PrimaryKey.Deferrable {
		t.Errorf("primary key %+v, identity %v", x.PrimaryKey, x.IdentityIndex)
	}
}

func TestLoadTypes(t *testing.T) {
	t.Parallel()
	c := load(t, `
		CREATE EXTENSION hstore;
		CREATE TYPE mood AS ENUM ('sad', 'happy');
		ALTER TYPE mood ADD VALUE 'Odd One' BEFORE 'happy';
		CREATE TYPE point3 AS (x numeric(5,2), gone int, m mood);
		ALTER TYPE point3 DROP ATTRIBUTE gone;
		CREATE DOMAIN route AS point3[] CHECK (cardinality(VALUE) < 9);
		CREATE DOMAIN long_route AS route;
		CREATE DOMAIN cents AS numeric(12,2);
		CREATE TYPE moods AS RANGE (subtype = mood, multirange_type_name = many_moods);
		CREATE TABLE t (id int PRIMARY KEY, p long_route, c cents, r many_moods, h hstore, b box[], v int2vector, j jsonb)`)
	columns := map[string]*Type{}
	for _, x := range table(t, c, "t").Columns {
		columns[x.Name] = x.Type
	}
	path := columns["p"]
	if path.Kind != Domain || path.Name != "long_route" || path.Base.Name != "route" || path.Base.Kind != Domain {
		t.Fatalf("p: %+v", path)
	}
	array := path.Unwrap()
	if array.Kind != Array || array.Name != "_point3" || array.Delimiter != ',' {
		t.Fatalf("base of p: %+v", array)
	}
	composite := array.Elem
	if composite.Kind != Composite || len(composite.Attributes) != 2 || composite.Schema != "public" {
		t.Fatalf("element of p: %+v", composite)
	}
	x, m := composite.Attributes[0], composite.Attributes[1]
	if x.Name != "x" || x.Type.Name != "numeric" || x.TypeMod != 5<<16+2+4 || m.Name != "m" {
		t.Errorf("attributes: %+v %+v", x, m)
	}
	mood := m.Type
	equal(t, "labels", mood.Labels, []string{"sad", "Odd One", "happy"})
	if cents := columns["c"]; cents.Kind != Domain || cents.BaseMod != 12<<16+2+4 || cents.Unwrap().Name != "numeric" {
		t.Errorf("c: %+v", cents)
	}
	many := columns["r"]
	if many.Kind != Multirange || many.Elem.Kind != Range || many.Elem.Name != "moods" || many.Elem.Elem != mood {
		t.Errorf("r: %+v", many)
	}
	if h := columns["h"]; h.Kind != Base || !h.HasJSONCast || h.Category != 'U' {
		t.Errorf("h: %+v", h)
	}
	if b := columns["b"]; b.Kind != Array || b.Elem.Name != "box" || b.Elem.Delimiter != ';' || b.Elem.Kind != Base || b.Elem.Elem != nil {
		t.Errorf("b: %+v", b)
	}
	if v := columns["v"]; v.Kind != Array || v.Elem.Name != "int2" {
		t.Errorf("v: %+v", v)
	}
	if j := columns["j"]; j.HasJSONCast {
		t.Errorf("j: %+v", j)
	}
}

// What only PostgreSQL 18 has: virtual columns, keys over periods and keys that are not enforced.
func TestLoadNewerKinds(t *testing.T) {
	t.Parallel()
	if servertest.Cluster(t).Version < 18 {
		return
	}
	c := load(t, `
		CREATE EXTENSION btree_gist;
		CREATE TABLE price (id int, during daterange, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL,
			PRIMARY KEY (id, during WITHOUT OVERLAPS));
		CREATE TABLE sale (id int PRIMARY KEY, price_id int, during daterange, other int,
			FOREIGN KEY (price_id, PERIOD during) REFERENCES price (id, PERIOD during),
			CONSTRAINT loose FOREIGN KEY (other) REFERENCES sale NOT ENFORCED)`)
	if twice := table(t, c, "price").Column("twice"); twice.Generated != 'v' || twice.Expression != "(id * 2)" {
		t.Errorf("twice: %+v", twice)
	}
	if keys := table(t, c, "sale").ForeignKeys; len(keys) != 1 || keys[0].Name != "loose" {
		t.Errorf("foreign keys: %+v", keys)
	}
	// Periods that do not overlap differ, so such a key names one row.
	if x := table(t, c, "price").IdentityIndex; x == nil || !slices.Equal(x.Columns, []string{"id", "during"}) {
		t.Errorf("identity of price: %+v", x)
	}
}

func TestLoadPartitions(t *testing.T) {
	t.Parallel()
	c := load(t, `
		CREATE TABLE customer (id int PRIMARY KEY);
		CREATE TABLE sale (id int, day date, customer_id int REFERENCES customer, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
		CREATE TABLE sale_old PARTITION OF sale FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
		CREATE TABLE sale_new PARTITION OF sale FOR VALUES FROM ('2020-01-01') TO ('2030-01-01') PARTITION BY HASH (id);
		CREATE TABLE sale_new_0 PARTITION OF sale_new FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE sale_new_1 PARTITION OF sale_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		CREATE TABLE refund (id int PRIMARY KEY, sale_id int, day date, FOREIGN KEY (sale_id, day) REFERENCES sale);
		CREATE TABLE legacy (id int); CREATE TABLE legacy_child () INHERITS (legacy);
		INSERT INTO customer VALUES (1);
		INSERT INTO sale SELECT g, '2010-01-01'::date + g * 10, 1 FROM generate_series(1, 500) g;
		ANALYZE sale`)
	sale := table(t, c, "sale")
	var leaves []string
	var bytes int64
	for _, leaf := range sale.Leaves {
		leaves = append(leaves, leaf.Name)
		bytes += leaf.Bytes
		if !leaf.IsPartition || leaf.FileNode == 0 || leaf.IdentityIndex == nil {
			t.Errorf("leaf: %+v", leaf)
		}
		equal(t, "foreign keys of "+leaf.Name, len(leaf.ForeignKeys), 0)
	}
	equal(t, "leaves", leaves, []string{"sale_old", "sale_new_0", "sale_new_1"})
	if sale.Kind != 'p' || sale.Rows != 500 || sale.Bytes != bytes || bytes == 0 {
		t.Errorf("sale: rows %v, bytes %d of %d", sale.Rows, sale.Bytes, bytes)
	}
	if sale.Column("id").Distinct != -1 {
		t.Errorf("n_distinct of sale.id: %v", sale.Column("id").Distinct)
	}
	if x := sale.Column("customer_id"); x.MostCommon != 1 || x.Nulls != 0 || x.Width != 4 {
		t.Errorf("statistics of sale.%s: %+v", x.Name, x)
	}
	equal(t, "foreign keys of sale", len(sale.ForeignKeys), 1)
	equal(t, "foreign keys to sale", len(sale.ReferencedBy), 1)
	equal(t, "foreign keys of refund", len(table(t, c, "refund").ForeignKeys), 1)
	if x := table(t, c, "legacy"); x.Leaves != nil || x.Rows != -1 {
		t.Errorf("legacy: %+v", x)
	}
	if slices.Contains(c.Names(), "sale_old") || !slices.Contains(c.Names(), "sale") {
		t.Errorf("names: %q", c.Names())
	}
}

func TestLoadKinds(t *testing.T) {
	t.Parallel()
	conn := connect(t, servertest.Database(t, `
		CREATE UNLOGGED TABLE fast (id int PRIMARY KEY); CREATE VIEW seen AS SELECT 1 AS one;
		CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one; CREATE SEQUENCE counter`),
		`CREATE TEMP TABLE mine (id int)`)
	c := loadFrom(t, conn)
	got := map[string]string{}
	for _, x := range c.Tables {
		got[x.String()] = string([]byte{x.Kind, x.Persistence})
	}
	equal(t, "tables", got, map[string]string{"fast": "ru", "seen": "vp", "kept": "mp"})
}

func TestLoadPrivileges(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, `
		CREATE TABLE open (id int, secret int); CREATE TABLE shut (id int); CREATE TABLE guarded (id int);
		CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int);
		ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
		CREATE ROLE catalog_reader;
		GRANT SELECT (id) ON open TO catalog_reader;
		GRANT SELECT ON guarded, hidden.t TO catalog_reader`)
	t.Cleanup(func() { servertest.Exec(t, url, "DROP OWNED BY catalog_reader", "DROP ROLE catalog_reader") })
	c := loadFrom(t, connect(t, url, "SET row_security = off", "SET ROLE catalog_reader"))
	open := table(t, c, "open")
	if open.Selectable || !open.Column("id").Selectable || open.Column("secret").Selectable {
		t.Errorf("open: %+v", open)
	}
	if x := table(t, c, "shut"); x.Selectable || x.RowSecurity {
		t.Errorf("shut: %+v", x)
	}
	if x := table(t, c, "guarded"); !x.Selectable || !x.RowSecurity {
		t.Errorf("guarded: %+v", x)
	}
	if x := table(t, c, "hidden.t"); x.Selectable || x.Column("id").Selectable {
		t.Errorf("hidden.t: %+v", x)
	}
}

// A table under an exclusive lock must not hold up the whole check.
func TestLoadDoesNotWaitForLocks(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, `CREATE TABLE t (id int PRIMARY KEY, name text)`)
	connect(t, url, "BEGIN", "LOCK TABLE t")
	reader := connect(t, url, "SET lock_timeout = '1s'")
	if x := table(t, loadFrom(t, reader), "t"); len(x.Columns) != 2 {
		t.Errorf("t: %+v", x)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	c := load(t, `
		CREATE SCHEMA sales; CREATE SCHEMA "Odd Schema"; CREATE SCHEMA "a.b"; CREATE SCHEMA a;
		CREATE TABLE products (id int); CREATE TABLE sales.orders (id int);
		CREATE TABLE "Odd Schema"."Order Items" (id int); CREATE TABLE "quote""d" (id int);
		CREATE TABLE "a.b".c (id int); CREATE TABLE a."b.c" (id int); CREATE TABLE "a.b.c" (id int)`)
	for name, want := range map[string][]string{
		"products":               {`"public"."products"`},
		"public.products":        {`"public"."products"`},
		"sales.orders":           {`"sales"."orders"`},
		"Odd Schema.Order Items": {`"Odd Schema"."Order Items"`},
		`quote"d`:                {`"public"."quote""d"`},
		"a.b.c":                  {`"public"."a.b.c"`, `"a"."b.c"`, `"a.b"."c"`},
		"orders":                 nil,
		"Products":               nil,
		".products":              nil,
		"":                       nil,
	} {
		var got []string
		for _, x := range c.Lookup(name) {
			got = append(got, x.SQL())
		}
		equal(t, name, got, want)
	}
}
