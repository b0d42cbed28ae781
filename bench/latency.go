package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

const (
	clients  = 8           // connections that commit
	warmUp   = time.Second // of each run, not counted
	patience = 10 * time.Second
)

// sample is one commit, by the clock of this process: when COMMIT was sent,
// when it had returned, and when the change was seen at its end.
type sample struct {
	sent, returned time.Duration
	seen           atomic.Int64 // time.Duration; 0: not yet
}

// latency measures how long after a commit its change is seen, while so many
// are committed per second, each of one row.
func (s *site) latency(ctx context.Context, all []contestant, p plan, rate int) (*latencies, error) {
	followers := having[follower](all)
	l := newLatencies(followers, rate)
	l.title = title(s.workload.name, "%s commits per second", rate)
	for run := range p.runs {
		for _, f := range turned(followers, run) {
			if err := s.settle(ctx); err != nil {
				return nil, err
			}
			samples, o, err := s.followed(ctx, f, p, rate)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", f.name(), err)
			}
			l.add(f, samples, o)
		}
	}
	return l, nil
}

// followed drives commits while one contestant follows.
func (s *site) followed(ctx context.Context, f follower, p plan, rate int) ([]*sample, outcome, error) {
	began := time.Now()
	samples := make([]*sample, rate*int((warmUp+p.duration)/time.Second))
	for i := range samples {
		samples[i] = &sample{}
	}
	var first, missing atomic.Int64
	first.Store(math.MaxInt64) // while it catches up
	missing.Store(int64(len(samples)))
	complete := make(chan struct{})
	stop, err := f.follow(ctx, func(seqs ...int64) {
		now := int64(time.Since(began))
		for _, seq := range seqs {
			at := seq - first.Load()
			if at >= 0 && at < int64(len(samples)) && samples[at].seen.CompareAndSwap(0, now) && missing.Add(-1) == 0 {
				close(complete)
			}
		}
	})
	if err != nil {
		return nil, outcome{}, err
	}
	first.Store(int64(s.changed + 1))
	o, err := s.measure(f, func() error { return s.drive(ctx, began, samples, int64(s.changed+1), rate) })
	s.changed += len(samples)
	if err == nil {
		select {
		case <-complete:
			err = verify(ctx, f)
		case <-time.After(patience):
			err = fmt.Errorf("%d of %d changes were not seen %s after the last commit", missing.Load(), len(samples), patience)
		}
	}
	return samples, o, errors.Join(err, stop())
}

// drive commits at a rate. A commit that is late does not put off the next
// ones, as long as a connection is free.
func (s *site) drive(ctx context.Context, began time.Time, samples []*sample, first int64, rate int) error {
	start := time.Now()
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range clients {
		group.Go(func() error {
			conn, err := pgx.Connect(ctx, s.url())
			if err != nil {
				return err
			}
			defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
			for {
				i := next.Add(1) - 1
				if i >= int64(len(samples)) {
					return nil
				}
				pause(ctx, time.Until(start.Add(time.Duration(i)*time.Second/time.Duration(rate))))
				if err := s.commitOne(ctx, conn, began, samples[i], first+i); err != nil {
					return err
				}
			}
		})
	}
	return group.Wait()
}

func pause(ctx context.Context, wait time.Duration) {
	if wait <= 0 {
		return
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}

func (s *site) commitOne(ctx context.Context, conn *pgx.Conn, began time.Time, to *sample, seq int64) error {
	change := "BEGIN; " + s.changeSQL(strconv.FormatInt(seq, 10), s.rows)
	if _, err := conn.PgConn().Exec(ctx, change).ReadAll(); err != nil {
		return fmt.Errorf("change a row: %w", err)
	}
	to.sent = time.Since(began)
	if _, err := conn.PgConn().Exec(ctx, "COMMIT").ReadAll(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	to.returned = time.Since(began)
	return nil
}
