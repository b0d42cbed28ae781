package replication

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgproto3"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

func (s *site) state() SlotState {
	s.t.Helper()
	st, err := s.SlotState(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

// session is another client's connection, at work on something.
func (s *site) session(sql ...string) *pgx.Conn {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.url)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, text := range sql {
		if _, err := conn.Exec(s.t.Context(), text); err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
	}
	return conn
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	id, err := s.Identity(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var system, position string
	row := s.session().QueryRow(t.Context(), "SELECT system_identifier::text, pg_current_wal_flush_lsn()::text FROM pg_control_system()")
	if err := row.Scan(&system, &position); err != nil {
		t.Fatal(err)
	}
	now, err := cdc.ParseLSN(position)
	if err != nil {
		t.Fatal(err)
	}
	if id.SystemID != system || id.Timeline != 1 || id.Database != databaseOf(s.url) || id.XLogPos == 0 || id.XLogPos > now {
		t.Errorf("got %+v, want %s before %s", id, system, now)
	}
}

func TestSlotLifetime(t *testing.T) {
	t.Parallel()
	s := newSite(t, "CREATE TABLE a (id int PRIMARY KEY)")
	if st := s.state(); st != (SlotState{}) {
		t.Fatalf("before: %+v", st)
	}
	s.publish(s.tables("a"))
	snapshot := s.begin()
	st := s.state()
	if !st.Exists || st.Plugin != "pgoutput" || st.Database != databaseOf(s.url) || st.ConfirmedFlush != snapshot.ConsistentPoint ||
		st.RestartLSN == 0 || st.WALStatus != "reserved" || st.Lost() || st.Temporary || st.Failover != (s.version >= 17) {
		t.Errorf("after: %+v", st)
	}
	s.run("INSERT INTO a SELECT generate_series(1, 1000)", "CHECKPOINT")
	if st := s.state(); st.RetainedBytes < 50_000 || st.SafeWALSize != -1 {
		t.Errorf("after writing: %+v", st)
	}
	if _, err := s.Begin(t.Context(), BeginOptions{}); !errors.Is(err, ErrSlotExists) {
		t.Errorf("Begin again: %v", err)
	}
	snapshot.Close()
	again, err := s.Begin(t.Context(), BeginOptions{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	if again.ConsistentPoint <= snapshot.ConsistentPoint {
		t.Errorf("the slot was not replaced: %s after %s", again.ConsistentPoint, snapshot.ConsistentPoint)
	}
	again.Close()
	for range 2 { // the second time there is nothing to drop
		if err := s.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if st := s.state(); st.Exists {
		t.Errorf("after Drop: %+v", st)
	}
	if found, err := s.CheckPublication(t.Context(), nil); err != nil || len(found) != 1 {
		t.Errorf("publication after Drop: %v %v", found, err)
	}
}

// stream reads a slot as another instance would.
func (s *site) stream(source *Source) (stop func(), pid uint32) {
	s.t.Helper()
	conn, err := source.replicate(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	conn.Frontend().SendQuery(&pgproto3.Query{String: "START_REPLICATION SLOT " + quoteName(source.config.Slot) +
		" LOGICAL 0/0 (proto_version '1', publication_names '" + source.config.Publication + "')"})
	if err := conn.Frontend().Flush(); err != nil {
		s.t.Fatal(err)
	}
	message, err := conn.ReceiveMessage(s.t.Context())
	if _, streams := message.(*pgproto3.CopyBothResponse); !streams {
		s.t.Fatalf("start the stream: %T %v", message, err)
	}
	return func() { _ = conn.Close(context.Background()) }, conn.PID()
}

func TestSlotInUse(t *testing.T) {
	t.Parallel()
	s := newSite(t, "CREATE TABLE a (id int PRIMARY KEY)")
	s.publish(s.tables("a"))
	s.begin().Close()
	other := s.openAs("", Config{ApplicationName: "the other one"})
	stop, pid := s.stream(other)
	st := s.state()
	if !st.Active || st.ActivePID != int(pid) || st.ActiveApplication != "the other one" || st.ActiveClient != "127.0.0.1" {
		t.Errorf("state: %+v", st)
	}
	if _, err := s.Begin(t.Context(), BeginOptions{Replace: true}); !errors.Is(err, ErrSlotActive) || !strings.Contains(err.Error(), fmt.Sprint(pid)) {
		t.Errorf("Begin: %v", err)
	}
	if err := s.Drop(t.Context()); !errors.Is(err, ErrSlotActive) {
		t.Errorf("Drop: %v", err)
	}
	if st := s.state(); !st.Active {
		t.Errorf("the reader was ended: %+v", st)
	}
	stop()
	if err := s.Drop(t.Context()); err != nil {
		t.Errorf("Drop: %v", err)
	}
}

func TestForeignSlotIsLeft(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.run("SELECT pg_create_logical_replication_slot('materializer_" + databaseOf(s.url) + "', 'test_decoding')")
	if err := s.Drop(t.Context()); !errors.Is(err, ErrSlotForeign) {
		t.Errorf("Drop: %v", err)
	}
	if _, err := s.Begin(t.Context(), BeginOptions{Replace: true}); !errors.Is(err, ErrSlotForeign) {
		t.Errorf("Begin: %v", err)
	}
	if !s.state().Exists {
		t.Error("the slot is gone")
	}
}

func TestLostSlot(t *testing.T) {
	t.Parallel()
	cluster := servertest.Postgres(t, map[string]string{
		"max_slot_wal_keep_size": "1MB", "min_wal_size": "32MB", "max_wal_size": "32MB",
	})
	servertest.Exec(t, cluster.URL("postgres"), "CREATE TABLE a (id int PRIMARY KEY)")
	s := siteAt(t, cluster.URL("postgres"), Config{})
	s.publish(s.tables("a"))
	s.begin().Close()
	if st := s.state(); st.Lost() || st.SafeWALSize < 0 {
		t.Errorf("before: %+v", st)
	}
	for range 3 {
		s.run("INSERT INTO a SELECT coalesce(max(id), 0) + generate_series(1, 20000) FROM a", "SELECT pg_switch_wal()")
	}
	s.run("CHECKPOINT")
	if st := s.state(); !st.Lost() || st.RestartLSN != 0 || !st.Exists {
		t.Errorf("after: %+v", st)
	}
	again, err := s.Begin(t.Context(), BeginOptions{Replace: true})
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// Creating a slot waits for the transactions that are open, which the
// operator must be told of.
func TestBeginTellsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	s := newSite(t, "CREATE TABLE a (id int PRIMARY KEY)")
	s.publish(s.tables("a"))
	holder := s.session("SET application_name = 'the long report'", "BEGIN", "INSERT INTO a VALUES (1)")
	begun := make(chan error, 1)
	go func() {
		snapshot, err := s.Begin(t.Context(), BeginOptions{})
		if err == nil {
			snapshot.Close()
		}
		begun <- err
	}()
	s.logged("waiting for transaction", fmt.Sprintf("pid=%d", holder.PgConn().PID()), "the long report", "idle in transaction", "age=")
	if _, err := holder.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-begun; err != nil {
		t.Error(err)
	}
}

func TestBeginCanBeStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t, "CREATE TABLE a (id int PRIMARY KEY)")
	s.publish(s.tables("a"))
	holder := s.session("BEGIN", "INSERT INTO a VALUES (1)")
	ctx, stop := context.WithCancel(t.Context())
	begun := make(chan error, 1)
	go func() {
		_, err := s.Begin(ctx, BeginOptions{})
		begun <- err
	}()
	s.logged("waiting for transaction")
	stop()
	if err := <-begun; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The unfinished slot goes with the connection, not only with the transaction.
	if err := s.Drop(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := holder.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
}

func TestControlConnectionIsReopened(t *testing.T) {
	t.Parallel()
	s := newSite(t, "")
	s.run(fmt.Sprintf("SELECT pg_terminate_backend(%d, 10000)", s.conn.PgConn().PID()))
	if _, err := s.SlotState(t.Context()); err == nil {
		t.Error("the loss of the connection went unnoticed")
	}
	s.state()
}

func TestConfigValidate(t *testing.T) {
	t.Parallel()
	if err := (Config{URL: "x", Name: "My-Shop"}).Validate(); err != nil {
		t.Error(err)
	}
	if c := (Config{Name: "My-Shop"}).withDefaults(); c.Slot != "materializer_my_shop" || c.Publication != c.Slot {
		t.Errorf("defaults: %+v", c)
	}
	err := Config{Slot: "Not-Good", Publication: strings.Repeat("x", 64)}.Validate()
	for _, want := range []string{"source.url", "Not-Good", "publication"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s in it", err, want)
		}
	}
}
