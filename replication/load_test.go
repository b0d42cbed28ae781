package replication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"materializer/cdc"
)

// harvest collects what a copy hands on, by table.
type harvest struct {
	mu   sync.Mutex
	rows map[string][]string
}

func (h *harvest) take(_ context.Context, table *cdc.Table, batch []cdc.Row) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rows == nil {
		h.rows = map[string][]string{}
	}
	for _, row := range batch {
		fields, err := row.Split(nil)
		if err != nil {
			return err
		}
		var list []string
		for _, field := range fields {
			if field == nil {
				list = append(list, "NULL")
			} else {
				list = append(list, string(field))
			}
		}
		h.rows[table.String()] = append(h.rows[table.String()], strings.Join(list, "|"))
	}
	return nil
}

// of are the rows of a table in order.
func (h *harvest) of(table string) []string {
	slices.Sort(h.rows[table])
	return h.rows[table]
}

// under asks for one text per row in the snapshot itself.
func (s *site) under(snapshot *Snapshot, sql string) []string {
	s.t.Helper()
	conn := s.session("BEGIN ISOLATION LEVEL REPEATABLE READ", "SET TRANSACTION SNAPSHOT "+quoteText(snapshot.Name))
	rows, err := conn.Query(s.t.Context(), sql)
	if err != nil {
		s.t.Fatal(err)
	}
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			s.t.Fatal(err)
		}
		list = append(list, text)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(list)
	return list
}

func (s *site) copy(snapshot *Snapshot, tables []*cdc.Table, workers int) *harvest {
	s.t.Helper()
	h := &harvest{}
	if err := snapshot.Copy(s.t.Context(), tables, workers, h.take, nil); err != nil {
		s.t.Fatal(err)
	}
	return h
}

func TestCopyValues(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE SCHEMA "Odd Schema";
		CREATE TABLE "Odd Schema"."Order ""Items" (
			gone int, "k|1" int PRIMARY KEY, "Größe" text, at timestamptz, i interval, f float8, b bytea, a text[],
			twice int GENERATED ALWAYS AS ("k|1" * 2) STORED, n numeric);
		ALTER TABLE "Odd Schema"."Order ""Items" DROP COLUMN gone;
		INSERT INTO "Odd Schema"."Order ""Items" VALUES
			(1, NULL, NULL, NULL, NULL, NULL, NULL, DEFAULT, NULL),
			(2, E'tab\there\nnew \\ back', '2024-07-01 12:00+00', '1 day 02:00', 0.1::float8 + 0.2, '\xff00', '{"\\N",NULL}', DEFAULT, 'NaN'),
			(3, '\N', 'infinity', '0', '-0'::float8, '', '{}', DEFAULT, 1.10);
		CREATE TABLE empty (id int PRIMARY KEY)`)
	role := s.hostileRole("SUPERUSER")
	source := s.openAs(role, Config{})
	tables := s.tables(`Odd Schema.Order "Items`, "empty")
	s.publish(tables)
	snapshot, err := source.Begin(t.Context(), BeginOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	h := &harvest{}
	var last Progress
	if err := snapshot.Copy(t.Context(), tables, 2, h.take, func(p Progress) { last = p }); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"1|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
		"2|tab\there\nnew \\ back|2024-07-01 12:00:00+00|1 day 02:00:00|0.30000000000000004|\\xff00|{\"\\\\N\",NULL}|NaN",
		"3|\\N|infinity|00:00:00|-0|\\x|{}|1.10",
	}
	if got := h.of(`Odd Schema.Order "Items`); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if last.Rows != 3 || last.TablesDone != 2 || last.Tables != 2 || last.Bytes == 0 || last.Table == nil || last.Elapsed <= 0 {
		t.Errorf("progress: %+v", last)
	}
}

