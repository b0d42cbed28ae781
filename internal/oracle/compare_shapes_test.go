package oracle

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

// shaped is a projection of each shape but JSON over the same rows.
const shaped = `
projections:
  hash: {from: item, key: "h:{id}", as: hash, columns: [id, name, tree, price]}
  text: {from: item, key: "t:{id}", as: text, value: name}
  set: {from: item, key: "s:{kind}", as: set, member: "{coalesce(name, 'none')}"}
  scores: {from: item, key: "z:{kind}", as: zset, member: "{kind % 2}", score: price}
`

var items = []string{
	"CREATE TABLE item (id int PRIMARY KEY, kind int, name text, tree jsonb, price float8)",
	`INSERT INTO item VALUES (1, 1, '', '{"b": 1, "a": 1.0}', 1.5), (2, 1, 'x', '"x"', '-0'), (3, 2, NULL, NULL, 'NaN'), (4, 3, 'x', 'null', 'Infinity')`,
}

// fillItems puts the right values into Redis.
const fillItems = `
	HSET h:1 id 1 name "" tree {"a":1.0,"b":1} price 1.5
	HSET h:2 id 2 name x tree "x" price -0
	HSET h:3 id 3 price NaN
	HSET h:4 id 4 name x tree null price Infinity
	SET t:1 ""
	SET t:2 x
	SET t:4 x
	SADD s:1 "" x
	SADD s:2 none
	SADD s:3 x
	ZADD z:1 1.5 1
	ZADD z:3 inf 1`

func TestCompareShapes(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, items...)
	for _, test := range []struct {
		name, change string // commands, a line each
		want         []string
	}{
		{"nothing", "", nil},
		{"hash missing", "DEL h:1", []string{"missing h:1"}},
		{"hash of another type", "SET h:1 x", []string{"malformed h:1"}},
		{"field missing", "HDEL h:2 name", []string{"different h:2 name"}},
		{"empty field missing", "HDEL h:1 name", []string{"different h:1 name"}},
		{"field of NULL", "HSET h:3 name null", []string{"different h:3 name"}},
		{"extra field", "HSET h:1 more 1", []string{"different h:1 more"}},
		{"digits of a field", `HSET h:1 tree {"a":1,"b":1}`, []string{"different h:1 tree"}},
		{"field without quotes", "HSET h:2 tree x", []string{"different h:2 tree"}},
		{"field with quotes", `HSET h:2 name "x"`, []string{"different h:2 name"}},
		{"extra hash", "HSET h:9 id 9", []string{"extra h:9"}},
		{"text", "SET t:1 x", []string{"different t:1"}},
		{"text missing", "DEL t:2", []string{"missing t:2"}},
		{"text of NULL", "SET t:3 null", []string{"extra t:3"}},
		{"text of another type", "DEL t:2|SADD t:2 x", []string{"malformed t:2"}},
		{"member missing", "SREM s:1 x", []string{"different s:1"}},
		{"empty member missing", `SREM s:1 ""`, []string{"different s:1"}},
		{"extra member", "SADD s:3 y", []string{"different s:3"}},
		{"set missing", "DEL s:2", []string{"missing s:2"}},
		{"extra set", "SADD s:4 x", []string{"extra s:4"}},
		{"set of another type", "SET s:1 x", []string{"malformed s:1"}},
		{"score", "ZADD z:1 1 1", []string{"different z:1"}},
		{"score of infinity", "ZADD z:3 1e308 1", []string{"different z:3"}},
		{"member of NaN", "ZADD z:2 0 0", []string{"extra z:2"}},
		{"extra scored member", "ZADD z:1 5 2", []string{"different z:1"}},
		{"sorted set of another type", "SET z:1 x", []string{"malformed z:1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			redisURL := servertest.Redis(t)
			run(t, redisURL, fillItems)
			run(t, redisURL, strings.ReplaceAll(test.change, "|", "\n"))
			found, err := Compare(t.Context(), url, redisURL, compile(t, open(t, url), shaped))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := brief(found), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, found)
			}
			if found.Compared != 12 {
				t.Errorf("compared %d, want 12", found.Compared)
			}
		})
	}
}

// run executes commands of Redis; a lone "" is the empty text.
func run(t *testing.T, redisURL, commands string) {
	t.Helper()
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	for _, line := range strings.Split(commands, "\n") {
		var words []any
		for _, word := range strings.Fields(line) {
			if word == `""` {
				word = ""
			}
			words = append(words, word)
		}
		if len(words) == 0 {
			continue
		}
		if err := client.Do(t.Context(), words...).Err(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
}
