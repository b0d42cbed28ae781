// Package server shows over HTTP how the service is doing.
//
//	/healthz     200 while the process runs
//	/readyz      200 once every document is in Redis, 503 with the reason before
//	/metrics     for Prometheus
//	/v1/status   what the service is doing, as JSON
//	/v1/wait     ?lsn=16/B374D848&timeout=5s: 200 when everything committed up to
//	             that position is visible in Redis, 504 if it is not in time
//
// It only reads, and asks those who know through functions given to it. Where
// a token is set, everything but the two probes wants it. When it fails to
// serve, Run returns and the service decides what that means.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"materializer/cdc"
)

// Source is what is shown.
type Source struct {
	// Status returns what /v1/status shows: anything that has a form in JSON.
	Status func() any
	// Ready returns why readers do not find all documents yet, nil if they do.
	Ready func() error
	// Wait returns when lsn is visible, or with an error when ctx ends.
	Wait func(ctx context.Context, lsn cdc.LSN) error
	// Metrics are gathered at each scrape.
	Metrics prometheus.Gatherer
}

// Config says where and to whom.
type Config struct {
	// Listen is host:port. An empty host means all interfaces, port 0 a free one.
	Listen string
	// Token, if set, is wanted as "Authorization: Bearer TOKEN".
	Token string
	// Logger defaults to silence.
	Logger *slog.Logger
	// MaxWait is the longest timeout that /v1/wait accepts. Defaults to 1m.
	MaxWait time.Duration
	// ShutdownTimeout is how long answers under way may take after the end of
	// Run's context. Defaults to 5s.
	ShutdownTimeout time.Duration
}

// How long a client may take to send its header, and stay without a request.
const (
	headerTimeout = 5 * time.Second
	idleTimeout   = 2 * time.Minute
	// answerTimeout is what remains after the longest wait to write the answer.
	answerTimeout = 30 * time.Second
)

var errStopping = errors.New("the service is stopping")

// Server answers HTTP requests.
type Server struct {
	config   Config
	source   Source
	log      *slog.Logger
	listener net.Listener
}

// Open begins to listen, so that an address in use is known at the start.
// Requests are answered once Run is called, which also ends the listening.
func Open(c Config, source Source) (*Server, error) {
	c = c.withDefaults()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("open HTTP server: %w", err)
	}
	s := &Server{config: c, source: source, log: c.Logger, listener: listener}
	if address, ok := listener.Addr().(*net.TCPAddr); ok && !address.IP.IsLoopback() && c.Token == "" {
		s.log.Warn("HTTP is open to other machines without a token", "listen", address.String())
	}
	return s, nil
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.MaxWait <= 0 {
		c.MaxWait = time.Minute
	}
	if c.ShutdownTimeout <= 0 {
		c.ShutdownTimeout = 5 * time.Second
	}
	return c
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run answers requests until ctx ends, then lets those under way finish.
// Those that wait for a position are told that the service is stopping.
func (s *Server) Run(ctx context.Context) error {
	requests, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(errStopping)
	h := &http.Server{
		Handler:           s.handler(),
		BaseContext:       func(net.Listener) context.Context { return requests },
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout,
		WriteTimeout:      s.config.MaxWait + answerTimeout,
		IdleTimeout:       idleTimeout,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- h.Serve(s.listener) }()
	s.log.Info("HTTP is served", "listen", s.Addr().String())
	select {
	case err := <-served:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	stop(errStopping)
	return s.shutdown(ctx, h)
}

func (s *Server) shutdown(ctx context.Context, h *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.ShutdownTimeout)
	defer cancel()
	err := h.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("HTTP requests were cut off", "after", s.config.ShutdownTimeout.String())
		err = h.Close()
	}
	if err != nil {
		return fmt.Errorf("stop HTTP server: %w", err)
	}
	return nil
}
