package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"materializer/config"
	"materializer/internal/oracle"
	"materializer/internal/servers/servertest"
	"materializer/projections"
	"materializer/replication"
	"materializer/writer"
)

// patience bounds every wait. Nothing waits for it unless it has failed.
const patience = 2 * time.Minute

const shop = `
CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, name text NOT NULL);
CREATE TABLE products (id bigint PRIMARY KEY, category_id int REFERENCES categories, sku text UNIQUE NOT NULL, name text, price numeric(10,2));
CREATE TABLE reviews (id serial PRIMARY KEY, product_id bigint REFERENCES products ON DELETE CASCADE, rating int);
INSERT INTO categories VALUES (1, NULL, 'all'), (2, 1, 'books');
INSERT INTO products SELECT g, 2, 'sku' || g, 'product ' || g, g + 0.50 FROM generate_series(1, 100) g;
INSERT INTO reviews (product_id, rating) SELECT 1 + g % 100, g % 5 FROM generate_series(1, 300) g;
`

const shopConfig = `
projections:
  product:
    from: products
    key: ["product:{id}", "sku:{sku}"]
    columns: [id, name, price]
    fields:
      category: {one: categories, columns: [id, name]}
      ratings: {many: reviews, value: rating}
`

// world is a database, a Redis and a directory for one test.
type world struct {
	t         *testing.T
	pg, redis string
	dir       string
}

// setup makes a world with the shop in it.
func setup(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pg: servertest.Database(t, shop), redis: servertest.Redis(t), dir: t.TempDir()}
	w.configure(shopConfig)
	return w
}

// configure writes the configuration.
func (w *world) configure(projections string) {
	w.t.Helper()
	w.configureWith(fmt.Sprintf("source: {url: %q}\ntarget: {url: %q}\nstate: {dir: %q}\nhttp: {listen: off}\n",
		w.pg, w.redis, w.state()) + projections)
}

func (w *world) configureWith(text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, "projections.yaml"), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) state() string { return filepath.Join(w.dir, "state") }

func (w *world) exec(sql ...string) {
	w.t.Helper()
	servertest.Exec(w.t, w.pg, sql...)
}

// process is the program, running.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  bytes.Buffer
	err  transcript
	done chan struct{}
}

// start starts the program in the world's directory.
func (w *world) start(args ...string) *process {
	w.t.Helper()
	p := &process{t: w.t, cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Dir = w.dir
	p.cmd.Env = []string{asProgram + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "GOMAXPROCS=2"}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit code tells
	}()
	w.t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
		if w.t.Failed() {
			w.t.Logf("%s\n%s%s", strings.Join(args, " "), p.err.String(), p.out.String())
		}
	})
	return p
}

// run runs the program to its end and expects an exit code.
func (w *world) run(want int, args ...string) (out, messages string) {
	w.t.Helper()
	p := w.start(args...)
	p.wantExit(want)
	return p.out.String(), p.err.String()
}

func (p *process) signal(s syscall.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
}

// wantExit waits for the end.
func (p *process) wantExit(want int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("%v still runs", p.cmd.Args[1:])
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Fatalf("%v: exit code %d, want %d\n%s", p.cmd.Args[1:], got, want, p.err.String())
	}
}

// await waits for text among the messages and gives what was written so far.
func (p *process) await(text string) string {
	p.t.Helper()
	found := p.err.await(text)
	select {
	case <-found:
	case <-time.After(patience):
		p.t.Fatalf("waited for %q in vain", text)
	case <-p.done:
		select {
		case <-found:
		default:
			p.t.Fatalf("ended without %q", text)
		}
	}
	return p.err.String()
}

// transcript is what a process has written, and who waits for what in it.
type transcript struct {
	mu      sync.Mutex
	text    strings.Builder
	waiting map[string]chan struct{}
}

func (tr *transcript) Write(p []byte) (int, error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.text.Write(p)
	for text, found := range tr.waiting {
		if strings.Contains(tr.text.String(), text) {
			close(found)
			delete(tr.waiting, text)
		}
	}
	return len(p), nil
}

func (tr *transcript) await(text string) <-chan struct{} {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	found := make(chan struct{})
	if strings.Contains(tr.text.String(), text) {
		close(found)
		return found
	}
	if tr.waiting == nil {
		tr.waiting = map[string]chan struct{}{}
	}
	tr.waiting[text] = found
	return found
}

func (tr *transcript) String() string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return tr.text.String()
}

// client opens the world's Redis as the program does.
func (w *world) client() *writer.Redis {
	w.t.Helper()
	redis, err := writer.Open(writer.Config{URL: w.redis, Name: w.name()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := redis.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return redis
}

// name is the service's name: it follows from the database's.
func (w *world) name() string {
	database := w.pg[strings.LastIndex(w.pg, "/")+1:]
	database, _, _ = strings.Cut(database, "?")
	return database
}

func (w *world) slot() string { return "materializer_" + w.name() }

// get reads a document; "" if there is none.
func (w *world) get(key string) string {
	w.t.Helper()
	body, err := w.client().Get(w.t.Context(), []byte(key))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(body)
}

// set writes a key that is not the program's.
func (w *world) set(key, value string) {
	w.t.Helper()
	options, err := redis.ParseURL(w.redis)
	if err != nil {
		w.t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	if err := client.Set(w.t.Context(), key, value, 0).Err(); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) query(sql string, into ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.pg)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(w.t.Context()))
	if err := conn.QueryRow(w.t.Context(), sql).Scan(into...); err != nil {
		w.t.Fatal(err)
	}
}

// wantDocuments compares all of Redis with what PostgreSQL answers.
func (w *world) wantDocuments(projectionsYAML string) {
	w.t.Helper()
	plan, err := w.plan(w.t.Context(), projectionsYAML)
	if err != nil {
		w.t.Fatal(err)
	}
	differences, err := oracle.Compare(w.t.Context(), w.pg, w.redis, plan)
	if err != nil {
		w.t.Fatal(err)
	}
	if !differences.None() {
		w.t.Fatalf("Redis differs from PostgreSQL:\n%s", differences)
	}
}

func (w *world) plan(ctx context.Context, text string) (*projections.Plan, error) {
	file, problems := config.Parse("test.yaml", []byte(text))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	source, err := replication.Open(ctx, replication.Config{URL: w.pg, Name: "test"})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	catalog, err := source.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	plan, problems := projections.Compile(file, catalog)
	return plan, problems.Err()
}
