// Package servertest gives tests real PostgreSQL and Redis servers.
//
// Database gives a fresh database on a cluster that the test binary shares,
// started when first asked for; Postgres and Redis give a test a server of its
// own, to be stopped, killed and paused. Each test's database or server goes
// away with the test. A server that cannot be started fails the test: nothing
// is skipped.
package servertest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/internal/servers"
)

// shared is the cluster of this test binary.
var shared struct {
	sync.Mutex
	cluster *servers.Postgres
	err     error
}

var databases atomic.Int64

// Main runs the tests of a package that uses Database and stops the shared
// cluster after them: func TestMain(m *testing.M) { servertest.Main(m) }.
func Main(m *testing.M) {
	code := m.Run()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster != nil {
		if err := shared.cluster.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "stop the shared cluster:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// Cluster returns the cluster that this test binary shares. A test that stops
// it, or changes what others see, wants Postgres instead.
func Cluster(t testing.TB) *servers.Postgres {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil && shared.err == nil {
		shared.cluster, shared.err = servers.StartPostgres(context.Background(), servers.PostgresOptions{})
	}
	if shared.err != nil {
		t.Fatalf("start the shared cluster: %v", shared.err)
	}
	return shared.cluster
}

// Database makes a database on the shared cluster, runs the SQL given in it and
// returns its URL as superuser. The database goes away with the test, and with
// it the replication slots in it. Subscriptions, roles and tablespaces belong
// to the cluster and stay.
func Database(t testing.TB, setup ...string) string {
	t.Helper()
	cluster := Cluster(t)
	name := fmt.Sprintf("test_%d", databases.Add(1))
	Exec(t, cluster.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() { drop(t, cluster, name) })
	if len(setup) > 0 {
		Exec(t, cluster.URL(name), setup...)
	}
	return cluster.URL(name)
}

func drop(t testing.TB, cluster *servers.Postgres, name string) {
	t.Helper()
	Exec(t, cluster.URL("postgres"),
		// A slot in use keeps its database, so its reader goes first. The wait is the server's.
		"SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE active_pid IS NOT NULL AND database = '"+name+"'",
		"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = '"+name+"'",
		"DROP DATABASE "+name+" WITH (FORCE)")
}

// Exec runs SQL in a database, each text in a round trip of its own. A text
// of several statements is one transaction, unless it says otherwise.
func Exec(t testing.TB, url string, sql ...string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatalf("connect to %s: %v", url, err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, text := range sql {
		if _, err := conn.PgConn().Exec(ctx, text).ReadAll(); err != nil {
			t.Fatalf("run %q: %v", text, err)
		}
	}
}

// Postgres starts a cluster for this test alone, with these settings over the
// defaults.
func Postgres(t testing.TB, settings map[string]string) *servers.Postgres {
	t.Helper()
	return PostgresWith(t, servers.PostgresOptions{Settings: settings})
}

// PostgresWith is Postgres with every option.
func PostgresWith(t testing.TB, o servers.PostgresOptions) *servers.Postgres {
	t.Helper()
	p, err := servers.StartPostgres(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("close PostgreSQL: %v", err)
		}
	})
	return p
}

// Redis starts a server for this test alone and returns its URL.
func Redis(t testing.TB) string {
	t.Helper()
	return RedisWith(t, servers.RedisOptions{}).URL()
}

// RedisWith starts a server for this test alone, to be stopped or paused.
func RedisWith(t testing.TB, o servers.RedisOptions) *servers.Redis {
	t.Helper()
	r, err := servers.StartRedis(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close Redis: %v", err)
		}
	})
	return r
}
