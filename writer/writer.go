// Package writer puts documents into one Redis.
//
// It promises that a document never goes back in time and that the marker,
// the hash materializer:NAME:position, never claims what Redis does not hold:
//
//   - All writing goes through one connection. A command whose outcome is
//     unknown (timeout, broken connection) may still wait in the server and run
//     later, over a newer document. Connect therefore kills every older
//     connection of the same name in the server before the first write.
//   - A round up to a stated size becomes visible together with its marker,
//     in one MULTI ... EXEC. The last part of a larger round carries the marker.
//   - The marker is watched from one round to the next. If anything but this
//     connection touched it (FLUSHALL, another writer), the round is not
//     executed and Write returns a LostError: what Redis holds is then to be
//     compared with local state again.
//
// When something fails the connection is closed at once and nothing is tried
// again here: the caller calls Connect until it succeeds, compares the marker
// it returns with local state, and repeats the round. An Error says what the
// cause was, a RefusedError that single documents were left out for good.
package writer

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Config says where to write and how much at once.
type Config struct {
	// URL is redis://, rediss:// (TLS) or unix://, with user, password and
	// database number: rediss://user:password@host:6379/0. Retry, pool and
	// timeout parameters in it are ignored.
	URL string
	// Name is the name of the configuration. The keys materializer:NAME:* in
	// Redis are the writer's own.
	Name string
	// TLS replaces the TLS settings that a rediss:// URL implies. Defaults to
	// the system's certificate authorities and the host name of the URL.
	TLS *tls.Config
	// Logger defaults to silence.
	Logger *slog.Logger

	// RoundCommands and RoundBytes bound what becomes visible in one step.
	// They default to 1,000 commands and 1 MiB.
	RoundCommands, RoundBytes int
	// PartCommands and PartBytes bound one pipeline of a larger round. They
	// default to 1,000 commands and 512 KiB.
	PartCommands, PartBytes int
	// MaxValueBytes is the largest value sent; larger ones are refused. What
	// the server accepts (proto-max-bulk-len) bounds it further. Defaults to 32 MiB.
	MaxValueBytes int

	// DialTimeout bounds connecting. Defaults to 5s.
	DialTimeout time.Duration
	// Timeout bounds sending one part, and again waiting for its replies. Defaults to 10s.
	Timeout time.Duration
}

// Redis is the target. Connect, Write, Push, Probe and Close belong to one
// goroutine; Get, Values, Scan, Check and Delete may be called from any.
type Redis struct {
	config  Config
	options *redis.Options
	log     *slog.Logger
	reader  *redis.Client // everything that does not write documents

	conn     *connection // nil when not connected
	marker   stored      // as Redis holds it, to our knowledge
	maxValue int         // bytes, what the connected server accepts
	args     []any       // reused from part to part

	unfenced bool // for the test that shows what the fence is for
}

var (
	errNotConnected = errors.New("not connected to Redis: Connect comes first, and again after every error")
	validName       = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

// quiet is for go-redis' one logger of the process: it prints to standard
// error what it also returns.
var quiet sync.Once

// Open checks the configuration. It does not connect.
func Open(c Config) (*Redis, error) {
	quiet.Do(func() { redis.SetLogger(&logging.VoidLogger{}) })
	if !validName.MatchString(c.Name) {
		return nil, fmt.Errorf("open Redis writer: name %q: want letters, digits, _ and - only", c.Name)
	}
	options, err := parseURL(c.URL)
	if err != nil {
		return nil, fmt.Errorf("open Redis writer: %w", err)
	}
	c = c.withDefaults()
	applyTo(options, c)
	r := &Redis{config: c, options: options, log: c.Logger, maxValue: c.MaxValueBytes}
	readerOptions := *options
	r.reader = redis.NewClient(&readerOptions)
	return r, nil
}

// Close gives up all connections.
func (r *Redis) Close() error {
	r.disconnect()
	if err := r.reader.Close(); err != nil {
		return fmt.Errorf("close Redis: %w", err)
	}
	return nil
}

func (r *Redis) disconnect() {
	if r.conn != nil {
		r.conn.close()
		r.conn = nil
	}
}

// key returns one of the writer's own keys.
func (r *Redis) key(name string) string { return "materializer:" + r.config.Name + ":" + name }

// MarkerKey is the key of the hash that holds the visible position, for
// readers that want to wait for it. Its fields are those of Marker.
func (r *Redis) MarkerKey() string { return r.key("position") }

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	defaultTo(&c.RoundCommands, 1000)
	defaultTo(&c.RoundBytes, 1<<20)
	defaultTo(&c.PartCommands, 1000)
	defaultTo(&c.PartBytes, 512<<10)
	defaultTo(&c.MaxValueBytes, 32<<20)
	defaultTo(&c.DialTimeout, 5*time.Second)
	defaultTo(&c.Timeout, 10*time.Second)
	return c
}

func defaultTo[T ~int | ~int64](v *T, value T) {
	if *v <= 0 {
		*v = value
	}
}

// parseURL keeps the text of the URL out of its errors: it holds a password.
func parseURL(text string) (*redis.Options, error) {
	options, err := redis.ParseURL(text)
	var syntax *url.Error
	switch {
	case text == "":
		return nil, errors.New("target URL is missing: want redis://host:6379/0")
	case errors.As(err, &syntax):
		return nil, errors.New("target URL is not valid: want redis://user:password@host:6379/0, special characters in the password percent-encoded")
	case err != nil:
		return nil, fmt.Errorf("target URL: %w", err)
	case options.DB < 0:
		return nil, fmt.Errorf("target URL: invalid database number: %d", options.DB)
	}
	return options, nil
}

// applyTo turns off all that go-redis does behind our back: retries (a
// repeated pipeline would run after newer writes), reconnecting in a storm,
// and the protocol extensions that put other frames between the replies.
func applyTo(o *redis.Options, c Config) {
	if c.TLS != nil {
		o.TLSConfig = c.TLS
	}
	o.Protocol = 2
	o.DisableIdentity = true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	o.MaxRetries = -1
	o.DialerRetries = 1
	o.PoolSize = 2
	o.MinIdleConns = 0
	o.PoolTimeout = c.Timeout
	o.ContextTimeoutEnabled = true
	o.DialTimeout = c.DialTimeout
	o.Dialer = dialer(c.DialTimeout, o.TLSConfig)
	o.ReadTimeout = c.Timeout
	o.WriteTimeout = c.Timeout
}
