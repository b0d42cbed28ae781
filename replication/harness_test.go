package replication

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

const patience = 2 * time.Minute

// origin is a database with a slot and a publication, both named after it.
type origin struct {
	t    testing.TB
	url  string
	conn *pgx.Conn
	name string
}

// newOrigin makes the database, runs the setup in it, publishes the tables and
// then makes the slot.
func newOrigin(t testing.TB, tables, setup string) *origin {
	t.Helper()
	return originAt(t, servertest.Database(t), tables, setup)
}

func originAt(t testing.TB, url, tables, setup string) *origin {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	o := &origin{t: t, url: url, conn: conn}
	o.name = o.one("SELECT current_database()")
	o.run(setup)
	o.run("CREATE PUBLICATION " + o.name + " FOR TABLE " + tables + " WITH (publish_via_partition_root = true)")
	o.run("SELECT pg_create_logical_replication_slot('" + o.name + "', 'pgoutput')")
	return o
}

// run runs SQL in one transaction, unless it says otherwise.
func (o *origin) run(sql string) {
	o.t.Helper()
	if _, err := o.conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil {
		o.t.Fatalf("run %q: %v", sql, err)
	}
}

func (o *origin) one(sql string) string {
	o.t.Helper()
	var value string
	if err := o.conn.QueryRow(context.Background(), sql).Scan(&value); err != nil {
		o.t.Fatalf("run %q: %v", sql, err)
	}
	return value
}

func (o *origin) lsn(sql string) cdc.LSN {
	o.t.Helper()
	lsn, err := cdc.ParseLSN(o.one(sql))
	if err != nil {
		o.t.Fatal(err)
	}
	return lsn
}

func (o *origin) flushed() cdc.LSN { return o.lsn("SELECT pg_current_wal_flush_lsn()::text") }

// confirmed is the position that the slot has.
func (o *origin) confirmed() cdc.LSN {
	return o.lsn("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = '" + o.name + "'")
}

// table reads a table with the columns given, all without any, from the catalog.
func (o *origin) table(name string, identity string, columns ...string) *cdc.Table {
	o.t.Helper()
	table := &cdc.Table{Schema: "public", Name: name}
	rows, err := o.conn.Query(context.Background(), `SELECT attrelid, attname, attnum, atttypid, atttypmod FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, name)
	if err != nil {
		o.t.Fatal(err)
	}
	for rows.Next() {
		var column cdc.Column
		if err := rows.Scan(&table.OID, &column.Name, &column.Attnum, &column.TypeOID, &column.TypeMod); err != nil {
			o.t.Fatal(err)
		}
		if len(columns) > 0 && !contains(columns, column.Name) {
			continue
		}
		if contains(strings.Split(identity, ","), column.Name) {
			table.Identity = append(table.Identity, len(table.Columns))
		}
		table.Columns = append(table.Columns, column)
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	return table
}

func contains(list []string, s string) bool {
	for _, item := range list {
		if item == s {
			return true
		}
	}
	return false
}

// reception is a running stream and what came out of it.
type reception struct {
	*Stream
	o     *origin
	out   chan *cdc.Batch
	ended chan error
	stop  context.CancelFunc
	log   []string
	at    cdc.LSN
}

func (o *origin) config(tables ...*cdc.Table) streamConfig {
	return streamConfig{
		slot: o.name, publication: o.name, tables: tables, start: o.confirmed(),
		senderTimeout: time.Minute, idleInterval: time.Millisecond,
	}
}

func (o *origin) open(c streamConfig) (*Stream, error) {
	config, err := connConfig(o.url, true)
	if err != nil {
		return nil, err
	}
	return startStream(o.t.Context(), config, c)
}

// receive starts a stream whose batches are taken only when asked for.
func (o *origin) receive(c streamConfig) *reception {
	o.t.Helper()
	stream, err := o.open(c)
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &reception{Stream: stream, o: o, out: make(chan *cdc.Batch), ended: make(chan error, 1), stop: stop}
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.ended <- stream.Run(ctx, r.out)
	}()
	o.t.Cleanup(func() {
		stop()
		<-done
	})
	return r
}

// take takes one batch, releases it and writes what it holds into the log.
func (r *reception) take() {
	r.o.t.Helper()
	select {
	case batch := <-r.out:
		r.log = append(r.log, describeBatch(batch)...)
		r.at = max(r.at, end(batch))
		batch.Release()
	case err := <-r.ended:
		r.o.t.Fatalf("the stream ended: %v", err)
	case <-time.After(patience):
		r.o.t.Fatalf("nothing received for %s", patience)
	}
}

// all takes everything committed by now and gives the log since the last call.
func (r *reception) all() []string {
	r.o.t.Helper()
	for target := r.o.flushed(); r.at < target; {
		r.take()
	}
	log := r.log
	r.log = nil
	return log
}

// end waits until the session ends and gives the reason.
func (r *reception) end() error {
	r.o.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case batch := <-r.out:
			batch.Release()
		case err := <-r.ended:
			return err
		case <-deadline:
			r.o.t.Fatalf("the stream did not end within %s", patience)
		}
	}
}

// describeBatch writes a batch as lines such as "update t [1 -] -> [1 one]".
func describeBatch(b *cdc.Batch) []string {
	var lines []string
	done := 0
	changes := func(until int) {
		for _, change := range b.Changes[done:until] {
			lines = append(lines, describeChange(change))
		}
		done = until
	}
	for _, commit := range b.Commits {
		changes(commit.Changes)
		lines = append(lines, "commit")
	}
	changes(len(b.Changes))
	return lines
}

func describeChange(c cdc.Change) string {
	line := c.Op.String() + " " + c.Table.Name
	if c.Key != nil {
		line += " " + describeRow(c.Key)
	}
	if c.New != nil {
		line += " -> " + describeRow(c.New)
	}
	return line
}

func describeRow(row cdc.Row) string {
	fields, err := row.Split(nil)
	if err != nil {
		return err.Error()
	}
	var texts []string
	for _, field := range fields {
		switch {
		case field == nil:
			texts = append(texts, "-")
		case cdc.IsUnchanged(field):
			texts = append(texts, "unchanged")
		case len(field) > 100:
			texts = append(texts, fmt.Sprintf("%c*%d", field[0], len(field)))
		default:
			texts = append(texts, string(field))
		}
	}
	return "[" + strings.Join(texts, " ") + "]"
}

// equal compares a log with the lines wanted.
func equal(t testing.TB, got []string, want string) {
	t.Helper()
	var lines []string
	for _, line := range strings.Split(want, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(lines, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}
