package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func TestOverviewAndHelp(t *testing.T) {
	t.Parallel()
	w := &world{t: t, dir: t.TempDir()}
	out, _ := w.run(exitDone)
	wantIn(t, out, "To begin:", "materializer validate", "teardown")
	out, _ = w.run(exitDone, "help", "settings")
	wantIn(t, out, "--source-url", "MATERIALIZER_SOURCE_URL", "--state-dir")
	for _, command := range []string{"run", "validate", "explain", "status", "get", "teardown"} {
		out, _ = w.run(exitDone, "help", command)
		wantIn(t, out, "Examples:\n  materializer "+command)
	}
	w.run(exitUsage, "help", "nothing")
	out, _ = w.run(exitDone, "version")
	wantIn(t, out, "materializer ", "commit ", "go1.", "state format 2")
}

func TestValidate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	out, _ := w.run(exitDone, "validate")
	wantIn(t, out, "product: products -> product:{id}, sku:{sku} (3 tables, 2 indexes)", "projections.yaml is fine")
	var slots int
	w.query(`SELECT count(*) FROM pg_replication_slots WHERE database = current_database()`, &slots)
	if _, err := os.Stat(w.state()); err == nil || slots > 0 {
		t.Error("validate has left something behind")
	}

	w.configureWith(shopConfig) // no settings at all
	out, _ = w.run(exitDone, "validate", "--offline")
	wantIn(t, out, "1 projection", "the database was not asked")
	_, messages := w.run(exitUsage, "validate")
	wantIn(t, messages, "source.url is not set", "--source-url")
	_, messages = w.run(exitUsage, "validate", "--source-url=postgres://postgres@127.0.0.1:1/nowhere")
	wantIn(t, messages, "connection refused", "--offline")

	w.configure(strings.Replace(shopConfig, "rating}", "stars}", 1))
	_, messages = w.run(exitUsage, "validate")
	wantIn(t, messages, "stars", "^", "1 mistake")
}

func TestExplainCommand(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(`ANALYZE`)
	out, _ := w.run(exitDone, "explain", "product")
	wantIn(t, out, "one document for each row of products (about 100)", "category", "products by category_id (index) -> document", "reviews")
	_, messages := w.run(exitUsage, "explain", "prodcut")
	wantIn(t, messages, "did you mean product?")
}

func TestGet(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, messages := w.run(exitFailed, "get", "product", "7")
	wantIn(t, messages, "there is nothing under product:7, nor under sku:7")
	w.run(exitDone, "run", "--exit-when-caught-up")
	for _, key := range []string{"7", "product:7", "sku:sku7", "sku7"} {
		out, _ := w.run(exitDone, "get", "product", key)
		if out != w.get("product:7")+"\n" || !json.Valid([]byte(out)) {
			t.Errorf("get product %s: %s", key, out)
		}
	}
	_, messages = w.run(exitUsage, "get", "product", "7", "8")
	wantIn(t, messages, "product:{id}", "cannot stand for their braces")
	_, messages = w.run(exitUsage, "get", "orders", "7")
	wantIn(t, messages, "there is no projection orders")
	w.run(exitUsage, "get", "product")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := setup(t)
	out, _ := w.run(exitDone, "status")
	wantIn(t, out, "not running", "none in", "there is none", "no documents")

	p := w.start("run", "--http-listen=127.0.0.1:0", "--http-token=tabbycat-tabbycat")
	p.await("HTTP is served")
	p.await("msg=streaming")
	listening := regexp.MustCompile(`listen=(\S+)`).FindStringSubmatch(p.err.String())
	if listening == nil {
		t.Fatal("the address is not told")
	}
	at := "--http-listen=" + listening[1]
	out, _ = w.run(exitDone, "status", at, "--http-token=tabbycat-tabbycat")
	wantIn(t, out, "running: ", "PostgreSQL", "connected", "visible", "projections", "product")
	out, _ = w.run(exitDone, "status", at, "--http-token=tabbycat-tabbycat", "--json")
	var told status
	if err := json.Unmarshal([]byte(out), &told); err != nil || !told.Running || told.Service.Postgres != "connected" {
		t.Errorf("%v in %s", err, out)
	}
	_, messages := w.run(exitFailed, "status", at)
	wantIn(t, messages, "401")
	out, _ = w.run(exitDone, "status") // http.listen is off
	wantIn(t, out, "in use: a service runs", "read by process")
	p.signal(syscall.SIGTERM)
	p.wantExit(exitDone)

	out, _ = w.run(exitDone, "status", at)
	wantIn(t, out, "nothing answers at "+listening[1], "epoch 1: complete up to", "confirmed up to", "from this state")
	out, _ = w.run(exitDone, "status", "--json")
	if err := json.Unmarshal([]byte(out), &told); err != nil || told.Left.Marker == nil || len(told.Left.States) != 1 {
		t.Errorf("%v in %s", err, out)
	}
}

