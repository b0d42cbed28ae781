package writer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func TestCauses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Cause{
		"READONLY You can't write against a read only replica.":                            ReadOnly,
		"LOADING Redis is loading the dataset in memory":                                   Loading,
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.": Loading,
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL":               Busy,
		"ERR max number of clients reached":                                                Busy,
		"OOM command not allowed when used memory > 'maxmemory'.":                          OutOfMemory,
		"EXECABORT Transaction discarded because of: OOM command not allowed":              OutOfMemory,
		"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to":  NotSaving,
		"NOREPLICAS Not enough good replicas to write.":                                    NoReplicas,
		"NOAUTH Authentication required.":                                                  Auth,
		"WRONGPASS invalid username-password pair or user is disabled.":                    Auth,
		"ERR invalid password": Auth,
		"ERR AUTH <password> called without any password configured for the default user.":   Auth,
		"DENIED Redis is running in protected mode":                                          Auth,
		"NOPERM this user has no permissions to run the 'mset' command":                      Permission,
		"MOVED 3999 127.0.0.1:6381":                                                          Topology,
		"CROSSSLOT Keys in request don't hash to the same slot":                              Topology,
		"CLUSTERDOWN The cluster is down":                                                    Topology,
		"ERR unknown command 'mset', with args beginning with: 'ROOM:1' 'OOM' 'READONLY x' ": Other,
	} {
		if got := causeOf(fmt.Errorf("mset: %w", reply(text))); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for err, want := range map[error]Cause{
		io.EOF:                   Unreachable,
		io.ErrUnexpectedEOF:      Unreachable,
		net.ErrClosed:            Unreachable,
		context.DeadlineExceeded: Timeout,
	} {
		if got := causeOf(fmt.Errorf("wrapped: %w", err)); got != want {
			t.Errorf("%v: got %s, want %s", err, got, want)
		}
	}
}

// reply is an error as go-redis gives it for an answer of Redis.
type reply string

func (r reply) Error() string { return string(r) }
func (r reply) RedisError()   {}

var _ redis.Error = reply("")

// What keeps Redis from writing is told apart, nothing of the round is
// visible, and it goes through as soon as the cause is gone.
func TestRefusedWholly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cause       Cause
		break_, fix []any
	}{
		"out of memory": {OutOfMemory, []any{"config", "set", "maxmemory", "1"}, []any{"config", "set", "maxmemory", "0"}},
		"replica":       {ReadOnly, []any{"replicaof", "127.0.0.1", "1"}, []any{"replicaof", "no", "one"}},
		"no replicas":   {NoReplicas, []any{"config", "set", "min-replicas-to-write", "1"}, []any{"config", "set", "min-replicas-to-write", "0"}},
	} {
		for _, size := range []int{2, 3000} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				t.Parallel()
				url := servertest.Redis(t)
				operator := client(t, url)
				r := open(t, url)
				write(t, r, marker(1), set("m0", "old"))
				do(t, operator, c.break_...)
				wantCause(t, r.Write(t.Context(), many(size, "new"), marker(2)), c.cause)
				wantValues(t, r, map[string]string{"m0": "old", "m1": ""})
				do(t, operator, c.fix...)
				m, ok := connect(t, r)
				wantMarker(t, m, ok, marker(1))
				write(t, r, marker(2), many(size, "new")...)
				wantValues(t, r, map[string]string{"m0": "new", "m1": "new"})
			})
		}
	}
}

func TestReplicaIsNotConnectedTo(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	do(t, client(t, url), "replicaof", "127.0.0.1", "1")
	wantCause(t, r.Probe(t.Context()), ReadOnly)
	// One that takes writes of its own would lose them at the next resync.
	do(t, client(t, url), "config", "set", "replica-read-only", "no")
	_, _, err := r.Connect(t.Context())
	wantCause(t, err, ReadOnly)
}

func TestBusyScript(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	operator, second := client(t, url), client(t, url)
	do(t, operator, "config", "set", "lua-time-limit", 1)
	r := open(t, url)
	script := make(chan error)
	go func() { script <- operator.Do(t.Context(), "eval", "while true do end", 0).Err() }()
	var err error
	for err == nil { // until the script runs
		err = r.Write(t.Context(), many(3, "x"), marker(1))
	}
	wantCause(t, err, Busy)
	do(t, second, "script", "kill")
	if err := <-script; err == nil {
		t.Error("the script was not killed")
	}
	connect(t, r)
	write(t, r, marker(2), set("a", "1"))
}

func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	operator := client(t, server.URL())
	do(t, operator, "acl", "setuser", "nofence", "on", ">x", "~*", "+@all", "-client")
	do(t, operator, "config", "set", "requirepass", "secret")
	for name, c := range map[string]struct {
		url   string
		cause Cause
		hint  string
	}{
		"no password":    {"redis://" + server.Addr, Auth, "user and password"},
		"wrong password": {"redis://:wrong@" + server.Addr, Auth, "user and password"},
		"wrong user":     {"redis://nobody:secret@" + server.Addr, Auth, "user and password"},
		"no CLIENT":      {"redis://nofence:x@" + server.Addr, Permission, "go back in time"},
	} {
		r := opened(t, c.url)
		_, _, err := r.Connect(t.Context())
		wantCause(t, err, c.cause)
		var e *Error
		if !errors.As(err, &e) || !e.Configuration() || !strings.Contains(err.Error(), c.hint) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := r.Check(t.Context()); err == nil && c.cause != Permission {
			t.Errorf("%s: Check found nothing", name)
		}
	}
}

func TestTooManyClients(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	operator := client(t, url)
	do(t, operator, "config", "set", "maxclients", 1)
	// Whether the server's words arrive before it hangs up is a matter of luck.
	_, _, err := opened(t, url).Connect(t.Context())
	var e *Error
	if !errors.As(err, &e) || e.Configuration() {
		t.Errorf("got %v", err)
	}
	do(t, operator, "config", "set", "maxclients", 100)
	open(t, url)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	plain := servertest.RedisWith(t, servers.RedisOptions{})
	r := opened(t, "rediss://"+plain.Addr, func(c *Config) { c.DialTimeout = 100 * time.Millisecond })
	_, _, err := r.Connect(t.Context())
	wantCause(t, err, Timeout)
	if err == nil || !strings.Contains(err.Error(), "TLS handshake with "+plain.Addr) {
		t.Errorf("got %v", err)
	}

	certificate := httptest.NewTLSServer(nil) // for its key pair
	defer certificate.Close()
	settings := certificate.TLS
	secure := tunnel(t, plain.Addr, settings)
	_, _, err = opened(t, "rediss://"+secure).Connect(t.Context())
	wantCause(t, err, TLS)
	var e *Error
	if !errors.As(err, &e) || !e.Configuration() {
		t.Errorf("got %v", err)
	}

	authorities := x509.NewCertPool()
	authorities.AddCert(certificate.Certificate())
	trusting := open(t, "rediss://"+secure, func(c *Config) { c.TLS = &tls.Config{RootCAs: authorities, ServerName: "example.com"} })
	write(t, trusting, marker(1), set("a", "1"))
	wantValues(t, trusting, map[string]string{"a": "1"})
}

// tunnel speaks TLS for a server that does not.
func tunnel(t *testing.T, address string, settings *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			outside, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer outside.Close()
				inside, err := net.Dial("tcp", address)
				if err != nil {
					return
				}
				defer inside.Close()
				go func() { _, _ = io.Copy(inside, outside) }()
				_, _ = io.Copy(outside, inside)
			}()
		}
	}()
	return listener.Addr().String()
}
