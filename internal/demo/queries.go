package demo

// The projections of the example, written by hand as queries: answers that owe
// nothing to the code that makes the documents. Each draws some keys at random
// and gives with them what Redis should hold, as JSON.

const productsAsSQL = `
SELECT 'product:' || p.id, json_build_object(
	'id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
	'price', p.price, 'list_price', p.list_price, 'status', p.status,
	'attributes', p.attributes, 'created_at', to_jsonb(p.created_at),
	'on_sale', p.price < p.list_price,
	'discount', CASE WHEN p.price < p.list_price THEN round(100 - 100 * p.price / p.list_price) END,
	'colour', p.attributes ->> 'colour',
	'category', (
		SELECT json_build_object('id', c.id, 'slug', c.slug, 'name', c.name, 'parent', (
			SELECT json_build_object('id', above.id, 'slug', above.slug, 'name', above.name)
			FROM categories above WHERE above.id = c.parent_id))
		FROM categories c WHERE c.id = p.category_id),
	'tags', coalesce((
		SELECT json_agg(t.name ORDER BY pt.position, t.name COLLATE "C", t.id)
		FROM product_tags pt JOIN tags t ON t.id = pt.tag_id WHERE pt.product_id = p.id), '[]'),
	'latest_reviews', coalesce((
		SELECT json_agg(json_build_object('id', r.id, 'rating', r.rating, 'body', r.body, 'created_at', to_jsonb(r.created_at),
			'author', (SELECT coalesce(display_name, 'somebody') FROM users u WHERE u.id = r.user_id)) ORDER BY r.created_at DESC, r.id)
		FROM (SELECT * FROM reviews WHERE product_id = p.id AND rating > 1 ORDER BY created_at DESC, id LIMIT 5) r), '[]'),
	'ratings', (
		SELECT json_build_object('number', count(*), 'average', round(avg(rating), 2), 'worst', min(rating),
			'good', count(*) FILTER (WHERE rating >= 4))
		FROM reviews WHERE product_id = p.id),
	'names', coalesce((
		SELECT json_object_agg(locale, name) FROM product_translations WHERE product_id = p.id), '{}')
)::text
FROM (SELECT * FROM products WHERE status <> 'discontinued' ORDER BY random() LIMIT $1) p`

const pricesAsSQL = `
SELECT 'price:' || sku, to_json(to_char(price, 'FM999990.00') || ' EUR')::text
FROM products WHERE status <> 'discontinued' ORDER BY random() LIMIT $1`

const usersAsSQL = `
SELECT 'user:email:' || lower(u.email), json_build_object(
	'id', u.id::text, 'email', u.email, 'display_name', u.display_name, 'created_at', to_jsonb(u.created_at),
	'orders', (SELECT count(*)::text FROM orders WHERE user_id = u.id),
	'spent', (SELECT coalesce(sum(total), 0)::text FROM orders WHERE user_id = u.id AND status <> 'returned'),
	'latest_orders', coalesce((
		SELECT json_agg(json_build_object('id', o.id, 'status', o.status, 'placed_at', to_jsonb(o.placed_at), 'total', o.total)
			ORDER BY o.placed_at DESC, o.id)
		FROM (SELECT * FROM orders WHERE user_id = u.id ORDER BY placed_at DESC, id LIMIT 10) o), '[]')
)::text
FROM (SELECT * FROM users ORDER BY random() LIMIT $1) u`

const categoriesAsSQL = `
SELECT 'category:' || c.id, json_build_object(
	'id', c.id, 'slug', c.slug, 'name', c.name, 'position', c.position,
	'parent', (
		SELECT json_build_object('id', above.id, 'slug', above.slug, 'name', above.name)
		FROM categories above WHERE above.id = c.parent_id),
	'children', coalesce((
		SELECT json_agg(json_build_object('id', below.id, 'slug', below.slug, 'name', below.name)
			ORDER BY below.position, below.name COLLATE "C", below.id)
		FROM categories below WHERE below.parent_id = c.id), '[]'),
	'products', (
		SELECT json_build_object('number', count(*), 'cheapest', min(price), 'dearest', max(price))
		FROM products WHERE category_id = c.id AND status = 'active'),
	'average_rating', (
		SELECT round(avg(r.rating), 2) FROM reviews r JOIN products p ON p.id = r.product_id WHERE p.category_id = c.id)
)::text
FROM (SELECT * FROM categories ORDER BY random() LIMIT $1) c`

const priceListsAsSQL = `
SELECT 'category:' || category_id || ':products', json_object_agg(id, price::float8)::text
FROM products WHERE status = 'active' AND category_id IN (SELECT id FROM categories ORDER BY random() LIMIT $1)
GROUP BY category_id`

const taggedAsSQL = `
SELECT 'tagged:' || t.name, json_agg(p.id ORDER BY p.id)::text
FROM (SELECT * FROM tags ORDER BY random() LIMIT $1) t
JOIN product_tags pt ON pt.tag_id = t.id JOIN products p ON p.id = pt.product_id
WHERE p.status = 'active' GROUP BY t.id, t.name`
