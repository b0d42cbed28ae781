package replication

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

// finding is what a Problem must hold, each part a piece of the text.
type finding struct{ subject, message, remedy string }

// wantProblems compares what Preflight finds, warnings left out, and sees to it
// that it has created nothing.
func (s *site) wantProblems(source *Source, tables []*cdc.Table, want ...finding) {
	s.t.Helper()
	c, err := source.Catalog(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	found, err := source.Preflight(s.t.Context(), tables, c)
	if err != nil {
		s.t.Fatal(err)
	}
	var got Problems
	for _, problem := range found {
		if !problem.Warning {
			got = append(got, problem)
		}
	}
	if len(got) != len(want) {
		s.t.Fatalf("%d problems, want %d:\n%v", len(got), len(want), got)
	}
	for i, w := range want {
		if !strings.Contains(got[i].Subject, w.subject) || !strings.Contains(got[i].Message, w.message) || !strings.Contains(got[i].Remedy, w.remedy) {
			s.t.Errorf("problem %d:\n%v\nwant %+v", i, got[i], w)
		}
	}
	if err := got.Err(); (err == nil) != (len(want) == 0) {
		s.t.Errorf("Err: %v", err)
	}
	if st, err := source.SlotState(s.t.Context()); err != nil || st.Exists && st.ActivePID == 0 && st.Plugin == plugin && st.ConfirmedFlush == 0 {
		s.t.Errorf("a slot was created: %+v %v", st, err)
	}
}

// mended runs the remedies and checks again.
func (s *site) mended(tables []*cdc.Table) {
	s.t.Helper()
	found, err := s.Preflight(s.t.Context(), tables, s.catalog())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, problem := range found {
		if !problem.Warning {
			s.run(strings.TrimPrefix(problem.Remedy, "as superuser: "))
		}
	}
	s.wantProblems(s.Source, tables)
}

func TestPreflightFindsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE a (id int PRIMARY KEY, v text, w text GENERATED ALWAYS AS (v) STORED); CREATE SCHEMA "Odd Schema";
		CREATE TABLE "Odd Schema"."Order ""Items" (k int NOT NULL UNIQUE, v text);
		ALTER TABLE "Odd Schema"."Order ""Items" REPLICA IDENTITY USING INDEX "Order ""Items_k_key";
		CREATE TABLE f (id int, v text); ALTER TABLE f REPLICA IDENTITY FULL;
		CREATE TABLE d (id int PRIMARY KEY DEFERRABLE); ALTER TABLE d REPLICA IDENTITY FULL;
		CREATE TABLE p (id int PRIMARY KEY) PARTITION BY HASH (id);
		CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0)`)
	tables := s.tables("a", `Odd Schema.Order "Items`, "f", "d", "p")
	s.wantProblems(s.Source, tables)
	s.publish(tables)
	s.wantProblems(s.Source, tables)
}

func TestPreflightFindsAllTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE bare (id int, v text);
		CREATE TABLE unused (id int NOT NULL, v text); CREATE UNIQUE INDEX unused_id ON unused (id);
		CREATE TABLE nothing (id int PRIMARY KEY); ALTER TABLE nothing REPLICA IDENTITY NOTHING;
		CREATE TABLE late (id int PRIMARY KEY DEFERRABLE);
		CREATE TABLE other (id int PRIMARY KEY, k int NOT NULL UNIQUE); ALTER TABLE other REPLICA IDENTITY USING INDEX other_k_key;
		CREATE TABLE lost (id int, k int NOT NULL); CREATE UNIQUE INDEX lost_k ON lost (k);
		ALTER TABLE lost REPLICA IDENTITY USING INDEX lost_k; DROP INDEX lost_k;
		CREATE UNLOGGED TABLE fast (id int PRIMARY KEY);
		CREATE VIEW seen AS SELECT 1 AS id;
		CREATE TABLE p (id int PRIMARY KEY) PARTITION BY HASH (id);
		CREATE UNLOGGED TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0);
		CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1);
		ALTER TABLE p1 REPLICA IDENTITY NOTHING`)
	tables := s.tables("bare", "unused", "nothing", "late", "other", "lost", "fast", "seen", "p")
	s.wantProblems(s.Source, tables,
		finding{"table bare", "neither a primary key nor", "ADD PRIMARY KEY"},
		finding{"table unused", "UPDATE and DELETE would fail", `ALTER TABLE "public"."unused" REPLICA IDENTITY USING INDEX "unused_id";`},
		finding{"table nothing", "REPLICA IDENTITY NOTHING", `ALTER TABLE "public"."nothing" REPLICA IDENTITY DEFAULT;`},
		finding{"table late", "deferrable", `ALTER TABLE "public"."late" DROP CONSTRAINT "late_pkey", ADD PRIMARY KEY ("id");`},
		finding{"table other", "REPLICA IDENTITY is (k), but rows are identified by (id)", `"other" REPLICA IDENTITY DEFAULT;`},
		finding{"table lost", "index of its REPLICA IDENTITY is gone", "ADD PRIMARY KEY"},
		finding{"table fast", "unlogged", `ALTER TABLE "public"."fast" SET LOGGED;`},
		finding{"table seen", "a view", "tables"},
		finding{"partition p0 of p", "unlogged", `ALTER TABLE "public"."p0" SET LOGGED;`},
		finding{"partition p1 of p", "REPLICA IDENTITY NOTHING", `ALTER TABLE "public"."p1" REPLICA IDENTITY DEFAULT;`},
	)
	s.mended(s.tables("unused", "nothing", "late", "other", "fast", "p"))
}

func TestPreflightRole(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE shut (id int PRIMARY KEY, v text); CREATE TABLE half (id int PRIMARY KEY, v text, w text);
		CREATE SCHEMA hidden; CREATE TABLE hidden.t (id int PRIMARY KEY);
		CREATE TABLE guarded (id int PRIMARY KEY); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY`)
	role := s.role("GRANT SELECT (id, w) ON half TO $ROLE", "GRANT SELECT ON guarded TO $ROLE")
	source := s.openAs(role, Config{})
	tables := s.tables("shut", "half", "hidden.t", "guarded")
	s.wantProblems(source, tables,
		finding{"role " + role, "may not read the replication stream", `ALTER ROLE "` + role + `" REPLICATION;`},
		finding{"table shut", "may not read the columns id, v", `GRANT SELECT ON "public"."shut" TO "` + role + `";`},
		finding{"table half", "may not read the column v", "GRANT SELECT"},
		finding{"table hidden.t", "may not use the schema hidden", `GRANT USAGE ON SCHEMA "hidden"`},
		finding{"table guarded", "row-level security", `ALTER ROLE "` + role + `" BYPASSRLS;`},
		finding{"publication materializer_", "does not own the table shut (its owner is postgres)", `CREATE PUBLICATION "materializer_`},
	)
	found, err := source.Preflight(t.Context(), tables, s.catalogOf(source))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range found {
		if problem.Warning {
			continue
		}
		statement, _, _ := strings.Cut(strings.TrimPrefix(problem.Remedy, "as superuser: "), " (on Amazon")
		s.run(statement)
	}
	s.wantProblems(source, tables)
	if _, err := source.EnsurePublication(t.Context(), tables); err != nil {
		t.Errorf("a publication that covers everything is not used: %v", err)
	}
}