// What is copied is what the snapshot shows, whatever is written meanwhile,
// and the stream begins at that very place.
func TestSnapshotIsExact(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL, filler text);
		INSERT INTO account SELECT g, 100, repeat('x', 200) FROM generate_series(1, 5000) g`)
	tables := s.tables("account")
	s.publish(tables)
	ctx, stop := context.WithCancel(t.Context())
	busy := make(chan struct{})
	var writers sync.WaitGroup
	for w := range 2 {
		conn := s.session()
		writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				sql := fmt.Sprintf(`
					UPDATE account SET balance = balance + CASE id WHEN %[1]d THEN 7 ELSE -7 END WHERE id IN (%[1]d, %[2]d);
					DELETE FROM account WHERE id = %[3]d; INSERT INTO account VALUES (%[3]d, 0, 'new')`,
					1+(i*37+w)%4000, 4001+i%1000, 10000+w*10000+i%500)
				if _, err := conn.PgConn().Exec(context.Background(), sql).ReadAll(); err != nil && code(err) != "40P01" {
					t.Error(err)
					return
				}
				if i == 50 && w == 0 {
					close(busy)
				}
			}
		})
	}
	<-busy
	snapshot := s.begin()
	snapshot.partBytes = 64 << 10
	h := s.copy(snapshot, tables, 3)
	want := s.under(snapshot, "SELECT concat_ws('|', id, balance, filler) FROM account")
	stop()
	writers.Wait()
	if got := h.of("account"); !slices.Equal(got, want) {
		t.Errorf("%d rows copied, %d in the snapshot, or others", len(got), len(want))
	}
	if st := s.state(); st.ConfirmedFlush != snapshot.ConsistentPoint {
		t.Errorf("the stream begins at %s, the snapshot is of %s", st.ConfirmedFlush, snapshot.ConsistentPoint)
	}
}

func TestCopyPartitions(t *testing.T) {
	t.Parallel()
	const setup = `
		CREATE TABLE p (id int, v text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
		CREATE TABLE p_low (v text, junk int, id int NOT NULL); ALTER TABLE p_low DROP COLUMN junk;
		ALTER TABLE p ATTACH PARTITION p_low FOR VALUES FROM (0) TO (100);
		CREATE TABLE p_high PARTITION OF p FOR VALUES FROM (100) TO (200) PARTITION BY HASH (id);
		CREATE TABLE p_high_0 PARTITION OF p_high FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE p_high_1 PARTITION OF p_high FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		CREATE TABLE bare (id int PRIMARY KEY) PARTITION BY RANGE (id);
		CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child () INHERITS (parent);
		INSERT INTO p SELECT g, 'v' || g FROM generate_series(0, 199) g;
		INSERT INTO parent VALUES (1); INSERT INTO child VALUES (2)`
	var want []string
	for i := range 200 {
		want = append(want, fmt.Sprintf("%d|v%d", i, i))
	}
	slices.Sort(want)
	for name, privilege := range map[string]string{
		"leaf by leaf":     "GRANT SELECT ON ALL TABLES IN SCHEMA public TO $ROLE",
		"through the root": "GRANT SELECT ON p, bare, parent TO $ROLE",
		"columns only":     "GRANT SELECT (id, v) ON p TO $ROLE; GRANT SELECT ON bare, parent TO $ROLE",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, setup)
			tables := s.tables("p", "bare", "parent")
			s.publish(tables)
			source := s.openAs(s.role("ALTER ROLE $ROLE REPLICATION", privilege), Config{})
			snapshot, err := source.Begin(t.Context(), BeginOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			h := s.copy(snapshot, tables, 2)
			if got := h.of("p"); !slices.Equal(got, want) {
				t.Errorf("p: got %q", got)
			}
			if got := h.of("parent"); !slices.Equal(got, []string{"1"}) {
				t.Errorf("parent: got %q", got)
			}
		})
	}
}

// Whatever changes the files behind a table after the snapshot makes the copy
// wrong without an error from the server.
func TestCopyRefusesRewrittenTables(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"alter type":      "ALTER TABLE a ALTER COLUMN v TYPE int USING v * 10",
		"truncate":        "TRUNCATE a",
		"vacuum full":     "VACUUM FULL a",
		"cluster":         "CLUSTER a USING a_pkey",
		"volatile":        "ALTER TABLE a ADD COLUMN u uuid DEFAULT gen_random_uuid()",
		"drop":            "DROP TABLE a",
		"drop and create": "DROP TABLE a; CREATE TABLE a (id int PRIMARY KEY, v int)",
		"rename":          "ALTER TABLE a RENAME TO other",
		"drop column":     "ALTER TABLE a DROP COLUMN v",
		"attach":          "CREATE TABLE p2 (id int PRIMARY KEY); INSERT INTO p2 VALUES (150); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (100) TO (200)",
		"detach":          "ALTER TABLE p DETACH PARTITION p1",
		"drop partition":  "DROP TABLE p1",
		"truncate a leaf": "TRUNCATE p1",
		"rewrite a leaf":  "VACUUM FULL p1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, `
				CREATE TABLE a (id int PRIMARY KEY, v int); INSERT INTO a SELECT g, g FROM generate_series(1, 1000) g;
				CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
				CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100); INSERT INTO p VALUES (1)`)
			tables := s.tables("a", "p")
			s.publish(tables)
			snapshot := s.begin()
			s.run(change)
			h := &harvest{}
			err := snapshot.Copy(t.Context(), tables, 2, h.take, nil)
			if !errors.Is(err, ErrRewritten) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestCopyAcceptsHarmlessChanges(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY, v int); INSERT INTO a VALUES (1, 1), (2, 2)`)
	tables := s.tables("a")
	s.publish(tables)
	snapshot := s.begin()
	s.run("ALTER TABLE a ADD COLUMN w int DEFAULT 5", "CREATE INDEX ON a (v)", "DELETE FROM a", "VACUUM a", "ANALYZE a")
	if got, want := s.copy(snapshot, tables, 1).of("a"), []string{"1|1", "2|2"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A table that has been copied already can be rewritten while others are.
func TestCopyLooksAgainAtTheEnd(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE large (id int PRIMARY KEY); INSERT INTO large SELECT generate_series(1, 5000);
		CREATE TABLE small (id int PRIMARY KEY); INSERT INTO small VALUES (1)`)
	tables := s.tables("large", "small")
	s.publish(tables)
	err := s.begin().Copy(t.Context(), tables, 1, func(_ context.Context, table *cdc.Table, _ []cdc.Row) error {
		if table == tables[1] {
			s.run("VACUUM FULL large")
		}
		return nil
	}, nil)
	if !errors.Is(err, ErrRewritten) || !strings.Contains(err.Error(), "large") {
		t.Errorf("got %v", err)
	}
}

func TestCopyTellsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)`)
	tables := s.tables("a")
	s.publish(tables)
	snapshot := s.begin()
	holder := s.session("BEGIN", "LOCK TABLE a")
	h := &harvest{}
	copied := make(chan error, 1)
	go func() { copied <- snapshot.Copy(t.Context(), tables, 1, h.take, nil) }()
	s.logged("waiting for transaction", fmt.Sprintf("pid=%d", holder.PgConn().PID()))
	if _, err := holder.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := <-copied; err != nil || !slices.Equal(h.of("a"), []string{"1"}) {
		t.Errorf("%q, %v", h.of("a"), err)
	}
}

func TestCopyEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 50000)`)
	tables := s.tables("a")
	s.publish(tables)
	snapshot := s.begin()
	full := errors.New("the disk is full")
	err := snapshot.Copy(t.Context(), tables, 2, func(context.Context, *cdc.Table, []cdc.Row) error { return full }, nil)
	if !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err = snapshot.Copy(ctx, tables, 2, func(context.Context, *cdc.Table, []cdc.Row) error {
		stop()
		return nil
	}, nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	snapshot.Close()
	if err := snapshot.Copy(t.Context(), tables, 1, (&harvest{}).take, nil); err == nil || !strings.Contains(err.Error(), "enter the snapshot") {
		t.Errorf("after Close: %v", err)
	}
}

func TestDivide(t *testing.T) {
	t.Parallel()
	table := &cdc.Table{Schema: "public", Name: "t", Columns: []cdc.Column{{Name: "a"}, {Name: "b c"}}}
	ranges := func(relations ...stored) []string {
		var list []string
		for _, p := range divide(table, relations, 16*blockBytes) {
			list = append(list, strings.TrimPrefix(p.selection(table), `SELECT "a", "b c" FROM `))
		}
		return list
	}
	whole := stored{schema: "public", name: "t", kind: 'r', selectable: true, bytes: 40 * blockBytes}
	columnsOnly, small, root, leaf := whole, whole, whole, whole
	columnsOnly.selectable = false
	small.bytes = 16 * blockBytes
	root.kind, root.bytes = 'p', 0
	leaf.name, leaf.bytes = "leaf", 1
	for name, test := range map[string]struct{ got, want []string }{
		"large": {ranges(whole), []string{
			`ONLY "public"."t" WHERE ctid >= '(0,0)'::pg_catalog.tid AND ctid < '(16,0)'::pg_catalog.tid`,
			`ONLY "public"."t" WHERE ctid >= '(16,0)'::pg_catalog.tid AND ctid < '(32,0)'::pg_catalog.tid`,
			`ONLY "public"."t" WHERE ctid >= '(32,0)'::pg_catalog.tid`,
		}},
		"small":          {ranges(small), []string{`ONLY "public"."t"`}},
		"columns only":   {ranges(columnsOnly), []string{`ONLY "public"."t"`}},
		"leaves":         {ranges(root, leaf), []string{`ONLY "public"."leaf"`}},
		"hidden leaves":  {ranges(root, columnsOnly), []string{`"public"."t"`}},
		"without leaves": {ranges(root), nil},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, test.got, test.want)
		}
	}
}

// The server sends one line at a time, but need not.
func TestCopySinkTakesAnyPieces(t *testing.T) {
	t.Parallel()
	data := "1\ta\n2\t\\N\n3\t" + strings.Repeat("x", 300) + "\n"
	want := "1|a;2|NULL;3|" + strings.Repeat("x", 300)
	table := &cdc.Table{Name: "t", Columns: make([]cdc.Column, 2)}
	for size := 1; size <= len(data); size += 7 {
		h := &harvest{}
		var total int64
		sink := newCopySink(table, func(batch []cdc.Row, bytes int64) error {
			total += bytes
			return h.take(t.Context(), table, batch)
		})
		for rest := data; rest != ""; rest = rest[min(size, len(rest)):] {
			if _, err := sink.Write([]byte(rest[:min(size, len(rest))])); err != nil {
				t.Fatal(err)
			}
		}
		if err := sink.flush(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(h.rows[".t"], ";"); got != want || total != int64(len(data)) {
			t.Errorf("pieces of %d: got %s (%d bytes)", size, got, total)
		}
	}
}

func TestCopySinkBatches(t *testing.T) {
	t.Parallel()
	var sizes []int
	sink := newCopySink(&cdc.Table{Columns: make([]cdc.Column, 1)}, func(batch []cdc.Row, _ int64) error {
		sizes = append(sizes, len(batch))
		return nil
	})
	wide := strings.Repeat("y", batchBytes/2)
	for range batchRows + 1 {
		if _, err := sink.Write([]byte("short\n")); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if _, err := sink.Write([]byte(wide + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := sink.flush(); err != nil {
		t.Fatal(err)
	}
	if want := []int{batchRows, 3, 1}; !slices.Equal(sizes, want) {
		t.Errorf("batches of %d rows, want %d", sizes, want)
	}
}
