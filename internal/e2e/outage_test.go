package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/redis/go-redis/v9"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

const itemSchema = `
CREATE TABLE kind (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE item (id int PRIMARY KEY, kind_id int NOT NULL REFERENCES kind, n int NOT NULL DEFAULT 0);
INSERT INTO kind SELECT g, 'kind ' || g FROM generate_series(1, 5) g;
INSERT INTO item SELECT g, g % 5 + 1 FROM generate_series(1, 2000) g;
`

const itemConfig = `
projections:
  item:
    from: item
    key: "item:{id}"
    columns: [id, n]
    fields:
      kind: {one: kind, value: name}
`

// startWith is start with a Redis that the test treats badly.
func startWith(t *testing.T, server *servers.Redis, schema, yaml string) *runner {
	t.Helper()
	r := &runner{pg: servertest.Database(t, schema), redis: server.URL(), dir: t.TempDir()}
	r.run(t, yaml)
	return r
}

// TestRedisAway takes Redis away under writes: PostgreSQL is confirmed
// everything meanwhile, and afterwards nothing is missing.
func TestRedisAway(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := startWith(t, server, itemSchema, itemConfig)
	r.wantOracle(t)
	loaded := count(t, r.metrics.RowsLoaded)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		servertest.Exec(t, r.pg, fmt.Sprintf("UPDATE item SET n = n + 1 WHERE id %% 20 = %d", i), "UPDATE kind SET name = name || '!' WHERE id = 1")
	}
	servertest.Exec(t, r.pg, "DELETE FROM item WHERE id > 1900", "INSERT INTO item VALUES (5000, 1, 1)")
	waitConfirmed(t, r)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.wantOracle(t)
	if again := count(t, r.metrics.RowsLoaded); again != loaded {
		t.Errorf("%v rows were copied from PostgreSQL to refill Redis, want none", again-loaded)
	}
}

func count(t *testing.T, counter prometheus.Counter) float64 {
	t.Helper()
	var now dto.Metric
	if err := counter.Write(&now); err != nil {
		t.Fatal(err)
	}
	return now.GetCounter().GetValue()
}

// waitConfirmed waits until the slot's confirmed position has reached what is committed now.
func waitConfirmed(t *testing.T, r *runner) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.pg)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	var target string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&target); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var reached bool
		err := conn.QueryRow(ctx, "SELECT confirmed_flush_lsn >= $1::pg_lsn FROM pg_replication_slots WHERE slot_name = $2", target, r.slotName()).Scan(&reached)
		if err != nil {
			t.Fatalf("slot is not confirmed up to %s while Redis is away: %v", target, err)
		}
		if reached {
			return
		}
		<-tick.C
	}
}

// TestRedisFallsBack restores Redis to an older dump: what it lost is written
// again from local state, and only that is older than it was for a moment.
func TestRedisFallsBack(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := startWith(t, server, itemSchema, itemConfig)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "UPDATE item SET n = 1 WHERE id <= 10")
	r.wantOracle(t)
	if err := server.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, "UPDATE item SET n = 2 WHERE id <= 1000", "DELETE FROM item WHERE id = 11", "INSERT INTO item VALUES (7000, 2, 1)")
	r.wantOracle(t)
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Restart(t.Context()); err != nil { // with what was saved
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, "UPDATE item SET n = 3 WHERE id = 1")
	r.waitRefill(t, 1)
	r.wantOracle(t)
}

// TestFlushAll empties Redis while it runs and nothing is written: it is noticed and mended.
func TestFlushAll(t *testing.T) {
	t.Parallel()
	r := start(t, itemSchema, itemConfig)
	r.wantOracle(t)
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	r.waitRefill(t, 1)
	r.wantOracle(t)
}

func (r *runner) waitRefill(t *testing.T, n float64) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for count(t, r.metrics.Refills) < n {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nothing was found to be lost")
		}
	}
}

// TestConfigurationChange changes what documents are made of and their keys. A
// reader never misses the old document before the new one is there, and no key
// of before is left in the end.
func TestConfigurationChange(t *testing.T) {
	t.Parallel()
	r := start(t, itemSchema, itemConfig)
	r.wantOracle(t)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, "DELETE FROM item WHERE id = 7", "UPDATE item SET n = 9 WHERE id = 8")
	ctx, cancel := context.WithCancel(t.Context())
	missed := make(chan error, 1)
	go func() { missed <- r.watch(ctx, "item:1", "item:1:n") }()
	r.run(t, `
projections:
  item: {from: item, key: "item:{id}:n", columns: [n, id]}
`)
	r.wantOracle(t)
	cancel()
	if err := <-missed; err != nil {
		t.Error(err)
	}
}

// watch reads until ctx ends and fails when at some moment none of the keys is there.
func (r *runner) watch(ctx context.Context, keys ...string) error {
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	for ctx.Err() == nil {
		n, err := client.Exists(ctx, keys...).Result()
		if err == nil && n == 0 {
			return fmt.Errorf("none of %q is there", keys)
		}
	}
	return nil
}
