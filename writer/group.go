package writer

import (
	"bytes"
	"context"

	"github.com/redis/go-redis/v9"
)

// One command to Redis carries at most this much, so that none holds the server long.
const (
	groupCommands = 128
	groupBytes    = 256 << 10
)

// groups turns neighbouring commands of one kind into MSET, UNLINK, SADD, ZADD,
// SREM and ZREM, which costs the server and us half of what single commands do.
// MSET, like SET, overwrites any type and removes a time to live. whole tells
// that they must become visible in one step. The result is valid until the next call.
func (r *Redis) groups(ctx context.Context, part []Command, types keyTypes) (groups []*redis.Cmd, whole bool) {
	// The array must not move while groups point into it.
	most := 0
	for i := range part {
		most += 6 + len(part[i].Fields)
		if part[i].Kind == Hash {
			most += 2 * (len(part[i].Fields)/groupCommands + part[i].size()/groupBytes)
		}
	}
	if cap(r.args) < most {
		r.args = make([]any, 0, most)
	}
	clear(r.args[:cap(r.args)]) // lets go of the documents of the last part
	b := groupBuilder{ctx: ctx, args: r.args[:0], types: types}
	for start := 0; start < len(part); {
		length := groupLength(part[start:])
		b.add(part[start : start+length])
		start += length
	}
	return b.groups, b.whole
}

func groupLength(part []Command) int {
	first := &part[0]
	if first.Kind == Hash {
		return 1
	}
	bytes := 0
	for i := range part {
		bytes += part[i].size()
		if i > 0 && (i == groupCommands || bytes > groupBytes || !first.joins(&part[i])) {
			return i
		}
	}
	return len(part)
}

// joins tells whether one command to Redis can be made of both.
func (c *Command) joins(other *Command) bool {
	return c.Kind == other.Kind && (!c.isMember() || bytes.Equal(c.Key, other.Key))
}

// groupBuilder makes the commands to Redis of one part.
type groupBuilder struct {
	ctx    context.Context
	args   []any
	types  keyTypes // as the commands made so far leave them
	groups []*redis.Cmd
	whole  bool
}

// make makes a command of the arguments from a place on.
func (b *groupBuilder) make(from int) {
	b.groups = append(b.groups, newCommand(b.ctx, b.args[from:len(b.args):len(b.args)]...))
}

func (b *groupBuilder) add(group []Command) {
	first := &group[0]
	switch first.Kind {
	case String, Delete:
		b.keys(group)
	case Drop:
		b.drop(group)
	case Hash:
		b.hash(first)
	case Add, Score:
		b.join(group)
	case Remove:
		b.leave(group)
	}
	b.types.after(first.Kind, group)
}

func (b *groupBuilder) keys(group []Command) {
	from, deletes := len(b.args), group[0].Kind == Delete
	if deletes {
		b.args = append(b.args, "unlink")
	} else {
		b.args = append(b.args, "mset")
	}
	for i := range group {
		b.args = append(b.args, (*argument)(&group[i].Key))
		if !deletes {
			b.args = append(b.args, (*argument)(&group[i].Value))
		}
	}
	b.make(from)
}

func (b *groupBuilder) drop(group []Command) {
	from := len(b.args)
	b.args = append(b.args, "unlink")
	for i := range group {
		if !b.types.collects(group[i].Key) {
			b.args = append(b.args, (*argument)(&group[i].Key))
		}
	}
	if len(b.args) > from+1 {
		b.make(from)
	}
}

// hash writes all fields of a key that has none: nobody sees it before they are
// all there, since the part becomes visible in one step.
func (b *groupBuilder) hash(c *Command) {
	b.whole = true
	b.unlink(c)
	for at := 0; at < len(c.Fields); {
		from, size := len(b.args), 0
		b.args = append(b.args, "hset", (*argument)(&c.Key))
		for n := 0; at < len(c.Fields) && n < groupCommands && size < groupBytes; n++ {
			size += len(c.Fields[at]) + len(c.Fields[at+1])
			b.args = append(b.args, (*argument)(&c.Fields[at]), (*argument)(&c.Fields[at+1]))
			at += 2
		}
		b.make(from)
	}
}

func (b *groupBuilder) unlink(c *Command) {
	from := len(b.args)
	b.args = append(b.args, "unlink", (*argument)(&c.Key))
	b.make(from)
}

func (b *groupBuilder) join(group []Command) {
	first := &group[0]
	if !b.types.fits(first) { // and may be replaced: else look had said so
		b.whole = true
		b.unlink(first)
	}
	from := len(b.args)
	if first.Kind == Add {
		b.args = append(b.args, "sadd", (*argument)(&first.Key))
	} else {
		b.args = append(b.args, "zadd", (*argument)(&first.Key))
	}
	for i := range group {
		if first.Kind == Score {
			b.args = append(b.args, formatScore(group[i].Score))
		}
		b.args = append(b.args, (*argument)(&group[i].Member))
	}
	b.make(from)
}

// leave removes members from what there is: nothing is a member of anything else.
func (b *groupBuilder) leave(group []Command) {
	from := len(b.args)
	switch b.types[string(group[0].Key)] {
	case "set":
		b.args = append(b.args, "srem", (*argument)(&group[0].Key))
	case "zset":
		b.args = append(b.args, "zrem", (*argument)(&group[0].Key))
	default:
		return
	}
	for i := range group {
		b.args = append(b.args, (*argument)(&group[i].Member))
	}
	b.make(from)
}

// argument gives bytes to go-redis by pointer: as a slice in an interface each
// would be an allocation.
type argument []byte

// MarshalBinary returns the bytes themselves.
func (a *argument) MarshalBinary() ([]byte, error) { return *a, nil }
