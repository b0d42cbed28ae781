package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// copyOut is COPY of all tables to nowhere: how fast rows can leave the server.
type copyOut struct{ *site }

func (c *copyOut) name() string                { return "COPY" }
func (c *copyOut) empty(context.Context) error { return nil }
func (c *copyOut) rest(context.Context) error  { return nil }
func (c *copyOut) close(context.Context) error { return nil }

func (c *copyOut) load(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, c.url())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is under way
	for _, table := range c.tables {
		if _, err := conn.PgConn().CopyTo(ctx, discard{}, "COPY "+table+" TO STDOUT"); err != nil {
			return fmt.Errorf("copy %s: %w", table, err)
		}
	}
	return nil
}

// discard takes the rows one by one, as a reader has to.
type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
