package servertest

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestMain(m *testing.M) { Main(m) }

func count(t *testing.T, url, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			url := Database(t, "CREATE TABLE items (id int PRIMARY KEY)", "INSERT INTO items VALUES (1), (2)")
			if got := count(t, url, "SELECT count(*) FROM items"); got != 2 {
				t.Errorf("%d items, want 2", got)
			}
		})
	}
}

func TestDatabaseGoesAwayWithItsSlots(t *testing.T) {
	t.Parallel()
	var url, name string
	t.Run("user", func(t *testing.T) {
		url = Database(t, "SELECT pg_create_logical_replication_slot('left_behind', 'pgoutput')")
		config, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		name = config.Database
	})
	super := Cluster(t).URL("postgres")
	if got := count(t, super, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"); got != 0 {
		t.Errorf("database %s is still there", name)
	}
	if got := count(t, super, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'left_behind'"); got != 0 {
		t.Error("its slot is still there")
	}
}
