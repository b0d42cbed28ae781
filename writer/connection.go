package writer

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var errBroken = errors.New("write connection is broken")

// connection is one socket to Redis and never a second one: go-redis would
// replace a broken socket silently, and with it lose the name by which
// successors fence it, the watch on the marker and the order of the writes.
type connection struct {
	client *redis.Client
	conn   *redis.Conn

	mu     sync.Mutex
	dialed bool
	socket net.Conn
}

func newConnection(options redis.Options) *connection {
	c := &connection{}
	dial := options.Dialer
	options.PoolSize = 1
	options.Dialer = func(ctx context.Context, network, address string) (net.Conn, error) {
		return c.dialOnce(func() (net.Conn, error) { return dial(ctx, network, address) })
	}
	c.client = redis.NewClient(&options)
	c.conn = c.client.EphemeralConn()
	return c
}

func (c *connection) dialOnce(dial func() (net.Conn, error)) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dialed {
		return nil, errBroken
	}
	c.dialed = true
	socket, err := dial()
	if err != nil {
		return nil, err
	}
	c.socket = socket
	return socket, nil
}

// run sends the commands as one pipeline and reads every reply. An error means
// that the outcome is unknown and the connection useless; what Redis answered,
// errors too, is in the commands. Cancelling ctx breaks the connection.
func (c *connection) run(ctx context.Context, commands ...*redis.Cmd) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, c.sever)
	defer stop()
	pipeline := c.conn.Pipeline()
	for _, command := range commands {
		if err := pipeline.Process(ctx, command); err != nil {
			return fmt.Errorf("queue %s: %w", command.Name(), err)
		}
	}
	_, failed := pipeline.Exec(ctx)
	for _, command := range commands {
		err := command.Err()
		if err != nil && !isReply(err) {
			return errors.Join(ctx.Err(), err)
		}
		if err != nil {
			failed = nil // the first of the replies, to be found in its command
		}
	}
	// Of a failed handshake (a wrong password) the commands know nothing.
	return failed
}

// one runs a single command.
func (c *connection) one(ctx context.Context, args ...any) (any, error) {
	command := newCommand(ctx, args...)
	if err := c.run(ctx, command); err != nil {
		return nil, err
	}
	return command.Result()
}

// sever breaks the connection from another goroutine.
func (c *connection) sever() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket != nil {
		_ = c.socket.Close() // only there to end a pending read or write
	}
}

func (c *connection) close() {
	c.sever()
	_ = c.conn.Close() // nothing is buffered on our side, and the socket is closed already
	_ = c.client.Close()
}

func newCommand(ctx context.Context, args ...any) *redis.Cmd { return redis.NewCmd(ctx, args...) }

// isReply tells an answer of Redis, though an error, from a broken connection.
func isReply(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}

// firstError returns the first error that Redis answered.
func firstError(commands ...*redis.Cmd) error {
	for _, command := range commands {
		if err := command.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("%s: %w", command.Name(), err)
		}
	}
	return nil
}

// dialer connects within the time given and says whether it was TLS that
// failed: a server that does not speak it just never answers.
func dialer(timeout time.Duration, settings *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		var d net.Dialer
		socket, err := d.DialContext(ctx, network, address)
		if err != nil || settings == nil {
			return socket, err
		}
		secure := tls.Client(socket, settings)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = socket.Close()
			return nil, fmt.Errorf("TLS handshake with %s: %w", address, err)
		}
		return secure, nil
	}
}
