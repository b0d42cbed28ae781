package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/projections"
	"materializer/replication"
)

// source is the database, connected, and the plan that was checked against it.
type source struct {
	*replication.Source
	catalog  *catalog.Catalog
	plan     *projections.Plan
	findings replication.Problems // of prepare: warnings only
}

// open connects and makes the plan.
func (c configuration) open(ctx context.Context, logger *slog.Logger) (*source, error) {
	config := c.sourceConfig()
	config.Logger = logger
	connected, err := replication.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	s := &source{Source: connected}
	if err := c.compile(ctx, s); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (c configuration) compile(ctx context.Context, s *source) (err error) {
	if s.catalog, err = s.Catalog(ctx); err != nil {
		return err
	}
	var problems config.Problems
	s.plan, problems = projections.Compile(c.file, s.catalog)
	return c.refuse(problems)
}

// prepare opens the source and looks for what stands in the way of running. It
// creates and changes nothing in the database.
func (c configuration) prepare(ctx context.Context, logger *slog.Logger) (*source, error) {
	s, err := c.open(ctx, logger)
	if err != nil {
		return nil, err
	}
	s.findings, err = s.Preflight(ctx, tables(s.plan), s.catalog)
	if err == nil {
		err = s.findings.Err()
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func tables(plan *projections.Plan) []*cdc.Table {
	list := make([]*cdc.Table, len(plan.Schema.Tables))
	for i := range plan.Schema.Tables {
		list[i] = plan.Schema.Tables[i].Table
	}
	return list
}

// hopeless tells whether trying again would not help: the configuration or the
// database has to be changed first.
func hopeless(err error) bool {
	return exitCode(err) != exitFailed || !replication.Retryable(err)
}

// await prepares the source, again and again while PostgreSQL is away.
func (c configuration) await(ctx context.Context, logger *slog.Logger) (*source, error) {
	told := ""
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		s, err := c.prepare(ctx, logger)
		if err == nil {
			return s, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if hopeless(err) {
			if exitCode(err) == exitFailed {
				err = usage(err)
			}
			return nil, err
		}
		if told != err.Error() {
			told = err.Error()
			logger.Warn("PostgreSQL is away, trying again", "error", err)
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, wait time.Duration) error {
	select {
	case <-time.After(wait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// awaitSlot waits until nobody reads the slot. A reader that was killed is
// noticed by the server after a while; one that lives keeps the slot.
func awaitSlot(ctx context.Context, s *replication.Source, patience time.Duration, logger *slog.Logger) error {
	deadline := time.Now().Add(patience)
	for told := false; ; told = true {
		slot, err := s.SlotState(ctx)
		switch {
		case err != nil && hopeless(err):
			return err
		case err != nil:
			return nil // the pipeline waits for the server
		case !slot.Active || slot.ConfirmedFlush == 0: // the latter is still being created, for somebody who may be gone
			return nil
		}
		reader := fmt.Sprintf("process %d, %s, from %s", slot.ActivePID, slot.ActiveApplication, slot.ActiveClient)
		if time.Now().After(deadline) {
			return fmt.Errorf("%w, for %s now: %s", replication.ErrSlotActive, patience, reader)
		}
		if !told {
			logger.Warn("the replication slot is in use, waiting for it", "reader", reader, "at most", patience.String())
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}
