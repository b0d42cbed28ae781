package writer

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// keyTypes is what Redis holds under the keys of collections, and of what is
// dropped, by TYPE's words. nil where a part has neither.
type keyTypes map[string]string

const noType = "none"

// fits tells whether a member can be put under its key.
func (t keyTypes) fits(c *Command) bool {
	is := t[string(c.Key)]
	return is == noType || is == c.collection()
}

// collects tells whether there is a set or sorted set.
func (t keyTypes) collects(key []byte) bool {
	is := t[string(key)]
	return is == "set" || is == "zset"
}

// after notes what commands of one kind make of their keys. A collection that
// a removal empties stays what it was here, which nothing depends on.
func (t keyTypes) after(kind Kind, group []Command) {
	if len(t) == 0 || kind == Remove {
		return
	}
	for i := range group {
		key := group[i].Key
		if _, asked := t[string(key)]; !asked {
			continue
		}
		switch kind {
		case String:
			t[string(key)] = "string"
		case Hash:
			t[string(key)] = "hash"
		case Delete:
			t[string(key)] = noType
		case Drop:
			if !t.collects(key) {
				t[string(key)] = noType
			}
		case Add, Score:
			t[string(key)] = group[i].collection()
		}
	}
}

// look asks what is under the keys of the collections of a part. Commands that
// would fail on it must not be part of a transaction: Redis executes the others.
// Who changes a key by hand in between is told by an Error, and the next round mends it.
func (r *Redis) look(ctx context.Context, op string, part []Command) (keyTypes, error) {
	types := keyTypes{}
	var asked []string
	var questions []*redis.Cmd
	for i := range part {
		if c := &part[i]; c.isMember() || c.Kind == Drop {
			if _, again := types[string(c.Key)]; !again {
				types[string(c.Key)] = noType
				asked = append(asked, string(c.Key))
				questions = append(questions, newCommand(ctx, "type", (*argument)(&c.Key)))
			}
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	if err := r.conn.run(ctx, questions...); err != nil {
		return nil, r.fail(op, err)
	}
	for i, question := range questions {
		text, err := question.Text()
		switch {
		case err == nil:
			types[asked[i]] = text
		case causeOf(err) != Permission: // the write will tell which keys are forbidden
			return nil, r.fail(op, err)
		}
	}
	if wrong := types.wrong(part); len(wrong) > 0 {
		return nil, &WrongTypeError{Keys: wrong}
	}
	return types, nil
}

// wrong lists the keys that hold something else when their members would come.
func (t keyTypes) wrong(part []Command) (keys [][]byte) {
	now := make(keyTypes, len(t))
	for key, is := range t {
		now[key] = is
	}
	for i := range part {
		c := &part[i]
		if (c.Kind == Add || c.Kind == Score) && !c.Replace && !now.fits(c) {
			keys = append(keys, c.Key)
		}
		now.after(c.Kind, part[i:i+1])
	}
	return keys
}
