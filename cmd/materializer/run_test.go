package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func TestRunOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, first := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, first, "there is no local state", "first load complete", "stopped")
	w.wantDocuments(shopConfig)

	w.exec(`UPDATE products SET name = 'changed' WHERE id = 1`, `DELETE FROM products WHERE id = 2`)
	_, second := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, second, "action=resume")
	if strings.Contains(second, "first load complete") {
		t.Error("the second run has loaded everything again")
	}
	w.wantDocuments(shopConfig)
}

func TestRunStopsAtSignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			p := w.start("run")
			p.await("msg=streaming")
			p.signal(signal)
			p.wantExit(exitDone)
			wantIn(t, p.err.String(), "stopped")
		})
	}
}

func wantIn(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("want %q in:\n%s", part, text)
		}
	}
}

func TestRunAfterConfigurationChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	changed := strings.Replace(shopConfig, `"sku:{sku}"`, `"code:{sku}"`, 1)
	w.configure(changed)
	_, messages := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, messages, "have changed", "removed keys that no longer belong")
	if before, after, _ := strings.Cut(messages, "removed keys that no longer belong"); !strings.Contains(before, "first load complete") || after == "" {
		t.Error("keys were removed before everything was loaded")
	}
	w.wantDocuments(changed)
	if got := w.get("sku:sku1"); got != "" {
		t.Errorf("the key of the old configuration holds %s", got)
	}
}

func TestRunAfterStateIsLost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	mine := w.get("product:7")
	if err := os.RemoveAll(w.state()); err != nil {
		t.Fatal(err)
	}
	w.exec(`DELETE FROM products WHERE id IN (7, 8)`)
	// Like ours, but not ours: by the key or by the shape.
	w.set("product:new", mine)
	w.set("product:5000", `{"id":5000,"name":"of somebody else"}`)

	_, messages := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, messages, "Redis holds documents of a state that is not here any more")
	for key, want := range map[string]bool{
		"product:7": false, "sku:sku7": false, "product:8": false, "product:9": true, "product:new": true, "product:5000": true,
	} {
		if got := w.get(key) != ""; got != want {
			t.Errorf("after the load %s is there: %t, want %t", key, got, want)
		}
	}
}

func TestRunSurvivesKills(t *testing.T) {
	t.Parallel()
	w := setup(t)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 6 {
		p := w.start("run")
		if round > 0 {
			p.await("msg=streaming")
		}
		for i := range 1 + random.IntN(40) {
			id := 1 + random.IntN(100)
			w.exec(fmt.Sprintf(`
				UPDATE products SET name = 'round %d.%d', sku = 'sku%d.' || id WHERE id = %d;
				DELETE FROM reviews WHERE id = %d;
				INSERT INTO products VALUES (%d, 1, 'new%d.%d', 'new', 1) ON CONFLICT (id) DO NOTHING`,
				round, i, round, id, 1+random.IntN(300), 200+id, round, i))
		}
		p.signal(syscall.SIGKILL)
		<-p.done
	}
	w.run(exitDone, "run", "--exit-when-caught-up")
	w.wantDocuments(shopConfig)
}

func TestRunWaitsForServers(t *testing.T) {
	t.Parallel()
	pg := servertest.Postgres(t, nil)
	w := &world{t: t, pg: pg.URL("postgres"), redis: servertest.Redis(t), dir: t.TempDir()}
	w.exec(shop)
	w.configure(shopConfig)
	if err := pg.Stop("fast"); err != nil {
		t.Fatal(err)
	}
	p := w.start("run", "--exit-when-caught-up")
	p.await("PostgreSQL is away")
	if err := pg.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.wantExit(exitDone)
	w.wantDocuments(shopConfig)
}

func TestRunWaitsForRedisBeforeItLoads(t *testing.T) {
	t.Parallel()
	w := setup(t)
	redis := servertest.RedisWith(t, servers.RedisOptions{})
	w.redis = redis.URL()
	w.configure(shopConfig)
	if err := redis.Stop(); err != nil {
		t.Fatal(err)
	}
	p := w.start("run", "--exit-when-caught-up")
	p.await("Redis is away; the load waits")
	if err := redis.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.wantExit(exitDone)
	w.wantDocuments(shopConfig)
}

func TestRunServesHTTP(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.start("run", "--http-listen=127.0.0.1:0", "--log-format=json")
	p.await("HTTP is served")
	p.await(`"msg":"streaming"`)
	var lsn string
	w.exec(`UPDATE products SET name = 'seen over HTTP' WHERE id = 3`)
	w.query(`SELECT pg_current_wal_flush_lsn()::text`, &lsn)
	listening := regexp.MustCompile(`"listen":"([^"]+)"`).FindStringSubmatch(p.err.String())
	if listening == nil {
		t.Fatal("the address is not told")
	}
	answer, err := http.Get("http://" + listening[1] + "/v1/wait?lsn=" + lsn)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("wait: %s", answer.Status)
	}
	wantIn(t, w.get("product:3"), "seen over HTTP")
}
