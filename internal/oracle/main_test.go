package oracle

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/config"
	"materializer/internal/servers/servertest"
	"materializer/projections"
)

// TestMain draws fewer scenarios than rapid would; -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "12"); err != nil {
		os.Exit(2)
	}
	servertest.Main(m)
}

func open(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// fatal is what tests of testing and of rapid have in common.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// compile makes the plan of a configuration over what is in the database, made
// by the DDL given to be shown.
func compile(t fatal, conn *pgx.Conn, yaml string, ddl ...string) *projections.Plan {
	t.Helper()
	file, problems := config.Parse("projections.yaml", []byte(yaml))
	for _, p := range problems {
		if !p.Warning {
			t.Fatalf("parse: %v\n%s", problems, yaml)
		}
	}
	tables, err := catalog.Load(context.Background(), conn)
	if err != nil {
		t.Fatalf("%v", err)
	}
	plan, problems := projections.Compile(file, tables)
	if plan == nil {
		t.Fatalf("compile: %v\n%s\n%s", problems, strings.Join(ddl, ";\n"), yaml)
	}
	return plan
}
