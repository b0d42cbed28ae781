package replication

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"materializer/cdc"
)

// published lists what a publication holds: table, columns and filter.
func (s *site) published(name string) []string {
	s.t.Helper()
	sql := `SELECT schemaname || '.' || tablename || coalesce(' ' || (j->>'attnames'), '') || coalesce(' ' || (j->>'rowfilter'), '')
		FROM pg_publication_tables t, to_jsonb(t) j WHERE pubname = $1 ORDER BY 1`
	rows, err := s.conn.Query(s.t.Context(), sql, name)
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
	return list
}

func (s *site) wantPublished(name string, want ...string) {
	s.t.Helper()
	got := s.published(name)
	if s.version < 15 { // no column lists there
		for i, text := range want {
			want[i], _, _ = strings.Cut(text, " {")
			want[i], _, _ = strings.Cut(want[i], " [")
		}
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("publication %s:\ngot  %q\nwant %q", name, got, want)
	}
}

func (s *site) ensure(source *Source, tables []*cdc.Table, wantMended bool) {
	s.t.Helper()
	mended, err := source.EnsurePublication(s.t.Context(), tables)
	if err != nil || mended != wantMended {
		s.t.Errorf("EnsurePublication: mended %v, want %v, error %v", mended, wantMended, err)
	}
}

func TestEnsurePublication(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE a (id int PRIMARY KEY, v text); CREATE TABLE b (id int PRIMARY KEY, v text);
		CREATE SCHEMA "Odd Schema"; CREATE TABLE "Odd Schema"."b ""c" (id int PRIMARY KEY);
		CREATE TABLE p (id int PRIMARY KEY) PARTITION BY HASH (id);
		CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 1, REMAINDER 0)`)
	name := "materializer_" + databaseOf(s.url)
	s.ensure(s.Source, s.tables("a", "b", `Odd Schema.b "c`, "p"), true)
	all := []string{`Odd Schema.b "c ["id"]`, `public.a ["id", "v"]`, `public.b ["id", "v"]`, `public.p ["id"]`}
	s.wantPublished(name, slices.Clone(all)...)
	s.ensure(s.Source, s.tables("a", "b", `Odd Schema.b "c`, "p"), false)

	s.run(`ALTER PUBLICATION "` + name + `" DROP TABLE b`)
	s.ensure(s.Source, s.tables("a", "b", `Odd Schema.b "c`, "p"), true)
	s.wantPublished(name, slices.Clone(all)...)

	s.run(`ALTER PUBLICATION "` + name + `" SET (publish = 'insert', publish_via_partition_root = false)`)
	s.ensure(s.Source, s.tables("a", "b", `Odd Schema.b "c`, "p"), true)
	s.wantPublished(name, slices.Clone(all)...)

	s.ensure(s.Source, s.tables("a"), false) // fewer tables: nothing was missed
	s.wantPublished(name, `public.a ["id", "v"]`)
}

func TestEnsurePublicationRemovesFilters(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY, v text)`)
	if s.version < 15 {
		return // has neither lists nor filters
	}
	name := "materializer_" + databaseOf(s.url)
	tables := s.tables("a")
	s.run(`CREATE PUBLICATION "` + name + `" FOR TABLE a (id) WHERE (id > 5) WITH (publish_via_partition_root)`)
	if found, err := s.CheckPublication(t.Context(), tables); err != nil || len(found) != 1 {
		t.Errorf("CheckPublication: %v %v", found, err)
	}
	s.ensure(s.Source, tables, true)
	s.wantPublished(name, `public.a ["id", "v"]`)
	if found, err := s.CheckPublication(t.Context(), tables); err != nil || len(found) != 0 {
		t.Errorf("CheckPublication: %v %v", found, err)
	}
}

func TestColumnLists(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY, v text, "W x" text)`)
	name := "materializer_" + databaseOf(s.url)
	source := s.openAs("", Config{ColumnLists: true})
	tables := s.tables("a")
	tables[0].Columns = slices.Delete(tables[0].Columns, 1, 2)
	s.ensure(source, tables, true)
	s.wantPublished(name, `public.a ["id", "W x"]`)
	s.ensure(source, s.tables("a"), s.version >= 15)
	s.wantPublished(name, `public.a ["id", "v", "W x"]`)
	s.ensure(s.Source, tables, false) // the list goes, nothing was missed
	s.wantPublished(name, `public.a ["id", "v", "W x"]`)
	s.run("ALTER TABLE a DROP COLUMN v") // as a list would not allow
}

func TestPublicationOfOthersIsNotTouched(t *testing.T) {
	t.Parallel()
	s := newSite(t, `
		CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY);
		CREATE PUBLICATION theirs FOR TABLE a, b WITH (publish_via_partition_root);
		CREATE PUBLICATION everything FOR ALL TABLES WITH (publish_via_partition_root)`)
	theirs := s.openAs("", Config{Publication: "theirs"})
	s.ensure(theirs, s.tables("a"), false)
	s.wantPublished("theirs", `public.a ["id"]`, `public.b ["id"]`)
	_, err := theirs.EnsurePublication(t.Context(), s.tables("a", "c"))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || !strings.Contains(problems[0].Message, "the table c") {
		t.Errorf("got %v", err)
	}
	everything := s.openAs("", Config{Publication: "everything"})
	s.ensure(everything, s.tables("a", "c"), false)
	for _, source := range []*Source{theirs, everything} {
		if err := source.Drop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	s.wantPublished("theirs", `public.a ["id"]`, `public.b ["id"]`)
	s.wantPublished("everything", `public.a ["id"]`, `public.b ["id"]`, `public.c ["id"]`)
}

func TestEnsurePublicationWithoutTheRight(t *testing.T) {
	t.Parallel()
	s := newSite(t, `CREATE TABLE a (id int PRIMARY KEY)`)
	source := s.openAs(s.role("ALTER ROLE $ROLE REPLICATION", "GRANT SELECT ON a TO $ROLE"), Config{})
	_, err := source.EnsurePublication(t.Context(), s.tables("a"))
	var problems Problems
	if !errors.As(err, &problems) || !strings.Contains(problems[0].Remedy, `FOR TABLE ONLY "public"."a" WITH (`) {
		t.Errorf("got %v", err)
	}
}
