package e2e

import (
	"testing"

	"materializer/internal/servers/servertest"
)

// Values that have no counterpart in the type of a join stop nothing.
func TestJoinOfValuesOutOfRange(t *testing.T) {
	t.Parallel()
	r := start(t, `CREATE TABLE a (id int PRIMARY KEY, f float8, r real); CREATE TABLE b (id int PRIMARY KEY, n numeric, i bigint);
	INSERT INTO a VALUES (1, 1.5, 1.5); INSERT INTO b VALUES (1, 1.5, 16777217)`, `
projections:
  a:
    from: a
    key: "a:{id}"
    fields:
      n: {many: b, on: {n: f}, columns: [id]}
      i: {many: b, on: {i: r}, columns: [id]}
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE a SET r = 16777216`, `INSERT INTO a VALUES (2, 'NaN', 'Infinity')`, `INSERT INTO b VALUES (2, 'NaN', 0)`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `INSERT INTO b VALUES (3, 1e400, 1)`)
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	servertest.Exec(t, r.pg, `DELETE FROM b WHERE id = 3`)
	r.wantOracle(t)
}
