package demo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// place is where a reader looks in Redis: a key, or a part of what is under it.
type place struct {
	command string // get, hget, zscore, sismember or scard
	key     string
	part    string // the field or the member
}

func document(format string, args ...any) place {
	return place{"get", fmt.Sprintf(format, args...), ""}
}

func field(name, format string, args ...any) place {
	return place{"hget", fmt.Sprintf(format, args...), name}
}

// priceList is a product's place in the sorted set of its category.
func priceList(category, product int64) place {
	return place{"zscore", fmt.Sprintf("category:%d:products", category), strconv.FormatInt(product, 10)}
}

func tagged(tag string) place { return place{"scard", "tagged:" + tag, ""} }

func (p place) args() []any {
	args := []any{p.command, p.key}
	if p.command == "get" || p.command == "scard" {
		return args
	}
	return append(args, p.part)
}

// look reads many places in one question: documents with one command, the
// others with one each. nil is nothing. Numbers are in their shortest form,
// since versions of Redis write them differently.
func look(ctx context.Context, client *redis.Client, places []place) ([][]byte, error) {
	pipeline := client.Pipeline()
	parts := make([]*redis.Cmd, len(places))
	var keys []string
	for i, p := range places {
		if p.command == "get" {
			keys = append(keys, p.key)
		} else {
			parts[i] = pipeline.Do(ctx, p.args()...)
		}
	}
	var documents *redis.SliceCmd
	if len(keys) > 0 {
		documents = pipeline.MGet(ctx, keys...)
	}
	if _, err := pipeline.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	held := make([][]byte, len(places))
	next := 0
	for i, part := range parts {
		if part == nil {
			held[i] = text(documents.Val()[next])
			next++
			continue
		}
		if err := part.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return nil, err
		}
		held[i] = text(part.Val())
		if places[i].command == "zscore" && held[i] != nil {
			held[i] = shortest(held[i])
		}
	}
	return held, nil
}

// text is an answer of Redis: nil where there is nothing, also where nothing is counted.
func text(answer any) []byte {
	switch v := answer.(type) {
	case string:
		return []byte(v)
	case int64:
		if v != 0 {
			return strconv.AppendInt(nil, v, 10)
		}
	}
	return nil
}

func shortest(number []byte) []byte {
	f, err := strconv.ParseFloat(string(number), 64)
	if err != nil {
		return number
	}
	return strconv.AppendFloat(nil, f, 'f', -1, 64)
}

// score is how shortest writes an amount.
func score(cents int64) string { return string(shortest([]byte(amount(cents)))) }
