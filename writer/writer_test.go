package writer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

// open returns a writer on the server that is connected already.
func open(t testing.TB, url string, adjust ...func(*Config)) *Redis {
	t.Helper()
	r := opened(t, url, adjust...)
	connect(t, r)
	return r
}

func opened(t testing.TB, url string, adjust ...func(*Config)) *Redis {
	t.Helper()
	c := Config{URL: url, Name: "shop"}
	for _, f := range adjust {
		f(&c)
	}
	r, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close writer: %v", err)
		}
	})
	return r
}

func connect(t testing.TB, r *Redis) (Marker, bool) {
	t.Helper()
	m, ok, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m, ok
}

// client is another party: a reader, or an operator at redis-cli.
func client(t testing.TB, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(options)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func do(t testing.TB, c *redis.Client, args ...any) any {
	t.Helper()
	reply, err := c.Do(t.Context(), args...).Result()
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return reply
}

func set(key, value string) Command { return Command{Key: []byte(key), Value: []byte(value)} }

func del(key string) Command { return Command{Kind: Delete, Key: []byte(key)} }

func marker(lsn int) Marker {
	return Marker{StateID: "state-1", Epoch: 3, Round: uint64(lsn), LSN: lsnOf(lsn), Time: time.Date(2026, 11, 22, 8, 0, lsn%60, 1000, time.UTC)}
}

func write(t testing.TB, r *Redis, m Marker, round ...Command) {
	t.Helper()
	if err := r.Write(t.Context(), round, m); err != nil {
		t.Fatal(err)
	}
}

// wantMarker compares everything but the time of writing.
func wantMarker(t testing.TB, got Marker, ok bool, want Marker) {
	t.Helper()
	want.Written = got.Written
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("marker found %v (-want +got):\n%s", ok, diff)
	}
}

func wantCause(t testing.TB, err error, want Cause) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Cause != want {
		t.Errorf("got %v, want an Error with cause %s", err, want)
	}
}

func wantLost(t testing.TB, err error) *LostError {
	t.Helper()
	var lost *LostError
	if !errors.As(err, &lost) {
		t.Fatalf("got %v, want a LostError", err)
	}
	return lost
}

func wantValues(t testing.TB, r *Redis, want map[string]string) {
	t.Helper()
	for key, value := range want {
		got, err := r.Get(t.Context(), []byte(key))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != value || (got == nil) != (value == "") {
			t.Errorf("%s: got %.40q, want %.40q", key, got, value)
		}
	}
}

func TestFirstConnectFindsNoMarker(t *testing.T) {
	t.Parallel()
	r := opened(t, servertest.Redis(t))
	if m, ok := connect(t, r); ok {
		t.Errorf("found %+v in a new server", m)
	}
	// What Connect left behind to watch is not a marker either.
	if m, ok := connect(t, r); ok {
		t.Errorf("found %+v before anything was written", m)
	}
}

func TestMarkerIsFoundAgain(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	write(t, r, marker(7), set("a", "1"))
	before := time.Now()
	write(t, r, Marker{StateID: "s", LSN: lsnOf(8)})
	m, ok := connect(t, open(t, url))
	wantMarker(t, m, ok, Marker{StateID: "s", LSN: lsnOf(8)})
	if m.Written.Before(before.Add(-time.Millisecond)) || m.Written.After(time.Now()) {
		t.Errorf("written %v, want about %v", m.Written, before)
	}
}

