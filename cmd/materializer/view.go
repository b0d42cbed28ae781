package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"materializer/cdc"
	"materializer/pipeline"
	"materializer/server"
)

// view shows the service over HTTP from the first moment on, also while there
// is no pipeline yet because PostgreSQL is away.
type view struct {
	server   *server.Server // nil if http.listen is off
	pipeline atomic.Pointer[pipeline.Pipeline]
}

var errStarting = errors.New("starting")

// open begins to listen.
func (v *view) open(c configuration, logger *slog.Logger) (*prometheus.Registry, error) {
	registry := newRegistry()
	if c.HTTP.Listen == "off" {
		return registry, nil
	}
	var err error
	v.server, err = server.Open(
		server.Config{Listen: c.HTTP.Listen, Token: c.HTTP.Token, Logger: logger},
		server.Source{Status: v.status, Ready: v.ready, Wait: v.wait, Metrics: registry},
	)
	return registry, usage(err)
}

// run answers until the context ends.
func (v *view) run(ctx context.Context) error {
	if v.server == nil {
		<-ctx.Done()
		return nil
	}
	return v.server.Run(ctx)
}

// show is called once there is a pipeline.
func (v *view) show(p *pipeline.Pipeline) { v.pipeline.Store(p) }

func (v *view) status() any {
	if p := v.pipeline.Load(); p != nil {
		return p.Status()
	}
	return pipeline.Status{Phase: "starting", Postgres: "not connected yet", Redis: "not connected yet"}
}

func (v *view) ready() error {
	if p := v.pipeline.Load(); p != nil {
		return p.Ready()
	}
	return errStarting
}

func (v *view) wait(ctx context.Context, lsn cdc.LSN) error {
	if p := v.pipeline.Load(); p != nil {
		return p.Wait(ctx, lsn)
	}
	return errStarting
}
