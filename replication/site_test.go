package replication

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

// site is a Source on a database of the test's own.
type site struct {
	*Source
	t    *testing.T
	url  string // of a superuser
	logs chan string
}

func newSite(t *testing.T, setup string) *site {
	t.Helper()
	return siteAt(t, servertest.Database(t, setup), Config{})
}

// siteAt opens a Source whose slot and publication are named after its database.
func siteAt(t *testing.T, url string, config Config) *site {
	t.Helper()
	s := &site{t: t, url: url, logs: make(chan string, 1000)}
	s.Source = s.openAs("", config)
	return s
}

// openAs opens another Source of the same names, for a role other than the
// superuser if one is given.
func (s *site) openAs(role string, config Config) *Source {
	s.t.Helper()
	config.URL = urlAs(s.url, role)
	config.Name = databaseOf(s.url)
	config.Logger = slog.New(slog.NewTextHandler(logWriter{s.logs}, nil))
	source, err := Open(s.t.Context(), config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(source.Close)
	return source
}

func urlAs(url, role string) string {
	if role == "" {
		return url
	}
	return strings.Replace(url, "//postgres@", "//"+role+"@", 1)
}

func databaseOf(url string) string {
	name := url[strings.LastIndexByte(url, '/')+1:]
	name, _, _ = strings.Cut(name, "?")
	return name
}

// role makes a role for this test; $ROLE in the SQL stands for its name.
func (s *site) role(sql ...string) string {
	s.t.Helper()
	name := "role_of_" + databaseOf(s.url)
	s.t.Cleanup(func() { s.run("DROP OWNED BY "+name, "DROP ROLE "+name) })
	for _, text := range append([]string{"CREATE ROLE $ROLE LOGIN"}, sql...) {
		s.run(strings.ReplaceAll(text, "$ROLE", name))
	}
	return name
}

func (s *site) run(sql ...string) {
	s.t.Helper()
	servertest.Exec(s.t, s.url, sql...)
}

func (s *site) catalog() *catalog.Catalog {
	s.t.Helper()
	c, err := s.Catalog(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// tables describes tables with all their columns that the stream carries,
// identified by the primary key or else by the first column.
func (s *site) tables(names ...string) []*cdc.Table {
	s.t.Helper()
	c := s.catalog()
	var tables []*cdc.Table
	for i, name := range names {
		found := c.Lookup(name)
		if len(found) != 1 {
			s.t.Fatalf("%d tables are called %q", len(found), name)
		}
		known := found[0]
		t := &cdc.Table{ID: i, OID: known.OID, Schema: known.Schema, Name: known.Name}
		for _, column := range known.Columns {
			if column.Generated != 0 {
				continue
			}
			if x := known.PrimaryKey; x == nil && len(t.Columns) == 0 || x != nil && contains(x.Columns, column.Name) {
				t.Identity = append(t.Identity, len(t.Columns))
			}
			t.Columns = append(t.Columns, cdc.Column{Name: column.Name, Attnum: column.Attnum, TypeOID: column.Type.OID, TypeMod: column.TypeMod})
		}
		tables = append(tables, t)
	}
	return tables
}

// publish makes the publication, which comes before the slot.
func (s *site) publish(tables []*cdc.Table) {
	s.t.Helper()
	if _, err := s.EnsurePublication(s.t.Context(), tables); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) begin() *Snapshot {
	s.t.Helper()
	snapshot, err := s.Begin(s.t.Context(), BeginOptions{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(snapshot.Close)
	return snapshot
}

// logged waits for a line of the log that holds all the texts.
func (s *site) logged(texts ...string) string {
	s.t.Helper()
	ctx, stop := context.WithTimeout(s.t.Context(), patience)
	defer stop()
	for {
		select {
		case line := <-s.logs:
			if all(texts, func(text string) bool { return strings.Contains(line, text) }) {
				return line
			}
		case <-ctx.Done():
			s.t.Fatalf("nothing with %q was logged", texts)
		}
	}
}

func all(texts []string, is func(string) bool) bool {
	for _, text := range texts {
		if !is(text) {
			return false
		}
	}
	return true
}

type logWriter struct{ lines chan<- string }

func (w logWriter) Write(line []byte) (int, error) {
	w.lines <- string(line)
	return len(line), nil
}

func (s *site) catalogOf(source *Source) *catalog.Catalog {
	s.t.Helper()
	c, err := source.Catalog(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}
