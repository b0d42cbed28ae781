package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// groups measures what a change of one row costs by the size of the group that
// an aggregate is made of, and what it costs to make what is kept at the first
// load. The changes come one at a time: each is waited for.
var groups = workload{
	name: "aggregates",
	schema: `CREATE TABLE product (id bigint PRIMARY KEY);
		CREATE TABLE review (id bigint PRIMARY KEY, product_id bigint NOT NULL, seq bigint NOT NULL, rating integer NOT NULL, price numeric(12,2) NOT NULL)`,
	fill: `INSERT INTO product VALUES (1);
		INSERT INTO review SELECT n, 1, 0, n % 5, (n % 100000) / 100.0 FROM generate_series(1, :rows) n`,
	tables: []string{"product", "review"},
	projections: `  product:
    from: product
    key: "product:{id}"
    columns: [id]
    fields:
      reviews:
        many: review
        on: {product_id: id}
        inline: true
        fields: {seq: max(seq), n: count(*), price: sum(price), rating: avg(rating), best: max(rating), kinds: count(distinct rating), good: "count(*) filter (where rating > 2)"}
`,
	documents: `SELECT 'product:1', jsonb_build_object('id', 1, 'seq', max(seq), 'n', count(*), 'price', sum(price), 'rating', avg(rating), 'best', max(rating),
		'kinds', count(DISTINCT rating), 'good', count(*) FILTER (WHERE rating > 2)) FROM review WHERE $1::bigint > $2::bigint`,
	change: `UPDATE review SET seq = :seq, rating = :seq % 5, price = (:seq % 100000) / 100.0 WHERE id = :id`,
}

// plainGroups keeps the same rows and no results.
const plainGroups = `  product:
    from: product
    key: "product:{id}"
    columns: [id]
    fields:
      last: {many: review, on: {product_id: id}, order_by: id desc, limit: 1, columns: [seq, rating, price]}
`

const plainGroupDocuments = `SELECT 'product:1', jsonb_build_object('id', 1, 'last', jsonb_agg(to_jsonb(r) - 'id' - 'product_id'))
	FROM (SELECT * FROM review ORDER BY id DESC LIMIT 1) r WHERE $1::bigint > $2::bigint`

// groupOutcome is what was measured in a group of one size.
type groupOutcome struct {
	size        int
	plain, load outcome
	delays      []float64 // from the return of COMMIT until the document is there, in milliseconds
	changes     outcome
}

func measureGroups(ctx context.Context, o options, out io.Writer) error {
	t := groupTable(o.groupChanges)
	var first *groupOutcome
	for _, size := range o.groups {
		measured, err := measureGroup(ctx, o, size)
		if err != nil {
			return fmt.Errorf("group of %d: %w", size, err)
		}
		if first == nil {
			first = measured
		}
		t.rows = append(t.rows, measured.row(first, o.groupChanges))
	}
	return t.print(out)
}

func measureGroup(ctx context.Context, o options, size int) (_ *groupOutcome, err error) {
	s, err := openSite(ctx, groups, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	programs, err := o.built(ctx, s)
	if err != nil {
		return nil, err
	}
	m := &materializer{site: s, label: programs[0].label, program: programs[0].path, args: strings.Fields(o.args)}
	defer func() { err = errors.Join(err, m.close(context.WithoutCancel(ctx))) }()
	g := &groupOutcome{size: size}
	s.projections, s.documents = plainGroups, plainGroupDocuments
	if g.plain, err = m.loaded(ctx); err != nil {
		return nil, err
	}
	if err := m.rest(ctx); err != nil {
		return nil, err
	}
	s.projections, s.documents = groups.projections, groups.documents
	if g.load, err = m.loaded(ctx); err != nil {
		return nil, err
	}
	g.changes, err = s.measure(m, func() error { return g.oneByOne(ctx, m, o.groupChanges) })
	if err != nil {
		return nil, err
	}
	return g, errors.Join(verify(ctx, m), m.rest(ctx))
}

// loaded is a first load from nothing. The process goes on running.
func (m *materializer) loaded(ctx context.Context) (outcome, error) {
	if err := m.empty(ctx); err != nil {
		return outcome{}, err
	}
	o, err := m.measure(m, func() error { return m.load(ctx) })
	if err != nil {
		return o, err
	}
	return o, verify(ctx, m)
}

// oneByOne commits changes of single rows and waits for each document.
func (g *groupOutcome) oneByOne(ctx context.Context, m *materializer, changes int) error {
	for range changes {
		m.changed++
		if err := m.exec(ctx, m.changeSQL(strconv.Itoa(m.changed), m.rows)); err != nil {
			return err
		}
		returned := time.Now()
		for seen := int64(0); seen < int64(m.changed); {
			document, err := m.client.Get(ctx, "product:1").Result()
			if err != nil {
				return fmt.Errorf("read document: %w", err)
			}
			seen, _ = seqOf(document)
			if time.Since(returned) > patience {
				return fmt.Errorf("change %d was not seen %s after its commit", m.changed, patience)
			}
		}
		g.delays = append(g.delays, milliseconds(time.Since(returned)))
	}
	return nil
}

func groupTable(changes int) table {
	return table{
		title: title(groups.name, "%s changes of one row, one at a time, by the size of the group; and the first load", changes),
		head: []string{
			"rows in the group", "ms after COMMIT p50", "p99", "p50 of the first", "own CPU µs per change", "of the first",
			"load s", "without aggregates", "own CPU s", "without", "peak memory", "without"},
		note: "The first load is also of the start of the process. PostgreSQL and the reader that waits share the processors with it.",
	}
}

func (g *groupOutcome) row(first *groupOutcome, changes int) []string {
	own := func(o outcome) float64 { return float64(o.used.own.Microseconds()) / float64(changes) }
	cpu := "-"
	if own(first.changes) > 0 {
		cpu = fmt.Sprintf("%.2f", own(g.changes)/own(first.changes))
	}
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
	slices.Sort(g.delays)
	return []string{
		number(g.size), fmt.Sprintf("%.2f", median(g.delays)), fmt.Sprintf("%.2f", percentile(g.delays, 99)),
		fmt.Sprintf("%.2f", median(g.delays)/median(first.delays)), micros(own(g.changes)), cpu,
		seconds(g.load.took), seconds(g.plain.took), seconds(g.load.used.own), seconds(g.plain.used.own),
		megabytes(g.load.memory), megabytes(g.plain.memory),
	}
}
