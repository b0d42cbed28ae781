package pipeline

import (
	"context"
	"errors"
	"path"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
	"materializer/replication"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// What is not there any more cannot be loaded with the plan made for it,
// however often that is tried.
func TestLoadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"table dropped":  "DROP TABLE shop.item",
		"table renamed":  "ALTER TABLE shop.item RENAME TO items",
		"schema dropped": "DROP SCHEMA shop CASCADE",
		"schema renamed": "ALTER SCHEMA shop RENAME TO shops",
		"column dropped": "ALTER TABLE shop.item DROP note",
		"column renamed": "ALTER TABLE shop.item RENAME note TO notes",
	} {
		for _, when := range []string{"before the publication", "after the publication", "after the snapshot"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				url := servertest.Database(t, "CREATE SCHEMA shop; CREATE TABLE shop.item (id int PRIMARY KEY, note text)")
				item := itemOf(t, url)
				p := postgresOf(t, url)
				switch when {
				case "before the publication":
					servertest.Exec(t, url, sql)
				case "after the publication":
					if _, err := p.Source.EnsurePublication(t.Context(), []*cdc.Table{item}); err != nil {
						t.Fatal(err)
					}
					servertest.Exec(t, url, sql)
				}
				begun := func() {
					if when == "after the snapshot" {
						servertest.Exec(t, url, sql)
					}
				}
				err := load(t.Context(), p, item, begun, func() {})
				if !errors.As(err, new(*TableChangedError)) || retryable(err) {
					t.Errorf("the load ended with %v, want a TableChangedError", err)
				}
			})
		}
	}
}

// A table made anew under the same name is another one.
func TestLoadOfTableMadeAnew(t *testing.T) {
	t.Parallel()
	create := "CREATE TABLE shop.item (id int PRIMARY KEY, note text)"
	url := servertest.Database(t, "CREATE SCHEMA shop", create)
	item, p := itemOf(t, url), postgresOf(t, url)
	again := func() { servertest.Exec(t, url, "DROP TABLE shop.item", create) }
	if err := load(t.Context(), p, item, again, func() {}); !errors.Is(err, replication.ErrRewritten) {
		t.Errorf("the load ended with %v, want %q", err, replication.ErrRewritten)
	}
	if err := load(t.Context(), p, item, func() {}, func() {}); !errors.As(err, new(*TableChangedError)) {
		t.Errorf("the next load ended with %v, want a TableChangedError", err)
	}
}

// A partition that goes away within a load is no change of the table.
func TestLoadLosesPartition(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, `CREATE SCHEMA shop;
		CREATE TABLE shop.item (id int PRIMARY KEY, note text) PARTITION BY RANGE (id);
		CREATE TABLE shop.large PARTITION OF shop.item FOR VALUES FROM (0) TO (1000);
		CREATE TABLE shop.small PARTITION OF shop.item FOR VALUES FROM (1000) TO (2000);
		INSERT INTO shop.item SELECT g, repeat('n', 100) FROM generate_series(0, 1000) g`)
	item, p := itemOf(t, url), postgresOf(t, url)
	p.Workers = 1 // the large one is copied first
	drop := sync.OnceFunc(func() { servertest.Exec(t, url, "DROP TABLE shop.small") })
	err := load(t.Context(), p, item, func() {}, drop)
	if !errors.Is(err, replication.ErrRewritten) || !retryable(err) {
		t.Errorf("the load ended with %v, want %q, to be tried again", err, replication.ErrRewritten)
	}
	if err := load(t.Context(), p, item, func() {}, func() {}); err != nil {
		t.Errorf("the next load ended with %v", err)
	}
}

// load calls begun once there is a snapshot, and copied whenever there are rows.
func load(ctx context.Context, p *Postgres, item *cdc.Table, begun, copied func()) error {
	snapshot, err := p.Begin(ctx, []*cdc.Table{item})
	if err != nil {
		return err
	}
	defer snapshot.Close()
	begun()
	return snapshot.Copy(ctx, []*cdc.Table{item}, func(context.Context, *cdc.Table, []cdc.Row) error {
		copied()
		return nil
	})
}

// postgresOf gives the source of a database, whose name is a slot's, too.
func postgresOf(t *testing.T, url string) *Postgres {
	t.Helper()
	source, err := replication.Open(t.Context(), replication.Config{URL: url, Name: path.Base(url)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	return &Postgres{Source: source}
}

// itemOf gives shop.item as the plan would know it.
func itemOf(t *testing.T, url string) *cdc.Table {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	item := &cdc.Table{Schema: "shop", Name: "item", Identity: []int{0}, Columns: []cdc.Column{
		{Name: "id", Attnum: 1, TypeOID: 23, TypeMod: -1}, {Name: "note", Attnum: 2, TypeOID: 25, TypeMod: -1},
	}}
	if err := conn.QueryRow(t.Context(), "SELECT 'shop.item'::regclass::oid").Scan(&item.OID); err != nil {
		t.Fatal(err)
	}
	return item
}
