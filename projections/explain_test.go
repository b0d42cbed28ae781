package projections

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"materializer/catalog"
	"materializer/config"
)

var (
	typeInt4 = &catalog.Type{OID: 23, Schema: "pg_catalog", Name: "int4", Kind: catalog.Base, Category: 'N'}
	typeInt8 = &catalog.Type{OID: 20, Schema: "pg_catalog", Name: "int8", Kind: catalog.Base, Category: 'N'}
	typeText = &catalog.Type{OID: 25, Schema: "pg_catalog", Name: "text", Kind: catalog.Base, Category: 'S'}
	typeTime = &catalog.Type{OID: 1184, Schema: "pg_catalog", Name: "timestamptz", Kind: catalog.Base, Category: 'D'}
)

// made is a table for tests, its first column the primary key.
func made(oid uint32, name string, rows float64, columns ...*catalog.Column) *catalog.Table {
	t := &catalog.Table{
		OID: oid, Schema: "public", Name: name, Kind: 'r', Persistence: 'p', Columns: columns,
		ReplicaIdentity: 'd', Rows: rows, Bytes: int64(max(0, rows)) * 123, Selectable: true,
	}
	columns[0].NotNull = true
	t.PrimaryKey = &catalog.Index{Name: name + "_pkey", Columns: []string{columns[0].Name}, Primary: true, Unique: true}
	t.Indexes, t.IdentityIndex = []*catalog.Index{t.PrimaryKey}, t.PrimaryKey
	for i, c := range columns {
		c.Attnum, c.TypeMod, c.Selectable = int16(i+1), -1, true
	}
	return t
}

func column(name string, kind *catalog.Type, distinct float64) *catalog.Column {
	return &catalog.Column{Name: name, Type: kind, Distinct: distinct}
}

func refers(from *catalog.Table, columns string, to *catalog.Table) {
	key := &catalog.ForeignKey{Name: from.Name + "_" + columns, Table: from, Columns: []string{columns}, Referenced: to, RefColumns: to.PrimaryKey.Columns}
	from.ForeignKeys = append(from.ForeignKeys, key)
	to.ReferencedBy = append(to.ReferencedBy, key)
}

func shopCatalog() *catalog.Catalog {
	categories := made(1, "categories", 40, column("id", typeInt4, -1), column("parent_id", typeInt4, 8), column("name", typeText, -1))
	products := made(2, "products", 123456, column("id", typeInt8, -1), column("category_id", typeInt4, 40), column("sku", typeText, -1), column("name", typeText, -0.9))
	products.Indexes = append(products.Indexes, &catalog.Index{Name: "products_sku", Columns: []string{"sku"}, Unique: true})
	tags := made(3, "tags", -1, column("id", typeInt4, 0), column("name", typeText, 0))
	uses := made(4, "product_tags", 300000, column("id", typeInt8, -1), column("product_id", typeInt8, -0.3), column("tag_id", typeInt4, 0), column("position", typeInt4, 10))
	reviews := made(5, "reviews", 2000000, column("id", typeInt8, -1), column("product_id", typeInt8, -0.05), column("rating", typeInt4, 5), column("created_at", typeTime, -1))
	refers(categories, "parent_id", categories)
	refers(products, "category_id", categories)
	refers(uses, "product_id", products)
	refers(uses, "tag_id", tags)
	refers(reviews, "product_id", products)
	tables := []*catalog.Table{categories, products, tags, uses, reviews}
	types := map[uint32]*catalog.Type{}
	for _, t := range []*catalog.Type{typeInt4, typeInt8, typeText, typeTime} {
		types[t.OID] = t
	}
	return &catalog.Catalog{Version: 150000, Database: "shop", Encoding: "UTF8", Collate: "C", Tables: tables, Types: types}
}

func compiled(t *testing.T, text string) *Plan {
	t.Helper()
	file, problems := config.Parse("shop.yaml", []byte(text))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	plan, problems := Compile(file, shopCatalog())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

const explained = `
projections:
  product:
    from: products
    key: ["product:{id}", "sku:{sku}"]
    columns: [id, name]
    fields:
      label: category.name
      ids: {columns: [sku], fields: {number: id}}
      category:
        one: categories
        columns: [name]
        fields:
          parent: {one: categories, on: {id: parent_id}, columns: [id, name]}
      tags: {many: tags, through: product_tags, order_by: through.position desc, value: name}
      latest: {many: reviews, order_by: created_at desc, limit: 3, columns: [rating, created_at]}
  category:
    from: categories
    key: "category:{id}"
    columns: [id, name]
    fields:
      above: {one: categories, on: {id: parent_id}, inline: true, required: true, fields: {parent_name: name}}
      products: {many: products, key_by: sku, value: name}
`

// UPDATE=1 go test writes the text anew.
func TestExplain(t *testing.T) {
	t.Parallel()
	plan := compiled(t, explained)
	var text strings.Builder
	for i, projection := range plan.Projections {
		if i > 0 {
			text.WriteString("\n")
		}
		if err := plan.Explain(&text, projection); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join("testdata", "explain.txt")
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	plan := compiled(t, explained)
	want := "category: categories -> category:{id} (2 tables, 2 indexes)"
	if got := plan.Summary(plan.Projections[1]); got != want {
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
}

func TestFillTemplate(t *testing.T) {
	t.Parallel()
	cases := []struct {
		template string
		values   []string
		want     string
	}{
		{"product:{id}", []string{"42"}, "product:42"},
		{"{{{a}}}:{b}", []string{"x", "y"}, "{x}:y"},
		{"constant", nil, "constant"},
		{"product:{id}", nil, ""},
		{"product:{id}", []string{"1", "2"}, ""},
	}
	for _, c := range cases {
		got, err := FillTemplate(c.template, c.values)
		if got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s with %v: got %q, %v, want %q", c.template, c.values, got, err, c.want)
		}
	}
	if !CouldBeKey("product:{id}", "product:42") || CouldBeKey("product:{id}", "42") || CouldBeKey("a.{x}", "ab1") {
		t.Error("a key is taken for one of another template")
	}
}
