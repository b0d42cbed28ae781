package e2e

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"materializer/internal/oracle"
	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

// TestRandom draws schemas, configurations and workloads, and compares Redis
// with PostgreSQL after each part of the workload: written while streaming,
// while the service was stopped, and after it was given an empty Redis.
func TestRandom(t *testing.T) {
	t.Parallel()
	redis := servertest.RedisWith(t, servers.RedisOptions{})
	rapid.Check(t, func(rt *rapid.T) {
		scenario := oracle.DrawScenario(rt)
		load := oracle.DrawLoad(rt, scenario)
		parts := make([]*oracle.Workload, 4)
		for i := range parts {
			parts[i] = oracle.DrawWorkload(rt, scenario, 12, i == 1)
		}
		if err := replay(t, redis, scenario, load, parts); err != nil {
			rt.Logf("%s\n-- rows\n%s", scenario, load)
			for i, part := range parts {
				rt.Logf("-- part %d\n%s", i, part)
			}
			rt.Fatal(err)
		}
	})
}

func replay(t *testing.T, redis *servers.Redis, scenario *oracle.Scenario, load *oracle.Workload, parts []*oracle.Workload) (err error) {
	ctx := t.Context()
	if err := redis.Kill(); err != nil {
		return err
	}
	if err := redis.Restart(ctx); err != nil { // empty
		return err
	}
	pg := servertest.Database(t, scenario.Setup()...)
	conn, err := pgx.Connect(ctx, pg)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	if err := load.Run(ctx, conn); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	r := &runner{pg: pg, redis: redis.URL(), dir: t.TempDir(), quiet: true}
	if err := r.begin(t, scenario.YAML); err != nil {
		return err
	}
	defer func() {
		if stopping := r.finish(); err == nil {
			err = stopping
		}
	}()
	if err := r.compare(t); err != nil {
		return fmt.Errorf("after the first load: %w", err)
	}
	for i, part := range parts {
		if err := r.part(t, conn, redis, part, i); err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
	}
	return nil
}

// part runs one part of a workload: the third while the service is stopped, the
// fourth while Redis is, which then comes back empty.
func (r *runner) part(t *testing.T, conn *pgx.Conn, redis *servers.Redis, part *oracle.Workload, i int) error {
	ctx := t.Context()
	switch i {
	case 2:
		if err := r.stop(); err != nil {
			return err
		}
	case 3:
		if err := redis.Kill(); err != nil {
			return err
		}
	}
	if err := part.Run(ctx, conn); err != nil {
		return fmt.Errorf("workload: %w", err)
	}
	if _, err := conn.Exec(ctx, "ANALYZE"); err != nil { // the oracle's queries are slow without
		return err
	}
	switch i {
	case 2:
		if err := r.begin(t, r.yaml); err != nil {
			return err
		}
	case 3:
		if err := redis.Restart(ctx); err != nil {
			return err
		}
	}
	return r.compare(t)
}
