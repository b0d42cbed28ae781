// Package e2e tests the whole path on real servers: a configuration and a
// running PostgreSQL in, documents in a running Redis out, compared with what
// PostgreSQL itself answers (internal/oracle).
package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"materializer/cdc"
	"materializer/config"
	"materializer/internal/oracle"
	"materializer/internal/servers/servertest"
	"materializer/pipeline"
	"materializer/projections"
	"materializer/replication"
	"materializer/store"
	"materializer/writer"
)

// runner is a materializer within the test's process, on a database and a Redis of its own.
type runner struct {
	pg, redis string
	dir       string
	slot      string
	yaml      string
	quiet     bool
	source    *replication.Source
	ended     chan error
	plan      *projections.Plan
	pipeline  *pipeline.Pipeline
	stop      func() error
	metrics   *pipeline.Metrics
}

type logWriter struct {
	mu sync.Mutex
	t  testing.TB
}

func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.t != nil {
		w.t.Log(strings.TrimRight(string(p), "\n"))
	}
	return len(p), nil
}

// start makes a database, compiles the configuration and runs it.
func start(t testing.TB, schema, yaml string) *runner {
	t.Helper()
	r := &runner{pg: servertest.Database(t, schema), redis: servertest.Redis(t), dir: t.TempDir()}
	r.run(t, yaml)
	return r
}

// run starts a pipeline over the state directory; the test's end stops it.
func (r *runner) run(t testing.TB, yaml string) {
	t.Helper()
	if err := r.begin(t, yaml); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("pipeline ended with: %v", err)
		}
	})
}

// begin starts a pipeline that the caller stops.
func (r *runner) begin(t testing.TB, yaml string) error {
	r.yaml = yaml
	file, problems := config.Parse("test.yaml", []byte(yaml))
	if err := problems.Err(); err != nil {
		return err
	}
	log := &logWriter{}
	if !r.quiet {
		log.t = t
	}
	logger := slog.New(slog.NewTextHandler(log, nil))
	source, err := replication.Open(t.Context(), replication.Config{URL: r.pg, Name: "test", Slot: r.slotName(), Logger: logger})
	if err != nil {
		return err
	}
	cat, err := source.Catalog(t.Context())
	if err != nil {
		return err
	}
	plan, problems := projections.Compile(file, cat)
	if err := problems.Err(); err != nil {
		return fmt.Errorf("%w\n%s", err, yaml)
	}
	r.plan, r.source = plan, source
	sink, err := writer.Open(writer.Config{URL: r.redis, Name: "test", Logger: logger})
	if err != nil {
		return err
	}
	state, err := store.OpenDir(r.dir)
	if err != nil {
		return err
	}
	r.metrics = pipeline.NewMetrics()
	r.pipeline = pipeline.New(pipeline.Config{
		Plan: plan, Source: &pipeline.Postgres{Source: source, Slot: r.slotName(), Workers: 2},
		Sink: sink, State: state, Slot: r.slotName(), Logger: logger, Metrics: r.metrics,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.pipeline.Run(ctx) }()
	r.ended = done
	r.stop = sync.OnceValue(func() error {
		cancel()
		err := <-done
		source.Close()
		err = errors.Join(err, sink.Close(), state.Close())
		log.mu.Lock()
		defer log.mu.Unlock()
		log.t = nil
		return err
	})
	return nil
}

// finish stops the pipeline and removes its slot, of which a cluster has few.
func (r *runner) finish() error {
	if err := r.stop(); err != nil {
		return err
	}
	source, err := replication.Open(context.Background(), replication.Config{URL: r.pg, Name: "test", Slot: r.slotName()})
	if err != nil {
		return err
	}
	defer source.Close()
	return source.Drop(context.Background())
}

// slotName is the database's own: slots belong to the cluster, which tests share.
func (r *runner) slotName() string {
	if r.slot == "" {
		config, err := pgx.ParseConfig(r.pg)
		if err != nil {
			panic(err)
		}
		r.slot = "e2e_" + config.Database
	}
	return r.slot
}

// settle waits until everything committed so far is visible.
func (r *runner) settle(t testing.TB) error {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.pg)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var text string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&text); err != nil {
		return err
	}
	lsn, err := cdc.ParseLSN(text)
	if err != nil {
		return err
	}
	return r.waitMarker(ctx, lsn)
}

// waitMarker waits until Redis itself says that a position is visible: what the
// pipeline thinks is behind while it has not noticed yet that Redis was lost.
func (r *runner) waitMarker(ctx context.Context, lsn cdc.LSN) error {
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := client.HGet(ctx, "materializer:test:position", "lsn").Result()
		if visible, parsed := cdc.ParseLSN(text); err == nil && parsed == nil && visible >= lsn && r.pipeline.Ready() == nil {
			return nil
		}
		select {
		case ended := <-r.ended:
			r.ended <- ended
			return fmt.Errorf("the pipeline ended: %w", ended)
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w\nstatus %+v", lsn, ctx.Err(), r.pipeline.Status())
		case <-tick.C:
		}
	}
}

// compare compares all of Redis with what PostgreSQL answers.
func (r *runner) compare(t testing.TB) error {
	if err := r.settle(t); err != nil {
		return err
	}
	differences, err := oracle.Compare(t.Context(), r.pg, r.redis, r.plan)
	if err != nil {
		return err
	}
	if !differences.None() {
		return fmt.Errorf("Redis differs from PostgreSQL: %s", differences)
	}
	return nil
}

func (r *runner) wantOracle(t testing.TB) {
	t.Helper()
	if err := r.compare(t); err != nil {
		t.Fatal(err)
	}
}

// wantKeys compares all documents in Redis with what is wanted.
func (r *runner) wantKeys(t testing.TB, want map[string]string) {
	t.Helper()
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	got := map[string]string{}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		if !strings.HasPrefix(key, "materializer:") {
			got[key] = client.Get(t.Context(), key).Val()
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("Redis holds %q, want %q", got, want)
	}
}