func TestMarkerFieldsForReaders(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	write(t, open(t, url), Marker{
		StateID: "4f", Epoch: 2, Round: 9, LSN: 0x16B374D848,
		Time: time.Date(2026, 11, 22, 9, 0, 0, 120000000, time.FixedZone("", 3600)),
	})
	got, err := client(t, url).HGetAll(t.Context(), "materializer:shop:position").Result()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := time.Parse(time.RFC3339Nano, got["written_time"]); err != nil {
		t.Error(err)
	}
	delete(got, "written_time")
	want := map[string]string{"state": "4f", "epoch": "2", "round": "9", "lsn": "16/B374D848", "commit_time": "2026-11-22T08:00:00.12Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestForeignMarkerIsMissing(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	operator := client(t, url)
	for _, command := range [][]any{
		{"set", "materializer:shop:position", "16/0"},
		{"hset", "materializer:shop:position", "lsn", "16/0"},
		{"hset", "materializer:shop:position", "state", "x", "epoch", "1", "round", "1", "lsn", "nonsense", "commit_time", "", "written_time", ""},
	} {
		do(t, operator, "del", "materializer:shop:position")
		do(t, operator, command...)
		r := opened(t, url)
		if m, ok := connect(t, r); ok {
			t.Errorf("%v: found %+v", command, m)
		}
		write(t, r, marker(1), set("a", "1"))
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "redis.sock")
	server := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--unixsocket", socket}})
	operator := client(t, server.URL())
	do(t, operator, "acl", "setuser", "app", "on", ">p@ss/word", "~*", "+@all")
	do(t, operator, "config", "set", "requirepass", "secret")
	for name, url := range map[string]string{
		"database":      "redis://:secret@" + server.Addr + "/3",
		"user":          "redis://app:p%40ss%2Fword@" + server.Addr + "/4",
		"unix socket":   "unix://:secret@" + socket + "?db=5",
		"retry options": "redis://:secret@" + server.Addr + "/6?max_retries=5&pool_size=50&min_idle_conns=20",
	} {
		r := open(t, url)
		write(t, r, marker(1), set("key", name))
		wantValues(t, open(t, url), map[string]string{"key": name})
	}
	keyspace := do(t, client(t, "redis://:secret@"+server.Addr), "info", "keyspace").(string)
	for _, db := range []string{"db3:", "db4:", "db5:", "db6:"} {
		if !strings.Contains(keyspace, db) {
			t.Errorf("nothing in %s of\n%s", db, keyspace)
		}
	}
}

func TestOpenRefusesBadConfiguration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, url, want string }{
		{"shop", "", "missing"},
		{"shop", "http://localhost", "scheme"},
		{"shop", "redis://localhost/x", "database number"},
		{"shop", "redis://localhost/-1", "database number"},
		{"shop", "redis://user:sec%ret@localhost", "not valid"},
		{"shop", "redis://user:sec/ret@localhost:1x", "not valid"},
		{"a b", "redis://localhost", "name"},
		{"", "redis://localhost", "name"},
	} {
		_, err := Open(Config{Name: c.name, URL: c.url})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.name, c.url, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "sec") {
			t.Errorf("%v shows the password", err)
		}
	}
}

func TestWriteWantsConnect(t *testing.T) {
	t.Parallel()
	r := opened(t, "redis://127.0.0.1:1")
	for _, err := range []error{
		r.Write(t.Context(), nil, marker(1)), r.Push(t.Context(), nil), r.Probe(t.Context()),
	} {
		if !errors.Is(err, errNotConnected) {
			t.Errorf("got %v", err)
		}
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	var round []Command
	var keys [][]byte
	for i := range 500 {
		round = append(round, set(fmt.Sprintf("k:%d", i), fmt.Sprintf("v%d", i)))
		keys = append(keys, round[i].Key)
	}
	round = append(round, set("empty", ""), set("binary", "\x00\r\n\xff"))
	write(t, r, marker(1), round...)
	do(t, client(t, url), "hset", "hash", "f", "v")

	values, err := r.Values(t.Context(), append(keys, []byte("absent"), []byte("empty"), []byte("hash"), []byte("binary")))
	if err != nil {
		t.Fatal(err)
	}
	for i := range keys {
		if !bytes.Equal(values[i], round[i].Value) {
			t.Errorf("%s: got %q", keys[i], values[i])
		}
	}
	want := [][]byte{nil, {}, nil, []byte("\x00\r\n\xff")}
	if diff := cmp.Diff(want, values[500:]); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}

	seen := map[string]bool{}
	err = r.Scan(t.Context(), "k:*", func(keys []string) error {
		for _, key := range keys {
			seen[key] = true
		}
		return nil
	})
	if err != nil || len(seen) != 500 {
		t.Errorf("scan saw %d keys, %v", len(seen), err)
	}
	stop := errors.New("stop")
	if err := r.Scan(t.Context(), "k:*", func([]string) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("scan: got %v, want the callback's error", err)
	}

	if err := r.Delete(t.Context(), append(keys, keys...)); err != nil {
		t.Fatal(err)
	}
	if err := r.DeleteMarker(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := client(t, url).Keys(t.Context(), "*").Result()
	if err != nil || len(left) != 3 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestCancelEndsAWriteAtOnce(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := open(t, server.URL(), func(c *Config) { c.Timeout = time.Hour })
	if err := server.Pause(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() { result <- r.Write(ctx, []Command{set("a", "1")}, marker(1)) }()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := server.Resume(); err != nil {
		t.Fatal(err)
	}
}
