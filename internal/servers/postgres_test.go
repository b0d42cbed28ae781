package servers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"
)

func startPostgres(t *testing.T, settings map[string]string) *Postgres {
	t.Helper()
	p, err := StartPostgres(t.Context(), PostgresOptions{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// ask returns one value, or the error, within a second.
func ask(p *Postgres, sql string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }()
	var value string
	err = conn.QueryRow(ctx, sql, pgx.QueryExecModeSimpleProtocol).Scan(&value)
	return value, err
}

func wantAnswer(t *testing.T, p *Postgres, sql, want string) {
	t.Helper()
	got, err := ask(p, sql)
	if err != nil || got != want {
		t.Fatalf("%s: got %q, %v; want %q", sql, got, err, want)
	}
}

func execute(t *testing.T, p *Postgres, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if _, err := conn.PgConn().Exec(t.Context(), sql).ReadAll(); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func TestPostgresHasTheSettingsItWasGiven(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, map[string]string{"max_wal_senders": "7", "application_name": "it's"})
	wantAnswer(t, p, "SHOW max_wal_senders", "7")
	wantAnswer(t, p, "SHOW application_name", "it's")
	wantAnswer(t, p, "SHOW wal_level", "logical")
	wantAnswer(t, p, "SHOW server_encoding", "UTF8")
	if p.Version < 14 {
		t.Errorf("version %d, want 14 or later", p.Version)
	}
	execute(t, p, "ALTER SYSTEM SET max_wal_senders = 9")
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, p, "SHOW max_wal_senders", "9") // the file's settings do not pin it
}

func TestPostgresKeepsDataAndPortThroughStopKillAndRestart(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, nil)
	url := p.URL("postgres")
	execute(t, p, "CREATE TABLE kept AS SELECT 'yes' AS value")
	for _, end := range []func() error{
		func() error { return p.Stop("fast") },
		func() error { return p.Stop("immediate") },
		p.Kill,
	} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if p.Running() {
			t.Fatal("still running")
		}
		if _, err := ask(p, "SELECT 1::text"); err == nil {
			t.Fatal("a stopped cluster answered")
		}
		if err := p.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantAnswer(t, p, "SELECT value FROM kept", "yes")
		if p.URL("postgres") != url {
			t.Fatalf("the address changed from %s to %s", url, p.URL("postgres"))
		}
	}
	if err := p.Stop("slow"); err == nil || !strings.Contains(err.Error(), `"slow"`) {
		t.Errorf("stop with a mode that does not exist: %v", err)
	}
}

func TestPostgresIsSilentWhilePaused(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, nil)
	conn, err := pgx.Connect(t.Context(), p.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	if err := p.Pause(); err != nil {
		t.Fatal(err)
	}
	answer := make(chan error, 1)
	go func() { answer <- conn.Ping(context.Background()) }() // an open session is frozen too
	if _, err := ask(p, "SELECT 1::text"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a new connection while paused: got %v, want a timeout", err)
	}
	select {
	case err := <-answer:
		t.Errorf("the open session answered while paused: %v", err)
	default:
	}
	if err := p.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-answer; err != nil {
		t.Errorf("the open session after the pause: %v", err)
	}
	wantAnswer(t, p, "SELECT 1::text", "1")
}

func TestPostgresCloseRemovesItsDirectory(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, nil)
	if err := p.Pause(); err != nil { // a paused cluster can be closed
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory %s after Close: %v", p.Dir, err)
	}
	if p.Running() {
		t.Error("still running after Close")
	}
}

func TestPostgresCloseAfterKillLeavesNoSharedMemory(t *testing.T) {
	t.Parallel()
	p := startPostgres(t, nil)
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(p.Dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := strconv.Atoi(strings.Fields(strings.Split(string(text), "\n")[6])[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	var segment unix.SysvShmDesc
	if _, err := unix.SysvShmCtl(id, unix.IPC_STAT, &segment); !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.EIDRM) {
		t.Errorf("segment %d after Close: %v, want it gone", id, err)
	}
}

func TestPostgresKeepsADirectoryThatWasGiven(t *testing.T) {
	t.Parallel()
	owner, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := freshDir("given", owner)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	for _, want := range []string{"1", "2"} { // the second start finds the cluster of the first
		p, err := StartPostgres(t.Context(), PostgresOptions{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		execute(t, p, "CREATE TABLE IF NOT EXISTS kept (value text)")
		execute(t, p, "INSERT INTO kept VALUES ('a row')")
		wantAnswer(t, p, "SELECT count(*)::text FROM kept", want)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPostgresThatDoesNotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	_, err := StartPostgres(t.Context(), PostgresOptions{Settings: map[string]string{"no_such_setting": "1"}})
	if err == nil || !strings.Contains(err.Error(), "no_such_setting") {
		t.Errorf("got %v, want the server's complaint", err)
	}
}
