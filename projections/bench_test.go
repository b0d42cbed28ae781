package projections

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"materializer/cdc"
	"materializer/store"
)

const benchSchema = `
table categories
  id int4 key
  parent_id int4 -> categories
  name text
table products
  id int8 key
  category_id int4 -> categories
  sku text notnull unique
  name text
  price numeric
  created_at timestamptz
table tags
  id int4 key
  name text
table product_tags
  product_id int8 key -> products
  tag_id int4 key -> tags
  position int4
table reviews
  id int8 key
  product_id int8 -> products
  author_id int4 -> users
  rating int4
  body text
table users
  id int4 key
  name text
`

const benchPlan = `
projections:
  row: {from: products, key: ["row:{id}", "sku:{sku}"], columns: "*"}
  product:
    from: products
    key: "product:{id}"
    columns: [id, sku, name, price, created_at]
    fields:
      category: {one: categories, columns: [id, name], fields: {parent: {one: categories, on: {id: parent_id}, columns: [id, name]}}}
      tags: {many: tags, through: product_tags, order_by: "through.position, name", value: name}
      latest: {many: reviews, order_by: id desc, limit: 5, columns: [rating, body], fields: {author: {one: users, value: name}}}
`

const benchProducts = 1000

// benchStory is 1000 products with 3 tags and 10 reviews each, in 20 categories.
func benchStory(b *testing.B) *story {
	b.Helper()
	cat, err := parseSchema(benchSchema)
	if err != nil {
		b.Fatal(err)
	}
	s, err := newStory(b, cat, benchPlan)
	if err != nil {
		b.Fatal(err)
	}
	load := func(table string, n int, values func(i int) string) {
		t, err := s.table(table)
		if err != nil {
			b.Fatal(err)
		}
		for i := 1; i <= n; i++ {
			row, err := assign(t, nil, values(i))
			if err == nil {
				err = s.batch.Apply(cdc.Change{Table: t.Table, Op: cdc.Insert, New: row}, func(store.Effect) error { return nil })
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	load("categories", 20, func(i int) string { return fmt.Sprintf("id=%d parent_id=%d name=category%d", i, i/4, i) })
	load("products", benchProducts, func(i int) string {
		return fmt.Sprintf("id=%d category_id=%d sku=sku-%d name='a product' price=%d.90 created_at='2024-05-01 10:20:30.5+00'", i, 1+i%20, i, i)
	})
	load("tags", 50, func(i int) string { return fmt.Sprintf("id=%d name=tag%d", i, i) })
	load("product_tags", 3*benchProducts, func(i int) string {
		return fmt.Sprintf("product_id=%d tag_id=%d position=%d", 1+i%benchProducts, 1+i%50, i%7)
	})
	load("users", 100, func(i int) string { return fmt.Sprintf("id=%d name=user%d", i, i) })
	load("reviews", 10*benchProducts, func(i int) string {
		return fmt.Sprintf("id=%d product_id=%d author_id=%d rating=%d body='text of a review, as long as a sentence or two'", i, 1+i%benchProducts, 1+i%100, i%5)
	})
	s.batch.EndTransaction(store.Position{LSN: 1})
	if err := s.batch.Commit(true); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkBuild makes documents of products, one after the other.
func BenchmarkBuild(b *testing.B) {
	s := benchStory(b)
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer reader.Close()
	for i, want := range []string{`"category_id":`, `"tags":["tag`} {
		p := s.plan.Projections[i]
		var roots [][]byte
		if err := s.plan.NewFollower(reader).Follow(p.All(), func(_ *Projection, key []byte) error {
			roots = append(roots, bytes.Clone(key))
			return nil
		}); err != nil {
			b.Fatal(err)
		}
		b.Run(p.Name, func(b *testing.B) {
			builder := NewBuilder(reader, s.db.Kept())
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				doc, ok, err := builder.Build(p, roots[n%len(roots)])
				if err != nil || !ok || !bytes.Contains(doc.Body, []byte(want)) {
					b.Fatalf("got %s, %v, %v", doc.Body, ok, err)
				}
				b.SetBytes(int64(len(doc.Body)))
				n++
			}
		})
	}
}

// BenchmarkTouch notes one changed row: of the root, of a child, and of a row
// far away, with a column that matters and one that does not.
func BenchmarkTouch(b *testing.B) {
	s := benchStory(b)
	cases := []struct {
		name, table, old, new string
		touches               int
	}{
		{"root", "products", "id=1 category_id=1 sku=a name=x price=1", "id=1 category_id=1 sku=a name=y price=1", 2},
		{"child", "reviews", "id=1 product_id=1 rating=2 body=x author_id=1", "id=1 product_id=2 rating=2 body=x author_id=1", 2},
		{"far", "categories", "id=1 parent_id=2 name=x", "id=1 parent_id=2 name=y", 2},
		{"unwatched", "categories", "id=1 parent_id=2 name=x", "id=1 parent_id=3 name=x", 1},
	}
	for _, c := range cases {
		table, err := s.table(c.table)
		if err != nil {
			b.Fatal(err)
		}
		e := store.Effect{Table: table.Table, OldKey: []byte("k"), NewKey: []byte("k")}
		if e.Old, err = assign(table, nil, c.old); err != nil {
			b.Fatal(err)
		}
		if e.New, err = assign(table, nil, c.new); err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			touched := 0
			touch := func(uint16, []byte) { touched++ }
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := s.toucher.Touch(e, touch); err != nil {
					b.Fatal(err)
				}
				n++
			}
			if touched != n*c.touches {
				b.Fatalf("%d touches of %d changes, want %d each", touched, n, c.touches)
			}
		})
	}
}

// BenchmarkFollow goes from one renamed category to its products: per root.
func BenchmarkFollow(b *testing.B) {
	s := benchStory(b)
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer reader.Close()
	for _, place := range []string{"category", "category.parent", "tags", "latest.author"} {
		var node *Node
		for _, n := range s.plan.Nodes {
			if n.Parent != nil && n.place() == place && n.Relation.Target() == n {
				node = n
			}
		}
		fields := make([][]byte, len(node.Table.Stored.Columns))
		fields[0] = []byte("2")
		key, ok, err := node.up.key(nil, fields)
		if err != nil || !ok {
			b.Fatal("no key", err)
		}
		b.Run(strings.ReplaceAll(place, ".", "_"), func(b *testing.B) {
			follower := s.plan.NewFollower(reader)
			found := 0
			count := func(*Projection, []byte) error { found++; return nil }
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if err := follower.Follow(store.Touch{Node: node.ID, Key: key}, count); err != nil {
					b.Fatal(err)
				}
				n++
			}
			if found == 0 {
				b.Fatal("no root found")
			}
			b.ReportMetric(float64(found)/float64(n), "roots/op")
		})
	}
}

// BenchmarkCompile makes the plan of the two projections.
func BenchmarkCompile(b *testing.B) {
	cat, err := parseSchema(benchSchema)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if plan, problems := compileText(cat, benchPlan); plan == nil {
			b.Fatal(problems)
		}
	}
}
