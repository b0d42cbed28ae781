package oracle

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"materializer/internal/servers/servertest"
)

// library is a small world of which all documents are known by hand.
var library = []string{
	`CREATE TYPE grade AS ENUM ('low', 'high')`,
	`CREATE TABLE country (code char(4) PRIMARY KEY, name text NOT NULL)`,
	`CREATE TABLE author (
		id int PRIMARY KEY, name text NOT NULL, country_code char(4) REFERENCES country,
		boss_id int REFERENCES author, email text UNIQUE)`,
	`CREATE TABLE book (
		id bigint PRIMARY KEY, author_id int REFERENCES author, title text, price numeric(10,2),
		grade grade, data json, added timestamptz)`,
	`CREATE TABLE tag (id int PRIMARY KEY, name text NOT NULL)`,
	`CREATE TABLE book_tag (
		id int PRIMARY KEY, book_id bigint NOT NULL REFERENCES book, tag_id int NOT NULL REFERENCES tag, position int)`,
	`CREATE TABLE translation (book_id bigint REFERENCES book, locale char(3), title text, PRIMARY KEY (book_id, locale))`,
	`CREATE TABLE cover (book_id bigint PRIMARY KEY REFERENCES book, url text)`,
	`CREATE TABLE note (id int PRIMARY KEY, about numeric, place text, seen bool)`,
	`CREATE SCHEMA "Odd Schema"`,
	`CREATE TABLE "Odd Schema"."Order Items" ("Order ID" int, no int, "it's ""it""" text, PRIMARY KEY ("Order ID", no))`,
	`CREATE TABLE piece (id int PRIMARY KEY, "order" int, no int, FOREIGN KEY ("order", no) REFERENCES "Odd Schema"."Order Items")`,

	`INSERT INTO country VALUES ('DE', 'Germany'), ('FR', 'France')`,
	`INSERT INTO author VALUES (1, 'Zoe', 'DE', NULL, 'zoe@x'), (2, 'adam', 'FR', 1, NULL), (3, 'Élise', NULL, 1, 'e@x')`,
	`INSERT INTO book VALUES
		(10, 1, 'Alpha', 9.9, 'high', '{"b":1, "a":[1.10], "b":2}', '2024-01-01 12:00:00+02'),
		(11, 1, 'beta', NULL, 'low', NULL, NULL),
		(12, 1, 'Gamma', 5, NULL, 'null', 'infinity'),
		(13, 2, 'alpha', 5, 'low', NULL, NULL),
		(14, NULL, NULL, 1.5, 'high', NULL, NULL),
		(15, 3, 'x', 1, 'low', NULL, NULL)`,
	`INSERT INTO tag VALUES (1, 'red'), (2, 'blue'), (3, 'Red')`,
	`INSERT INTO book_tag VALUES (1, 10, 1, 2), (2, 10, 2, 1), (3, 10, 1, NULL), (4, 11, 3, 1), (5, 13, 1, 1)`,
	`INSERT INTO translation VALUES (10, 'de', 'A'), (10, 'fr', 'B'), (11, 'de', 'C')`,
	`INSERT INTO cover VALUES (10, 'u10')`,
	`INSERT INTO note VALUES (1, 1.00, 'DE', true), (2, 1, 'FR ', false), (3, NULL, NULL, NULL)`,
	`INSERT INTO "Odd Schema"."Order Items" VALUES (1, 1, 'a'), (1, 2, NULL), (2, 1, 'it''s')`,
	`INSERT INTO piece VALUES (1, 1, 2), (2, 1, 2), (3, 1, NULL), (4, 2, 1)`,
}

// documents are a projection's documents by key, as PostgreSQL prints jsonb.
func documents(t *testing.T, conn *pgx.Conn, sql string) map[string]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	found := map[string]string{}
	var keys []string
	var document string
	if _, err := pgx.ForEachRow(rows, []any{&keys, &document}, func() error {
		if len(keys) == 0 {
			found[""] += document
		}
		for _, key := range keys {
			found[key] += document
		}
		return nil
	}); err != nil {
		t.Fatalf("%v\n%s", err, sql)
	}
	return found
}

// want parses lines of a key, a blank and a document.
func want(t *testing.T, conn *pgx.Conn, lines string) map[string]string {
	t.Helper()
	wanted := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
		key, document, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			t.Fatalf("no document in %q", line)
		}
		if err := conn.QueryRow(t.Context(), "SELECT ($1::text::jsonb)::text", document).Scan(&document); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		wanted[key] = document
	}
	return wanted
}

func TestSQL(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, library...)
	for _, test := range features {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			conn := open(t, url)
			plan := compile(t, conn, "projections:\n  p:\n    "+strings.ReplaceAll(strings.TrimSpace(test.yaml), "\n\t", "\n    "))
			sql := SQL(plan.Projections[0])
			got, want := documents(t, conn, sql), want(t, conn, test.want)
			if !maps.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s\n%s", printed(got), printed(want), sql)
			}
		})
	}
}

func printed(documents map[string]string) string {
	var lines []string
	for key, document := range documents {
		lines = append(lines, key+" "+document)
	}
	return strings.Join(lines, "\n")
}

func TestSQLOfManyMembers(t *testing.T) {
	t.Parallel()
	var columns, members []string
	for i := range 120 {
		columns = append(columns, fmt.Sprintf("c%d int DEFAULT %d", i, i))
		members = append(members, fmt.Sprintf(`"c%d": %d`, i, i))
	}
	url := servertest.Database(t, "CREATE TABLE wide (id int PRIMARY KEY, "+strings.Join(columns, ", ")+")", "INSERT INTO wide VALUES (1)")
	conn := open(t, url)
	plan := compile(t, conn, "projections: {wide: {from: wide, key: \"w:{id}\", except: [id]}}")
	got, want := documents(t, conn, SQL(plan.Projections[0])), want(t, conn, "w:1 {"+strings.Join(members, ", ")+"}")
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
