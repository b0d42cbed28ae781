package oracle

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"materializer/internal/servers/servertest"
)

// empty makes the database one without tables again.
var empty = []string{
	`DROP SCHEMA IF EXISTS "Odd Schema" CASCADE`, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public",
}

func setup(t *rapid.T, conn *pgx.Conn, s *Scenario) {
	t.Helper()
	for _, statement := range slices.Concat(empty, s.Setup()) {
		if err := execute(t.Context(), conn, statement); err != nil {
			t.Fatalf("%v\n%s", err, s)
		}
	}
}

// What is drawn is valid: PostgreSQL takes the schema, the workload and the
// oracle's queries, Compile the configuration.
func TestScenario(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t)
	conn := open(t, url)
	rapid.Check(t, func(t *rapid.T) {
		s := DrawScenario(t)
		setup(t, conn, s)
		plan := compile(t, conn, s.YAML, s.Setup()...)
		load := DrawLoad(t, s)
		if err := load.Run(t.Context(), conn); err != nil {
			t.Fatalf("%v\n%s\n%s", err, s, load)
		}
		work := DrawWorkload(t, s, 20, true)
		if err := work.Run(t.Context(), conn); err != nil {
			t.Fatalf("%v\n%s\n%s\n%s", err, s, load, work)
		}
		for _, p := range plan.Projections {
			if err := execute(t.Context(), conn, SQL(p)); err != nil {
				t.Fatalf("%v\n%s\n%s\n%s", err, s, load, work)
			}
		}
	})
}
