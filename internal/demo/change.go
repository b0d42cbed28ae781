package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/jackc/pgx/v5"
)

// change is one transaction of the shop: what it does, in words, and where a
// reader sees it.
type change struct {
	kind      *kind
	text      string
	documents int // that show a renamed or moved row; 0 for a change of few documents
	witnesses []witness

	random    *rand.Rand
	held      []hold
	committed []func() // what is noted once it is committed
}

type hold struct {
	pool *pool
	id   int64
}

// kind is one sort of change.
type kind struct {
	name   string // in the plural
	weight int    // of 100
	wide   bool   // shows in many documents
	make   func(*traffic, context.Context, pgx.Tx, *change) error
}

var kinds = []*kind{
	{"price changes", 39, false, (*traffic).changePrice},
	{"reviews", 20, false, (*traffic).review},
	{"orders", 14, false, (*traffic).order},
	{"order states", 9, false, (*traffic).advanceOrder},
	{"products taken out or back", 3, false, (*traffic).offer},
	{"new products", 4, false, (*traffic).newProduct},
	{"deleted products", 3, false, (*traffic).deleteProduct},
	{"e-mail addresses", 4, false, (*traffic).changeEmail},
	{"renamed categories", 2, true, (*traffic).renameCategory},
	{"renamed tags", 1, true, (*traffic).renameTag},
	{"moved categories", 1, true, (*traffic).moveCategory},
}

// pickKind draws a kind of change, and a change of price instead of a wide one
// that may not be yet.
func pickKind(r *rand.Rand, wide bool) *kind {
	n := r.IntN(100)
	for _, k := range kinds {
		if n -= k.weight; n >= 0 {
			continue
		}
		if wide || !k.wide {
			return k
		}
		break
	}
	return kinds[0]
}

// errNothingFree means that the rows a change wants are all waited for.
var errNothingFree = errors.New("no row is free")

func (c *change) take(p *pool) (int64, error) {
	id, ok := p.take(c.random)
	if !ok {
		return 0, errNothingFree
	}
	c.held = append(c.held, hold{p, id})
	return id, nil
}

func (c *change) release() {
	for _, h := range c.held {
		h.pool.release(h.id)
	}
}

func (c *change) watch(want want, text string, where place) {
	c.witnesses = append(c.witnesses, witness{where, want, text})
}

func (c *change) say(format string, args ...any) { c.text = fmt.Sprintf(format, args...) }

func (t *traffic) changePrice(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.products)
	if err != nil {
		return err
	}
	p, err := offered(ctx, tx, id)
	if err != nil {
		return err
	}
	old := p.cents
	price := old*int64(80+c.random.IntN(45))/100 + 1
	if price == old {
		price++
	}
	c.say("product:%d  price %s -> %s", id, amount(old), amount(price))
	c.watch(contains, `"price":`+amount(price)+`,`, document("product:%d", id))
	c.watch(is, amount(price)+" EUR", document("price:%s", p.sku))
	if p.active && p.category != nil {
		c.watch(is, score(price), priceList(*p.category, id))
	}
	_, err = tx.Exec(ctx, "UPDATE products SET price = $2, updated_at = now() WHERE id = $1", id, money(price))
	return err
}

// offer is what of a product decides where it is shown.
type offer struct {
	sku      string
	category *int64
	cents    int64
	active   bool
}

func offered(ctx context.Context, tx pgx.Tx, id int64) (o offer, err error) {
	err = tx.QueryRow(ctx, "SELECT sku, category_id, (price * 100)::bigint, status = 'active' FROM products WHERE id = $1 FOR NO KEY UPDATE", id).
		Scan(&o.sku, &o.category, &o.cents, &o.active)
	return o, err
}

