package projections

import (
	"cmp"
	"fmt"
	"os"
	"testing"
	"time"
)

const groupSchema = `
table hubs
  id int8 key
  name text
table members
  id int8 key
  hub_id int8 -> hubs
  n int4
  amount numeric
  kind int4
  label text
table tags
  id int8 key
  weight int4
table hub_tags
  hub_id int8 key -> hubs
  tag_id int8 key -> tags
table cities
  id int8 key
  hub_id int8 -> hubs
table addresses
  id int8 key
  city_id int8 -> cities
table customers
  id int8 key
  address_id int8 -> addresses
  paid numeric
`

// groupTables are the rows of a hub that has a group of n.
var groupTables = []groupTable{
	{"hubs", func(int) int { return 1 }, func(_ int, column string, i int) string { return map[string]string{"id": "1", "name": "hub"}[column] }},
	{"members", func(n int) int { return n }, func(_ int, column string, i int) string {
		switch column {
		case "hub_id":
			return "1"
		case "n":
			return fmt.Sprint(i % 1000)
		case "amount":
			return fmt.Sprintf("%d.25", i%1000)
		case "kind":
			return fmt.Sprint(i % 5)
		case "label":
			return fmt.Sprintf("label %d", i)
		}
		return fmt.Sprint(i)
	}},
	{"tags", func(n int) int { return n }, func(_ int, column string, i int) string { return fmt.Sprint(i) }},
	{"hub_tags", func(n int) int { return n }, func(_ int, column string, i int) string {
		if column == "hub_id" {
			return "1"
		}
		return fmt.Sprint(i)
	}},
	{"cities", func(n int) int { return max(1, n/1000) }, func(_ int, column string, i int) string {
		if column == "hub_id" {
			return "1"
		}
		return fmt.Sprint(i)
	}},
	{"addresses", func(n int) int { return max(1, n/10) }, func(n int, column string, i int) string {
		if column == "city_id" {
			return fmt.Sprint(1 + i%max(1, n/1000))
		}
		return fmt.Sprint(i)
	}},
	{"customers", func(n int) int { return n }, func(n int, column string, i int) string {
		if column == "address_id" {
			return fmt.Sprint(1 + i%max(1, n/10))
		}
		return fmt.Sprint(i)
	}},
}

