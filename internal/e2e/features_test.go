package e2e

import (
	"fmt"
	"testing"

	"materializer/internal/servers/servertest"
)

const featuresSchema = `
	CREATE TYPE state AS ENUM ('draft', 'active', 'archived');
	CREATE TABLE categories (id int PRIMARY KEY, parent_id int REFERENCES categories, name text NOT NULL, visible bool NOT NULL DEFAULT true);
	CREATE TABLE users (id int PRIMARY KEY, email text, display_name text NOT NULL, password_hash text);
	CREATE TABLE products (id int PRIMARY KEY, category_id int REFERENCES categories, name text NOT NULL, status state NOT NULL DEFAULT 'active',
	  price numeric(10,2), list_price numeric, weight float8, deleted bool NOT NULL DEFAULT false, updated timestamptz,
	  gross numeric(12,2) GENERATED ALWAYS AS (price * 1.19) STORED, attributes jsonb);
	CREATE TABLE reviews (id int PRIMARY KEY, product_id int REFERENCES products, user_id int REFERENCES users, rating smallint,
	  approved bool NOT NULL DEFAULT true, body text, created timestamp);
	CREATE TABLE tags (id int PRIMARY KEY, name text NOT NULL, active bool NOT NULL DEFAULT true);
	CREATE TABLE product_tags (product_id int REFERENCES products, tag_id int REFERENCES tags, position int, PRIMARY KEY (product_id, tag_id));
	CREATE TABLE countries (id int PRIMARY KEY, name text);
	CREATE TABLE cities (id int PRIMARY KEY, country_id int, name text);
	CREATE TABLE addresses (id int PRIMARY KEY, city_id int, active bool);
	CREATE TABLE customers (id int PRIMARY KEY, address_id int, balance numeric, name text);
	INSERT INTO categories SELECT i, NULLIF(i / 2, 0), 'category ' || i, i % 4 <> 0 FROM generate_series(1, 8) i;
	INSERT INTO users SELECT i, CASE WHEN i % 5 > 0 THEN 'User' || i || '@Example.com' END, 'user ' || i, 'secret' FROM generate_series(1, 12) i;
	INSERT INTO products (id, category_id, name, status, price, list_price, weight, updated, attributes)
	  SELECT i, 1 + i % 8, 'Product ' || i, (enum_range(NULL::state))[1 + i % 3], i * 1.25, NULLIF(i % 7, 0) * 2.5, i / 3.0,
	    timestamptz '2026-01-01 00:00:00+00' + i * interval '31 hours', jsonb_build_object('color', (ARRAY['red','blue','green'])[1 + i % 3], 'n', i)
	  FROM generate_series(1, 40) i;
	INSERT INTO reviews SELECT i, 1 + i % 40, 1 + i % 12, NULLIF(i % 6, 0), i % 3 > 0, 'body ' || i, timestamp '2026-01-01' + i % 17 * interval '1 hour' FROM generate_series(1, 400) i;
	INSERT INTO tags SELECT i, 'tag' || i, i % 4 > 0 FROM generate_series(1, 10) i;
	INSERT INTO product_tags SELECT p, t, p % 3 FROM generate_series(1, 40) p, generate_series(1, 10) t WHERE (p * t) % 3 = 0;
	INSERT INTO countries SELECT i, 'country ' || i FROM generate_series(1, 3) i;
	INSERT INTO cities SELECT i, 1 + i % 3, 'city ' || i FROM generate_series(1, 9) i;
	INSERT INTO addresses SELECT i, 1 + i % 9, i % 3 > 0 FROM generate_series(1, 30) i;
	INSERT INTO customers SELECT i, 1 + i % 30, i * 1.5, 'customer ' || i FROM generate_series(1, 100) i;`

