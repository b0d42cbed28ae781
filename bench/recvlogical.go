package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"materializer/cdc"
)

// recvlogical is PostgreSQL's own client, writing the stream to nowhere: what a
// plain reader gets.
type recvlogical struct{ *site }

const recvlogicalSlot = "bench_recvlogical"

func (r *recvlogical) name() string { return "pg_recvlogical" }

func (r *recvlogical) mark(ctx context.Context) error {
	return r.exec(ctx, "SELECT pg_create_logical_replication_slot('"+recvlogicalSlot+"', 'pgoutput')")
}

func (r *recvlogical) drain(ctx context.Context, until cdc.LSN) error {
	command := exec.CommandContext(ctx, filepath.Join(r.postgres.BinDir, "pg_recvlogical"),
		"--dbname", r.url(), "--slot", recvlogicalSlot, "--start", "--file", "/dev/null", "--endpos", until.String(),
		"--option", "proto_version=1", "--option", "publication_names="+limits)
	var said bytes.Buffer
	command.Stderr = &said
	if err := command.Run(); err != nil {
		return fmt.Errorf("run pg_recvlogical: %w: %s", err, said.String())
	}
	return nil
}

func (r *recvlogical) rest(ctx context.Context) error {
	return r.exec(ctx, "SELECT pg_drop_replication_slot('"+recvlogicalSlot+"')")
}

func (r *recvlogical) close(context.Context) error { return nil }
