package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"materializer/cdc"
	"materializer/internal/servers"
)

// postgresSettings are those of a small production server: what is committed is
// on disk. What would run in one measurement and not in the next (a checkpoint
// by time, autovacuum) is done between measurements instead.
var postgresSettings = map[string]string{
	"fsync":                 "on",
	"full_page_writes":      "on",
	"synchronous_commit":    "on",
	"shared_buffers":        "256MB",
	"max_wal_size":          "8GB",
	"checkpoint_timeout":    "1h",
	"autovacuum":            "off",
	"wal_keep_size":         "0",
	"max_connections":       "50",
	"wal_sender_timeout":    "60s",
	"bgwriter_lru_maxpages": "0",
}

// site is where everything runs: one PostgreSQL with one workload, and Redis
// for each contestant that writes documents.
type site struct {
	workload
	rows     int
	scratch  *servers.Scratch
	postgres *servers.Postgres
	redis    []*servers.Redis // one for each contestant that writes documents
	conn     *pgx.Conn
	changed  int // changes made so far
}

const (
	databaseName = "bench"
	limits       = "limits" // the publication of those who only read the stream
)

func openSite(ctx context.Context, w workload, rows int) (_ *site, err error) {
	s := &site{workload: w, rows: rows}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.scratch, err = servers.NewScratch("bench"); err != nil {
		return nil, err
	}
	if s.postgres, err = servers.StartPostgres(ctx, servers.PostgresOptions{Settings: postgresSettings}); err != nil {
		return nil, err
	}
	return s, s.fillDatabase(ctx)
}

func (s *site) fillDatabase(ctx context.Context) error {
	admin, err := pgx.Connect(ctx, s.postgres.URL("postgres"))
	if err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "CREATE DATABASE "+databaseName)
	if err = errors.Join(err, admin.Close(ctx)); err != nil {
		return err
	}
	if s.conn, err = pgx.Connect(ctx, s.url()); err != nil {
		return err
	}
	statements := []string{
		"SET timezone = 'UTC'", s.schema, strings.ReplaceAll(s.fill, ":rows", strconv.Itoa(s.rows)), "VACUUM ANALYZE", "CHECKPOINT",
	}
	statements = append(statements, "CREATE PUBLICATION "+limits+" FOR TABLE "+strings.Join(s.tables, ", "))
	return s.exec(ctx, statements...)
}

// startRedis gives a contestant a Redis of its own.
func (s *site) startRedis(ctx context.Context) (*servers.Redis, *redis.Client, error) {
	server, err := servers.StartRedis(ctx, servers.RedisOptions{})
	if err != nil {
		return nil, nil, err
	}
	s.redis = append(s.redis, server)
	return server, redis.NewClient(&redis.Options{Addr: server.Addr, Protocol: 2, DisableIdentity: true}), nil
}

func (s *site) url() string { return s.postgres.URL(databaseName) }

func (s *site) exec(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (s *site) close() error {
	var err error
	if s.conn != nil {
		err = s.conn.Close(context.Background())
	}
	for _, redis := range s.redis {
		err = errors.Join(err, redis.Close())
	}
	if s.postgres != nil {
		err = errors.Join(err, s.postgres.Close())
	}
	if s.scratch != nil {
		err = errors.Join(err, s.scratch.Close())
	}
	return err
}

// path is a file beside the servers.
func (s *site) path(name string) string { return filepath.Join(s.scratch.Path, name) }

// commit makes changes in transactions of a size, and then one more. It gives
// a position within that last transaction: who has passed it has everything.
func (s *site) commit(ctx context.Context, changes, size int) (cdc.LSN, error) {
	program := s.transactions(changes-1, size, s.rows, s.changed+1)
	if err := s.exec(ctx, "SET synchronous_commit = off", program, "SET synchronous_commit = on"); err != nil {
		return 0, err
	}
	s.changed += changes
	var position string
	err := pgx.BeginFunc(ctx, s.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, s.changeSQL(strconv.Itoa(s.changed), s.rows)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT pg_current_wal_insert_lsn()::text").Scan(&position)
	})
	if err != nil {
		return 0, fmt.Errorf("commit changes: %w", err)
	}
	return cdc.ParseLSN(position)
}

// settle does what the server would otherwise do at some time of its own.
func (s *site) settle(ctx context.Context) error {
	return s.exec(ctx, "VACUUM "+strings.Join(s.tables, ", "), "CHECKPOINT")
}

// write makes a file beside the servers.
func (s *site) write(name, text string) (string, error) {
	path := s.path(name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return path, nil
}
