package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// sampleSize is how many documents are compared at the end.
const sampleSize = 1000

// productsAsSQL is the projection product of the example, written by hand as a
// query: an answer that owes nothing to the code that makes the documents.
const productsAsSQL = `
SELECT 'product:' || p.id, json_build_object(
	'id', p.id, 'sku', p.sku, 'name', p.name, 'description', p.description,
	'price', p.price, 'list_price', p.list_price, 'status', p.status,
	'attributes', p.attributes, 'created_at', to_jsonb(p.created_at),
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
			'author', (SELECT display_name FROM users u WHERE u.id = r.user_id)) ORDER BY r.created_at DESC, r.id)
		FROM (SELECT * FROM reviews WHERE product_id = p.id ORDER BY created_at DESC, id LIMIT 5) r), '[]'),
	'names', coalesce((
		SELECT json_object_agg(locale, name) FROM product_translations WHERE product_id = p.id), '{}')
)::text
FROM (SELECT * FROM products ORDER BY random() LIMIT $1) p`

// checked is the outcome of a comparison.
type checked struct {
	compared   int
	difference string // the first one; "" if there is none
}

// check waits until everything committed is visible and compares documents.
// Nobody may write meanwhile.
func check(ctx context.Context, conn *pgx.Conn, client *redis.Client, s *service) (checked, error) {
	var lsn string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&lsn); err != nil {
		return checked{}, fmt.Errorf("ask for the position: %w", err)
	}
	if err := s.await(ctx, lsn); err != nil {
		return checked{}, err
	}
	return compare(ctx, conn, client)
}

func compare(ctx context.Context, conn *pgx.Conn, client *redis.Client) (checked, error) {
	if _, err := conn.Exec(ctx, "SET timezone = 'UTC'"); err != nil {
		return checked{}, fmt.Errorf("set time zone: %w", err)
	}
	var keys, want []string
	rows, err := conn.Query(ctx, productsAsSQL, sampleSize)
	if err == nil {
		var key, document string
		_, err = pgx.ForEachRow(rows, []any{&key, &document}, func() error {
			keys, want = append(keys, key), append(want, document)
			return nil
		})
	}
	if err != nil {
		return checked{}, fmt.Errorf("query products: %w", err)
	}
	if len(keys) == 0 {
		return checked{}, errors.New("query products: there are none")
	}
	got, err := client.MGet(ctx, keys...).Result()
	if err != nil {
		return checked{}, fmt.Errorf("read documents: %w", err)
	}
	out := checked{compared: len(keys)}
	for i, key := range keys {
		document, there := got[i].(string)
		if !there {
			document = "no document"
		}
		if !there || !sameJSON(want[i], document) {
			out.difference = fmt.Sprintf("%s\n  in Redis:    %s\n  SQL answers: %s", key, document, want[i])
			return out, nil
		}
	}
	return out, nil
}

// sameJSON compares values, numbers by every digit.
func sameJSON(a, b string) bool {
	left, leftErr := decoded(a)
	right, rightErr := decoded(b)
	return leftErr == nil && rightErr == nil && reflect.DeepEqual(left, right)
}

func decoded(text string) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}
