package writer

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

func tooLarge(size, limit int) string {
	return fmt.Sprintf("too large: %d bytes, at most %d are accepted", size, limit)
}

// withoutForbidden finds the commands that the user may not run on their keys,
// after Redis refused the part with cause. Redis does not say which key of a
// command it was. If that was not the reason, the connection is closed and
// cause returned as an Error.
func (r *Redis) withoutForbidden(ctx context.Context, op string, part []Command, cause error) ([]Command, []Refusal, error) {
	if causeOf(cause) != Permission {
		return nil, nil, r.fail(op, cause)
	}
	answers, err := r.rehearse(ctx, part)
	if err != nil {
		return nil, nil, r.fail(op, err)
	}
	var allowed []Command
	var refused []Refusal
	for i, answer := range answers {
		if err := answer.Err(); err == nil {
			allowed = append(allowed, part[i])
		} else if causeOf(err) == Permission {
			refused = append(refused, part[i].refusal(err.Error()))
		} else {
			return nil, nil, r.fail(op, err)
		}
	}
	if len(refused) == 0 {
		return nil, nil, r.fail(op, cause)
	}
	// DISCARD ended the watch on the marker.
	found, err := r.watch(ctx, r.conn)
	if err != nil {
		return nil, nil, r.fail(op, err)
	}
	if found != r.marker {
		return nil, nil, r.lost(found)
	}
	return allowed, refused, nil
}

// rehearse queues each command in a transaction that is then discarded: Redis
// checks permissions when it queues, and nothing is executed.
func (r *Redis) rehearse(ctx context.Context, part []Command) ([]*redis.Cmd, error) {
	answers := make([]*redis.Cmd, len(part))
	for i := range part {
		answers[i] = part[i].rehearsal(ctx)
	}
	return answers, rehearse(ctx, r.conn, answers)
}

// rehearsal is a command for which Redis wants the permissions that c needs.
func (c *Command) rehearsal(ctx context.Context) *redis.Cmd {
	switch c.Kind {
	case Hash:
		return newCommand(ctx, "hset", c.Key, "", "")
	case Delete, Drop:
		return newCommand(ctx, "unlink", c.Key)
	case Add:
		return newCommand(ctx, "sadd", c.Key, "")
	case Score:
		return newCommand(ctx, "zadd", c.Key, 0, "")
	case Remove:
		return newCommand(ctx, "srem", c.Key, "")
	}
	return newCommand(ctx, "mset", c.Key, "")
}

// rehearse leaves each command's answer in the command. It waits for MULTI
// first, since without it the commands would be executed.
func rehearse(ctx context.Context, c *connection, commands []*redis.Cmd) error {
	if _, err := c.one(ctx, "multi"); err != nil {
		return fmt.Errorf("multi: %w", err)
	}
	if err := c.run(ctx, commands...); err != nil {
		return err
	}
	if _, err := c.one(ctx, "discard"); err != nil {
		return fmt.Errorf("discard: %w", err)
	}
	return nil
}
