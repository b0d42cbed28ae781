package writer

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

// zombie leaves a command in the socket of a frozen server that ends in k=old:
// its writer has given up, the server has not read it yet. It is many times
// larger than what the server reads from a connection before it turns to the
// next, and a single command, since the server drops a client that has hung up
// as soon as it cannot be sent a second reply.
func zombie(t *testing.T, server *servers.Redis, r *Redis) {
	t.Helper()
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	abandon(t, r, append(many(groupCommands-1, strings.Repeat("x", 1900)), set("k", "old"))...)
}

// abandon sends to a frozen server and gives up.
func abandon(t *testing.T, r *Redis, commands ...Command) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	wantCause(t, r.Push(ctx, commands), Timeout)
	if r.conn != nil {
		t.Error("the connection was kept after an unknown outcome")
	}
}

// nobodyLeft waits until the server has dealt with every connection but these.
func nobodyLeft(t *testing.T, url string, writers int) {
	t.Helper()
	operator := client(t, url)
	for {
		list := do(t, operator, "client", "list").(string)
		if strings.Count(list, " name=materializer:shop:writer ") == writers {
			return
		}
	}
}

// A pipeline that timed out still runs when the server comes back. Without
// the fence it overwrites what its successor has written, which shows that
// the tests after this one test something.
func TestTimedOutPipelineWithoutFence(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	successor := opened(t, server.URL())
	successor.unfenced = true
	old := opened(t, server.URL())
	old.unfenced = true
	connect(t, old)
	connect(t, successor)
	zombie(t, server, old)
	// The new value is in its socket too before the server wakes up; the
	// server takes turns between the two.
	abandon(t, successor, set("k", "new"))
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	nobodyLeft(t, server.URL(), 0)
	wantValues(t, successor, map[string]string{"k": "old"})
}

// The same process goes on after a timeout.
func TestTimedOutPipelineIsFenced(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	for range 10 {
		r := open(t, server.URL())
		zombie(t, server, r)
		overtake(t, server, r)
	}
}

// The process that sent the pipeline is gone, another one starts.
func TestPredecessorIsFenced(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	for range 10 {
		old := open(t, server.URL())
		successor := opened(t, server.URL())
		zombie(t, server, old)
		overtake(t, server, successor)
	}
}

func overtake(t *testing.T, server *servers.Redis, r *Redis) {
	t.Helper()
	done := make(chan error)
	go func() {
		_, _, err := r.Connect(t.Context())
		if err == nil {
			err = r.Push(t.Context(), []Command{set("k", "new")})
		}
		done <- err
	}()
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	nobodyLeft(t, server.URL(), 1)
	wantValues(t, r, map[string]string{"k": "new"})
	r.disconnect()
	nobodyLeft(t, server.URL(), 0)
}

// What a predecessor has sent and the server holds back is executed without
// the fence, and thrown away with it.
func TestHeldBackCommands(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		unfenced bool
		want     string
	}{"fenced": {false, ""}, "without fence": {true, "late"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := servertest.Redis(t)
			operator := client(t, url)
			old := open(t, url)
			successor := open(t, url) // which has the marker placed before writes are held back
			successor.unfenced = c.unfenced
			old.unfenced = true
			connect(t, old)
			do(t, operator, "client", "pause", 60_000, "write")
			done := make(chan error)
			go func() { done <- old.Push(t.Context(), []Command{set("k", "late")}) }()
			for !strings.Contains(do(t, operator, "client", "list").(string), " flags=b ") {
			}
			connect(t, successor)
			do(t, operator, "client", "unpause")
			if err := <-done; (err == nil) != c.unfenced {
				t.Errorf("the predecessor got %v", err)
			}
			wantValues(t, successor, map[string]string{"k": c.want})
		})
	}
}

// A frozen process wakes up: its connection is gone.
func TestAwakenedPredecessorCannotWrite(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	old := open(t, url)
	successor := open(t, url)
	write(t, successor, marker(2), set("k", "new"))
	wantCause(t, old.Push(t.Context(), []Command{set("k", "old")}), Unreachable)
	if err := old.Write(t.Context(), nil, marker(1)); !errors.Is(err, errNotConnected) {
		t.Errorf("got %v", err)
	}
	wantValues(t, successor, map[string]string{"k": "new"})
}

// Another name or another database is not a predecessor.
func TestFenceSparesOthers(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	sameName := open(t, "redis://"+server.Addr+"/1")
	sameDatabase := open(t, server.URL(), func(c *Config) { c.Name = "shop2" })
	open(t, server.URL())
	for _, r := range []*Redis{sameName, sameDatabase} {
		if err := r.Probe(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// go-redis must not replace a broken connection by itself: the new one would
// be neither named, nor watching, nor ordered after the old one.
func TestBrokenConnectionIsNotReplaced(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	do(t, client(t, url), "client", "kill", "type", "normal")
	wantCause(t, r.Push(t.Context(), []Command{set("k", "v")}), Unreachable)
	wantValues(t, open(t, url), map[string]string{"k": ""})
}
