package main

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"materializer/cdc"
)

// redisWrite writes ready-made documents, the same that the services make: what
// Redis takes from one connection.
type redisWrite struct {
	*site
	group  int // documents in one command: 1 for SET, more for MSET
	client *redis.Client
	args   [][]any // key, document, ...: one command each
}

// pipelineDocuments is how many documents are under way at once.
const pipelineDocuments = 1000

func (r *redisWrite) name() string {
	if r.group == 1 {
		return "Redis, pipelined SET"
	}
	return fmt.Sprintf("Redis, pipelined MSET of %d", r.group)
}

// prepare makes the documents, once.
func (r *redisWrite) prepare(ctx context.Context) error {
	if r.client != nil {
		return nil
	}
	var err error
	if _, r.client, err = r.startRedis(ctx); err != nil {
		return err
	}
	documents, err := r.fetch(ctx, 1, 0)
	if err != nil {
		return err
	}
	var args []any
	for key, document := range documents {
		if len(args) == 0 {
			args = append(args, "mset")
		}
		args = append(args, key, document)
		if len(args) == 1+2*r.group {
			r.args, args = append(r.args, args), nil
		}
	}
	if args != nil {
		r.args = append(r.args, args)
	}
	for i := range r.args {
		if r.group == 1 {
			r.args[i][0] = "set"
		}
	}
	return nil
}

func (r *redisWrite) mark(ctx context.Context) error  { return r.prepare(ctx) }
func (r *redisWrite) empty(ctx context.Context) error { return r.prepare(ctx) }
func (r *redisWrite) rest(ctx context.Context) error  { return nil }

func (r *redisWrite) drain(ctx context.Context, _ cdc.LSN) error { return r.load(ctx) }

func (r *redisWrite) load(ctx context.Context) error {
	pipeline := r.client.Pipeline()
	for i, args := range r.args {
		pipeline.Do(ctx, args...)
		if (i+1)*r.group%pipelineDocuments != 0 && i < len(r.args)-1 {
			continue
		}
		if _, err := pipeline.Exec(ctx); err != nil {
			return fmt.Errorf("write documents: %w", err)
		}
	}
	return nil
}

func (r *redisWrite) close(context.Context) error {
	if r.client == nil {
		return nil
	}
	return r.client.Close()
}
