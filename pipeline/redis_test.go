package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"materializer/projections"
	"materializer/writer"
)

// fakeRedis is Redis as the pipeline meets it: a map, a marker that is watched,
// and for each connection a queue of what was sent and not executed yet. What a
// dead connection has sent may still be executed, until the next Connect kills it.
type fakeRedis struct {
	mu      sync.Mutex
	now     content
	past    []content // what it may fall back to
	queues  map[int][]unit
	conn    int    // ours; 0: none
	dialled int    // connections so far
	watched uint64 // version of the marker as our connection knows it

	script   script
	executed func(u unit) // called after each execution, under the lock; optional
}

// content is what Redis holds.
type content struct {
	data    map[string]string // by name; see valueOf
	marker  *writer.Marker
	version uint64         // rises with whatever touches the marker
	shown   map[string]int // the history's: the earliest commit that explains what a key holds
}

// nameOf is the name of what a command changes.
func nameOf(c writer.Command) string {
	if c.Kind < writer.Add {
		return string(c.Key)
	}
	return element(string(c.Key), string(c.Member))
}

// element is the name of a member.
func element(key, member string) string {
	return string(projections.AppendElement(nil, []byte(key), []byte(member)))
}

// valueOf is what a command makes of its name. The first word is its type; a
// string has none.
func valueOf(c writer.Command) string {
	switch c.Kind {
	case writer.Hash:
		text := "hash"
		for i := 0; i < len(c.Fields); i += 2 {
			text += fmt.Sprintf(" %s=%s", c.Fields[i], c.Fields[i+1])
		}
		return text
	case writer.Add:
		return "set"
	case writer.Score:
		return fmt.Sprint("zset ", c.Score)
	}
	return string(c.Value)
}

// typeOf is the type of a key, "" if there is none.
func (c content) typeOf(key string) string {
	if _, ok := c.data[key]; ok {
		return "document"
	}
	for _, name := range c.members(key) {
		word, _, _ := strings.Cut(c.data[name], " ")
		return word
	}
	return ""
}

// members lists the names of the members of a key.
func (c content) members(key string) (names []string) {
	prefix := element(key, "")
	for name := range c.data {
		if strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
	}
	return names
}

func (c content) remove(key string) {
	delete(c.data, key)
	for _, name := range c.members(key) {
		delete(c.data, name)
	}
}

// misfits tells whether something else is where a member is to go.
func (c content) misfits(command writer.Command) bool {
	is := c.typeOf(string(command.Key))
	return command.Kind == writer.Add && is != "" && is != "set" || command.Kind == writer.Score && is != "" && is != "zset"
}

// run executes a command.
func (c content) run(command writer.Command) {
	switch command.Kind {
	case writer.Remove, writer.Drop:
		delete(c.data, nameOf(command))
		return
	case writer.Add, writer.Score:
		if c.misfits(command) && !command.Replace {
			return // an error that nobody hears of
		}
		if !c.misfits(command) {
			break
		}
		c.remove(string(command.Key))
	default:
		c.remove(string(command.Key))
	}
	if command.Kind != writer.Delete {
		c.data[nameOf(command)] = valueOf(command)
	}
}

