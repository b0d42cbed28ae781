package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"materializer/cdc"
	"materializer/config"
	"materializer/projections"
	"materializer/replication"
)

// stream is our replication alone: the stream is received, decoded and thrown
// away. What it takes longer than this, the service takes for local state,
// documents and Redis.
type stream struct {
	*site
	kept []*cdc.Table
	seq  int // column of the root table that holds the number of a change
}

const streamSlot = "bench_stream"

func (s *stream) name() string { return "stream only" }

func (s *stream) mark(ctx context.Context) error {
	return s.exec(ctx, "SELECT pg_create_logical_replication_slot('"+streamSlot+"', 'pgoutput')")
}

func (s *stream) rest(ctx context.Context) error {
	return s.exec(ctx, "SELECT pg_drop_replication_slot('"+streamSlot+"')")
}

func (s *stream) close(context.Context) error { return nil }

func (s *stream) drain(ctx context.Context, until cdc.LSN) error {
	return s.receive(ctx, func(batch *cdc.Batch) (bool, error) {
		return len(batch.Commits) == 0 || batch.Commits[len(batch.Commits)-1].LSN <= until, nil
	})
}

// follow tells the numbers of the changes as they come.
func (s *stream) follow(ctx context.Context, seen func(seqs ...int64)) (stop func() error, err error) {
	if err := s.mark(ctx); err != nil {
		return nil, err
	}
	following, cancel := context.WithCancel(ctx)
	ended, streaming := make(chan error, 1), make(chan struct{})
	first := sync.OnceFunc(func() { close(streaming) })
	go func() {
		ended <- s.receive(following, func(batch *cdc.Batch) (bool, error) {
			for i := range batch.Changes {
				text, err := batch.Changes[i].New.Column(s.seq)
				if err != nil {
					return false, err
				}
				seq, err := strconv.ParseInt(string(text), 10, 64)
				if err != nil {
					return false, fmt.Errorf("read change: %w", err)
				}
				seen(seq)
			}
			first()
			return true, nil
		})
	}()
	if _, err := s.commit(ctx, 1, 1); err != nil {
		cancel()
		return nil, errors.Join(err, <-ended)
	}
	select {
	case <-streaming:
	case err := <-ended:
		cancel()
		return nil, err
	}
	return func() error {
		cancel()
		return errors.Join(<-ended, s.rest(ctx))
	}, nil
}

// receive streams from the slot until take gives false or the context ends.
func (s *stream) receive(ctx context.Context, take func(*cdc.Batch) (more bool, err error)) error {
	source, err := replication.Open(ctx, replication.Config{URL: s.url(), Name: databaseName, Slot: streamSlot, Publication: limits})
	if err != nil {
		return err
	}
	defer source.Close()
	if err := s.prepare(ctx, source); err != nil {
		return err
	}
	slot, err := source.SlotState(ctx)
	if err != nil {
		return err
	}
	running, err := source.Stream(ctx, slot.ConfirmedFlush, s.kept)
	if err != nil {
		return err
	}
	batches := make(chan *cdc.Batch, 4)
	group, ctx := errgroup.WithContext(ctx)
	receiving, stop := context.WithCancel(ctx)
	group.Go(func() error {
		defer close(batches)
		return running.Run(receiving, batches)
	})
	group.Go(func() error {
		defer stop()
		for batch := range batches {
			if n := len(batch.Commits); n > 0 {
				running.Confirm(batch.Commits[n-1].LSN)
			}
			more, err := take(batch)
			batch.Release()
			if err != nil || !more {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// prepare finds out once which columns the service would keep.
func (s *stream) prepare(ctx context.Context, source *replication.Source) error {
	if s.kept != nil {
		return nil
	}
	file, problems := config.Parse("bench.yaml", []byte(s.configuration(databaseName, s.url(), "redis://unused", "unused")))
	if err := problems.Err(); err != nil {
		return err
	}
	catalog, err := source.Catalog(ctx)
	if err != nil {
		return err
	}
	plan, problems := projections.Compile(file, catalog)
	if err := problems.Err(); err != nil {
		return err
	}
	for i := range plan.Schema.Tables {
		s.kept = append(s.kept, plan.Schema.Tables[i].Table)
	}
	for i, column := range s.kept[0].Columns {
		if column.Name == "seq" {
			s.seq = i
		}
	}
	return nil
}