func (t *traffic) review(ctx context.Context, tx pgx.Tx, c *change) error {
	product, err := c.take(t.products)
	if err != nil {
		return err
	}
	rating, body := newReview(c.random)
	var id int64
	err = tx.QueryRow(ctx, "INSERT INTO reviews (product_id, user_id, rating, body) VALUES ($1, $2, $3, $4) RETURNING id",
		product, t.someUser(c.random), rating, body).Scan(&id)
	if err != nil {
		return err
	}
	var number int64
	var average string
	if err := tx.QueryRow(ctx, "SELECT count(*), round(avg(rating), 2)::text FROM reviews WHERE product_id = $1", product).Scan(&number, &average); err != nil {
		return err
	}
	c.say("product:%d  reviewed with %s: %s, now %s in %s", product, many(rating, "star", "stars"), quoted(body), average, many(number, "review", "reviews"))
	if rating > 1 {
		c.watch(contains, fmt.Sprintf(`"latest_reviews":[{"id":%d,`, id), document("product:%d", product))
	}
	c.watch(contains, fmt.Sprintf(`"ratings":{"number":%d,"average":%s,`, number, average), document("product:%d", product))
	return nil
}

func (t *traffic) order(ctx context.Context, tx pgx.Tx, c *change) error {
	user, err := c.take(t.users)
	if err != nil {
		return err
	}
	lines, total := 1+c.random.IntN(3), int64(0)
	var id int64
	if err := tx.QueryRow(ctx, "SELECT nextval(pg_get_serial_sequence('orders', 'id'))").Scan(&id); err != nil {
		return err
	}
	var batch pgx.Batch
	for number := 1; number <= lines; number++ {
		product, err := c.take(t.products)
		if err != nil {
			return err
		}
		var cents int64
		if err := tx.QueryRow(ctx, "SELECT (price * 100)::bigint FROM products WHERE id = $1", product).Scan(&cents); err != nil {
			return err
		}
		quantity := 1 + c.random.IntN(3)
		total += int64(quantity) * cents
		batch.Queue("INSERT INTO order_lines VALUES ($1, $2, $3, $4, $5)", id, number, product, quantity, money(cents))
	}
	to := newAddress(c.random)
	if _, err := tx.Exec(ctx, `INSERT INTO orders (id, user_id, status, ship_name, ship_street, ship_city, ship_country, total)
		VALUES ($1, $2, 'placed', $3, $4, $5, $6, $7)`, id, user, to.name, to.street, to.city, to.country, money(total)); err != nil {
		return err
	}
	c.say("order:%d  placed: %s, %s, to %s", id, many(lines, "line", "lines"), amount(total), to.city)
	c.watch(contains, `"total":`+amount(total), document("order:%d", id))
	c.watch(contains, fmt.Sprintf(`[{"id":%d,`, id), field("latest_orders", "user:%d", user))
	c.held = append(c.held, hold{t.orders, id})
	c.committed = append(c.committed, func() { t.orders.addHeld(id) })
	return tx.SendBatch(ctx, &batch).Close()
}

// nextState is how an order goes on.
var nextState = map[string]string{"placed": "paid", "paid": "shipped", "shipped": "delivered", "delivered": "returned", "returned": "paid"}

func (t *traffic) advanceOrder(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.orders)
	if err != nil {
		return err
	}
	var old string
	if err := tx.QueryRow(ctx, "SELECT status FROM orders WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&old); err != nil {
		return err
	}
	c.say("order:%d  %s -> %s", id, old, nextState[old])
	c.watch(contains, `"status":`+quoted(nextState[old]), document("order:%d", id))
	_, err = tx.Exec(ctx, "UPDATE orders SET status = $2 WHERE id = $1", id, nextState[old])
	return err
}

