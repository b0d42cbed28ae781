package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"materializer/config"
	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
	"materializer/pipeline"
	"materializer/replication"
	"materializer/store"
)

func TestExitUsage(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		setup func(w *world)
		args  []string
		want  []string
	}{
		{"unknown command", nil, []string{"rnu"}, []string{`no command "rnu"`, "did you mean run?"}},
		{"unknown flag", nil, []string{"run", "--nope"}, []string{"--nope", "run --help"}},
		{"argument", nil, []string{"run", "now"}, []string{"usage: materializer run"}},
		{"no file", nil, []string{"run", "-c", "none.yaml"}, []string{"none.yaml", "--config"}},
		{"several mistakes", func(w *world) {
			w.configureWith("source: {url: 'mysql://x'}\nprojektions: {}\n")
		}, []string{"run"}, []string{"projektions", "source.url", "target.url is not set", "3 mistakes"}},
		{"unknown table and column", func(w *world) {
			w.configure("projections:\n  a: {from: product, key: 'a:{id}', columns: [id]}\n  b: {from: products, key: 'b:{id}', columns: [naem]}\n")
		}, []string{"run"}, []string{"products", "naem", "2 mistakes"}},
		{"no such database", func(w *world) {
			w.pg = strings.Replace(w.pg, w.name(), "nowhere", 1)
			w.configure(shopConfig)
		}, []string{"run"}, []string{"nowhere"}},
		{"preflight", func(w *world) {
			w.exec(`SELECT pg_create_physical_replication_slot('` + w.slot() + `')`)
		}, []string{"run"}, []string{"a slot of something else has this name", "pg_drop_replication_slot", "1 thing to mend"}},
		{"HTTP address in use", func(w *world) {
			// Redis listens there.
			w.configureWith("source: {url: '" + w.pg + "'}\ntarget: {url: '" + w.redis + "'}\nhttp: {listen: '" +
				strings.TrimSuffix(strings.TrimPrefix(w.redis, "redis://"), "/0") + "'}\n" + shopConfig)
		}, []string{"run"}, []string{"address already in use"}},
		{"Redis wants a password", func(w *world) {
			redis := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--requirepass", "secret"}})
			w.redis = redis.URL()
			w.configure(shopConfig)
		}, []string{"run"}, []string{"NOAUTH"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			if c.setup != nil {
				c.setup(w)
			}
			_, messages := w.run(exitUsage, c.args...)
			wantIn(t, messages, c.want...)
			if _, err := os.Stat(filepath.Join(w.dir, "state", "epoch-000001")); err == nil {
				t.Error("local state was made")
			}
		})
	}
}

func TestExitHalted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	w.exec(`SELECT pg_drop_replication_slot('` + w.slot() + `')`)
	_, messages := w.run(exitHalted, "run", "--source-on-gap=halt")
	wantIn(t, messages, "is gone", "--source-on-gap=resync")
	w.exec(`UPDATE products SET name = 'after the gap' WHERE id = 1`)
	w.run(exitDone, "run", "--exit-when-caught-up")
	w.wantDocuments(shopConfig)

	// A publication that has lost a table while nobody looked.
	w.exec(`ALTER PUBLICATION ` + w.slot() + ` DROP TABLE categories`)
	_, messages = w.run(exitHalted, "run", "--source-on-gap=halt")
	wantIn(t, messages, "categories")
}

func TestExitOwned(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.start("run")
	p.await("msg=streaming")
	_, messages := w.run(exitOwned, "run")
	wantIn(t, messages, "in use by another process")
	_, messages = w.run(exitOwned, "run", "--state-dir=elsewhere", "--slot-wait=300ms")
	wantIn(t, messages, "the replication slot is in use", w.slot())
	p.signal(syscall.SIGTERM)
	p.wantExit(exitDone)
}

func TestExitStateOfANewerProgram(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	marker, err := filepath.Glob(filepath.Join(w.state(), "epoch-000001", "marker.format-version.*"))
	if err != nil || len(marker) != 1 {
		t.Fatalf("the file of the format: %v, %v", marker, err)
	}
	stem, _, _ := strings.Cut(filepath.Base(marker[0]), ".format-version.")
	if err := os.Rename(marker[0], filepath.Join(filepath.Dir(marker[0]), stem+".format-version.000999.999")); err != nil {
		t.Fatal(err)
	}
	_, messages := w.run(exitStateUnusable, "run")
	wantIn(t, messages, store.ErrFormat.Error(), "teardown --state")
}

func TestExitPolicy(t *testing.T) {
	t.Parallel()
	w := setup(t)
	redis := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"}})
	w.redis = redis.URL()
	w.configure(shopConfig)
	_, messages := w.run(exitPolicy, "run", "--target-strict")
	wantIn(t, messages, "allkeys-lru", "noeviction")
	_, messages = w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, messages, "level=ERROR", "allkeys-lru")
}

func TestExitCode(t *testing.T) {
	t.Parallel()
	cases := []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{config.Problems{{Message: "mistake"}}, 2},
		{replication.Problems{{Message: "finding"}}, 2},
		{replication.ErrSlotForeign, 2},
		{&pipeline.HaltError{Reason: "gap"}, 3},
		{store.ErrLocked, 4},
		{replication.ErrSlotActive, 4},
		{store.ErrCorrupt, 5},
		{store.ErrFormat, 5},
		{store.ErrDiskFull, 6},
		{errors.Join(store.ErrDiskFull, store.ErrCorrupt), 6},
		{codedError{exitPolicy, errors.New("evicts")}, 7},
	}
	for _, c := range cases {
		if c.err != nil {
			c.err = fmt.Errorf("run: %w", c.err)
		}
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	redis := servertest.RedisWith(t, servers.RedisOptions{})
	w.redis = redis.URL()
	w.configure(shopConfig)
	p := w.start("run")
	p.await("msg=streaming")
	if err := redis.Pause(); err != nil {
		t.Fatal(err)
	}
	w.exec(`UPDATE products SET name = 'on its way'`)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	late := time.After(5 * time.Second) // draining would take longer
	for {
		p.signal(syscall.SIGTERM)
		select {
		case <-again.C:
		case <-late:
			t.Fatal("still runs")
		case <-p.done:
			return
		}
	}
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.pg = strings.Replace(w.pg, "postgres@", "postgres:tiger@", 1)
	redis := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--requirepass", "secret"}})
	w.redis = strings.Replace(redis.URL(), "redis://", "redis://default:lion@", 1)
	w.configure(shopConfig)
	_, messages := w.run(exitUsage, "run", "--log-level=debug", "--http-token=tabbycat-tabbycat")
	if strings.Contains(messages, "lion") || strings.Contains(messages, "tiger") || strings.Contains(messages, "tabbycat") {
		t.Errorf("a secret is shown:\n%s", messages)
	}
	wantIn(t, messages, "starting", "WRONGPASS", "check user and password")
}
