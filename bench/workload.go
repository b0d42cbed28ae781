package main

import (
	"fmt"
	"strings"
)

// workload is a database, the documents made of it, and how it changes. Another
// one is added to workloads.
type workload struct {
	name string
	// schema makes the tables and fill the rows, :rows of them in the root table.
	schema, fill string
	// tables are what the publication holds.
	tables []string
	// projections is that section of the configuration.
	projections string
	// documents is a query for key and document as jsonb, for all roots; $1 and
	// $2 leave out all but those whose id is $2 modulo $1.
	documents string
	// change is the statement that makes change number :seq on the row :id. The
	// number must be in the document, as seq.
	change string
}

// oneTable makes documents of single rows: the least that can be done per
// change, and the only workload that a reader of the bare stream can take part in.
var oneTable = workload{
	name: "one-table",
	schema: `CREATE TABLE item (
		id bigint PRIMARY KEY,
		seq bigint NOT NULL,
		name text NOT NULL,
		price numeric(10,2) NOT NULL,
		stock integer NOT NULL,
		active boolean NOT NULL,
		note text,
		updated_at timestamptz NOT NULL
	) WITH (fillfactor = 80)`,
	fill: `INSERT INTO item SELECT n, 0, 'item number ' || n, (n % 100000) / 100.0, n % 1000, n % 7 <> 0,
		CASE WHEN n % 3 = 0 THEN NULL ELSE 'a note on item ' || n || ' of some length' END, '2026-01-01'
		FROM generate_series(1, :rows) n`,
	tables: []string{"item"},
	projections: `  item:
    from: item
    key: "item:{id}"
    columns: "*"
`,
	documents: `SELECT 'item:' || id, to_jsonb(item) FROM item WHERE id % $1 = $2`,
	change: `UPDATE item SET seq = :seq, price = (:seq % 100000) / 100.0, stock = :seq % 1000, updated_at = now()
		WHERE id = :id`,
}

var workloads = []workload{oneTable}

// configuration is that of a service that makes the documents.
func (w workload) configuration(name, source, target, state string) string {
	return fmt.Sprintf(`name: %s
source: {url: %q}
target: {url: %q}
state: {dir: %q}
http: {listen: "off"}
projections:
%s`, name, source, target, state, w.projections)
}

// changeSQL is the statement of one change, given the number as an SQL
// expression. Numbers that follow each other are of rows far from each other.
func (w workload) changeSQL(seq string, rows int) string {
	id := fmt.Sprintf("(1 + (%s)::bigint * 7919 %% %d)", seq, rows)
	return strings.NewReplacer(":seq", seq, ":id", id).Replace(w.change)
}

// transactions is the program that commits changes in transactions of a size.
func (w workload) transactions(changes, size, rows, first int) string {
	return strings.Join([]string{
		"DO $$ BEGIN",
		fmt.Sprintf("FOR n IN %d..%d LOOP", first, first+changes-1),
		w.changeSQL("n", rows) + ";",
		fmt.Sprintf("IF n %% %d = %d THEN COMMIT; END IF;", size, (first+size-1)%size),
		"END LOOP; END $$",
	}, "\n")
}
