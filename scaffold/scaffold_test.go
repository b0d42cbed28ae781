package scaffold

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"materializer/catalog"
	"materializer/config"
	"materializer/internal/oracle"
	"materializer/internal/servers/servertest"
	"materializer/projections"
)

func TestMain(m *testing.M) { servertest.Main(m) }

func connect(t *testing.T, sql ...string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), servertest.Database(t, sql...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func load(t *testing.T, sql ...string) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load(t.Context(), connect(t, sql...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// write is the configuration for a table, which must be valid.
func write(t *testing.T, c *catalog.Catalog, name string) string {
	t.Helper()
	table, err := Find(c, name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Write(c, table, Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := valid(c, text); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	return string(text)
}

func valid(c *catalog.Catalog, text []byte) error {
	file, problems := config.Parse("projections.yaml", text)
	if err := problems.Err(); err != nil {
		return err
	}
	_, problems = projections.Compile(file, c)
	return problems.Err()
}

const shop = `
CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, slug text UNIQUE, name text NOT NULL, blurb text);
CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, display_name text, password_hash text, reset_token text);
CREATE TABLE products (
	id bigint PRIMARY KEY, category_id int REFERENCES categories, name text, price numeric(10,2),
	created_by int REFERENCES users, approved_by int REFERENCES users, api_key text, deleted_at timestamptz);
CREATE TABLE product_details (product_id bigint PRIMARY KEY REFERENCES products, weight int);
CREATE TABLE tags (id int PRIMARY KEY, name text);
CREATE TABLE product_tags (product_id bigint REFERENCES products, tag_id int REFERENCES tags, position int, PRIMARY KEY (product_id, tag_id));
CREATE TABLE reviews (id serial PRIMARY KEY, product_id bigint REFERENCES products, user_id int REFERENCES users, rating int, created_at timestamptz);
CREATE TABLE product_links (from_id bigint REFERENCES products, to_id bigint REFERENCES products, PRIMARY KEY (from_id, to_id));
CREATE TABLE events (id bigint PRIMARY KEY, product_id bigint REFERENCES products, kind text)`

const wantShop = `
projections:

  # One document for each row of products: GET product:{id}
  product:
    from: products
    key: "product:{id}"
    # leaves out rows that are marked as deleted:
    # where: deleted_at is null
    # left out, since the names look like secrets: api_key
    columns: [id, category_id, name, price, created_by, approved_by, deleted_at]
    fields:
      category:
        one: categories
        # there are also: parent_id, blurb
        columns: [id, slug, name]
      created_by_user:
        one: users
        on: {id: created_by}
        # there are also: email
        # left out, since the names look like secrets: password_hash, reset_token
        columns: [id, display_name]
      approved_by_user:
        one: users
        on: {id: approved_by}
        # there are also: email
        # left out, since the names look like secrets: password_hash, reset_token
        columns: [id, display_name]
      # events has about 20 million rows and 0 GB, all of which would be copied to local disk:
      # events:
      #   many: events
      #   limit: 10
      #   columns: [id, kind]
      # events_count:
      #   many: events
      #   value: count(*)
      product_detail:
        one: product_details
        columns: [product_id, weight]
      product_links_to:
        many: products
        through: {table: product_links, on: {from_id: id}}
        on: {id: to_id}
        limit: 10
        # there are also: category_id, price, created_by, approved_by, deleted_at
        # left out, since the names look like secrets: api_key
        columns: [id, name]
      product_links_to_count:
        many: products
        through: {table: product_links, on: {from_id: id}}
        on: {id: to_id}
        value: count(*)
      product_links_from:
        many: products
        through: {table: product_links, on: {to_id: id}}
        on: {id: from_id}
        limit: 10
        # there are also: category_id, price, created_by, approved_by, deleted_at
        # left out, since the names look like secrets: api_key
        columns: [id, name]
      product_links_from_count:
        many: products
        through: {table: product_links, on: {to_id: id}}
        on: {id: from_id}
        value: count(*)
      tags:
        many: tags
        through: product_tags
        limit: 10
        columns: [id, name]
      tags_count:
        many: tags
        through: product_tags
        value: count(*)
      reviews:
        many: reviews
        order_by: created_at desc
        limit: 10
        columns: [id, user_id, rating, created_at]
      reviews_count:
        many: reviews
        value: count(*)
`

func TestShop(t *testing.T) {
	t.Parallel()
	c := load(t, shop)
	c.Table("public", "events").Rows = 20_000_000
	_, got, _ := strings.Cut(write(t, c, "products"), "\nprojections:")
	_, want, _ := strings.Cut(wantShop, "\nprojections:")
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A category is asked for its parent and its children.
func TestSelfReference(t *testing.T) {
	t.Parallel()
	text := write(t, load(t, shop), "categories")
	contains(t, text, `
      parent:
        one: categories
`, `
      categories_by_parent:
        many: categories
`)
}

// Of a table that everything refers to, some lists are left to be asked for.
func TestManyLists(t *testing.T) {
	t.Parallel()
	sql := "CREATE TABLE hub (id int PRIMARY KEY);"
	for i := range manyLists + 2 {
		sql += fmt.Sprintf("CREATE TABLE spoke%02d (id int PRIMARY KEY, hub_id int REFERENCES hub);", i)
	}
	text := write(t, load(t, sql), "hub")
	contains(t, text, "\n      spoke07:\n", "\n      # one list more than most readers need:\n      # spoke08:\n", "\n      # spoke09_count:\n")
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, strings.TrimPrefix(want, "\n")) {
			t.Errorf("there is no %s\nin:\n%s", want, text)
		}
	}
}

const nasty = `
CREATE SCHEMA "Odd Schema"; CREATE DOMAIN label AS text;
CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE "user" ("order" int, "Select" text, "group" text, "it's" text, "qu""ote" text, "a b" int, "on" bool, "yes" int, "x.y" int, "no:thing #1" int, "{b}" int,
	PRIMARY KEY ("order", "Select"));
CREATE TABLE "Odd Schema"."Order Items" ("Id" uuid PRIMARY KEY, "user order" int, "Sel" text, "createdAt" timestamptz, "line
break" text, "größe" label, FOREIGN KEY ("user order", "Sel") REFERENCES "user");
CREATE TABLE "limit" (id int PRIMARY KEY, "from" int REFERENCES "limit" (id), "limit" int REFERENCES "limit" (id), one int, "* " text, "-" text);
CREATE TABLE measure (id int, day date, "user" text, total int GENERATED ALWAYS AS (id * 2) STORED, doc xml, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE measure_1 PARTITION OF measure FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE note (id int PRIMARY KEY, measure_id int, measure_day date, note int, FOREIGN KEY (measure_id, measure_day) REFERENCES measure);
CREATE TABLE full_key (a int NOT NULL, b text NOT NULL, note_id int REFERENCES note, UNIQUE (a, b)); ALTER TABLE full_key REPLICA IDENTITY FULL;
CREATE TABLE indexed (a int NOT NULL UNIQUE, note_id int REFERENCES note); ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_a_key;
CREATE TABLE keyless (note_id int REFERENCES note, what text);
CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, note_id int REFERENCES note);
CREATE UNLOGGED TABLE fleeting (id int PRIMARY KEY, note_id int REFERENCES note);
CREATE TABLE blind (name text COLLATE folded PRIMARY KEY, note_id int REFERENCES note);
CREATE TABLE sighted (id int PRIMARY KEY, blind text COLLATE folded REFERENCES blind);
CREATE TABLE husband (id int PRIMARY KEY, wife_id int UNIQUE); CREATE TABLE wife (id int PRIMARY KEY, husband_id int UNIQUE REFERENCES husband);
ALTER TABLE husband ADD FOREIGN KEY (wife_id) REFERENCES wife;
CREATE TABLE materializer (id int PRIMARY KEY, materializer text, password text, secret text);
CREATE TABLE "9 lives" (id int PRIMARY KEY); CREATE TABLE "größe" (id int PRIMARY KEY);
CREATE TABLE article (id int PRIMARY KEY, body text, search tsvector GENERATED ALWAYS AS (to_tsvector('english', body)) STORED, tail int);
CREATE TABLE addresses (id int PRIMARY KEY, street text); CREATE TABLE boxes (id int PRIMARY KEY, address_id int REFERENCES addresses, address_ref int REFERENCES addresses);
CREATE TABLE wide (id int PRIMARY KEY, c1_with_a_long_name int, c2_with_a_long_name int, c3_with_a_long_name int, c4_with_a_long_name int, c5_with_a_long_name xml, c6_with_a_long_name int, box box)`

// impossible are the tables of which no configuration can be written, and what helps.
var impossible = map[string]string{
	"keyless":   "has no primary key: once it is published, its updates and deletes would be refused\n  add a primary key",
	"deferred":  "is deferrable",
	"fleeting":  "ALTER TABLE fleeting SET LOGGED",
	"measure_1": "name the partitioned table measure",
}

// Every table of a schema with everything that names can be.
func TestNasty(t *testing.T) {
	t.Parallel()
	c := load(t, nasty)
	for _, table := range c.Tables {
		text, err := Write(c, table, Options{})
		want, refused := impossible[table.Name]
		switch {
		case refused && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %s", table, err, want)
		case refused:
		case err != nil:
			t.Errorf("%s: %v", table, err)
		default:
			if err := valid(c, text); err != nil {
				t.Errorf("%s: %v\n%s", table, err, text)
			}
		}
	}
}

func TestNastyTexts(t *testing.T) {
	t.Parallel()
	c := load(t, nasty)
	contains(t, write(t, c, "user"), `key: 'user:{"order"}:{"Select"}'`, `columns: [order, Select, group, "it's", 'qu"ote', "a b", "on", "yes", x.y, "no:thing #1", "{b}"]`,
		`many: "Odd Schema.Order Items"`, `order_by: '"createdAt" desc'`)
	contains(t, write(t, c, "note"), "tables:\n  full_key: {primary_key: [a, b]}\n", `
      # table keyless has no primary key: once it is published, its updates and deletes would be refused:
      # add a primary key; or, where no columns have a unique index, ALTER TABLE keyless REPLICA IDENTITY FULL and name columns that are unique:
      # tables:
      #   keyless: {primary_key: [...]}
      # keyless:
      #   many: keyless
      #   limit: 10
      #   columns: [what]
      # keyless_count:
      #   many: keyless
`, "\n      indexed:\n")
	contains(t, write(t, c, "article"), "    # left out: search\n    # column search of article is generated", "columns: [id, body, tail]")
	contains(t, write(t, c, "boxes"), `
      address:
        one: addresses
        on: {id: address_id}
`, `
      address_ref_address:
        one: addresses
        on: {id: address_ref}
`)
	contains(t, write(t, c, "husband"), "on: {husband_id: id}")
	contains(t, write(t, c, "materializer"), `key: "materializer_row:{id}"`, "columns: [id, materializer]", "secrets: password, secret")
	contains(t, write(t, c, "wide"), "[id, c1_with_a_long_name, c2_with_a_long_name, c3_with_a_long_name, c4_with_a_long_name,\n              c")
}

// Every table of random schemas.
func TestRandom(t *testing.T) {
	t.Parallel()
	conn := connect(t)
	scenarios := rapid.Custom(oracle.DrawScenario)
	for seed := range 8 {
		s := scenarios.Example(seed)
		for _, sql := range slices.Concat([]string{`DROP SCHEMA IF EXISTS "Odd Schema" CASCADE`, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public"}, s.Setup()) {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatalf("%v\n%s", err, sql)
			}
		}
		c, err := catalog.Load(t.Context(), conn)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range c.Tables {
			if table.IsPartition {
				continue
			}
			text, err := Write(c, table, Options{})
			if err != nil {
				t.Errorf("%s: %v\n%s", table, err, s)
			} else if err := valid(c, text); err != nil {
				t.Errorf("%s: %v\n%s", table, err, text)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	c := load(t, `CREATE TABLE products (id int); CREATE SCHEMA sales; CREATE TABLE sales.orders (id int); CREATE TABLE "Odd" (id int);
		CREATE SCHEMA a; CREATE SCHEMA "a.b"; CREATE TABLE a."b.c" (id int); CREATE TABLE "a.b".c (id int)`)
	for name, want := range map[string]string{
		"product": "did you mean products?",
		"orders":  "did you mean sales.orders?",
		"odd":     "did you mean Odd?",
		"zebra":   "there are ",
		"a.b.c":   `a.b.c can be "a"."b.c" or "a.b"."c"`,
	} {
		if _, err := Find(c, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	for name, want := range map[string]string{`"Odd"`: "Odd", "sales.orders": "sales.orders", "public.products": "products"} {
		if table, err := Find(c, name); err != nil || table.String() != want {
			t.Errorf("%s: got %v and %v, want %s", name, table, err, want)
		}
	}
}
