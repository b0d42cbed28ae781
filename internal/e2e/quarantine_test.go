package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

const boxSchema = `
CREATE TABLE box (id int PRIMARY KEY, d int NOT NULL DEFAULT 1, name text NOT NULL);
CREATE TABLE item (id int PRIMARY KEY, box_id int NOT NULL REFERENCES box ON DELETE CASCADE, d int NOT NULL DEFAULT 1, name text NOT NULL);
INSERT INTO box SELECT i, i, 'box ' || i FROM generate_series(1, 3) i;
INSERT INTO item SELECT i, 1 + i % 3, 1 + i % 4, 'item ' || i FROM generate_series(1, 20) i;
`

// boxConfig divides by a column everywhere that an expression can stand.
const boxConfig = `
projections:
  field: {from: box, key: "field:{id}", columns: [name], fields: {x: 10 / d}}
  condition: {from: box, key: "condition:{id}", where: 10 / d > 0, columns: [name]}
  template: {from: box, key: ["template:{id}", "template:{id}:{10 / d}"], columns: [name]}
  hash: {from: box, key: "hash:{id}", as: hash, columns: [name], fields: {x: 10 / d}}
  text: {from: box, key: "text:{id}", as: text, value: name || 10 / d}
  member: {from: box, key: "member:{id}", as: set, member: "{10 / d}"}
  score: {from: box, key: "score:{id}", as: zset, member: "{name}", score: 10 / d}
  sum: {from: box, key: "sum:{id}", columns: [name], fields: {x: {many: item, value: sum(10 / d)}}}
  filter: {from: box, key: "filter:{id}", columns: [name], fields: {x: {many: item, value: count(*) filter (where 10 / d > 5)}}}
  list: {from: box, key: "list:{id}", columns: [name], fields: {x: {many: item, value: "string_agg(name, ',' order by 10 / d, id)"}}}
  where: {from: box, key: "where:{id}", columns: [name], fields: {x: {many: item, where: 10 / d > 5, value: name}}}
  counted: {from: box, key: "counted:{id}", columns: [name], fields: {x: {many: item, where: 10 / d > 5, value: count(*)}}}
  order: {from: box, key: "order:{id}", columns: [name], fields: {x: {many: item, order_by: 10 / d, limit: 2, value: name}}}
  names: {from: box, key: "names:{id}", columns: [name], fields: {x: {many: item, key_by: 10 / d, value: name}}}
`

// contents is what Redis holds, by key.
func (r *runner) contents(t *testing.T) map[string]string {
	t.Helper()
	options, err := redis.ParseURL(r.redis)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	found := map[string]string{}
	for _, key := range client.Keys(t.Context(), "*").Val() {
		switch kind := client.Type(t.Context(), key).Val(); {
		case strings.HasPrefix(key, "materializer:"):
		case kind == "hash":
			found[key] = fmt.Sprint(client.HGetAll(t.Context(), key).Val())
		case kind == "set":
			found[key] = fmt.Sprint(client.SMembers(t.Context(), key).Val())
		case kind == "zset":
			found[key] = fmt.Sprint(client.ZRangeWithScores(t.Context(), key, 0, -1).Val())
		default:
			found[key] = client.Get(t.Context(), key).Val()
		}
	}
	return found
}

// ofBox keeps what belongs to one box.
func ofBox(contents map[string]string, id string) map[string]string {
	found := maps.Clone(contents)
	maps.DeleteFunc(found, func(key, _ string) bool { return strings.Split(key, ":")[1] != id })
	return found
}

// wantHeld waits until everything is visible and compares the projections that have a document in quarantine.
func (r *runner) wantHeld(t *testing.T, want ...string) {
	t.Helper()
	if err := r.settle(t); err != nil {
		t.Fatal(err)
	}
	// Local state knows an instant after Redis does.
	tick, deadline := time.NewTicker(2*time.Millisecond), time.After(10*time.Second)
	defer tick.Stop()
	for waiting := true; waiting && r.pipeline.Status().Quarantine.Count != int64(len(want)); {
		select {
		case <-tick.C:
		case <-deadline:
			waiting = false
		}
	}
	q := r.pipeline.Status().Quarantine
	var got []string
	for _, document := range q.Documents {
		got = append(got, document.Projection)
		if !strings.Contains(document.Error, "division by zero") {
			t.Errorf("the quarantine of %s says %q, want division by zero", document.Projection, document.Error)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || q.Count != int64(len(want)) {
		t.Errorf("in quarantine are %d: %v, want %v", q.Count, got, want)
	}
}

var (
	ofRows  = []string{"field", "condition", "template", "hash", "text", "member", "score"}
	ofItems = []string{"sum", "filter", "list", "where", "counted", "order", "names"}
)

// TestQuarantine makes expressions fail wherever they stand. The documents
// concerned keep their last good version and are listed, others go on; a restart
// changes nothing of that, and the next good change mends it.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, breaks, mends string
		held                []string
	}{
		{"row", "UPDATE box SET d = 0 WHERE id = 1", "UPDATE box SET d = 5 WHERE id = 1", ofRows},
		{"item", "UPDATE item SET d = 0 WHERE id = 12", "UPDATE item SET d = 5 WHERE id = 12", ofItems},
		{"new item", "INSERT INTO item VALUES (30, 1, 0, 'new')", "DELETE FROM item WHERE id = 30", ofItems},
		{"moved item", "INSERT INTO item VALUES (30, 2, 1, 'new'); UPDATE item SET d = 0, box_id = 1 WHERE id = 30", "UPDATE item SET d = 2, box_id = 3 WHERE id = 30", ofItems},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := start(t, boxSchema, boxConfig)
			r.wantOracle(t)
			r.wantHeld(t)
			before := ofBox(r.contents(t), "1")
			keeps := func(when string) {
				t.Helper()
				r.wantHeld(t, test.held...)
				now := ofBox(r.contents(t), "1")
				for key, want := range before {
					if projection, _, _ := strings.Cut(key, ":"); slices.Contains(test.held, projection) && now[key] != want {
						t.Errorf("%s: %s holds %q, want its last good version %q", when, key, now[key], want)
					}
				}
			}
			servertest.Exec(t, r.pg, test.breaks, "UPDATE box SET name = name || '!'")
			keeps("after it broke")
			if got := r.contents(t)["field:2"]; !strings.Contains(got, "box 2!") {
				t.Errorf("field:2 holds %s: other documents wait", got)
			}
			if err := r.stop(); err != nil {
				t.Fatal(err)
			}
			servertest.Exec(t, r.pg, "UPDATE box SET name = name || '?'")
			r.run(t, boxConfig)
			keeps("after a restart")
			servertest.Exec(t, r.pg, test.mends)
			r.wantHeld(t)
			r.wantOracle(t)
		})
	}
}

// TestQuarantineEnds takes rows that cannot be shown away: their documents go
// with them, and quarantine is empty.
func TestQuarantineEnds(t *testing.T) {
	t.Parallel()
	r := start(t, boxSchema+"UPDATE box SET d = 0 WHERE id = 2;", boxConfig) // from the beginning
	r.wantHeld(t, ofRows...)
	servertest.Exec(t, r.pg, "UPDATE item SET d = 0 WHERE box_id = 1")
	r.wantHeld(t, slices.Concat(ofRows, ofItems)...)
	servertest.Exec(t, r.pg, "DELETE FROM box WHERE id = 1", "UPDATE box SET d = 7 WHERE id = 2")
	r.wantHeld(t)
	r.wantOracle(t)
}
