package main

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// demonstration is the demo, running with a directory for temporary files of its own.
type demonstration struct {
	*process
	dir string
}

func startDemo(t *testing.T, environment []string, args ...string) *demonstration {
	t.Helper()
	dir := t.TempDir()
	// The user that PostgreSQL runs as must be able to pass.
	if err := errors.Join(os.Chmod(filepath.Dir(dir), 0o711), os.Chmod(dir, 0o711)); err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(os.Args[0], append([]string{"demo"}, args...)...), done: make(chan struct{})}
	p.cmd.Env = append([]string{asProgram + "=1", "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH")}, environment...)
	p.cmd.Stdout, p.cmd.Stderr = &p.err, &p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit code tells
	}()
	d := &demonstration{p, dir}
	t.Cleanup(func() {
		p.signal(syscall.SIGKILL)
		<-p.done
		d.wantNothingLeft()
		if t.Failed() {
			t.Log(p.err.String())
		}
	})
	return d
}

var portInText = regexp.MustCompile(`(?:on port |127\.0\.0\.1:)([0-9]+)`)

// wantNothingLeft waits until directory and ports are given up. After a kill
// that is the work of watchdogs, which nobody can wait for but by looking.
func (d *demonstration) wantNothingLeft() {
	d.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); ; {
		entries, err := os.ReadDir(d.dir)
		if err != nil {
			d.t.Fatal(err)
		}
		if len(entries) == 0 {
			break
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("the demo left %s", entries[0].Name())
		}
		<-tick.C
	}
	for _, port := range portInText.FindAllStringSubmatch(d.err.String(), -1) {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port[1]); err == nil {
			_ = conn.Close()
			d.t.Errorf("port %s still takes connections", port[1])
		}
	}
}

func TestDemo(t *testing.T) {
	t.Parallel()
	d := startDemo(t, nil, "--rows", "2000", "--duration", "3s")
	d.wantExit(exitDone)
	text := d.err.String()
	for _, want := range []string{
		`PostgreSQL \d+ started on port \d+`,
		`Redis started on port \d+`,
		`shop filled: 2,\d\d\d rows in 9 tables`,
		`materializer started with projections\.example\.yaml: read all rows, wrote [\d,]+ keys`,
		`GET product:\d+\n  \{\n    "id": \d+,\n`,
		`"names": \{"de": `,
		`GET order:\d+\n`,
		`GET price:SKU-\d+\n    [\d.]+ EUR\n`,
		`HGETALL user:email:[a-z0-9.]+@example\.com\n`,
		`ZRANGE category:\d+:products 0 2 WITHSCORES\n    \d+ +[\d.]+\n`,
		`SMEMBERS "?tagged:[a-z -]+"?\n    \d+ members?: \d+`,
		`UPDATE products SET price = .*\n    GET product:\d+\n      price: [\d.]+ -> [\d.]+\n`,
		`GET price:SKU-\d+\n      [\d.]+ EUR -> [\d.]+ EUR\n    ZSCORE category:\d+:products \d+\n      [\d.]+ -> [\d.]+\n`,
		`ratings\.number: \d+ -> \d+\n`,
		`spent: [\d.]+ -> [\d.]+\n`,
		`nothing -> [A-Za-z0-9.]+@Example\.Org\n`,
		`\{\.\.\.\} -> nothing\n`,
		`SISMEMBER "?tagged:[a-z -]+"? \d+\n      1 -> 0\n`,
		`redis-cli -p \d+ get product:\d+\n`,
		`psql postgres://postgres@127\.0\.0\.1:\d+/shop\n`,
		`http://127\.0\.0\.1:\d+/v1/status\n`,
		`(?m)^   [123] s +\d+ commits/s +[\d,]+ documents/s  visible p50 [\d.]+ m?s, p99 [\d.]+ m?s   e\.g\. .*, visible after [\d.]+ m?s$`,
		`[1-9]\d* transactions committed, .*price changes, .*reviews, .*orders`,
		`over [1-9]\d* changes`,
		`1\d\d products, 1\d\d prices, 1\d\d users, \d+ categories, \d+ price lists, 10 sets of tags, drawn\s+at\s+random, equal`,
		`Stopped\. The servers and all their data are removed\.`,
	} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("want %s", want)
		}
	}
	for _, unwanted := range []string{"\x1b", "\r", "not seen", "panic"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("there is %q in the output", unwanted)
		}
	}
	committed := number(t, text, `([\d,]+) transactions committed`)
	if seen := number(t, text, `over ([\d,]+) changes`); seen < committed*9/10 || seen > committed {
		t.Errorf("%d transactions committed, and %d seen", committed, seen)
	}
}