func (t *traffic) newProduct(ctx context.Context, tx pgx.Tx, c *change) error {
	var id int64
	if err := tx.QueryRow(ctx, "SELECT nextval(pg_get_serial_sequence('products', 'id'))").Scan(&id); err != nil {
		return err
	}
	p := newProduct(c.random, t.leaves)
	p.status = "active"
	var batch pgx.Batch
	batch.Queue(`INSERT INTO products (id, category_id, sku, name, description, price, list_price, status, attributes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, p.category, sku(id), p.name, p.description, money(p.cents), money(p.listCents), p.status, p.attributes)
	batch.Queue("INSERT INTO product_translations VALUES ($1, 'de', $2, $3), ($1, 'fr', $4, $5)", id, p.german, germanDetail, p.french, frenchDetail)
	for i, tag := range tagsOf(c.random, 2) {
		batch.Queue("INSERT INTO product_tags VALUES ($1, $2, $3)", id, tag, i+1)
	}
	c.say("product:%d  new: %s", id, p.name)
	c.watch(present, "", document("product:%d", id))
	c.watch(is, score(p.cents), priceList(p.category, id))
	c.held = append(c.held, hold{t.products, id})
	c.committed = append(c.committed, func() { t.products.addHeld(id) })
	return tx.SendBatch(ctx, &batch).Close()
}

func (t *traffic) deleteProduct(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.products)
	if err != nil {
		return err
	}
	p, err := offered(ctx, tx, id)
	if err != nil {
		return err
	}
	c.say("product:%d  deleted, its keys are gone", id)
	c.watchGone(id, p)
	c.committed = append(c.committed, func() { t.products.remove(id) })
	_, err = tx.Exec(ctx, "DELETE FROM products WHERE id = $1", id)
	return err
}

// watchGone waits for a product to leave everything that shows it.
func (c *change) watchGone(id int64, p offer) {
	c.watch(gone, "", document("product:%d", id))
	c.watch(gone, "", document("price:%s", p.sku))
	if p.category != nil {
		c.watch(gone, "", priceList(*p.category, id))
	}
}

// offer takes a product out of the range, or another one back into it.
func (t *traffic) offer(ctx context.Context, tx pgx.Tx, c *change) error {
	from, to, status := t.products, t.discontinued, "discontinued"
	if c.random.IntN(2) == 0 {
		from, to, status = to, from, "active"
	}
	id, err := c.take(from)
	if err != nil {
		return err
	}
	p, err := offered(ctx, tx, id)
	if err != nil {
		return err
	}
	if status == "active" {
		c.say("product:%d  is back", id)
		c.watch(contains, `"status":"active"`, document("product:%d", id))
		c.watch(is, amount(p.cents)+" EUR", document("price:%s", p.sku))
		if p.category != nil {
			c.watch(is, score(p.cents), priceList(*p.category, id))
		}
	} else {
		c.say("product:%d  discontinued, its keys are gone", id)
		c.watchGone(id, p)
	}
	c.held = append(c.held, hold{to, id})
	c.committed = append(c.committed, func() {
		to.addHeld(id)
		from.remove(id)
	})
	_, err = tx.Exec(ctx, "UPDATE products SET status = $2 WHERE id = $1", id, status)
	return err
}

// domains are what an address changes to.
var domains = []string{"example.com", "example.net", "example.org"}

func (t *traffic) changeEmail(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.users)
	if err != nil {
		return err
	}
	var old, name, domain string
	if err := tx.QueryRow(ctx, "SELECT email, split_part(email, '@', 1), split_part(email, '@', 2) FROM users WHERE id = $1 FOR UPDATE", id).
		Scan(&old, &name, &domain); err != nil {
		return err
	}
	address := name + "@" + otherThan(c.random, strings.ToLower(domain), domains)
	c.say("user:%d  now under the key user:email:%s", id, strings.ToLower(address))
	c.watch(is, address, field("email", "user:email:%s", strings.ToLower(address)))
	c.watch(gone, "", field("email", "user:email:%s", strings.ToLower(old)))
	c.watch(is, address, field("email", "user:%d", id))
	_, err = tx.Exec(ctx, "UPDATE users SET email = $2 WHERE id = $1", id, address)
	return err
}

// otherThan draws anything but what is there.
func otherThan[T comparable](r *rand.Rand, old T, from []T) T {
	for {
		if v := pick(r, from); v != old {
			return v
		}
	}
}
