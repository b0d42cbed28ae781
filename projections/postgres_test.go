package projections

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/internal/servers/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }

const postgresSchema = `
CREATE EXTENSION citext;
CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE shops (region text, id int, name text NOT NULL, PRIMARY KEY (region, id));
CREATE TABLE items (
	id bigint PRIMARY KEY, region text, shop_id int, sku varchar(10) UNIQUE, code char(4), old_code varchar(4),
	price numeric(10,2), gross numeric GENERATED ALWAYS AS (price * 2) STORED,
	name text COLLATE ignore_case, mail citext, data json, doc xml, "Odd Name" text, active text,
	FOREIGN KEY (region, shop_id) REFERENCES shops);
CREATE UNIQUE INDEX ON items (active) WHERE active IS NOT NULL;
CREATE UNIQUE INDEX ON items (lower(active));
CREATE VIEW item_view AS SELECT * FROM items;
CREATE MATERIALIZED VIEW item_copy AS SELECT id FROM items;
CREATE UNLOGGED TABLE cache (id int PRIMARY KEY);
CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE keyless (id int);
CREATE TABLE coded (code text NOT NULL UNIQUE, n int);
ALTER TABLE coded REPLICA IDENTITY USING INDEX coded_code_key;
CREATE TABLE logged (id int NOT NULL, at timestamptz NOT NULL);
ALTER TABLE logged REPLICA IDENTITY FULL;
CREATE TABLE parent (id int PRIMARY KEY, n int);
CREATE TABLE late (id int PRIMARY KEY DEFERRABLE);
`

const postgresGood = `
tables:
  logged: {primary_key: [id, at]}
projections:
  shop: {from: shops, key: "shop:{region}:{id}", columns: "*", fields: {items: {many: items, order_by: "\"Odd Name\" collate \"C\"", columns: [sku, data]}}}
  item: {from: items, key: ["item:{id}", "sku:{sku}"], columns: "*", fields: {shop: {one: shops, value: name}}}
  event: {from: events, key: "event:{id}:{day}", columns: "*"}
  coded: {from: coded, key: "coded:{code}", columns: "*"}
  logged: {from: logged, key: "logged:{id}:{at}", columns: "*"}
`

const postgresBad = `
projections:
  partial: {from: items, key: "partial:{active}", columns: [id]}
  joins: {from: items, key: "joins:{id}:{doc}", columns: [id], fields: {n: {many: items, on: name, value: id}, m: {many: items, on: mail, value: id}, twin: {one: items, on: {sku: code}, value: id}}}
  view: {from: item_view, key: "view:{id}", columns: [id]}
  copy: {from: item_copy, key: "copy:{id}", columns: [id]}
  unlogged: {from: cache, key: "unlogged:{id}", columns: [id]}
  leaf: {from: events_2024, key: "leaf:{id}", columns: [id]}
  keyless: {from: keyless, key: "keyless:{id}", columns: [id]}
  late: {from: late, key: "late:{id}", columns: [id]}
  names: {from: items, key: "names:{id}", fields: {a: Odd Name, b: "\"odd name\""}}
`

// TestCompileOnPostgres compiles against the catalog of a real server: what it
// tells of tables and columns is what the rules need.
func TestCompileOnPostgres(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, servertest.Database(t, postgresSchema))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	cat, err := catalog.Load(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := compileText(cat, postgresGood)
	if len(problems) > 0 {
		t.Fatal(problems.Render([]byte(postgresGood)))
	}
	want := `shop: shops
  items: items on region = region and shop_id = id; down by index of items by region, shop_id, up by row key
    in order of "Odd Name", id, sorted
item: items
  shop: shops on region = region and id = shop_id, unique; down by row key, up by index of items by region, shop_id
event: events
coded: coded
logged: logged
`
	if diff := cmp.Diff(want, describeNodes(plan)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	_, problems = compileText(cat, postgresBad)
	var got []string
	for _, p := range problems {
		line := strings.TrimPrefix(p.Where, "projection ") + ": " + p.Message
		if p.Warning {
			line = "warning: " + line
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(postgresMistakes, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

var postgresMistakes = []string{
	`partial: key "partial:{active}": two rows of items could have the same key, since no unique index is on its column active alone`,
	"joins: doc cannot be part of a key: type xml has no exact text in the stream",
	"joins, field n: column name has the non-deterministic collation ignore_case: which of its values are equal only PostgreSQL knows",
	"warning: joins, field m: column mail of items is citext: it is compared in lower case, here by Unicode's simple mapping, in PostgreSQL by the rules of the collation C",
	"joins, field twin: one items: several rows of items can match, since different values of its column sku can be equal to one value of type character(4)",
	"view: item_view is a view: the stream has changes of tables only",
	"copy: item_copy is a materialized view: the stream has changes of tables only",
	"unlogged: table cache is unlogged: its changes are not in the stream",
	"leaf: table events_2024 is a partition: its changes are published as those of the partitioned table",
	"keyless: table keyless has no primary key: once it is published, its updates and deletes would be refused",
	"late: the primary key of table late is deferrable: once it is published, its updates and deletes would be refused",
	"names, field a: Odd Name is a column of items, but no name to SQL without double quotes",
	"names, field b: table items has no column odd name",
}
