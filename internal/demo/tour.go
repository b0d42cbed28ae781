package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// stop is one change of the tour, and where it shows.
type stop struct {
	sql    string
	probes []probe
}

// probe is a question to Redis.
type probe struct{ args []any }

func ask(args ...any) probe { return probe{args} }

// String is the question as it is typed.
func (p probe) String() string {
	words := []string{strings.ToUpper(fmt.Sprint(p.args[0]))}
	for _, arg := range p.args[1:] {
		words = append(words, shellQuoted(fmt.Sprint(arg)))
	}
	return strings.Join(words, " ")
}

// tour makes a few changes one by one, and shows what each leads to.
func (d *demo) tour(ctx context.Context, e exhibits) error {
	d.screen.say("\nA few changes, one by one, and what they change in Redis:")
	for _, s := range e.stops() {
		if err := d.visit(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// stops visit every shape.
func (e exhibits) stops() []stop {
	product, list, set := ask("get", e.productKey()), ask("zscore", e.listKey(), e.product), ask("sismember", e.setKey(), e.product)
	at := strings.LastIndexByte(e.address, '@')
	moved := e.address[:at] + "@Example.Org"
	return []stop{
		{fmt.Sprintf("UPDATE products SET price = round(price * 0.75, 2) WHERE id = %d", e.product),
			[]probe{product, ask("get", e.priceKey()), list}},
		{fmt.Sprintf("INSERT INTO reviews (product_id, user_id, rating, body) VALUES (%d, %d, 5, 'Holds tea.')", e.product, e.user),
			[]probe{product}},
		{fmt.Sprintf("UPDATE orders SET status = 'returned' WHERE id = %d", e.order),
			[]probe{ask("get", e.orderKey()), ask("hgetall", e.userKey())}},
		{fmt.Sprintf("UPDATE users SET email = '%s' WHERE id = %d", moved, e.user),
			[]probe{ask("hget", e.userKey(), "email"), ask("hget", emailKey(moved), "email")}},
		{fmt.Sprintf("UPDATE products SET status = 'discontinued' WHERE id = %d", e.product),
			[]probe{product, ask("get", e.priceKey()), list, set, ask("get", fmt.Sprintf("category:%d", e.category))}},
		{fmt.Sprintf("UPDATE products SET status = 'active' WHERE id = %d", e.product),
			[]probe{product, ask("get", e.priceKey()), list, set, ask("get", fmt.Sprintf("category:%d", e.category))}},
	}
}

// visit makes the change and waits until it is visible.
func (d *demo) visit(ctx context.Context, s stop) error {
	before, err := contentsOf(ctx, d.client, s.probes)
	if err != nil {
		return err
	}
	if _, err := d.conn.Exec(ctx, s.sql); err != nil {
		return fmt.Errorf("change the shop: %w", err)
	}
	if err := d.service.awaitCommitted(ctx, d.conn); err != nil {
		return err
	}
	after, err := contentsOf(ctx, d.client, s.probes)
	if err != nil {
		return err
	}
	width := min(d.screen.width(), plainWidth) - 4
	d.screen.say("\n  %s", s.sql)
	for i, p := range s.probes {
		changed := differences(before[i], after[i])
		if len(changed) == 0 {
			return errors.New("the change does not show under " + p.String())
		}
		d.screen.say("    %s", p)
		for _, line := range changed {
			d.screen.say("      %s", cut(line, width-2))
		}
	}
	return nil
}

func contentsOf(ctx context.Context, client *redis.Client, probes []probe) ([]content, error) {
	var all []content
	for _, p := range probes {
		c, err := contentOf(ctx, client, p)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
