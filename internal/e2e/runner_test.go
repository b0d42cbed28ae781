// Package e2e tests the whole path on real servers: a configuration and a
// running PostgreSQL in, documents in a running Redis out, compared with what
// PostgreSQL itself answers (internal/oracle).
package e2e

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

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
	file, problems := config.Parse("test.yaml", []byte(yaml))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	log := &logWriter{t: t}
	logger := slog.New(slog.NewTextHandler(log, nil))
	source, err := replication.Open(t.Context(), replication.Config{URL: r.pg, Name: "test", Slot: r.slotName(), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	cat, err := source.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := projections.Compile(file, cat)
	if err := problems.Err(); err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	r.plan = plan
	sink, err := writer.Open(writer.Config{URL: r.redis, Name: "test", Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	state, err := store.OpenDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	r.metrics = pipeline.NewMetrics()
	r.pipeline = pipeline.New(pipeline.Config{
		Plan: plan, Source: &pipeline.Postgres{Source: source, Slot: r.slotName(), Workers: 2},
		Sink: sink, State: state, Slot: r.slotName(), Logger: logger, Metrics: r.metrics,
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.pipeline.Run(ctx) }()
	stopped := false
	r.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		err := <-done
		source.Close()
		if err := sink.Close(); err != nil {
			t.Error(err)
		}
		if err := state.Close(); err != nil {
			t.Error(err)
		}
		return err
	}
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("pipeline ended with: %v", err)
		}
		log.mu.Lock()
		log.t = nil
		log.mu.Unlock()
	})
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
func (r *runner) settle(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.pg)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	// A message of our own makes sure that there is a commit to wait for.
	var text string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&text); err != nil {
		t.Fatal(err)
	}
	lsn, err := cdc.ParseLSN(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.pipeline.Wait(ctx, lsn); err != nil {
		t.Fatalf("%v\nstatus %+v", err, r.pipeline.Status())
	}
}

// wantOracle compares all of Redis with what PostgreSQL answers.
func (r *runner) wantOracle(t testing.TB) {
	t.Helper()
	r.settle(t)
	differences, err := oracle.Compare(t.Context(), r.pg, r.redis, r.plan)
	if err != nil {
		t.Fatal(err)
	}
	if !differences.None() {
		t.Fatalf("Redis differs from PostgreSQL:\n%s", differences)
	}
}
