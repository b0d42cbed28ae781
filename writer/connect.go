package writer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Connect makes the write connection anew, kills its predecessors in the
// server, and reads the marker. It tries once; false means that Redis holds no
// marker (it is new, or has lost its data).
func (r *Redis) Connect(ctx context.Context) (Marker, bool, error) {
	r.disconnect()
	c := newConnection(*r.options)
	if err := r.establish(ctx, c); err != nil {
		c.close()
		return Marker{}, false, newError("connect to Redis", err)
	}
	r.conn = c
	found, ok := r.marker.decode()
	if r.marker.present && !ok && r.marker != placeholder {
		r.log.Warn("marker in Redis is not one of ours, taking it as missing", "key", r.MarkerKey())
	}
	return found, ok, nil
}

func (r *Redis) establish(ctx context.Context, c *connection) error {
	if err := r.fence(ctx, c); err != nil {
		return err
	}
	if err := r.learnServer(ctx, c); err != nil {
		return err
	}
	found, err := r.watch(ctx, c)
	if err != nil && causeOf(err) == Other && strings.Contains(err.Error(), "WRONGTYPE") {
		// Our own key, overwritten by hand with something else.
		if _, err := c.one(ctx, "unlink", r.MarkerKey()); err != nil {
			return err
		}
		found, err = r.watch(ctx, c)
	}
	if err == nil && !found.present {
		found, err = r.placeMarker(ctx, c)
	}
	r.marker = found
	return err
}

// placeMarker puts a marker that claims nothing: a watch only notices that
// Redis was emptied if the key was there.
func (r *Redis) placeMarker(ctx context.Context, c *connection) (stored, error) {
	set := r.setMarker(ctx, placeholder)
	if err := c.run(ctx, set); err != nil {
		return stored{}, err
	}
	if err := firstError(set); err != nil {
		return stored{}, err
	}
	return r.watch(ctx, c)
}

// fence kills every other connection of our name: of this process or of one
// that was killed or froze before it. What they had sent and the server has
// not executed yet is thrown away with them. The database counts as part of
// the name, so that two of them can be served on one server.
func (r *Redis) fence(ctx context.Context, c *connection) error {
	name, self := r.key("writer"), newCommand(ctx, "client", "id")
	setName, list := newCommand(ctx, "client", "setname", name), newCommand(ctx, "client", "list")
	if err := c.run(ctx, setName, self, list); err != nil {
		return err
	}
	if err := firstError(setName, self, list); err != nil {
		return fmt.Errorf("kill predecessors (a document could go back in time without): %w", err)
	}
	if r.unfenced {
		return nil
	}
	own, _ := self.Int64()
	text, _ := list.Text()
	for _, id := range predecessors(text, name, r.options.DB, own) {
		killed, err := c.one(ctx, "client", "kill", "id", id)
		if err != nil {
			return fmt.Errorf("kill predecessor: %w", err)
		}
		r.log.Info("fenced an older write connection", "client", id, "killed", killed)
	}
	return nil
}

// predecessors finds connections by name and database in the reply of CLIENT LIST.
func predecessors(list, name string, db int, self int64) []int64 {
	var ids []int64
	for line := range strings.Lines(list) {
		fields := map[string]string{}
		for _, field := range strings.Fields(line) {
			key, value, _ := strings.Cut(field, "=")
			fields[key] = value
		}
		id, err := strconv.ParseInt(fields["id"], 10, 64)
		if err == nil && id != self && fields["name"] == name && fields["db"] == strconv.Itoa(db) {
			ids = append(ids, id)
		}
	}
	return ids
}

// learnServer refuses what is not a primary and asks how large a value may be.
// A user may not be allowed either question: then the writes will tell.
func (r *Redis) learnServer(ctx context.Context, c *connection) error {
	role, limit := newCommand(ctx, "role"), newCommand(ctx, "config", "get", "proto-max-bulk-len")
	if err := c.run(ctx, role, limit); err != nil {
		return err
	}
	if err := checkRole(role); err != nil {
		return err
	}
	r.maxValue = r.config.MaxValueBytes
	if pair, err := limit.StringSlice(); err == nil && len(pair) == 2 {
		if n, err := strconv.Atoi(pair[1]); err == nil {
			r.maxValue = min(r.maxValue, n)
		}
	}
	return nil
}

func checkRole(command *redis.Cmd) error {
	reply, err := command.Slice()
	if err != nil || len(reply) == 0 {
		if err != nil && causeOf(err) != Permission && causeOf(err) != Other {
			return err
		}
		return nil
	}
	switch reply[0] {
	case "master":
		return nil
	case "sentinel":
		return verdict{Topology, "the server is a Sentinel"}
	default:
		return verdict{ReadOnly, "the server is a replica"}
	}
}

// watch starts watching the marker, from now on, and returns it. What we have
// changed ourselves outside of a transaction would count as a change too.
func (r *Redis) watch(ctx context.Context, c *connection) (stored, error) {
	unwatch := newCommand(ctx, "unwatch")
	watch, read := r.watchCommands(ctx)
	if err := c.run(ctx, unwatch, watch, read); err != nil {
		return stored{}, err
	}
	if err := firstError(unwatch, watch, read); err != nil {
		return stored{}, err
	}
	return storedFrom(read.Val()), nil
}

func (r *Redis) watchCommands(ctx context.Context) (watch, read *redis.Cmd) {
	return newCommand(ctx, "watch", r.MarkerKey()), r.readMarker(ctx)
}

func (r *Redis) readMarker(ctx context.Context) *redis.Cmd {
	return newCommand(ctx, append([]any{"hmget", r.MarkerKey()}, markerFields...)...)
}

// Probe asks, when there is nothing to write, whether Redis still is what it
// was: the marker ours, the server a primary. Meant for once a second.
func (r *Redis) Probe(ctx context.Context) error {
	if r.conn == nil {
		return errNotConnected
	}
	const op = "probe Redis"
	read, role := r.readMarker(ctx), newCommand(ctx, "role")
	if err := r.conn.run(ctx, read, role); err != nil {
		return r.fail(op, err)
	}
	if err := errors.Join(firstError(read), checkRole(role)); err != nil {
		return r.fail(op, err)
	}
	if found := storedFrom(read.Val()); found != r.marker {
		return r.lost(found)
	}
	return nil
}

// fail closes the connection: after an error nothing sent on it, and no reply
// read from it, can be trusted.
func (r *Redis) fail(op string, err error) error {
	r.disconnect()
	return newError(op, err)
}

func (r *Redis) lost(found stored) error {
	r.disconnect()
	marker, ok := found.decode()
	return &LostError{Found: marker, OK: ok}
}
