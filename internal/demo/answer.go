package demo

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// answer gives what a key holds as JSON, once Redis has answered. "" is nothing.
type answer func() string

func readDocument(ctx context.Context, from redis.Pipeliner, key string) answer {
	reply := from.Get(ctx, key)
	return func() string { return reply.Val() }
}

// readText reads a text that is no JSON itself.
func readText(ctx context.Context, from redis.Pipeliner, key string) answer {
	reply := from.Get(ctx, key)
	return func() string {
		if reply.Err() != nil {
			return ""
		}
		return quoted(reply.Val())
	}
}

// readHash reads an object: fields that hold lists and objects as these, others as texts.
func readHash(ctx context.Context, from redis.Pipeliner, key string) answer {
	reply := from.HGetAll(ctx, key)
	return func() string {
		fields := map[string]any{}
		for name, value := range reply.Val() {
			fields[name] = value
			if nested := json.RawMessage(value); json.Valid(nested) && (nested[0] == '{' || nested[0] == '[') {
				fields[name] = nested
			}
		}
		return encoded(fields, len(fields))
	}
}

// readScores reads an object of scores by member.
func readScores(ctx context.Context, from redis.Pipeliner, key string) answer {
	reply := from.ZRangeWithScores(ctx, key, 0, -1)
	return func() string {
		scores := map[string]json.RawMessage{}
		for _, member := range reply.Val() {
			scores[member.Member.(string)] = strconv.AppendFloat(nil, member.Score, 'f', -1, 64)
		}
		return encoded(scores, len(scores))
	}
}

// readSet reads a list of numbers in their order.
func readSet(ctx context.Context, from redis.Pipeliner, key string) answer {
	reply := from.SMembers(ctx, key)
	return func() string {
		var ids []int64
		for _, member := range reply.Val() {
			id, err := strconv.ParseInt(member, 10, 64)
			if err != nil {
				return quoted(member) // no list: it will differ
			}
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return encoded(ids, len(ids))
	}
}

// encoded is JSON, and "" for what is empty: Redis has no empty collections.
func encoded(value any, size int) string {
	if size == 0 {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic("demo: encode an answer: " + err.Error()) // all of it is valid
	}
	return string(text)
}
