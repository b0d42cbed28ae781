package projections

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const keepAllSchema = `
table hubs
  id int4 key
table members
  id int4 key
  hub_id int4 -> hubs
  n numeric
  kind text
table links
  id int4 key
  member_id int4 -> members
  hub_id int4 -> hubs
  n numeric
`

const keepAllPlan = `
projections:
  hub:
    from: hubs
    key: "hub:{id}"
    fields:
      own: {many: members, fields: {n: count(*), s: sum(n), a: avg(n), least: min(n), most: max(n), kinds: count(distinct kind), ns: sum(distinct n), some: "count(*) filter (where n > 1)", all: "bool_and(n > 1)"}}
      over: {many: members, through: links, where: kind <> 'q', fields: {n: count(*), s: sum(n), y: max(kind)}}
      deep: {many: links, through: members, where: n is not null, fields: {n: count(*), s: sum(n), y: trim_scale(max(n))}}
      far: {many: links, joins: {m: {one: members, on: {id: member_id}}}, where: "m.kind = 'p'", fields: {n: count(*), ns: count(distinct n), s: min(n)}}
`

// TestKeepAllIsWhatChangesLeave compares what is made of all rows, in memory
// of any size, with what is left of changes one after the other, byte by byte.
func TestKeepAllIsWhatChangesLeave(t *testing.T) {
	t.Parallel()
	cat, err := parseSchema(keepAllSchema)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		s, err := newStory(t, cat, keepAllPlan)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(rt, "transactions") {
			var lines []string
			for range rapid.IntRange(1, 10).Draw(rt, "changes") {
				lines = append(lines, s.drawKeepAll(rt, lines))
			}
			var out strings.Builder
			if err := s.apply(lines); err != nil {
				rt.Fatal(err)
			}
			if err := s.publish(&out); err != nil || strings.Contains(out.String(), "MISSED") {
				rt.Fatalf("%v\n%s\n%s", err, strings.Join(lines, "\n"), out.String())
			}
		}
		want := s.allKept(rt)
		for range 2 { // the second drops what the first has made
			s.remake(rt, rapid.IntRange(1, 4).Draw(rt, "totals"), rapid.IntRange(1, 4).Draw(rt, "values"))
			got := s.allKept(rt)
			for _, key := range slices.Sorted(maps.Keys(want)) {
				if want[key] != got[key] {
					rt.Errorf("%q: got %q, want %q", key, got[key], want[key])
				}
			}
			if len(got) != len(want) {
				rt.Fatalf("%d entries, want %d", len(got), len(want))
			}
		}
	})
}

func (s *story) drawKeepAll(t *rapid.T, before []string) string {
	table := rapid.SampledFrom([]string{"hubs", "members", "members", "links", "links"}).Draw(t, "table")
	id := rapid.IntRange(1, 4).Draw(t, "id")
	name := fmt.Sprintf("%s %d", table, id)
	exists := s.existsAfter(name, before)
	if exists && rapid.IntRange(0, 3).Draw(t, "delete") == 0 {
		return "delete " + name
	}
	number := func() string {
		return rapid.SampledFrom([]string{"NULL", "1", "1.0", "1.00", "2", "2.50", "2.5", "NaN"}).Draw(t, "n")
	}
	ref := func() string { return rapid.SampledFrom([]string{"1", "2", "3", "NULL"}).Draw(t, "reference") }
	values := map[string]func() string{
		"hubs": func() string { return "" },
		"members": func() string {
			return fmt.Sprintf("hub_id=%s n=%s kind=%s", ref(), number(), rapid.SampledFrom([]string{"p", "q", "NULL"}).Draw(t, "kind"))
		},
		"links": func() string { return fmt.Sprintf("member_id=%s hub_id=%s n=%s", ref(), ref(), number()) },
	}[table]()
	if exists {
		return fmt.Sprintf("update %s %s", name, values)
	}
	return fmt.Sprintf("insert %s id=%d %s", table, id, values)
}

func (s *story) remake(t *rapid.T, totals, seen int) {
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	keep, err := s.db.NewKeepAll()
	if err != nil {
		t.Fatal(err)
	}
	defer keep.Close()
	a := &allKeeper{stopped: context.Background().Err, plan: s.plan, reader: reader, kept: s.db.Kept(), keep: keep, builder: NewBuilder(reader, s.db.Kept())}
	if err := a.run(totals, seen); err != nil {
		t.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
}

// allKept is all that is kept, by key.
func (s *story) allKept(t *rapid.T) map[string]string {
	all := map[string]string{}
	var after []byte
	for {
		var next []byte
		ok, err := s.db.Kept().Beside(nil, after, false, func(key, value []byte) error {
			next = bytes.Clone(key)
			all[string(key)] = string(value)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		after = next
	}
}
