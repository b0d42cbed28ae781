package projections

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"materializer/store"
)

const randomSchema = `
table a
  id int4 key
  up int4 -> a
  b_x int4
  b_y text
  n int4
  foreign (b_x, b_y) -> b
table b
  x int4 key
  y text key
  n int4
  m mood
table link
  id int4 key
  a_id int4 -> a
  b_x int4
  b_y text
  n int4
  foreign (b_x, b_y) -> b
`

const randomPlan = `
projections:
  a:
    from: a
    key: ["a:{id}", "n:{id}:{up.n}"]
    joins: {up: a, nested_sum: {many: link, on: {a_id: id}, value: sum(n)}}
    where: coalesce(nested_sum, 0) < 7
    columns: [n]
    fields:
      parent: {one: a, columns: [n], fields: {b: {one: b, required: true, value: m}}}
      children: {many: a, order_by: n desc nulls last, limit: 2, value: n}
      last: {one: link, on: {a_id: id}, order_by: "n desc, id", columns: [n], fields: {b: {one: b, fields: {m: m, same: {many: a, on: n, value: id}}}}}
      bs: {many: b, through: link, order_by: "through.n, y", columns: [y], fields: {n: through.n, as: {many: a, value: id}}}
      ms: {many: b, through: link, distinct: true, value: m, limit: 2}
      near: {many: link, on: {a_id: id}, where: n > 1 and id <> 3, order_by: "n % 2, id", limit: 2, value: n * 2}
      counts: {many: link, on: {a_id: id}, fields: {n: count(*), s: sum(n), least: min(n), most: max(n), kinds: count(distinct n), some: "count(n) filter (where n > 1)", all: "array_agg(n order by id)"}}
      happy: {many: link, on: {a_id: id}, joins: {b: b}, where: b.m = 'happy', value: count(*)}
      over: {many: b, through: link, where: m <> 'sad', fields: {n: count(*), y: max(y), s: sum(n), ns: count(distinct n)}}
      deep: {many: a, through: [link, {table: b, on: {x: b_x}}], on: {b_x: x, b_y: y}, fields: {n: count(*), m: max(n), s: sum(n)}}
      nested: {many: link, on: {a_id: id}, joins: {same: {many: a, on: {n: n}, value: count(n)}}, where: same > 1, fields: {n: count(*), s: sum(same)}}
      busy: coalesce(nested_sum, 0) + n
      far: {many: a, through: [link, {table: b, on: {x: b_x}}], on: {b_x: x, b_y: y}, key_by: n, value: up.id, joins: {up: a}}
  c: # nothing but aggregates of both kinds
    from: a
    key: "c:{id}"
    fields:
      list: {many: link, on: {a_id: id}, joins: {b: b}, where: b.m <> 'ok', fields: {n: count(*), all: "array_agg(b.n order by id)"}}
  b:
    from: b
    key: "b:{x}:{y}"
    columns: "*"
    fields:
      a: {one: a, on: {n: n}, order_by: id desc, inline: true, fields: {an: id, ns: {many: link, value: n}}}
      per: {many: link, inline: true, fields: {total: sum(n), top: max(id)}}
      up: {many: link, joins: {a: {one: a, joins: {up: a}}}, where: a.up.n is not null, value: avg(n)}
      links: {many: link, fields: {a: {one: a, required: true, value: id}}}
`

var moodOID = testTypes()["mood"].OID

// TestTouchesMissNothing makes random transactions and checks after each that
// every document that differs now is one that the touches lead to.
func TestTouchesMissNothing(t *testing.T) {
	t.Parallel()
	cat, err := parseSchema(randomSchema)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		s, err := newStory(t, cat, randomPlan)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(rt, "transactions") {
			var lines []string
			for range rapid.IntRange(1, 12).Draw(rt, "changes") {
				lines = append(lines, s.drawChange(rt, lines))
			}
			if err := s.apply(lines); err != nil {
				rt.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
			}
			var out strings.Builder
			switch rapid.IntRange(0, 4).Draw(rt, "publish") {
			case 0:
				continue // later, with what comes then
			case 1: // and again, after a failure
				if err := s.tryKeep(rapid.IntRange(1, 12).Draw(rt, "crash")); err != nil {
					rt.Fatal(err)
				}
			}
			if err := s.publish(&out); err != nil {
				rt.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
			}
			if strings.Contains(out.String(), "MISSED") {
				rt.Fatalf("%s\n%s", strings.Join(lines, "\n"), out.String())
			}
		}
	})
}

// tryKeep keeps until a crash.
func (s *story) tryKeep(crash int) error {
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer reader.Close()
	return s.keep(reader, crash)
}

// drawChange draws a line for apply that fits the rows there will be after the lines before it.
func (s *story) drawChange(t *rapid.T, before []string) string {
	table := &s.plan.Schema.Tables[rapid.IntRange(0, len(s.plan.Schema.Tables)-1).Draw(t, "table")]
	var key, values []string
	for i, column := range table.Columns {
		value := drawValue(t, column.TypeOID, slices.Contains(table.Identity, i))
		values = append(values, column.Name+"="+value)
		if slices.Contains(table.Identity, i) {
			key = append(key, value)
		}
	}
	name := table.Name + " " + strings.Join(key, ",")
	switch exists := s.existsAfter(name, before); {
	case !exists:
		return fmt.Sprintf("insert %s %s", table.Name, strings.Join(values, " "))
	case rapid.IntRange(0, 3).Draw(t, "delete") == 0:
		return "delete " + name
	}
	changed := values[rapid.IntRange(0, len(values)-1).Draw(t, "column")]
	for _, i := range table.Identity {
		if s.renames(changed, table, i) {
			return "delete " + name // another identity is what delete and insert make
		}
	}
	return fmt.Sprintf("update %s %s", name, changed)
}

func (s *story) renames(assignment string, table *store.Table, column int) bool {
	return strings.HasPrefix(assignment, table.Columns[column].Name+"=")
}

// existsAfter tells whether a row is there after the lines.
func (s *story) existsAfter(name string, lines []string) bool {
	_, exists := s.rows[name]
	for _, line := range lines {
		switch {
		case line == "delete "+name:
			exists = false
		case strings.HasPrefix(line, "insert ") && insertedName(line) == name:
			exists = true
		}
	}
	return exists
}

// insertedName is the table and key of an inserted row: the key columns come first.
func insertedName(line string) string {
	words := strings.Fields(line)
	value := func(i int) string { return words[i][strings.IndexByte(words[i], '=')+1:] }
	if words[1] == "b" {
		return "b " + value(2) + "," + value(3)
	}
	return words[1] + " " + value(2)
}

func drawValue(t *rapid.T, oid uint32, notNull bool) string {
	from := []string{"1", "2", "3"}
	switch oid {
	case 25:
		from = []string{"p", "q"}
	case moodOID:
		from = []string{"sad", "ok", "happy"}
	}
	if !notNull {
		from = append(from, "NULL")
	}
	return rapid.SampledFrom(from).Draw(t, "value")
}
