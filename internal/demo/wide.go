package demo

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The changes here show in many documents.

func (t *traffic) renameCategory(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.categories)
	if err != nil {
		return err
	}
	var slug, old string
	if err := tx.QueryRow(ctx, "SELECT slug, name FROM categories WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&slug, &old); err != nil {
		return err
	}
	base := t.categoryNames[id]
	name := otherThan(c.random, old, []string{base, "New: " + base, base + " and more"})
	c.watch(contains, `"name":`+quoted(name), document("category:%d", id))
	was := fmt.Sprintf(`{"id":%d,"slug":%s,"name":%s`, id, quoted(slug), quoted(old))
	if err := c.watchAll(ctx, tx, was, `
		SELECT 'product:' || id FROM products
		WHERE status <> 'discontinued' AND (category_id = $1 OR category_id IN (SELECT id FROM categories WHERE parent_id = $1))
		UNION ALL
		SELECT 'category:' || id FROM categories
		WHERE parent_id = $1 OR id = (SELECT parent_id FROM categories WHERE id = $1)`, id); err != nil {
		return err
	}
	c.say("category:%d  %s -> %s, shown by %s", id, quoted(old), quoted(name), many(c.documents, "document", "documents"))
	_, err = tx.Exec(ctx, "UPDATE categories SET name = $2 WHERE id = $1", id, name)
	return err
}

func (t *traffic) renameTag(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.tags)
	if err != nil {
		return err
	}
	var old string
	if err := tx.QueryRow(ctx, "SELECT name FROM tags WHERE id = $1 FOR UPDATE", id).Scan(&old); err != nil {
		return err
	}
	base := t.tagNames[id]
	name := otherThan(c.random, old, []string{base, "our " + base, base + "!"})
	if err := c.watchAll(ctx, tx, quoted(old), `
		SELECT 'product:' || product_id FROM product_tags JOIN products ON products.id = product_id
		WHERE tag_id = $1 AND status <> 'discontinued'`, id); err != nil {
		return err
	}
	c.watch(gone, "", tagged(old))
	c.say("tag %d  %s -> %s, shown by %s", id, quoted(old), quoted(name), many(c.documents, "document", "documents"))
	_, err = tx.Exec(ctx, "UPDATE tags SET name = $2 WHERE id = $1", id, name)
	return err
}

func (t *traffic) moveCategory(ctx context.Context, tx pgx.Tx, c *change) error {
	id, err := c.take(t.movable)
	if err != nil {
		return err
	}
	var old *int64
	if err := tx.QueryRow(ctx, "SELECT parent_id FROM categories WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&old); err != nil {
		return err
	}
	if old == nil {
		old = new(int64) // somebody has deleted its parent
	}
	parent := otherThan(c.random, *old, t.parents)
	c.watch(contains, fmt.Sprintf(`"parent":{"id":%d,`, parent), document("category:%d", id))
	c.watch(contains, fmt.Sprintf(`{"id":%d,`, id), document("category:%d", parent))
	if *old != 0 {
		c.watch(lacks, fmt.Sprintf(`{"id":%d,`, id), document("category:%d", *old))
	}
	if err := c.watchAll(ctx, tx, fmt.Sprintf(`"parent":{"id":%d,`, *old),
		"SELECT 'product:' || id FROM products WHERE category_id = $1 AND status <> 'discontinued'", id); err != nil {
		return err
	}
	c.say("category:%d  moved below category:%d, shown by %s", id, parent, many(c.documents, "document", "documents"))
	_, err = tx.Exec(ctx, "UPDATE categories SET parent_id = $2 WHERE id = $1", id, parent)
	return err
}

// watchAll waits for the text to leave every document that the query names.
func (c *change) watchAll(ctx context.Context, tx pgx.Tx, text, sql string, args ...any) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, key := range keys {
		c.watch(lacks, text, place{command: "get", key: key})
	}
	c.documents = len(c.witnesses)
	return err
}
