package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

// exhibits are the rows whose documents are shown.
type exhibits struct {
	product, category int64
	sku, tag          string
	order, user       int64
	address           string
}

// choose finds a product on sale in the shop and an order.
func choose(ctx context.Context, conn *pgx.Conn) (e exhibits, err error) {
	err = conn.QueryRow(ctx, `
		SELECT p.id, p.category_id, p.sku, t.name
		FROM products p JOIN product_tags pt ON pt.product_id = p.id JOIN tags t ON t.id = pt.tag_id
		WHERE p.status = 'active' AND pt.position = 1 ORDER BY abs(p.id - 42), p.id LIMIT 1`).Scan(&e.product, &e.category, &e.sku, &e.tag)
	if err != nil {
		return e, fmt.Errorf("find a product: %w", err)
	}
	err = conn.QueryRow(ctx, `
		SELECT o.id, u.id, u.email FROM orders o JOIN users u ON u.id = o.user_id
		WHERE o.status <> 'returned' ORDER BY abs(o.id - 1001), o.id LIMIT 1`).Scan(&e.order, &e.user, &e.address)
	if err != nil {
		return e, fmt.Errorf("find an order: %w", err)
	}
	return e, nil
}

func (e exhibits) productKey() string { return fmt.Sprintf("product:%d", e.product) }
func (e exhibits) priceKey() string   { return "price:" + e.sku }
func (e exhibits) orderKey() string   { return fmt.Sprintf("order:%d", e.order) }
func (e exhibits) listKey() string    { return fmt.Sprintf("category:%d:products", e.category) }
func (e exhibits) setKey() string     { return "tagged:" + e.tag }
func (e exhibits) userKey() string    { return emailKey(e.address) }

func emailKey(address string) string { return "user:email:" + strings.ToLower(address) }

// showDocuments prints one of each shape.
func (d *demo) showDocuments(ctx context.Context, e exhibits) error {
	d.screen.say("\nWhat applications read now, one of each shape (long lines are cut):")
	for _, show := range []func(context.Context, exhibits) error{d.showJSON, d.showText, d.showHash, d.showSorted, d.showSet} {
		if err := show(ctx, e); err != nil {
			return fmt.Errorf("show a document: %w", err)
		}
	}
	return nil
}

// display prints a command and its answer.
func (d *demo) display(command string, lines ...string) {
	d.screen.say("\n  %s", command)
	for _, line := range lines {
		d.screen.say("  %s", cut(line, min(d.screen.width(), plainWidth)-2))
	}
}

func (d *demo) showJSON(ctx context.Context, e exhibits) error {
	for _, key := range []string{e.productKey(), e.orderKey()} {
		document, err := d.client.Get(ctx, key).Bytes()
		if err != nil {
			return err
		}
		lines, err := outline(document, min(d.screen.width(), plainWidth)-2)
		if err != nil {
			return err
		}
		d.display("GET "+key, lines...)
	}
	return nil
}

func (d *demo) showText(ctx context.Context, e exhibits) error {
	text, err := d.client.Get(ctx, e.priceKey()).Result()
	d.display("GET "+e.priceKey(), "  "+text)
	return err
}

func (d *demo) showHash(ctx context.Context, e exhibits) error {
	hash := ask("hgetall", e.userKey())
	fields, err := contentOf(ctx, d.client, hash)
	var lines []string
	for _, field := range fields {
		lines = append(lines, fmt.Sprintf("  %-14s %s", field.name, field.text))
	}
	d.display(hash.String(), lines...)
	return err
}

// shownMembers is how many members are shown of a collection.
const shownMembers = 3

func (d *demo) showSorted(ctx context.Context, e exhibits) error {
	members, err := d.client.ZRangeWithScores(ctx, e.listKey(), 0, shownMembers-1).Result()
	var lines []string
	for _, member := range members {
		lines = append(lines, fmt.Sprintf("  %-14v %s", member.Member, strconv.FormatFloat(member.Score, 'f', -1, 64)))
	}
	d.display(fmt.Sprintf("ZRANGE %s 0 %d WITHSCORES", e.listKey(), shownMembers-1), lines...)
	return err
}

func (d *demo) showSet(ctx context.Context, e exhibits) error {
	members, err := d.client.SMembers(ctx, e.setKey()).Result()
	d.display("SMEMBERS "+shellQuoted(e.setKey()), fmt.Sprintf("  %s: %s", many(len(members), "member", "members"), strings.Join(members, " ")))
	return err
}

// shellQuoted is a key as it is typed.
func shellQuoted(key string) string {
	if strings.Contains(key, " ") {
		return strconv.Quote(key)
	}
	return key
}
