package projections

import (
	"context"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/internal/servers/servertest"
)

// TestExplain explains the configurations in testdata/explain over schemas with
// statistics made by hand. Regenerate with -rewrite.
//
//	schema    the tables from here on
//	explain   a configuration: all that is said of its projections
//	costs     a configuration: only what can become expensive
func TestExplain(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/explain", func(t *testing.T, path string) {
		t.Parallel()
		var cat *catalog.Catalog
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "schema" {
				var err error
				if cat, err = parseSchema(d.Input); err != nil {
					d.Fatalf(t, "%v", err)
				}
				return ""
			}
			plan, problems := compileText(cat, d.Input)
			if problems.Err() != nil {
				return problems.Render([]byte(d.Input))
			}
			return explainAll(t, plan, d.Cmd == "costs")
		})
	})
}

func explainAll(t *testing.T, plan *Plan, costs bool) string {
	t.Helper()
	var texts []string
	for _, projection := range plan.Projections {
		var text strings.Builder
		if err := plan.Explain(&text, projection); err != nil {
			t.Fatal(err)
		}
		_, expensive, found := strings.Cut(text.String(), "\n  what can become expensive\n")
		switch {
		case !costs:
			texts = append(texts, text.String())
		case found:
			texts = append(texts, projection.Name+"\n"+expensive)
		default:
			texts = append(texts, projection.Name+"\n    nothing\n")
		}
	}
	return strings.Join(texts, "\n")
}

// TestExplainOnPostgres explains by the statistics that a real server gathered.
func TestExplainOnPostgres(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, servertest.Database(t, `
CREATE TABLE category (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE product (id int PRIMARY KEY, category_id int REFERENCES category, name text NOT NULL);
INSERT INTO category SELECT n, 'category ' || n FROM generate_series(1, 10) n;
INSERT INTO product SELECT n, CASE WHEN n % 10 < 8 THEN 1 ELSE n % 9 + 2 END, 'product ' || n FROM generate_series(1, 20000) n;
ANALYZE`))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	cat, err := catalog.Load(ctx, conn)
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := compileText(cat, `
projections:
  product: {from: product, key: "product:{id}", fields: {category: {one: category, value: name}}}
`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	// 16,000 of the 20,000 products have one of the ten categories.
	want := "category, as category: a change of one row leads to about 2,000 documents, at most about 16,000\n"
	if got := explainAll(t, plan, true); !strings.Contains(got, want) {
		t.Errorf("got %s, want in it %s", got, want)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	cat, err := parseSchema("table categories\n  id int4 key\n  parent_id int4 -> categories")
	if err != nil {
		t.Fatal(err)
	}
	plan, problems := compileText(cat, `
projections:
  category: {from: categories, key: "category:{id}", fields: {below: {many: categories, value: id}, above: {one: categories, value: id}}}
`)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	want := "category: categories -> category:{id} (1 table, 1 index)"
	if got := plan.Summary(plan.Projections[0]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEstimates(t *testing.T) {
	t.Parallel()
	for n, want := range map[float64]string{0: "0", 7.4: "7", 99: "99", 104: "100", 123456: "120,000", 9_960_000: "10,000,000"} {
		if got := number(n); got != want {
			t.Errorf("number(%v) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 KB", 12345678: "12 MB", 4_500_000_000: "4.5 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("bytesText(%d) = %s, want %s", n, got, want)
		}
	}
	for e, want := range map[estimate]string{
		exactly(1): "1 row", exactly(40): "about 40 rows", unknown: "rows",
		{200, 1e6}: "about 200 rows, at most about 1,000,000", {1, 30}: "1 row, at most about 30", {200, 210}: "about 200 rows",
	} {
		if got := e.of("row", "rows"); got != want {
			t.Errorf("%v: got %s, want %s", e, got, want)
		}
	}
}
