package servers

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func startRedis(t *testing.T, o RedisOptions) *Redis {
	t.Helper()
	r, err := StartRedis(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func wantReply(t *testing.T, r *Redis, command, want string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if got, err := r.command(ctx, command); err != nil || got != want {
		t.Fatalf("%s: got %q, %v; want %q", command, got, err, want)
	}
}

func TestRedisLosesOrKeepsItsDataOnRestart(t *testing.T) {
	t.Parallel()
	r := startRedis(t, RedisOptions{})
	url := r.URL()
	restarts := []struct {
		name    string
		restart func() error
		want    string // keys after it
	}{
		{"restart", func() error { return r.Restart(t.Context()) }, ":0"},
		{"kill and restart", func() error { return errors.Join(r.Kill(), r.Restart(t.Context())) }, ":0"},
		{"with data", func() error { return r.RestartWithData(t.Context()) }, ":1"},
	}
	for _, c := range restarts {
		wantReply(t, r, "SET key value", "+OK")
		if err := c.restart(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		wantReply(t, r, "DBSIZE", c.want)
	}
	wantReply(t, r, "SET later value", "+OK")
	if err := r.Restart(t.Context()); err != nil { // falls back to what was saved
		t.Fatal(err)
	}
	wantReply(t, r, "DBSIZE", ":1")
	if r.URL() != url {
		t.Errorf("the address changed from %s to %s", url, r.URL())
	}
}

func TestRedisIsSilentWhilePaused(t *testing.T) {
	t.Parallel()
	r := startRedis(t, RedisOptions{})
	if err := r.Pause(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if answer, err := r.command(ctx, "PING"); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("while paused: got %q, %v; want a timeout", answer, err)
	}
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	wantReply(t, r, "PING", "+PONG")
}

func TestRedisTakesArgumentsAndConfiguration(t *testing.T) {
	t.Parallel()
	limited := startRedis(t, RedisOptions{Args: []string{"--maxclients", "17", "--requirepass", "secret"}})
	wantReply(t, limited, "PING", "-NOAUTH Authentication required.")
	sentinel := startRedis(t, RedisOptions{Args: []string{"--sentinel"},
		Config: "sentinel monitor main 127.0.0.1 1 1\n"})
	wantReply(t, sentinel, "SENTINEL CKQUORUM main", "+OK 1 usable Sentinels. Quorum and failover authorization can be reached")
}

func TestRedisCloseRemovesItsDirectory(t *testing.T) {
	t.Parallel()
	r := startRedis(t, RedisOptions{})
	if err := r.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(r.Dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory %s after Close: %v", r.Dir, err)
	}
}

func TestRedisThatDoesNotStartShowsItsLog(t *testing.T) {
	t.Parallel()
	_, err := StartRedis(t.Context(), RedisOptions{Args: []string{"--no-such-setting", "1"}})
	if err == nil || !strings.Contains(err.Error(), "no-such-setting") {
		t.Errorf("got %v, want the server's complaint", err)
	}
}
