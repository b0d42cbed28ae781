package e2e

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

// TestShapesSurvive restarts the service and takes away what Redis holds, wholly
// and key by key, under changes: hashes, texts, sets and sorted sets come back
// as documents do, and nothing is left of what went meanwhile.
func TestShapesSurvive(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := startWith(t, server, featuresSchema, featuresYAML)
	r.wantOracle(t)

	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, featuresChanges(1)...)
	r.run(t, featuresYAML)
	r.wantOracle(t)

	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, featuresChanges(2)...)
	if err := server.Restart(t.Context()); err != nil { // empty
		t.Fatal(err)
	}
	r.wantOracle(t)

	options, err := redis.ParseURL(r.redis)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	refills := count(t, r.metrics.Refills)
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, featuresChanges(3)...)
	r.waitRefill(t, refills+1)
	r.wantOracle(t)
}

// TestShapesChange gives a projection another shape under the same keys: what was
// of the other type goes, and what takes its place is whole.
func TestShapesChange(t *testing.T) {
	t.Parallel()
	const schema = `CREATE TABLE item (id int PRIMARY KEY, kind int, name text);
		INSERT INTO item SELECT i, i % 3, 'item ' || i FROM generate_series(1, 30) i;`
	shapes := []string{
		`{from: item, key: "k:{id}", columns: [id, name]}`,
		`{from: item, key: "k:{id}", as: hash, columns: [id, name]}`,
		`{from: item, key: "k:{kind}", as: set, member: "{name}"}`,
		`{from: item, key: "k:{kind}", as: zset, member: "{name}", score: id}`,
		`{from: item, key: "k:{id}", as: text, value: name}`,
		`{from: item, key: "k:{kind}", as: set, member: "{id}"}`,
		`{from: item, key: "k:{id}", as: hash, columns: [kind, id]}`,
	}
	r := start(t, schema, "projections:\n  p: "+shapes[0]+"\n")
	r.wantOracle(t)
	for i, shape := range shapes[1:] {
		if err := r.stop(); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			servertest.Exec(t, r.pg, "UPDATE item SET name = name || '!', kind = kind + 1 WHERE id % 4 = 1", "DELETE FROM item WHERE id % 11 = 3")
		}
		r.run(t, "projections:\n  p: "+shape+"\n")
		r.wantOracle(t)
	}
}

// TestHashNulls tells a json value that is null from a NULL, and texts that look like JSON from JSON.
func TestHashNulls(t *testing.T) {
	t.Parallel()
	r := start(t, `
CREATE TABLE a (id int PRIMARY KEY, j jsonb, t text);
CREATE TABLE g (id int PRIMARY KEY, a_id int REFERENCES a, j jsonb, t text);
INSERT INTO a VALUES (1, 'null', 'null'), (2, '"x"', '"x"'), (3, NULL, NULL), (4, '3', '');
INSERT INTO g VALUES (1, 1, 'null', 'null'), (2, 2, '"x"', '"x"'), (3, 3, NULL, NULL), (4, 4, '3', '');
`, `
projections:
  one:
    from: g
    as: hash
    key: "g:{id}"
    columns: [id, j, t]
    fields:
      r: {one: a, value: j}
      s: {one: a, value: t}
      k: r
      l: j -> 'x'
      m: {one: a, inline: true, fields: {jj: j, tt: t}}
  many:
    from: a
    as: hash
    key: "a:{id}"
    columns: [id]
    fields:
      r: {many: g, value: "(array_agg(j order by id))[1]"}
      s: {many: g, value: max(t)}
      o: {many: g, inline: true, fields: {f: "(array_agg(j order by id))[1]", e: max(t), n: array_agg(t order by id)}}
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "UPDATE a SET j = CASE WHEN id % 2 = 0 THEN jsonb 'null' END, t = NULLIF(t, '') || '1'", "UPDATE g SET j = NULL, t = NULL WHERE id = 1")
	r.wantOracle(t)
}