// wrong lists the keys where a unit would not find what it needs.
func (r *fakeRedis) wrong(u unit) (keys [][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now.clone()
	for _, c := range u.commands {
		if now.misfits(c) && !c.Replace {
			keys = append(keys, c.Key)
		}
		now.run(c)
	}
	return keys
}

func (c content) clone() content {
	c.data, c.shown = maps.Clone(c.data), maps.Clone(c.shown)
	return c
}

// unit is what Redis executes in one step.
type unit struct {
	commands []writer.Command
	marker   *writer.Marker
	watch    uint64 // the version that the marker must have
	exact    bool   // the history's: after it Redis is exactly at the marker
	other    bool   // the history's: the plan it was made under
}

// String shows a unit in the log of a failed test.
func (u unit) String() string {
	var b strings.Builder
	for _, c := range u.commands {
		switch c.Kind {
		case writer.Delete, writer.Drop:
			fmt.Fprintf(&b, "del %s; ", c.Key)
		case writer.Remove:
			fmt.Fprintf(&b, "remove %s %s; ", c.Key, c.Member)
		case writer.Add, writer.Score:
			fmt.Fprintf(&b, "add %s %s %s; ", c.Key, c.Member, valueOf(c))
		default:
			fmt.Fprintf(&b, "set %s %s; ", c.Key, valueOf(c))
		}
	}
	if u.marker != nil {
		fmt.Fprintf(&b, "marker %d/%d %s", u.marker.Epoch, u.marker.Round, u.marker.LSN)
	}
	return b.String()
}

// script decides what happens; each of its functions may be nil.
type script struct {
	// cut tells how many of the units of a call are executed before its
	// connection breaks; less than 0: it does not break. The unit after is on
	// its way. lost tells that it never left us.
	cut func(op string, units int) (executed int, lost bool)
	// during runs while a call is under way.
	during func()
	// step runs whenever something was sent or executed.
	step func()
	// note completes a unit of a round.
	note func(u *unit)
}

// What fits into one step, and what is sent at once otherwise.
const (
	fakeRound = 8
	fakePart  = 3
)

// huge is in values that fakeRedis refuses.
const huge = "huge"

func newRedis() *fakeRedis {
	return &fakeRedis{now: content{data: map[string]string{}, shown: map[string]int{}, version: 1}, queues: map[int][]unit{}}
}

// clone copies what a crash of ours leaves as it is.
func (r *fakeRedis) clone() *fakeRedis {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &fakeRedis{now: r.now.clone(), past: slices.Clone(r.past), queues: map[int][]unit{}, dialled: r.dialled, executed: r.executed}
	for conn, queue := range r.queues {
		c.queues[conn] = slices.Clone(queue)
	}
	return c
}

func failure(op string, cause writer.Cause) error {
	return &writer.Error{Op: op, Cause: cause, Err: errors.New(string(cause))}
}

var errUnconnected = errors.New("a call without a connection")

// Connect implements Sink: it kills the connections before it.
func (r *fakeRedis) Connect(context.Context) (writer.Marker, bool, error) {
	if r.conn = 0; r.cut("connect", 1) >= 0 {
		return writer.Marker{}, false, failure("connect", writer.Unreachable)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.queues)
	r.dialled++
	r.conn = r.dialled
	if r.now.marker == nil {
		r.now.version++ // the placeholder
	}
	r.watched = r.now.version
	if r.now.marker == nil {
		return writer.Marker{}, false, nil
	}
	return *r.now.marker, true, nil
}

func (r *fakeRedis) cut(op string, units int) int {
	if r.script.cut == nil {
		return -1
	}
	executed, lost := r.script.cut(op, units)
	if lost {
		return 0
	}
	return executed
}

// Write implements Sink.
func (r *fakeRedis) Write(_ context.Context, round []writer.Command, m writer.Marker) error {
	admitted, refused := refuse(round)
	var units []unit
	for len(admitted) > fakeRound {
		units = append(units, unit{commands: admitted[:fakePart]})
		admitted = admitted[fakePart:]
	}
	units = append(units, unit{commands: admitted, marker: &m, watch: r.watched})
	if err := r.send("write", units); err != nil {
		return err
	}
	return refusal(refused, true)
}

// Push implements Sink.
func (r *fakeRedis) Push(_ context.Context, part []writer.Command) error {
	admitted, refused := refuse(part)
	var units []unit
	for some := range slices.Chunk(admitted, fakePart) {
		units = append(units, unit{commands: some})
	}
	if err := r.send("push", units); err != nil {
		return err
	}
	return refusal(refused, false)
}

func refuse(commands []writer.Command) (admitted []writer.Command, refused []writer.Refusal) {
	for _, c := range commands {
		if strings.Contains(valueOf(c), huge) {
			refused = append(refused, writer.Refusal{Key: c.Key, Reason: "too large"})
			continue
		}
		// What was sent is a copy: it stays what it is when it is executed late.
		c.Key, c.Value, c.Member, c.Fields = slices.Clone(c.Key), slices.Clone(c.Value), slices.Clone(c.Member), slices.Clone(c.Fields)
		for i := range c.Fields {
			c.Fields[i] = slices.Clone(c.Fields[i])
		}
		admitted = append(admitted, c)
	}
	return admitted, refused
}

func refusal(documents []writer.Refusal, moved bool) error {
	if len(documents) == 0 {
		return nil
	}
	return &writer.RefusedError{Documents: documents, MarkerMoved: moved}
}

// Probe implements Sink.
func (r *fakeRedis) Probe(context.Context) error {
	if r.conn == 0 {
		return errUnconnected
	}
	if r.cut("probe", 1) >= 0 {
		r.conn = 0
		return failure("probe", writer.Timeout)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.version != r.watched {
		return r.lost()
	}
	return nil
}

// lost closes the connection because the marker is not what it was.
func (r *fakeRedis) lost() error {
	r.conn = 0
	if r.now.marker == nil {
		return &writer.LostError{}
	}
	return &writer.LostError{Found: *r.now.marker, OK: true}
}

// send sends units one after the other, each when the one before was answered.
func (r *fakeRedis) send(op string, units []unit) error {
	if r.conn == 0 {
		return errUnconnected
	}
	if len(units) == 0 {
		return nil
	}
	cut, lost := -1, false
	if r.script.cut != nil {
		cut, lost = r.script.cut(op, len(units))
	}
	for i := range units {
		if r.script.note != nil {
			r.script.note(&units[i])
		}
		if i == cut && lost {
			r.conn = 0
			return failure(op, writer.Unreachable)
		}
		if wrong := r.wrong(units[i]); len(wrong) > 0 {
			return &writer.WrongTypeError{Keys: wrong}
		}
		r.mu.Lock()
		r.queues[r.conn] = append(r.queues[r.conn], units[i])
		r.mu.Unlock()
		r.step()
		if i == cut {
			r.conn = 0
			return failure(op, writer.Timeout)
		}
		if r.script.during != nil {
			r.script.during()
		}
		executed := r.execute(r.conn)
		r.step()
		if !executed {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.lost()
		}
	}
	return nil
}

func (r *fakeRedis) step() {
	if r.script.step != nil {
		r.script.step()
	}
}

// execute runs the next unit of a connection. It reports false where the watch prevented it.
func (r *fakeRedis) execute(conn int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	u := r.queues[conn][0]
	if r.queues[conn] = r.queues[conn][1:]; len(r.queues[conn]) == 0 {
		delete(r.queues, conn)
	}
	if u.watch != 0 && u.watch != r.now.version {
		return false
	}
	for _, c := range u.commands {
		r.now.run(c)
	}
	if u.marker != nil {
		r.now.marker = u.marker
		r.now.version++
		if conn == r.conn {
			r.watched = r.now.version
		}
	}
	if r.executed != nil {
		r.executed(u)
	}
	if r.now.marker != nil {
		r.past = append(r.past, r.now.clone())
	}
	return true
}

// late executes the oldest unit that a dead connection has left, if there is one.
func (r *fakeRedis) late() {
	for _, conn := range slices.Sorted(maps.Keys(r.queues)) {
		if conn != r.conn {
			r.execute(conn)
			return
		}
	}
}

// flush empties Redis.
func (r *fakeRedis) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.data, r.now.marker = map[string]string{}, nil
	r.now.version++
}

// fallBack makes Redis what it was some executions ago.
func (r *fakeRedis) fallBack(steps int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.past) == 0 {
		return
	}
	at := max(0, len(r.past)-1-steps)
	version := r.now.version
	r.now = r.past[at].clone()
	r.now.version = version + 1
	r.past = r.past[:at+1]
}

// get reads a document.
func (r *fakeRedis) get(key string) (string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	value, ok := r.now.data[key]
	return value, ok
}

// holds copies the documents.
func (r *fakeRedis) holds() map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.now.data)
}
