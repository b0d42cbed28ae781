package replication

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"materializer/cdc"
)

const plugin = "pgoutput"

// releaseTime is how long a slot may stay active after its reader is gone.
const releaseTime = 5 * time.Second

var (
	// ErrSlotActive means that another connection reads the slot, or that our last one still does.
	ErrSlotActive = errors.New("the replication slot is in use")
	// ErrSlotExists means that Begin found a slot and was not told to replace it.
	ErrSlotExists = errors.New("the replication slot exists already")
	// ErrSlotForeign means that the slot's name is taken by a slot that is not of our making.
	ErrSlotForeign = errors.New("the replication slot belongs to something else")
)

// Identity is what tells one source from another.
type Identity struct {
	SystemID string // of the cluster, made by initdb
	Timeline uint32 // rises by one with every promotion
	XLogPos  cdc.LSN
	Database string
}

// Identity asks the server who it is and how far its log is flushed.
func (s *Source) Identity(ctx context.Context) (Identity, error) {
	conn, err := s.replicate(ctx)
	if err != nil {
		return Identity{}, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return identify(ctx, conn)
}

// identify is Identity on a replication connection at hand.
func identify(ctx context.Context, conn *pgconn.PgConn) (Identity, error) {
	rows, err := query(ctx, conn, "IDENTIFY_SYSTEM")
	if err != nil {
		return Identity{}, fmt.Errorf("identify system: %w", err)
	}
	if len(rows[0]) < 4 {
		return Identity{}, fmt.Errorf("identify system: %d columns, want 4", len(rows[0]))
	}
	timeline, err := strconv.ParseUint(string(rows[0][1]), 10, 32)
	if err != nil {
		return Identity{}, fmt.Errorf("identify system: %w", err)
	}
	position, err := cdc.ParseLSN(string(rows[0][2]))
	if err != nil {
		return Identity{}, fmt.Errorf("identify system: %w", err)
	}
	return Identity{
		SystemID: string(rows[0][0]),
		Timeline: uint32(timeline),
		XLogPos:  position,
		Database: string(rows[0][3]),
	}, nil
}

// SlotState is what the server says of our slot. The zero SlotState: there is none.
type SlotState struct {
	Exists             bool
	Plugin             string // pgoutput if it is ours; "" for a physical slot
	Database           string
	Temporary          bool
	Active             bool
	ActivePID          int
	ActiveApplication  string  // of the connection that reads it, "" if we may not know
	ActiveClient       string  // its address
	ConfirmedFlush     cdc.LSN // 0 while the slot is still being created
	RestartLSN         cdc.LSN // 0 once the slot is lost
	WALStatus          string  // reserved, extended, unreserved, lost
	InvalidationReason string  // PostgreSQL 17 and later, or 16's conflict
	RetainedBytes      int64   // of WAL kept for the slot
	SafeWALSize        int64   // bytes until the slot is in danger; -1 if there is no limit
	TwoPhase           bool
	Failover           bool // PostgreSQL 17 and later
	Synced             bool // a standby's copy of the primary's slot
}

// Lost tells whether the slot can never be read again.
func (st SlotState) Lost() bool { return st.WALStatus == "lost" || st.InvalidationReason != "" }

// SlotState looks our slot up. Columns that older versions lack are read by way of JSON.
func (s *Source) SlotState(ctx context.Context) (SlotState, error) {
	var st SlotState
	err := s.control(ctx, func(conn *pgx.Conn) error {
		var confirmed, restart int64
		err := conn.QueryRow(ctx, `
			SELECT coalesce(s.plugin, ''), coalesce(s.database, ''), s.temporary, s.active, coalesce(s.active_pid, 0),
			       coalesce(a.application_name, ''), coalesce(host(a.client_addr), ''),
			       coalesce(pg_wal_lsn_diff(s.confirmed_flush_lsn, '0/0'), 0)::int8,
			       coalesce(pg_wal_lsn_diff(s.restart_lsn, '0/0'), 0)::int8,
			       coalesce(s.wal_status, ''),
			       coalesce(j->>'invalidation_reason', CASE WHEN (j->>'conflicting')::bool THEN 'conflicting' END, ''),
			       coalesce(pg_wal_lsn_diff(CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END, s.restart_lsn), 0)::int8,
			       coalesce(s.safe_wal_size, -1), s.two_phase,
			       coalesce((j->>'failover')::bool, false), coalesce((j->>'synced')::bool, false)
			  FROM pg_replication_slots s LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid, to_jsonb(s) j
			 WHERE s.slot_name = $1`, s.config.Slot).
			Scan(&st.Plugin, &st.Database, &st.Temporary, &st.Active, &st.ActivePID,
				&st.ActiveApplication, &st.ActiveClient, &confirmed, &restart, &st.WALStatus, &st.InvalidationReason,
				&st.RetainedBytes, &st.SafeWALSize, &st.TwoPhase, &st.Failover, &st.Synced)
		st.Exists = err == nil
		st.ConfirmedFlush, st.RestartLSN = cdc.LSN(confirmed), cdc.LSN(restart)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return SlotState{}, fmt.Errorf("look up slot %s: %w", s.config.Slot, err)
	}
	return st, nil
}

// BeginOptions says what Begin may do.
type BeginOptions struct {
	// Replace drops our slot of before, if there is one and nobody reads it.
	Replace bool
}

// Snapshot is a new slot and the state of the database at the very position
// where its stream begins. It lasts until Close, or until its connection breaks.
type Snapshot struct {
	Name            string
	ConsistentPoint cdc.LSN
	source          *Source
	conn            *pgconn.PgConn // must stay idle: any command on it ends the snapshot
	partBytes       int64          // of a table that one worker copies at a time
}

// Close lets the snapshot go. The slot stays.
func (sn *Snapshot) Close() {
	_ = sn.conn.Close(context.Background()) // idle: nothing is lost
}

// Begin creates the slot and exports its snapshot. The publication must exist
// already, or the stream can never be decoded. The server waits for the
// transactions that are open now; what it waits for is logged.
func (s *Source) Begin(ctx context.Context, o BeginOptions) (*Snapshot, error) {
	if err := s.makeRoom(ctx, o.Replace); err != nil {
		return nil, fmt.Errorf("create slot %s: %w", s.config.Slot, err)
	}
	conn, err := s.replicate(ctx)
	if err != nil {
		return nil, err
	}
	snapshot, err := s.createSlot(ctx, conn)
	if err != nil {
		_ = conn.Close(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("create slot %s: %w", s.config.Slot, err)
	}
	s.config.Logger.Info("slot created", "slot", s.config.Slot, "lsn", snapshot.ConsistentPoint, "snapshot", snapshot.Name)
	return snapshot, nil
}

// makeRoom makes sure that no slot has our name.
func (s *Source) makeRoom(ctx context.Context, replace bool) error {
	st, err := s.SlotState(ctx)
	switch {
	case err != nil:
		return err
	case !st.Exists:
		return nil
	case !replace:
		return ErrSlotExists
	}
	return s.dropSlot(ctx, st)
}

func (s *Source) createSlot(ctx context.Context, conn *pgconn.PgConn) (*Snapshot, error) {
	watch, stop := context.WithCancel(ctx)
	defer stop()
	var group errgroup.Group
	group.Go(func() error {
		s.tellWaits(watch, conn.PID())
		return nil
	})
	rows, err := query(ctx, conn, s.createCommand())
	stop()
	_ = group.Wait() // tells, never fails
	if err != nil {
		return nil, err
	}
	if len(rows[0]) < 3 || rows[0][2] == nil {
		return nil, errors.New("the server exported no snapshot")
	}
	position, err := cdc.ParseLSN(string(rows[0][1]))
	if err != nil {
		return nil, err
	}
	return &Snapshot{Name: string(rows[0][2]), ConsistentPoint: position, source: s, conn: conn, partBytes: partBytes}, nil
}

// createCommand is in the form of PostgreSQL 14 where nothing newer is needed.
func (s *Source) createCommand() string {
	command := "CREATE_REPLICATION_SLOT " + quoteName(s.config.Slot) + " LOGICAL " + plugin
	if s.version >= 17 && !s.config.NoFailover {
		return command + " (SNAPSHOT 'export', FAILOVER true)"
	}
	return command + " EXPORT_SNAPSHOT"
}

// Drop removes the slot and, if it is ours, the publication. What is not
// there is no error; a reader of the slot is left alone, and is one.
func (s *Source) Drop(ctx context.Context) error {
	if err := s.DropSlot(ctx); err != nil {
		return err
	}
	return s.dropPublication(ctx)
}

// DropSlot removes the slot, and nothing else. That there is none is no error.
func (s *Source) DropSlot(ctx context.Context) error {
	st, err := s.SlotState(ctx)
	if err != nil || !st.Exists {
		return err
	}
	if err := s.dropSlot(ctx, st); err != nil {
		return fmt.Errorf("drop slot %s: %w", s.config.Slot, err)
	}
	s.config.Logger.Info("slot dropped", "slot", s.config.Slot)
	return nil
}

// dropSlot waits a little for a reader that has just been closed to be gone.
// It asks again and again: a server told to wait would drop the slot whenever
// its reader leaves, even if we have long gone ourselves.
func (s *Source) dropSlot(ctx context.Context, st SlotState) error {
	if st.Plugin != plugin || st.Database != s.database {
		return fmt.Errorf("%w: plugin %q, database %q", ErrSlotForeign, st.Plugin, st.Database)
	}
	bounded, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.control(ctx, func(conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, "SELECT pg_drop_replication_slot($1)", s.config.Slot)
			return err
		})
		switch code(err) {
		case "42704": // gone meanwhile
			return nil
		case "55006":
		default:
			return err
		}
		select {
		case <-again.C:
		case <-bounded.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w by process %d (%s %s)", ErrSlotActive, st.ActivePID, st.ActiveApplication, st.ActiveClient)
		}
	}
}

// code is the SQLSTATE of an error from the server, "" of any other.
func code(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}
