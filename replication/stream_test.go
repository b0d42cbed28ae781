package replication

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

// until asks the server until a condition holds. The pause is the server's.
func (o *origin) until(condition string) {
	o.t.Helper()
	deadline := time.Now().Add(patience)
	for o.one("SELECT ("+condition+")::text") != "true" {
		if time.Now().After(deadline) {
			o.t.Fatalf("not within %s: %s", patience, condition)
		}
		o.run("SELECT pg_sleep(0.02)")
	}
}

func (o *origin) slot(what string) string {
	return "SELECT " + what + " FROM pg_replication_slots WHERE slot_name = '" + o.name + "'"
}

func TestConfirmMovesTheSlot(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
	r := o.receive(o.config(o.table("item", "id")))
	before := o.confirmed()
	o.run("INSERT INTO item VALUES (1)")
	r.all()
	o.run("SELECT pg_sleep(0.1)")
	if now := o.confirmed(); now != before {
		t.Errorf("the slot moved from %s to %s without a confirmation", before, now)
	}
	r.Confirm(r.at)
	o.until(o.slot("confirmed_flush_lsn = '" + r.at.String() + "'"))
}

// What is confirmed at the very last must not be sent again.
func TestResumeWhereConfirmed(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
	r := o.receive(o.config(o.table("item", "id")))
	o.run("INSERT INTO item VALUES (1)")
	r.all()
	r.Confirm(r.at)
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	o.until(o.slot("NOT active"))
	if now := o.confirmed(); now != r.at {
		t.Errorf("the slot is at %s, want %s", now, r.at)
	}
	o.run("INSERT INTO item VALUES (2)")
	r = o.receive(o.config(o.table("item", "id")))
	equal(t, r.all(), "insert item -> [2]\ncommit")
}

// Nothing happens in our tables, but elsewhere: the positions must move on, or
// the server keeps its WAL for us.
func TestIdlePositionsReleaseWAL(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE other (id int)")
	r := o.receive(o.config(o.table("item", "id")))
	restart := o.one(o.slot("restart_lsn::text"))
	o.run("INSERT INTO other SELECT generate_series(1, 1000)")
	o.run("CHECKPOINT")
	if lines := r.all(); len(lines) != 0 {
		t.Errorf("received %q", lines)
	}
	for deadline := time.Now().Add(patience); o.one(o.slot("(restart_lsn > '"+restart+"')::text")) != "true"; {
		if time.Now().After(deadline) {
			t.Fatalf("restart_lsn is still %s", restart)
		}
		// A confirmation has to reach a record that was written after all before it were known to be done.
		o.run("CHECKPOINT")
		r.all()
		r.Confirm(r.at)
		o.run("SELECT pg_sleep(0.1)")
	}
}

// A transaction far larger than a batch arrives in pieces of bounded size.
func TestLargeTransaction(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY, note text)")
	r := o.receive(o.config(o.table("item", "id")))
	const rows = 60_000
	o.run("INSERT INTO item SELECT g, repeat('n', 100) FROM generate_series(1, 60000) g")
	changes, batches := 0, 0
	for committed := false; !committed; batches++ {
		batch := receive(t, r.out)
		if size := len(batch.Arena) + changeSize*len(batch.Changes); size > 1<<20+1000 || cap(batch.Arena) > maxArena {
			t.Fatalf("batch %d has %d bytes, an arena of %d", batches, size, cap(batch.Arena))
		}
		changes, committed = changes+len(batch.Changes), len(batch.Commits) > 0
		batch.Release()
	}
	if changes != rows || batches < 8 {
		t.Errorf("%d changes in %d batches", changes, batches)
	}
}

// A value larger than all buffers, and one larger than what is accepted.
func TestLargeValue(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY, note text)")
	r := o.receive(o.config(o.table("item", "id")))
	o.run("INSERT INTO item VALUES (1, repeat('n', 5000000)), (2, 'small')")
	equal(t, r.all(), "insert item -> [1 n*5000000]\ninsert item -> [2 small]\ncommit")
	r.stop()
	if err := r.end(); err != nil {
		t.Fatal(err)
	}
	o.until(o.slot("NOT active"))
	config := o.config(o.table("item", "id"))
	config.maxMessage = 1 << 20
	err := o.receive(config).end()
	if err == nil || !strings.Contains(err.Error(), "more than the 1048576 that are accepted") || Retryable(err) {
		t.Errorf("ended with %v", err)
	}
}

func TestPublicationMissing(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
	config := o.config(o.table("item", "id"))
	config.publication = `no"such' one`
	o.run("INSERT INTO item VALUES (1)")
	err := o.receive(config).end()
	if code := sqlstate(err); code != "42704" && code != "55000" || Retryable(err) || !strings.Contains(err.Error(), `"no"such' one"`) {
		t.Errorf("ended with %v", err)
	}
}

