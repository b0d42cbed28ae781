package oracle

import (
	"maps"
	"testing"

	"materializer/internal/servers/servertest"
)

// The condition of a table counts wherever the table is used: as root, on the
// way, in lists, in aggregates, as what is required.
func TestSQLOfTablesWithConditions(t *testing.T) {
	t.Parallel()
	conn := open(t, servertest.Database(t, library...))
	plan := compile(t, conn, `
tables:
  author: {where: id <> 2}
  book_tag: {where: position is not null}
  tag: {where: name <> 'blue'}
projections:
  author:
    from: author
    key: "a:{id}"
    fields:
      boss: {one: author, value: name}
      tags: {many: tag, through: [book, book_tag], value: name}
      number: {many: tag, through: [book, book_tag], value: count(*)}
`)
	got := documents(t, conn, SQL(plan.Projections[0]))
	want := want(t, conn, `
	a:1 {"boss": null, "tags": ["red", "Red"], "number": 2}
	a:3 {"boss": "Zoe", "tags": [], "number": 0}`)
	if !maps.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", printed(got), printed(want))
	}
}

func TestSQLOfGeneratedColumns(t *testing.T) {
	t.Parallel()
	conn := open(t, servertest.Database(t,
		"CREATE TABLE item (id int PRIMARY KEY, price numeric, gross numeric(10,2) GENERATED ALWAYS AS (price * 1.19) STORED)",
		"INSERT INTO item VALUES (1, 10), (2, NULL)"))
	plan := compile(t, conn, `
projections:
  item: {from: item, key: "i:{id}", columns: "*", fields: {more: gross + 1}}
`)
	got := documents(t, conn, SQL(plan.Projections[0]))
	want := want(t, conn, `
	i:1 {"id": 1, "price": 10, "gross": 11.90, "more": 12.90}
	i:2 {"id": 2, "price": null, "gross": null, "more": null}`)
	if !maps.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", printed(got), printed(want))
	}
}
