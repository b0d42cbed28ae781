package e2e

import (
	"flag"
	"os"
	"testing"

	"materializer/internal/servers/servertest"
)

// TestMain draws fewer random cases than rapid would; -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", checks); err != nil {
		os.Exit(2)
	}
	servertest.Main(m)
}

const shop = `
CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, name text NOT NULL);
CREATE TABLE products (id bigint PRIMARY KEY, category_id int REFERENCES categories, sku text UNIQUE NOT NULL, name text, price numeric(10,2));
CREATE TABLE tags (id int PRIMARY KEY, name text);
CREATE TABLE product_tags (product_id bigint REFERENCES products ON DELETE CASCADE, tag_id int REFERENCES tags ON DELETE CASCADE, position int, PRIMARY KEY (product_id, tag_id));
CREATE TABLE reviews (id serial PRIMARY KEY, product_id bigint REFERENCES products ON DELETE CASCADE, rating int, created_at timestamptz DEFAULT now());
INSERT INTO categories VALUES (1,NULL,'all'),(2,1,'books');
INSERT INTO products SELECT g, 2, 'sku'||g, 'product '||g, g+0.50 FROM generate_series(1,100) g;
INSERT INTO tags VALUES (1,'new'),(2,'hot');
INSERT INTO product_tags SELECT g, 1+g%2, g FROM generate_series(1,100) g;
INSERT INTO reviews (product_id, rating) SELECT 1+g%100, g%5 FROM generate_series(1,1000) g;
`

const shopConfig = `
projections:
  product:
    from: products
    key: ["product:{id}", "sku:{sku}"]
    columns: [id, name, price]
    fields:
      category:
        one: categories
        columns: [id, name]
        fields:
          parent: {one: categories, on: {id: parent_id}, columns: [id, name]}
      tags:
        many: tags
        through: product_tags
        order_by: through.position desc
        value: name
      latest:
        many: reviews
        order_by: created_at desc, id desc
        limit: 3
        columns: [rating]
`

func TestSmoke(t *testing.T) {
	t.Parallel()
	r := start(t, shop, shopConfig)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE categories SET name='Books' WHERE id=2`, `UPDATE products SET price=1, sku='x1' WHERE id=1`,
		`DELETE FROM products WHERE id=2`, `INSERT INTO products VALUES (3000,1,'new','n',1)`, `UPDATE products SET id=1000 WHERE id=3000`, `INSERT INTO reviews(product_id,rating) VALUES (4,5)`)
	r.wantOracle(t)
}
