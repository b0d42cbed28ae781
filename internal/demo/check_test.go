package demo

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// write puts into Redis what SQL answers, in the shape that is read.
func (c comparison) write(t *testing.T, conn *pgx.Conn, client *redis.Client) (key string) {
	t.Helper()
	keys, values, err := c.wanted(t.Context(), conn)
	if err != nil || len(keys) == 0 {
		t.Fatalf("%d %s, %v", len(keys), c.more, err)
	}
	for i, key := range keys {
		switch c.one {
		case "user":
			var fields map[string]any
			decode(t, values[i], &fields)
			for name, value := range fields {
				text, plain := value.(string)
				if !plain {
					text = encoded(value, 1)
				}
				command(t, client, "hset", key, name, text)
			}
		case "price list":
			var scores map[string]json.Number
			decode(t, values[i], &scores)
			for member, score := range scores {
				command(t, client, "zadd", key, score.String(), member)
			}
		case "set of a tag":
			var ids []int64
			decode(t, values[i], &ids)
			for _, id := range ids {
				command(t, client, "sadd", key, id)
			}
		case "price":
			var text string
			decode(t, values[i], &text)
			set(t, client, key, text)
		default:
			set(t, client, key, values[i])
		}
	}
	return keys[0]
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func command(t *testing.T, client *redis.Client, args ...any) {
	t.Helper()
	if err := client.Do(t.Context(), args...).Err(); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
}

func TestCompareFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	conn, _ := filled(t, 500, 1)
	client := redisClient(t)
	if _, err := conn.Exec(t.Context(), "SET timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	// One wrong thing of each shape.
	spoil := map[string]func(key string) []any{
		"product":      func(key string) []any { return []any{"set", key, "{}"} },
		"price":        func(key string) []any { return []any{"set", key, "0.00 EUR"} },
		"user":         func(key string) []any { return []any{"hset", key, "spent", "1"} },
		"category":     func(key string) []any { return []any{"del", key} },
		"price list":   func(key string) []any { return []any{"zadd", key, "0.5", "1000000"} },
		"set of a tag": func(key string) []any { return []any{"sadd", key, "1000000"} },
	}
	for _, c := range comparisons {
		// All that there is, so that the one thing spoilt is among what is drawn.
		c.sample = 1000
		key := c.write(t, conn, client)
		compared, difference, err := c.compare(t.Context(), conn, client)
		if err != nil || difference != "" || compared == 0 {
			t.Errorf("%d %s compared: %s, %v", compared, c.more, difference, err)
		}
		command(t, client, spoil[c.one](key)...)
		if _, difference, err := c.compare(t.Context(), conn, client); err != nil || !strings.HasPrefix(difference, key+"\n") {
			t.Errorf("%s is spoilt: %q, %v", key, difference, err)
		}
	}
	if got, err := compareAll(t.Context(), conn, client); err != nil || got.difference == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSameJSONLooksAtEveryDigit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1.50,"b":[1]}`, `{"b": [1], "a": 1.50}`, true},
		{`{"a":1.50}`, `{"a":1.5}`, false},
		{`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`nothing`, `nothing`, false},
	} {
		if got := sameJSON(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