func TestTeardown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	w.set("product:5000", "not ours")

	_, messages := w.run(exitFailed, "teardown", "--keys") // nobody answers
	wantIn(t, messages, w.slot(), "Go on?", "nothing was removed")
	w.wantLeft(1, 1, 1)

	p := w.start("run")
	p.await("msg=streaming")
	w.run(exitOwned, "teardown", "--keys", "--yes")
	p.signal(syscall.SIGTERM)
	p.wantExit(exitDone)
	w.wantLeft(1, 1, 1)

	out, _ := w.run(exitDone, "teardown", "--keys", "--yes")
	wantIn(t, out, "slot "+w.slot(), "200 keys in Redis are removed", "local state")
	w.wantLeft(0, 0, 0)
	if w.get("product:7") != "" || w.get("product:5000") != "not ours" {
		t.Error("wrong keys were removed")
	}
	if _, ok, err := w.client().Marker(t.Context()); ok || err != nil {
		t.Errorf("the marker is still there, or cannot be read: %v", err)
	}
	w.run(exitDone, "teardown", "--yes") // again
}

func TestTeardownOfStateOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.run(exitDone, "run", "--exit-when-caught-up")
	w.run(exitDone, "teardown", "--state", "--yes")
	w.wantLeft(1, 1, 0)
	_, messages := w.run(exitFailed, "teardown", "--keys", "--yes")
	wantIn(t, messages, "no local state that knows which keys")
	w.wantLeft(1, 1, 0)
	_, messages = w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, messages, "first load complete")
	w.wantDocuments(shopConfig)
	w.run(exitUsage, "teardown", "--state", "--keys")
}

func TestTeardownNeedsRedisForKeys(t *testing.T) {
	t.Parallel()
	w := setup(t)
	redis := servertest.RedisWith(t, servers.RedisOptions{})
	w.redis = redis.URL()
	w.configure(shopConfig)
	w.run(exitDone, "run", "--exit-when-caught-up")
	if err := redis.Stop(); err != nil {
		t.Fatal(err)
	}
	w.run(exitFailed, "teardown", "--keys", "--yes")
	w.wantLeft(1, 1, 1)
	w.run(exitDone, "teardown", "--yes")
	w.wantLeft(0, 0, 0)
}

// wantLeft counts what there is of slot, publication and local state.
func (w *world) wantLeft(slots, publications, states int) {
	w.t.Helper()
	var haveSlots, havePublications int
	w.query(`SELECT (SELECT count(*) FROM pg_replication_slots WHERE slot_name = '`+w.slot()+`'), count(*)
		FROM pg_publication WHERE pubname = '`+w.slot()+`'`, &haveSlots, &havePublications)
	entries, err := os.ReadDir(w.state())
	if err != nil {
		w.t.Fatal(err)
	}
	haveStates := 0
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "epoch-") {
			haveStates++
		}
	}
	if haveSlots != slots || havePublications != publications || haveStates != states {
		w.t.Fatalf("there are %d slots, %d publications, %d states; want %d, %d, %d",
			haveSlots, havePublications, haveStates, slots, publications, states)
	}
}