func TestPreflightPublication(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text); CREATE TABLE c (id int PRIMARY KEY, v text);
		CREATE PUBLICATION theirs FOR TABLE a, b WITH (publish = 'insert, truncate')`)
	if s.version >= 15 {
		s.run("ALTER PUBLICATION theirs SET TABLE a (id), b WHERE (id > 5)")
	}
	tables := s.tables("a", "b", "c")
	source := s.openAs("", Config{Publication: "theirs"})
	if s.version < 15 { // has neither lists nor filters
		s.wantProblems(source, tables, finding{"", "update, delete", ""}, finding{"", "partitions", ""}, finding{"", "table c", "ADD TABLE"})
		return
	}
	s.wantProblems(source, tables,
		finding{"publication theirs", "does not publish update, delete", `ALTER PUBLICATION "theirs" SET (publish = `},
		finding{"publication theirs", "partitions", `SET (publish_via_partition_root = true);`},
		finding{"publication theirs", "hides v of a", `ALTER PUBLICATION "theirs" SET TABLE ONLY "public"."a", ONLY "public"."b", ONLY "public"."c";`},
		finding{"publication theirs", "row filter on b", "SET TABLE"},
		finding{"publication theirs", "does not contain the table c", `ALTER PUBLICATION "theirs" ADD TABLE ONLY "public"."c";`},
	)
	// The same statement may stand in two remedies; the first has done it all then.
	s.run(`ALTER PUBLICATION theirs SET (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)`,
		`ALTER PUBLICATION "theirs" SET TABLE ONLY "public"."a", ONLY "public"."b", ONLY "public"."c"`)
	s.wantProblems(source, tables)
}

func TestPreflightForeignSlot(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY)`)
	source := s.openAs("", Config{Slot: "foreign_" + databaseOf(s.url)})
	s.run("SELECT pg_create_logical_replication_slot('foreign_" + databaseOf(s.url) + "', 'test_decoding')")
	s.wantProblems(source, s.tables("a"), finding{"slot foreign_", "plugin test_decoding", "pg_drop_replication_slot('foreign_"})
}

func TestPreflightColumnListNeedsNoFullIdentity(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE f (id int PRIMARY KEY); ALTER TABLE f REPLICA IDENTITY FULL`)
	source := s.openAs("", Config{ColumnLists: true})
	if s.version < 15 {
		s.wantProblems(source, s.tables("f"))
		return
	}
	s.wantProblems(source, s.tables("f"), finding{"table f", "column list", "REPLICA IDENTITY DEFAULT;"})
}

func TestPreflightServer(t *testing.T) {
	t.Parallel()
	cluster := servertest.Postgres(t, map[string]string{"wal_level": "replica", "max_replication_slots": "1", "max_wal_senders": "0"})
	servertest.Exec(t, cluster.URL("postgres"), "CREATE TABLE a (id int PRIMARY KEY)",
		"SELECT pg_create_physical_replication_slot('somebody_elses')")
	s := siteAt(t, cluster.URL("postgres"), Config{})
	s.wantProblems(s.Source, s.tables("a"),
		finding{"server", "wal_level is replica", "ALTER SYSTEM SET wal_level = 'logical';"},
		finding{"server", "all 1 replication slots", "pg_drop_replication_slot('somebody_elses')"},
		finding{"server", "all 0 WAL senders", "ALTER SYSTEM SET max_wal_senders = 5;"},
	)
}

func TestStandbyIsRefused(t *testing.T) {
	t.Parallel()
	cluster := servertest.Postgres(t, nil)
	if err := cluster.Stop("fast"); err != nil {
		t.Fatal(err)
	}
	signal := filepath.Join(cluster.Dir, "standby.signal")
	if err := os.WriteFile(signal, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Config{URL: cluster.URL("postgres"), Name: "shop"})
	if err == nil || !strings.Contains(err.Error(), "standby") {
		t.Errorf("got %v", err)
	}
}