func TestStartRefused(t *testing.T) {
	t.Parallel()
	o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
	o.receive(o.config(o.table("item", "id")))
	config := o.config(o.table("item", "id"))
	if _, err := o.open(config); sqlstate(err) != "55006" || !Retryable(err) {
		t.Errorf("slot in use: %v", err)
	}
	config.slot = "nosuch"
	if _, err := o.open(config); sqlstate(err) != "42704" || Retryable(err) {
		t.Errorf("slot missing: %v", err)
	}
	config.slot = `x" LOGICAL 0/0; --`
	if _, err := o.open(config); err == nil || !strings.Contains(err.Error(), "slot name") {
		t.Errorf("slot name: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	connection, err := connConfig(o.url, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := startStream(ctx, connection, o.config()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBackendSignals(t *testing.T) {
	t.Parallel()
	for function, state := range map[string]string{"pg_cancel_backend": "57014", "pg_terminate_backend": "57P01"} {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY)")
			r := o.receive(o.config(o.table("item", "id")))
			o.run("INSERT INTO item VALUES (1)")
			r.all()
			o.run(o.slot(function + "(active_pid)"))
			var ended *EndedError
			if err := r.end(); !errors.As(err, &ended) || ended.SQLSTATE != state || !ended.Retry {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

func TestSchemaChangesEndTheStream(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"dropped":  "ALTER TABLE item DROP note",
		"renamed":  "ALTER TABLE item RENAME note TO notes",
		"retyped":  "ALTER TABLE item ALTER note TYPE varchar(10)",
		"identity": "ALTER TABLE item REPLICA IDENTITY NOTHING",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOrigin(t, "item", "CREATE TABLE item (id int PRIMARY KEY, note text)")
			r := o.receive(o.config(o.table("item", "id")))
			o.run(sql)
			o.run("INSERT INTO item VALUES (1)")
			var changed *SchemaError
			if err := r.end(); !errors.As(err, &changed) || changed.Table.Name != "item" {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// The session outlives wal_sender_timeout by far although nobody takes its batches.
func TestBlockedForLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	server := servertest.Postgres(t, map[string]string{"wal_sender_timeout": "2s"})
	o := originAt(t, server.URL("postgres"), "item", "CREATE TABLE item (id int PRIMARY KEY, note text)")
	config := o.config(o.table("item", "id"))
	config.senderTimeout = 2 * time.Second
	r := o.receive(config)
	pid, start := o.one(o.slot("active_pid::text")), o.one("SELECT now()::text")
	o.run("INSERT INTO item SELECT g, repeat('n', 1000) FROM generate_series(1, 30000) g") // more than sockets hold
	o.until("(SELECT reply_time - '" + start + "' > interval '5 s' FROM pg_stat_replication)")
	if lines := r.all(); len(lines) != 30_001 {
		t.Errorf("%d lines", len(lines))
	}
	if now := o.one(o.slot("active_pid::text")); now != pid {
		t.Errorf("walsender %s became %s", pid, now)
	}
	log, err := os.ReadFile(server.LogFile())
	if err != nil || strings.Contains(string(log), "replication timeout") {
		t.Errorf("server log: %v\n%s", err, log)
	}
}

// A fast shutdown must not wait for us: not when we confirm, not when we
// cannot, and not when we do not even take what is sent.
func TestServerShutsDown(t *testing.T) {
	t.Parallel()
	const stall = 2 * time.Second
	for _, test := range []struct {
		name          string
		take, confirm bool
		want          error
	}{
		{"confirming", true, true, nil},
		{"taking", true, false, errStalled},
		{"blocked", false, false, errStalled},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := servertest.Postgres(t, nil)
			o := originAt(t, server.URL("postgres"), "item", "CREATE TABLE item (id int PRIMARY KEY, note text)")
			config := o.config(o.table("item", "id"))
			config.stallTimeout = stall
			r := o.receive(config)
			o.run("INSERT INTO item SELECT g, repeat('n', 1000) FROM generate_series(1, 30000) g")
			ended := make(chan error, 1)
			go func() { ended <- r.consume(test.take, test.confirm) }()
			_ = o.conn.Close(context.Background())
			began := time.Now()
			if err := server.Stop("fast"); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("shutdown took %s", took)
			}
			err := receive(t, ended)
			if !Retryable(err) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

// consume is a consumer that may be stuck, until the stream ends.
func (r *reception) consume(take, confirm bool) error {
	out := (<-chan *cdc.Batch)(r.out)
	if !take {
		out = nil
	}
	for {
		select {
		case batch := <-out:
			if confirm {
				r.Confirm(end(batch))
			}
			batch.Release()
		case err := <-r.ended:
			return err
		}
	}
}