// groupCases are what a document of a hub says of its group, and how the group
// changes. Every step changes the document.
var groupCases = []groupCase{
	{name: "sum", field: `{many: members, fields: {n: count(*), total: sum(amount), mean: avg(amount)}}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"update", "members", 1 + n/2, "amount", fmt.Sprintf("%d.5", step)}}
		}},
	{name: "count", field: `{many: members, fields: {n: count(*), total: sum(amount)}}`,
		step: func(n, step int) []groupChange { // leaves the group and comes back
			return []groupChange{{"update", "members", 1 + n/2, "hub_id", [...]string{"1", "NULL"}[step%2]}}
		}},
	{name: "extremes", field: `{many: members, fields: {least: min(n), most: max(n)}}`,
		step: func(n, step int) []groupChange { // one row is the largest and the smallest in turn
			return []groupChange{{"update", "members", 1 + n/2, "n", [...]string{"5000", "-5000"}[step%2]}}
		}},
	{name: "extremes_queue", field: `{many: members, fields: {first: min(id), last: max(id)}}`,
		step: func(n, step int) []groupChange { // the first row goes, one after the last comes
			return []groupChange{{"insert", "members", n + step, "", ""}, {"delete", "members", step, "", ""}}
		}},
	{name: "distinct", field: `{many: members, value: count(distinct kind)}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"update", "members", 1 + n/2, "kind", [...]string{"NULL", "-1"}[step%2]}}
		}},
	{name: "filter", field: `{many: members, value: "count(*) filter (where n % 7 = 3)"}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"update", "members", 1 + n/2, "n", [...]string{"4", "3"}[step%2]}}
		}},
	{name: "junction", field: `{many: tags, through: hub_tags, fields: {n: count(*), weight: sum(weight), most: max(weight)}}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"update", "tags", 1 + n/2, "weight", fmt.Sprint(2_000_000 + step%1_000_000)}}
		}},
	{name: "three_joins", field: `{many: customers, through: [cities, addresses], fields: {n: count(*), paid: sum(paid), most: max(paid)}}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"update", "customers", 1 + n/2, "paid", fmt.Sprintf("%d.5", 2_000_000+step)}}
		}},
	{name: "first5", field: `{many: members, where: kind <> 3, order_by: "n * 2 desc, id", limit: 5, value: n}`,
		step: func(n, step int) []groupChange { // goes to the top and back
			return []groupChange{{"update", "members", 1 + n/2, "n", [...]string{"-1", "5000"}[step%2]}}
		}},
	{name: "first5_queue", field: `{many: members, order_by: id, limit: 5, value: id}`,
		step: func(n, step int) []groupChange {
			return []groupChange{{"insert", "members", n + step, "", ""}, {"delete", "members", step, "", ""}}
		}},
	{name: "all_rows", field: `{many: members, value: "string_agg(label, ',' order by id)"}`, largest: 100_000,
		step: func(n, step int) []groupChange { // computed from all rows, for contrast
			return []groupChange{{"update", "members", 1 + n/2, "label", fmt.Sprintf("step %d", step)}}
		}},
}

// groupSizes are those of every run. The largest takes some seconds to build
// for each case: GROUP_SIZE=1000000 adds it.
func groupSizes(b *testing.B) []int {
	sizes := []int{10, 1000, 100_000}
	var extra int
	if _, err := fmt.Sscan(cmp.Or(os.Getenv("GROUP_SIZE"), "0"), &extra); err != nil {
		b.Fatalf("GROUP_SIZE: %v", err)
	}
	if extra > 0 {
		sizes = append(sizes, extra)
	}
	return sizes
}

// BenchmarkGroup is the cost of one transaction in a group, by the size of the
// group: into the store, through what is kept, to the new document. But for
// all_rows it should be the same for all sizes.
func BenchmarkGroup(b *testing.B) {
	for _, c := range groupCases {
		b.Run(c.name, func(b *testing.B) {
			for _, n := range groupSizes(b) {
				if c.largest > 0 && n > c.largest {
					continue
				}
				b.Run(fmt.Sprint(n), func(b *testing.B) { c.run(b, n) })
			}
		})
	}
}

func (c groupCase) run(b *testing.B, n int) {
	g := newHub(b, c, n)
	g.keepAll(b)
	before := g.document(b, g.plan)
	b.ReportAllocs()
	step := 0
	used := processTime(b)
	for b.Loop() {
		step++
		now := g.change(b, c.step(n, step))
		if now == before {
			b.Fatalf("step %d does not show in %.200s", step, now)
		}
		before = now
	}
	b.ReportMetric(float64((processTime(b)-used).Nanoseconds())/float64(b.N), "cpu-ns/op")
	if want := g.document(b, g.plain); before != want {
		b.Fatalf("got %.200s, all rows make %.200s", before, want)
	}
}

// BenchmarkKeepAll makes what is kept of all rows after a load.
func BenchmarkKeepAll(b *testing.B) {
	const rows = 100_000
	for _, c := range groupCases {
		if c.largest > 0 || c.name == "first5" || c.name == "first5_queue" {
			continue // nothing is kept
		}
		b.Run(c.name, func(b *testing.B) {
			kept, used := 0, time.Duration(0)
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				g := newHub(b, c, rows)
				kept += g.kept
				b.StartTimer()
				before := processTime(b)
				g.keepAll(b)
				used += processTime(b) - before
			}
			b.ReportMetric(float64(used.Nanoseconds())/float64(kept), "cpu-ns/row")
			b.ReportMetric(float64(kept)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
