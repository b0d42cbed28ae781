package demo

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"materializer/internal/servers/servertest"
)

// testTime is now for shops that have to come out equal.
var testTime = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func filled(t *testing.T, rows int, seed uint64) (*pgx.Conn, []int64) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), servertest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	counts, err := fill(t.Context(), conn, newShop(rows, seed, testTime), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return conn, counts
}

func scalar[T any](t *testing.T, conn *pgx.Conn, sql string) T {
	t.Helper()
	var out T
	if err := conn.QueryRow(t.Context(), sql).Scan(&out); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return out
}

func TestFillHasTheRowsAskedFor(t *testing.T) {
	t.Parallel()
	conn, counts := filled(t, 5000, 1)
	var sum int64
	for _, n := range counts {
		sum += n
	}
	if sum < 5000 || sum > 5500 {
		t.Errorf("%d rows, want 5,000 and not many more", sum)
	}
	for sql, want := range map[string]bool{
		"SELECT count(DISTINCT slug) = count(*) AND count(*) FILTER (WHERE parent_id IS NULL) > 3 FROM categories":                                                   true,
		"SELECT bool_and(total = (SELECT sum(quantity * unit_price) FROM order_lines WHERE order_id = orders.id)) FROM orders":                                       true,
		"SELECT bool_and(price <= list_price) FROM products":                                                                                                         true,
		"SELECT bool_and(EXISTS (SELECT FROM product_tags WHERE product_id = products.id)) FROM products":                                                            true,
		"SELECT bool_and(locale IN ('de', 'fr')) AND count(*) = 2 * (SELECT count(*) FROM products) FROM product_translations":                                       true,
		"SELECT bool_or(created_at > '2026-03-01 12:00Z') FROM reviews":                                                                                              false,
		"SELECT bool_or(email ~ '[^A-Za-z0-9.@]') FROM users":                                                                                                        false,
		"SELECT bool_and(EXISTS (SELECT FROM categories p WHERE p.id = c.parent_id)) FROM categories c WHERE EXISTS (SELECT FROM products WHERE category_id = c.id)": true,
		"SELECT nextval(pg_get_serial_sequence('orders', 'id')) = max(id) + 1 FROM orders":                                                                           true,
	} {
		if got := scalar[bool](t, conn, sql); got != want {
			t.Errorf("%s: %v", sql, got)
		}
	}
}

func TestEqualSeedsGiveEqualShops(t *testing.T) {
	t.Parallel()
	const digest = `SELECT md5(string_agg(t, E'\n')) FROM (
		SELECT p::text t FROM (SELECT * FROM products ORDER BY id) p UNION ALL
		SELECT r::text FROM (SELECT * FROM reviews ORDER BY id) r UNION ALL
		SELECT u::text FROM (SELECT * FROM users ORDER BY id) u UNION ALL
		SELECT l::text FROM (SELECT * FROM order_lines ORDER BY order_id, line_no) l) all_rows`
	digests := map[uint64]string{}
	for _, seed := range []uint64{1, 1, 2} {
		conn, _ := filled(t, 1000, seed)
		got := scalar[string](t, conn, digest)
		if before, ok := digests[seed]; ok && before != got {
			t.Errorf("seed %d gave two shops", seed)
		}
		digests[seed] = got
	}
	if digests[1] == digests[2] {
		t.Error("two seeds gave one shop")
	}
}
