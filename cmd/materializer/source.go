package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"materializer/cdc"
	"materializer/config"
	"materializer/projections"
	"materializer/replication"
)

// source is the database, connected, and the plan that was checked against it.
type source struct {
	*replication.Source
	plan     *projections.Plan
	findings replication.Problems // warnings only
}

// prepare connects and checks the configuration against the database. It
// creates and changes nothing there.
func (c configuration) prepare(ctx context.Context, logger *slog.Logger) (*source, error) {
	s := &source{}
	var err error
	config := c.sourceConfig()
	config.Logger = logger
	if s.Source, err = replication.Open(ctx, config); err != nil {
		return nil, err
	}
	if err := c.compile(ctx, s); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// compile makes the plan, and looks for what stands in its way in the database.
func (c configuration) compile(ctx context.Context, s *source) error {
	catalog, err := s.Catalog(ctx)
	if err != nil {
		return err
	}
	var problems config.Problems
	if s.plan, problems = projections.Compile(c.file, catalog); problems.Err() != nil {
		return c.refuse(problems)
	}
	if s.findings, err = s.Preflight(ctx, tables(s.plan), catalog); err != nil {
		return err
	}
	return s.findings.Err()
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