func number(t *testing.T, text, pattern string) int {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("want %s", pattern)
	}
	n, err := strconv.Atoi(strings.ReplaceAll(found[1], ",", ""))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDemoEndsWell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, after string
		signal      syscall.Signal
		want        string
	}{
		{"interrupted while servers start", "A shop in PostgreSQL", syscall.SIGINT, "Stopped."},
		{"terminated while the shop is filled", "Redis started", syscall.SIGTERM, "Stopped."},
		{"interrupted while the shop is open", "visible p50", syscall.SIGINT, "drawn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := startDemo(t, nil, "--rows", "2000")
			d.await(c.after)
			d.signal(c.signal)
			d.wantExit(exitDone)
			wantIn(t, d.err.String(), c.want, "all their data are removed")
			d.wantNothingLeft()
		})
	}
}

func TestDemoLeavesNothingWhenKilled(t *testing.T) {
	t.Parallel()
	for _, after := range []string{"Redis started", "visible p50"} {
		t.Run(after, func(t *testing.T) {
			t.Parallel()
			d := startDemo(t, nil, "--rows", "2000")
			d.await(after)
			d.signal(syscall.SIGKILL)
			<-d.done
			d.wantNothingLeft()
		})
	}
}

func TestDemoKeeps(t *testing.T) {
	t.Parallel()
	d := startDemo(t, nil, "--rows", "500", "--duration", "1s", "--keep")
	d.wantExit(exitDone)
	found := regexp.MustCompile(`kept in (\S+):`).FindStringSubmatch(strings.ReplaceAll(d.err.String(), "\n", " "))
	if found == nil {
		t.Fatal("it does not say where the data is")
	}
	var names []string
	entries, err := os.ReadDir(found[1])
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if got, want := strings.Join(names, " "), "materializer.log postgres projections.yaml redis state"; got != want {
		t.Errorf("kept %s, want %s", got, want)
	}
	if err := os.RemoveAll(found[1]); err != nil {
		t.Error(err)
	}
}

// A materializer that refuses to run ends the demo, with the reason.
func TestDemoTellsWhyTheMaterializerEnded(t *testing.T) {
	t.Parallel()
	d := startDemo(t, []string{"MATERIALIZER_LOG_LEVEL=loud"}, "--rows", "500")
	d.wantExit(exitFailed)
	wantIn(t, d.err.String(), "materializer ended with code 2", "MATERIALIZER_LOG_LEVEL")
	d.wantNothingLeft()
}

func TestDemoSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	d := startDemo(t, []string{"MATERIALIZER_PG_BIN=" + empty, "MATERIALIZER_REDIS_SERVER=" + filepath.Join(empty, "redis")})
	d.wantExit(exitUsage)
	wantIn(t, d.err.String(), "PostgreSQL and Redis", "MATERIALIZER_PG_BIN", "MATERIALIZER_REDIS_SERVER", "sudo apt-get install postgresql redis-server")
}

func TestDemoRefusesWhatItWouldIgnore(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--source-url", "postgres://localhost/mine"}, {"--config", "mine.yaml"}, {"--rows", "0"}, {"--rate", "-1"}, {"--duration", "-1s"}, {"now"},
	} {
		d := startDemo(t, nil, args...)
		d.wantExit(exitUsage)
		wantIn(t, d.err.String(), strings.TrimPrefix(args[0], "--"))
	}
}
