package writer

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Value is what Redis holds under a key.
type Value struct {
	Type    string // string, hash, set, zset, or that of something foreign; "none": there is no such key
	Text    []byte
	Fields  []Field  // of a hash, in Redis' order
	Members []Member // by score, then by name
}

// Field is one field of a hash.
type Field struct{ Name, Value []byte }

// Member is one member of a set or sorted set.
type Member struct {
	Name  []byte
	Score float64 // 0 in a set
}

// memberCount is how many members one command reads.
const memberCount = 512

// Value reads what is under a key, whatever it is.
func (r *Redis) Value(ctx context.Context, key []byte) (Value, error) {
	types, err := r.Types(ctx, [][]byte{key})
	if err != nil {
		return Value{}, err
	}
	v := Value{Type: types[0]}
	switch v.Type {
	case "string":
		v.Text, err = r.Get(ctx, key)
	case "hash":
		v.Fields, err = r.Fields(ctx, key)
	case "set", "zset":
		err = r.Members(ctx, key, func(members []Member) error {
			v.Members = append(v.Members, members...)
			return nil
		})
		v.sort()
	}
	return v, err
}

// sort puts the members in the order of a sorted set, each once.
func (v *Value) sort() {
	slices.SortFunc(v.Members, func(a, b Member) int {
		return cmp.Or(cmp.Compare(a.Score, b.Score), bytes.Compare(a.Name, b.Name))
	})
	v.Members = slices.CompactFunc(v.Members, func(a, b Member) bool { return bytes.Equal(a.Name, b.Name) })
}

// Get reads one string. It is nil if there is no such key.
func (r *Redis) Get(ctx context.Context, key []byte) ([]byte, error) {
	value, err := r.reader.Get(ctx, string(key)).Bytes()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, newError("read from Redis", err)
	}
	return value, nil
}

// Types tells the types of many keys, some at a time, as Value does.
func (r *Redis) Types(ctx context.Context, keys [][]byte) ([]string, error) {
	types := make([]string, 0, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), readKeys)
		pipeline := r.reader.Pipeline()
		answers := make([]*redis.StatusCmd, n)
		for i := range answers {
			answers[i] = pipeline.Type(ctx, string(keys[i]))
		}
		if _, err := pipeline.Exec(ctx); err != nil {
			return nil, newError("read from Redis", err)
		}
		for _, answer := range answers {
			types = append(types, answer.Val())
		}
		keys = keys[n:]
	}
	return types, nil
}

// Fields reads a hash. It has none if there is no such key.
func (r *Redis) Fields(ctx context.Context, key []byte) ([]Field, error) {
	reply, err := r.reader.Do(ctx, "hgetall", key).Slice()
	if err != nil {
		return nil, newError("read from Redis", err)
	}
	fields := make([]Field, 0, len(reply)/2)
	for i := 0; i+1 < len(reply); i += 2 {
		fields = append(fields, Field{bytesOf(reply[i]), bytesOf(reply[i+1])})
	}
	return fields, nil
}

// Members calls fn with the members of a set or sorted set, some at a time. A
// member there from beginning to end is seen, perhaps more than once.
func (r *Redis) Members(ctx context.Context, key []byte, fn func(members []Member) error) error {
	types, err := r.Types(ctx, [][]byte{key})
	if err != nil {
		return err
	}
	scan, step := r.reader.SScan, 1
	switch types[0] {
	case "set":
	case "zset":
		scan, step = r.reader.ZScan, 2
	default:
		return nil
	}
	var cursor uint64
	for {
		reply, next, err := scan(ctx, string(key), cursor, "", memberCount).Result()
		if err != nil {
			return newError("read from Redis", err)
		}
		members := make([]Member, len(reply)/step)
		for i := range members {
			members[i].Name = []byte(reply[i*step])
			if step == 1 {
				continue
			}
			if members[i].Score, err = strconv.ParseFloat(reply[i*step+1], 64); err != nil {
				return newError("read from Redis", fmt.Errorf("score: %w", err))
			}
		}
		if err := fn(members); err != nil || next == 0 {
			return err
		}
		cursor = next
	}
}
