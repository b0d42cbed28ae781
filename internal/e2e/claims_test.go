package e2e

import (
	"testing"

	"materializer/internal/servers/servertest"
)

// What Redis lost while a row was in quarantine is no inheritance: another row
// that has the same member, score or key brings it.
func TestLostElementsOfQuarantinedRows(t *testing.T) {
	t.Parallel()
	r := start(t, `CREATE TABLE e (id int PRIMARY KEY, z int, m text);
	INSERT INTO e VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 1, 'c')`, `
projections:
  members: {from: e, key: "members", as: set, member: "{left(m, 10 / z)}"}
  scores: {from: e, key: "scores", as: zset, member: "{m}", score: 10 / z}
  named: {from: e, key: "named:{m}", key_is_unique: true, columns: [m], fields: {q: 10 / z}}
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE e SET z = 0 WHERE id = 1`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	if err := r.client(t).FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `UPDATE e SET z = 1 WHERE id = 3`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `UPDATE e SET m = 'a' WHERE id = 2`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `DELETE FROM e WHERE id = 1`)
	r.wantOracle(t)
}
