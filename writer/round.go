package writer

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Command writes or deletes one key.
type Command struct {
	Key    []byte
	Value  []byte // the whole document, as a string; a key of another type is overwritten
	Delete bool   // the key instead; Value is ignored
}

func (c *Command) size() int {
	if c.Delete {
		return len(c.Key)
	}
	return len(c.Key) + len(c.Value)
}

// Write writes a round in the order given and then the marker.
//
// A round of up to RoundCommands and RoundBytes becomes visible in one step
// with its marker; of a larger one, the last part does. On nil, and on a
// RefusedError, the marker has moved. After any other error the connection is
// closed and the marker may have moved: Connect tells. A LostError says that
// it has not, because it was not where we left it.
func (r *Redis) Write(ctx context.Context, round []Command, m Marker) error {
	if r.conn == nil {
		return errNotConnected
	}
	const op = "write to Redis"
	round, refused := r.admit(round)
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
	commands, refused := r.admit(commands)
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
		if max(len(c.Key), len(c.Value)) <= r.maxValue || c.Delete && len(c.Key) <= r.maxValue {
			if refused != nil {
				admitted = append(admitted, c)
			}
			continue
		}
		if refused == nil {
			admitted = append([]Command(nil), commands[:i]...)
		}
		refused = append(refused, Refusal{c.Key, tooLarge(c.size(), r.maxValue)})
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
		groups := r.groups(ctx, part)
		if err := r.conn.run(ctx, groups...); err != nil {
			return nil, r.fail(op, err)
		}
		err := firstError(groups...)
		if err == nil {
			return refused, nil
		}
		allowed, more, probeErr := r.withoutForbidden(ctx, op, part, err)
		if probeErr != nil {
			return nil, probeErr
		}
		part, refused = allowed, append(refused, more...)
	}
}

// commit executes the commands and moves the marker, all or nothing, provided
// that the marker still is what it was, and begins to watch it again.
func (r *Redis) commit(ctx context.Context, op string, part []Command, marker stored) ([]Refusal, error) {
	var refused []Refusal
	for {
		found, executed, err := r.transaction(ctx, part, marker)
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
func (r *Redis) transaction(ctx context.Context, part []Command, marker stored) (found stored, executed bool, err error) {
	groups := r.groups(ctx, part)
	multi, exec := newCommand(ctx, "multi"), newCommand(ctx, "exec")
	watch, read := r.watchCommands(ctx)
	commands := make([]*redis.Cmd, 0, len(groups)+5)
	commands = append(commands, multi)
	commands = append(commands, groups...)
	commands = append(commands, r.setMarker(ctx, marker), exec, watch, read)
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
	for _, result := range results {
		if err, failed := result.(error); failed {
			return stored{}, false, err
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

// One MSET carries at most this much, so that no command holds the server long.
const (
	groupCommands = 128
	groupBytes    = 256 << 10
)

// groups turns neighbouring commands of one kind into MSET and UNLINK, which
// costs the server and us half of what single commands do. MSET, like SET,
// overwrites any type and removes a time to live. The result is valid until
// the next call.
func (r *Redis) groups(ctx context.Context, part []Command) []*redis.Cmd {
	// Never more than three arguments per command: its group's name, key and
	// value. The array must not move while groups point into it.
	if cap(r.args) < 3*len(part) {
		r.args = make([]any, 0, 3*len(part))
	}
	clear(r.args[:cap(r.args)]) // lets go of the documents of the last part
	args := r.args[:0]
	var groups []*redis.Cmd
	for start := 0; start < len(part); {
		first := len(args)
		length := groupLength(part[start:])
		args = appendGroup(args, part[start:start+length])
		groups = append(groups, newCommand(ctx, args[first:len(args):len(args)]...))
		start += length
	}
	return groups
}

func groupLength(part []Command) int {
	bytes := 0
	for i := range part {
		bytes += part[i].size()
		if i > 0 && (i == groupCommands || bytes > groupBytes || part[i].Delete != part[0].Delete) {
			return i
		}
	}
	return len(part)
}

func appendGroup(args []any, group []Command) []any {
	if group[0].Delete {
		args = append(args, "unlink")
		for i := range group {
			args = append(args, (*argument)(&group[i].Key))
		}
		return args
	}
	args = append(args, "mset")
	for i := range group {
		args = append(args, (*argument)(&group[i].Key), (*argument)(&group[i].Value))
	}
	return args
}

// argument gives bytes to go-redis by pointer: as a slice in an interface each
// would be an allocation.
type argument []byte

// MarshalBinary returns the bytes themselves.
func (a *argument) MarshalBinary() ([]byte, error) { return *a, nil }
