package e2e

import (
	"os"
	"strings"
	"testing"

	"materializer/internal/servers/servertest"
)

// A document in quarantine keeps its last good version also when the state is
// lost, or the configuration has changed.
func TestQuarantineOutlivesStateAndConfiguration(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]func(r *runner) string{
		"configuration": func(r *runner) string {
			return strings.ReplaceAll(parkedYAML, "columns: [id, body]", "columns: [body, id]")
		},
		"state": func(r *runner) string { _ = os.RemoveAll(r.dir); return parkedYAML },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &runner{pg: servertest.Database(t, parkedSchema), redis: servertest.Redis(t), dir: t.TempDir() + "/state"}
			if err := r.begin(t, parkedYAML); err != nil {
				t.Fatal(err)
			}
			r.wantOracle(t)
			servertest.Exec(t, r.pg, `UPDATE pages SET rev = 0 WHERE id = 1`)
			if err := r.settle(t); err != nil {
				t.Fatal(err)
			}
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			r.run(t, again(r))
			client := r.client(t)
			for n := range 4 {
				servertest.Exec(t, r.pg, `UPDATE pages SET body = body || 'd' WHERE id = 2`)
				if err := r.settle(t); err != nil {
					t.Fatal(n, err)
				}
			}
			for _, key := range []string{"page:1", "guarded:1"} {
				if client.Exists(t.Context(), key).Val() != 1 {
					t.Errorf("%s is gone", key)
				}
			}
			if q := r.pipeline.Status().Quarantine; q.Count != 2 {
				t.Errorf("in quarantine: %+v", q)
			}
		})
	}
}