const featuresYAML = `
tables:
  tags: {where: active}
projections:
  product:
    from: products
    key: ["product:{id}", "product:{lower(name)}:{id % 3}:{id}"]
    where: status <> 'archived' and category.visible and coalesce(sold, 0) >= 0
    joins:
      sold: {many: reviews, on: {product_id: id}, value: sum(rating)}
    columns: [id, name, price, gross]
    fields:
      on_sale: price < list_price
      label: "upper(left(name, 3)) || '-' || lpad(id::text, 5, '0')"
      tax: round(price * 0.19, 2)
      day: date_trunc('day', updated)
      color: attributes ->> 'color'
      kind: "case when price > 30 then 'dear' when price > 10 then 'fair' else 'cheap' end"
      chosen: category_id in (1, 2, 3) or name like '%7%'
      sold_twice: sold * 2
      category:
        one: categories
        columns: [id, name]
        fields:
          parent: {one: categories, on: {id: parent_id}, columns: [name], fields: {shout: upper(name)}}
      tags:
        many: tags
        through: {table: product_tags, on: {product_id: id}}
        order_by: through.position desc, lower(name)
        value: initcap(name)
      latest:
        many: reviews
        on: {product_id: id}
        where: approved and rating > 1
        order_by: rating % 3, created desc
        limit: 3
        columns: [id, rating]
        fields:
          author: {one: users, value: "coalesce(lower(email), 'nobody')"}
      ratings:
        many: reviews
        on: {product_id: id}
        where: approved
        fields:
          average: round(avg(rating), 2)
          best: max(rating)
          worst: min(rating)
          number: count(*)
          rated: count(rating)
          kinds: count(distinct rating)
          good: count(*) filter (where rating >= 4)
          last: max(created)
          all_good: bool_and(rating > 1)
          bodies: "string_agg(body, ', ' order by id)"
          users: "array_agg(distinct user_id order by user_id desc)"
      count_by_known:
        many: reviews
        on: {product_id: id}
        joins: {author: {one: users, on: {id: user_id}}}
        where: author.email is not null
        value: count(*)
      merged:
        many: reviews
        on: {product_id: id}
        inline: true
        fields: {first_review: min(created), reviewers: count(distinct user_id)}
  tag:
    from: tags
    key: "tag:{id}"
    columns: [id, name]
    fields:
      products:
        many: products
        through: {table: product_tags, on: {tag_id: id}}
        where: status = 'active'
        fields: {n: count(*), cheapest: min(price), names: max(name), sum: sum(price), avg: avg(list_price)}
  country:
    from: countries
    key: "country:{{{id}}}"
    as: hash
    columns: "*"
    fields:
      customers: {many: customers, on: {address_id: id}, through: [{table: cities, on: {country_id: id}}, {table: addresses, on: {city_id: id}}], value: count(*)}
      balance: {many: customers, on: {address_id: id}, through: [{table: cities, on: {country_id: id}}, {table: addresses, on: {city_id: id}}], where: "through.active", value: sum(balance)}
      richest: {many: customers, on: {address_id: id}, through: [{table: cities, on: {country_id: id}}, {table: addresses, on: {city_id: id}}], value: max(balance)}
      by_name: {many: cities, on: {country_id: id}, key_by: upper(name), fields: {id: id * 2}}
  user_by_email:
    from: users
    key: ["user:{id}", "user:email:{lower(email)}"]
    as: hash
    key_is_unique: true
    columns: "*"
    except: [password_hash]
    fields:
      reviews: {many: reviews, on: {user_id: id}, value: count(*)}
  name_of_user:
    from: users
    key: "username:{id}"
    as: text
    value: nullif(display_name, 'user 3')
  products_in_category:
    from: products
    where: status = 'active'
    key: "category:{category_id}:products"
    as: zset
    member: "{id}"
    score: price::float8
  colors:
    from: products
    key: "colors:{status}"
    as: set
    member: "{attributes ->> 'color'}"
  best_of_category:
    from: products
    joins: {category: categories}
    key: "best:{category.name}"
    as: zset
    member: "{attributes ->> 'color'}"
    score: weight
`

// featuresChanges are changes of every table, n of them different each time.
func featuresChanges(n int) []string {
	return []string{
		fmt.Sprintf(`UPDATE products SET price = price + %d, list_price = NULLIF(list_price, 5) WHERE id %% 7 = %d`, n, n%7),
		fmt.Sprintf(`UPDATE products SET status = (enum_range(NULL::state))[1 + (id + %d) %% 3] WHERE id %% 5 = %d`, n, n%5),
		fmt.Sprintf(`UPDATE products SET category_id = 1 + (id + %d) %% 8, weight = %d / 7.0, attributes = attributes || '{"color": "c%d"}' WHERE id %% 9 = %d`, n, n, n%4, n%9),
		fmt.Sprintf(`UPDATE categories SET visible = NOT visible, name = name || '%d' WHERE id = %d`, n, 1+n%8),
		fmt.Sprintf(`UPDATE reviews SET rating = NULLIF((rating + %d) %% 6, 0), approved = id %% %d > 0, product_id = 1 + (id * %d) %% 40 WHERE id %% 11 = %d`, n, 2+n%3, n, n%11),
		fmt.Sprintf(`DELETE FROM reviews WHERE id %% 23 = %d`, n%23),
		fmt.Sprintf(`INSERT INTO reviews SELECT 1000 * %d + i, 1 + (i * %d) %% 40, 1 + i %% 12, i %% 6, true, 'new ' || i, timestamp '2026-03-01' + i * interval '1 minute' FROM generate_series(1, 10) i`, n+1, n),
		fmt.Sprintf(`UPDATE users SET email = CASE WHEN email IS NULL THEN 'Again%d' || id || '@X' END, display_name = 'user ' || (id + %d) %% 5 WHERE id %% 4 = %d`, n, n, n%4),
		fmt.Sprintf(`UPDATE tags SET active = NOT active, name = name || 'x' WHERE id %% 4 = %d`, n%4),
		fmt.Sprintf(`DELETE FROM product_tags WHERE (product_id + tag_id) %% 9 = %d`, n%9),
		fmt.Sprintf(`INSERT INTO product_tags SELECT p, 1 + (p * %d) %% 10, p %% 4 FROM generate_series(1, 40, 3) p ON CONFLICT DO NOTHING`, n),
		fmt.Sprintf(`UPDATE customers SET balance = balance - %d.5, address_id = 1 + (id * %d) %% 31 WHERE id %% 6 = %d`, n, n, n%6),
		fmt.Sprintf(`UPDATE addresses SET active = NOT active, city_id = 1 + (id + %d) %% 10 WHERE id %% 5 = %d`, n, n%5),
		fmt.Sprintf(`UPDATE cities SET country_id = 1 + (id + %d) %% 3 WHERE id %% 4 = %d`, n, n%4),
		fmt.Sprintf(`DELETE FROM customers WHERE id %% 37 = %d`, n%37),
	}
}

func TestFeatures(t *testing.T) {
	t.Parallel()
	r := start(t, featuresSchema, featuresYAML)
	r.wantOracle(t)
	for n := range 12 {
		changes := featuresChanges(n)
		if n%3 == 2 { // all in one transaction
			changes = append(append([]string{"BEGIN"}, changes...), "COMMIT")
		}
		servertest.Exec(t, r.pg, changes...)
		if err := r.compare(t); err != nil {
			t.Fatalf("after changes %d: %v", n, err)
		}
	}
}
