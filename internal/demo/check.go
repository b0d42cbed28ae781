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

// comparison is one projection of the example, and a sample of it.
type comparison struct {
	one, more string
	query     string
	sample    int
	read      func(context.Context, redis.Pipeliner, string) answer
}

// comparisons have every shape that the example has.
var comparisons = []comparison{
	{"product", "products", productsAsSQL, 1000, readDocument},
	{"price", "prices", pricesAsSQL, 1000, readText},
	{"user", "users", usersAsSQL, 1000, readHash},
	{"category", "categories", categoriesAsSQL, 100, readDocument},
	{"price list", "price lists", priceListsAsSQL, 20, readScores},
	{"set of a tag", "sets of tags", taggedAsSQL, 10, readSet},
}

// checked is the outcome of all comparisons.
type checked struct {
	compared   []string // how many of what
	difference string   // the first one; "" if there is none
}

// check waits until everything committed is visible and compares what Redis
// holds with PostgreSQL's answers. Nobody may write meanwhile.
func check(ctx context.Context, conn *pgx.Conn, client *redis.Client, s *service) (checked, error) {
	if err := s.awaitCommitted(ctx, conn); err != nil {
		return checked{}, err
	}
	return compareAll(ctx, conn, client)
}

func compareAll(ctx context.Context, conn *pgx.Conn, client *redis.Client) (checked, error) {
	if _, err := conn.Exec(ctx, "SET timezone = 'UTC'"); err != nil {
		return checked{}, fmt.Errorf("set time zone: %w", err)
	}
	var out checked
	for _, c := range comparisons {
		compared, difference, err := c.compare(ctx, conn, client)
		if err != nil || difference != "" {
			out.difference = difference
			return out, err
		}
		if compared > 0 {
			out.compared = append(out.compared, many(compared, c.one, c.more))
		}
	}
	return out, nil
}

// compare tells how many keys were compared, and the first difference.
func (c comparison) compare(ctx context.Context, conn *pgx.Conn, client *redis.Client) (compared int, difference string, err error) {
	keys, want, err := c.wanted(ctx, conn)
	if err != nil {
		return 0, "", err
	}
	pipeline := client.Pipeline()
	answers := make([]answer, len(keys))
	for i, key := range keys {
		answers[i] = c.read(ctx, pipeline, key)
	}
	if len(keys) > 0 {
		if _, err := pipeline.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
			return 0, "", fmt.Errorf("read %s from Redis: %w", c.more, err)
		}
	}
	for i, key := range keys {
		got := answers[i]()
		if got == "" {
			got = "nothing"
		}
		if !sameJSON(want[i], got) {
			return 0, fmt.Sprintf("%s\n  in Redis:    %s\n  SQL answers: %s", key, got, want[i]), nil
		}
	}
	return len(keys), "", nil
}

// wanted is what PostgreSQL answers.
func (c comparison) wanted(ctx context.Context, conn *pgx.Conn) (keys, values []string, err error) {
	rows, err := conn.Query(ctx, c.query, c.sample)
	if err == nil {
		var key, value string
		_, err = pgx.ForEachRow(rows, []any{&key, &value}, func() error {
			keys, values = append(keys, key), append(values, value)
			return nil
		})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("query %s: %w", c.more, err)
	}
	return keys, values, nil
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
