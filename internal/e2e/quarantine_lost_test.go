package e2e

import (
	"testing"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

const parkedSchema = `CREATE TABLE pages (id int PRIMARY KEY, rev int, body text);
	INSERT INTO pages VALUES (1, 1, 'a'), (2, 2, 'b');`

const parkedYAML = `
projections:
  page:
    from: pages
    key: "page:{id}"
    columns: [id, body]
    fields:
      share: 100 / rev
  guarded:
    from: pages
    key: "guarded:{id}"
    where: 100 / rev > 0
    columns: [id, body]
`

func (r *runner) client(t testing.TB) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return client
}

// What Redis lost while its row was in quarantine comes again with the row,
// also if the document is then what it was before.
func TestQuarantinedWhileRedisWasLost(t *testing.T) {
	t.Parallel()
	r := start(t, parkedSchema, parkedYAML)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE pages SET rev = 0 WHERE id = 1`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	if err := r.client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `UPDATE pages SET body = 'c' WHERE id = 2`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `UPDATE pages SET rev = 1 WHERE id = 1`)
	r.wantOracle(t)
}

// Where the marker alone is lost, documents in quarantine are no leftovers.
func TestQuarantineKeepsDocumentsWithoutMarker(t *testing.T) {
	t.Parallel()
	r := start(t, parkedSchema, parkedYAML)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE pages SET rev = 0 WHERE id = 1`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	client := r.client(t)
	if err := client.Del(t.Context(), "materializer:test:position").Err(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `UPDATE pages SET body = 'c' WHERE id = 2`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	for range 3 { // sweeping is in rounds of its own
		servertest.Exec(t, r.pg, `UPDATE pages SET body = body || 'd' WHERE id = 2`)
		if err := r.settle(t); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{"page:1", "guarded:1"} {
		if client.Exists(t.Context(), key).Val() != 1 {
			t.Errorf("%s is gone", key)
		}
	}
}
