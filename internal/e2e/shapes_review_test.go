package e2e

import (
	"testing"

	"materializer/internal/servers/servertest"
)

// Keys and members of nothing, of several lines, and the same element by several keys.
func TestEmptyKeysAndMembers(t *testing.T) {
	t.Parallel()
	r := start(t, `CREATE TABLE e (id int PRIMARY KEY, a text, b text, s float8);
	INSERT INTO e VALUES (1, '', '', 1), (2, '', 'x', 2), (3, E'l\n2', E'\n', 3), (4, 'x', '', 'inf'), (5, 'x', 'x', '-inf'), (6, '', '', 7), (7, NULL, 'q', 1), (8, '*?[', E'\\', -0.0)`, `
projections:
  doc: {from: e, key: "d:{a}{b}", key_is_unique: true, as: text, value: "a || id", where: "id in (2, 3)"}
  one: {from: e, key: ["s:{a}", "s:{b}"], as: set, member: "{b}"}
  two: {from: e, key: ["z:{a}", "z:{b}", "zz:{a}:{b}"], as: zset, member: "{b}{a}", score: s}
  h: {from: e, key: "h:{id}", as: hash, columns: [id, a, b], fields: {"x:y": "a", "n l": "s"}}
`)
	r.wantOracle(t)
	for n, change := range [][]string{
		{`UPDATE e SET a = b, b = a`}, {`DELETE FROM e WHERE id = 6`}, {`BEGIN`, `UPDATE e SET b = 'x'`, `UPDATE e SET a = ''`, `COMMIT`},
		{`UPDATE e SET s = 1e308, b = NULL WHERE id > 4`}, {`UPDATE e SET s = 'NaN' WHERE id < 3`}, {`UPDATE e SET s = 5, a = repeat('long', 100000), b = id WHERE id = 2`},
		{`UPDATE e SET id = id + 100`}, {`TRUNCATE e`, `INSERT INTO e VALUES (1, '', '', 1)`}, {`DELETE FROM e`},
	} {
		servertest.Exec(t, r.pg, change...)
		if err := r.compare(t); err != nil {
			t.Errorf("after change %d: %v", n, err)
		}
	}
}
