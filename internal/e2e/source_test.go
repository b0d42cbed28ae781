package e2e

import (
	"errors"
	"testing"

	"materializer/internal/servers/servertest"
	"materializer/pipeline"
	"materializer/replication"
)

// TestReplicaIdentities follows updates, key changes and deletes of tables
// whose rows are named in the stream by the primary key, an index, or whole.
func TestReplicaIdentities(t *testing.T) {
	t.Parallel()
	r := start(t, `
CREATE TABLE parent (id int PRIMARY KEY, name text);
CREATE TABLE by_index (id int PRIMARY KEY, code text NOT NULL UNIQUE, parent_id int, big text);
ALTER TABLE by_index ALTER big SET STORAGE EXTERNAL;
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_code_key;
CREATE TABLE whole (a int NOT NULL, b int NOT NULL, parent_id int, big text, UNIQUE (a, b));
ALTER TABLE whole ALTER big SET STORAGE EXTERNAL;
ALTER TABLE whole REPLICA IDENTITY FULL;
INSERT INTO parent SELECT g, 'p' || g FROM generate_series(1, 5) g;
INSERT INTO by_index SELECT g, 'c' || g, g % 5 + 1, repeat('x' || g, 3000) FROM generate_series(1, 20) g;
INSERT INTO whole SELECT g, g % 3, g % 5 + 1, repeat('y' || g, 3000) FROM generate_series(1, 20) g;
`, `
tables:
  whole: {primary_key: [a, b]}
projections:
  parent:
    from: parent
    key: "parent:{id}"
    columns: [id, name]
    fields:
      indexed: {many: by_index, on: {parent_id: id}, columns: [id, code, big]}
      whole: {many: whole, on: {parent_id: id}, columns: [a, b, big]}
  by_index:
    from: by_index
    key: "code:{code}"
    columns: "*"
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg,
		"UPDATE by_index SET id = id + 100 WHERE id < 10", // the primary key, not the identity
		"UPDATE by_index SET code = code || 'x' WHERE id % 2 = 0",
		"UPDATE whole SET a = a + 100, b = 7 WHERE a % 2 = 0",
		"UPDATE whole SET parent_id = 2 WHERE b = 1",
		"DELETE FROM whole WHERE b = 2",
		"DELETE FROM by_index WHERE id % 4 = 1",
		"UPDATE parent SET name = upper(name)")
	r.wantOracle(t)
}

// TestPartitions follows a partitioned table whose leaves have other column
// orders, rows that move between leaves, and a truncation.
func TestPartitions(t *testing.T) {
	t.Parallel()
	r := start(t, `
CREATE TABLE shop (id int PRIMARY KEY, name text);
CREATE TABLE sale (id int, region text, shop_id int REFERENCES shop, amount numeric, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE sale_eu (amount numeric, region text NOT NULL, shop_id int, junk int, id int NOT NULL);
ALTER TABLE sale_eu DROP COLUMN junk;
ALTER TABLE sale ATTACH PARTITION sale_eu FOR VALUES IN ('eu');
CREATE TABLE sale_us PARTITION OF sale FOR VALUES IN ('us') PARTITION BY RANGE (id);
CREATE TABLE sale_us_1 PARTITION OF sale_us FOR VALUES FROM (0) TO (1000);
INSERT INTO shop SELECT g, 's' || g FROM generate_series(1, 3) g;
INSERT INTO sale SELECT g, CASE g % 2 WHEN 0 THEN 'eu' ELSE 'us' END, g % 3 + 1, g FROM generate_series(1, 50) g;
`, `
projections:
  shop:
    from: shop
    key: "shop:{id}"
    columns: "*"
    fields:
      sales: {many: sale, columns: [id, region, amount]}
  sale:
    from: sale
    key: "sale:{id}:{region}"
    columns: "*"
    fields:
      shop: {one: shop, columns: [name]}
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg,
		"UPDATE sale SET region = 'us' WHERE id < 10 AND region = 'eu'",
		"UPDATE sale SET amount = amount * 1.50",
		"DELETE FROM sale WHERE id > 40",
		"INSERT INTO sale VALUES (500, 'eu', 1, 9), (501, 'us', 2, 8)")
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "TRUNCATE sale", "INSERT INTO sale VALUES (1, 'eu', 1, 1)")
	r.wantOracle(t)
}

// TestLargeTransaction goes through several batches of one transaction, in
// which rows move twice and TOAST values are left alone.
func TestLargeTransaction(t *testing.T) {
	t.Parallel()
	r := start(t, `
CREATE TABLE item (id int PRIMARY KEY, n int, big text);
ALTER TABLE item ALTER big SET STORAGE EXTERNAL;
INSERT INTO item SELECT g, 0, repeat(md5(g::text), 100) FROM generate_series(1, 3000) g;
`, `
projections:
  item: {from: item, key: "item:{id}", columns: "*"}
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `DO $$ BEGIN
		FOR i IN 1..20 LOOP UPDATE item SET n = n + 1; END LOOP;
		UPDATE item SET id = -id;
		UPDATE item SET id = 10000 - id;
		DELETE FROM item WHERE id % 7 = 0;
	END $$`)
	r.wantOracle(t)
}

// TestPublicationGap takes a table out of the publication for a while. Its
// changes never come, so everything is loaded again, also if the service ends
// after it noticed and somebody mends the publication before the next start.
func TestPublicationGap(t *testing.T) {
	t.Parallel()
	r := start(t, itemSchema, itemConfig)
	r.wantOracle(t)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, "ALTER PUBLICATION materializer_test DROP TABLE kind", "UPDATE kind SET name = 'missed'")
	r.run(t, itemConfig)
	r.wantOracle(t)
	if loads := count(t, r.metrics.Loads); loads != 1 {
		t.Errorf("%v loads, want 1", loads)
	}
}

// TestColumnRenamedAndBack renames a column in use and brings it back: the
// stream tells of it as it was in between, so that only a new load helps.
func TestColumnRenamedAndBack(t *testing.T) {
	t.Parallel()
	r := start(t, itemSchema, itemConfig)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "ALTER TABLE item RENAME n TO m", "UPDATE item SET m = 2 WHERE id = 1", "ALTER TABLE item RENAME m TO n")
	var changed *pipeline.TableChangedError
	if err := <-r.ended; !errors.As(err, &changed) {
		t.Fatalf("the pipeline ended with %v, want a TableChangedError", err)
	}
	r.ended <- nil
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r.run(t, itemConfig)
	r.wantOracle(t)
}

// TestColumnRetyped changes the type of a column in use: what the stream then
// brings does not fit, and the service stops and says so. The next start loads anew.
func TestColumnRetyped(t *testing.T) {
	t.Parallel()
	r := start(t, itemSchema, itemConfig)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "ALTER TABLE item ALTER n TYPE numeric(10,2)", "UPDATE item SET n = 2.50 WHERE id = 1")
	var schema *replication.SchemaError
	if err := <-r.ended; !errors.As(err, &schema) || schema.Table.Name != "item" || schema.Column != "n" {
		t.Fatalf("the pipeline ended with %v, want a SchemaError of item.n", err)
	}
	r.ended <- nil
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r.run(t, itemConfig)
	r.wantOracle(t)
}
