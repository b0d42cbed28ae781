package writer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Write writes a round in the order given and then the marker.
//
// A round of up to RoundCommands and RoundBytes becomes visible in one step
// with its marker; of a larger one, the last part does. On nil, and on a
// RefusedError, the marker has moved. After any other error the connection is
// closed and the marker may have moved: Connect tells. A LostError says that
// it has not, because it was not where we left it. After a WrongTypeError the
// connection is good, and neither the marker nor the collections named have changed.
func (r *Redis) Write(ctx context.Context, round []Command, m Marker) error {
	if r.conn == nil {
		return errNotConnected
	}
	const op = "write to Redis"
	round, refused := r.admit(arrange(round))
	for !fits(round, r.config.RoundCommands, r.config.RoundBytes) {
		part := round[:r.partLength(round)]
		if len(part) == len(round) {
			break // a single value larger than a round goes with the marker
		}
		more, err := r.pushPart(ctx, op, part)
		if err != nil {
			return err
		}
		refused = append(refused, more...)
		round = round[len(part):]
	}
	m.Written = time.Now()
	more, err := r.commit(ctx, op, round, encode(m))
	if err != nil {
		return err
	}
	return refusal(append(refused, more...), true)
}

// Push writes commands that belong to a round whose rest, and marker, a later
// Write brings: for rounds too large to be held in memory. On nil, and on a
// RefusedError, everything else is in Redis. Lost data is noticed by that Write.
func (r *Redis) Push(ctx context.Context, commands []Command) error {
	if r.conn == nil {
		return errNotConnected
	}
	commands, refused := r.admit(arrange(commands))
	for len(commands) > 0 {
		part := commands[:r.partLength(commands)]
		more, err := r.pushPart(ctx, "write to Redis", part)
		if err != nil {
			return err
		}
		refused = append(refused, more...)
		commands = commands[len(part):]
	}
	return refusal(refused, false)
}

func refusal(documents []Refusal, moved bool) error {
	if len(documents) == 0 {
		return nil
	}
	return &RefusedError{Documents: documents, MarkerMoved: moved}
}

// admit takes out what the server would answer by closing the connection.
func (r *Redis) admit(commands []Command) ([]Command, []Refusal) {
	admitted := commands
	var refused []Refusal
	for i, c := range commands {
		if c.largest() <= r.maxValue {
			if refused != nil {
				admitted = append(admitted, c)
			}
			continue
		}
		if refused == nil {
			admitted = append([]Command(nil), commands[:i]...)
		}
		refused = append(refused, c.refusal(tooLarge(c.size(), r.maxValue)))
	}
	return admitted, refused
}

func fits(commands []Command, count, bytes int) bool {
	if len(commands) > count {
		return false
	}
	for i := range commands {
		if bytes -= commands[i].size(); bytes < 0 {
			return false
		}
	}
	return true
}

// partLength says how many of the commands make the next part, at least one.
func (r *Redis) partLength(commands []Command) int {
	bytes := 0
	for i := range commands {
		bytes += commands[i].size()
		if i > 0 && (i == r.config.PartCommands || bytes > r.config.PartBytes) {
			return i
		}
	}
	return len(commands)
}

// pushPart writes one part without a marker. Those that the user may not write
// are left out and the rest is sent again, which changes nothing for what has
// already arrived.
func (r *Redis) pushPart(ctx context.Context, op string, part []Command) ([]Refusal, error) {
	var refused []Refusal
	for {
		err := r.push(ctx, op, part)
		if err == nil || r.conn == nil || !isReply(err) {
			return refused, err
		}
		allowed, more, probeErr := r.withoutForbidden(ctx, op, part, err)
		if probeErr != nil {
			return nil, probeErr
		}
		part, refused = allowed, append(refused, more...)
	}
}

// push sends a part. What Redis answered is returned as it is.
func (r *Redis) push(ctx context.Context, op string, part []Command) error {
	types, err := r.look(ctx, op, part)
	if err != nil {
		return err
	}
	groups, whole := r.groups(ctx, part, types)
	if !whole {
		if err := r.conn.run(ctx, groups...); err != nil {
			return r.fail(op, err)
		}
		return firstError(groups...)
	}
	found, executed, err := r.transaction(ctx, groups)
	switch {
	case err == nil && executed && found == r.marker, isReply(err):
		return err
	case err == nil:
		return r.lost(found)
	}
	return r.fail(op, err)
}

// commit executes the commands and moves the marker, all or nothing, provided
// that the marker still is what it was, and begins to watch it again.
func (r *Redis) commit(ctx context.Context, op string, part []Command, marker stored) ([]Refusal, error) {
	var refused []Refusal
	for {
		types, err := r.look(ctx, op, part)
		if err != nil {
			return nil, err
		}
		groups, _ := r.groups(ctx, part, types)
		found, executed, err := r.transaction(ctx, append(groups, r.setMarker(ctx, marker)))
		switch {
		case err == nil && executed && found == marker:
			r.marker = marker
			return refused, nil
		case err == nil:
			return nil, r.lost(found)
		case !isReply(err):
			return nil, r.fail(op, err)
		}
		allowed, more, probeErr := r.withoutForbidden(ctx, op, part, err)
		if probeErr != nil {
			return nil, probeErr
		}
		part, refused = allowed, append(refused, more...)
	}
}

// transaction sends everything in one go. found is the marker after it;
// executed is false if the watch on the marker prevented it.
func (r *Redis) transaction(ctx context.Context, groups []*redis.Cmd) (found stored, executed bool, err error) {
	multi, exec := newCommand(ctx, "multi"), newCommand(ctx, "exec")
	watch, read := r.watchCommands(ctx)
	commands := make([]*redis.Cmd, 0, len(groups)+4)
	commands = append(commands, multi)
	commands = append(commands, groups...)
	commands = append(commands, exec, watch, read)
	if err := r.conn.run(ctx, commands...); err != nil {
		return stored{}, false, err
	}
	// What a command was answered when it was queued tells more than EXEC's
	// answer, which follows from it.
	if err := firstError(commands...); err != nil {
		return stored{}, false, err
	}
	found = storedFrom(read.Val())
	if errors.Is(exec.Err(), redis.Nil) {
		return found, false, nil
	}
	results, err := exec.Slice()
	if err != nil {
		return stored{}, false, err
	}
	for i, result := range results {
		if err, failed := result.(error); failed {
			return stored{}, false, fmt.Errorf("%s: %w", groups[i].Name(), err)
		}
	}
	return found, true, nil
}

func (r *Redis) setMarker(ctx context.Context, marker stored) *redis.Cmd {
	args := make([]any, 0, 2+2*len(markerFields))
	args = append(args, "hset", r.MarkerKey())
	for i, field := range markerFields {
		args = append(args, field, marker.fields[i])
	}
	return newCommand(ctx, args...)
}
