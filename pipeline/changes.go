package pipeline

import (
	"bytes"
	"slices"

	"materializer/store"
	"materializer/writer"
)

// change is a result held against what Redis was given before.
type change struct {
	*result
	write   bool     // the document itself must be written under all its keys
	added   [][]byte // keys that Redis does not have from this root
	removed [][]byte // keys that this root has left
}

// changes is what one sending brings about.
type changes struct {
	list     []change
	sets     []writer.Command
	removals []writer.Command
	takers   map[string][]claim // by key: roots of this sending that take it, which are not announced yet
	heirs    []claim            // roots that have inherited a key: it was given to Redis now, their document earlier
}

// commands lists everything written before anything is removed: the successor
// of a key is there before the key goes.
func (c *changes) commands() []writer.Command { return append(c.sets, c.removals...) }

func (c *changes) set(key, body []byte) {
	c.sets = append(c.sets, writer.Command{Key: key, Value: body})
}

func (c *changes) remove(key []byte) {
	c.removals = append(c.removals, writer.Command{Key: key, Delete: true})
}

// take notes the keys that a root comes to claim.
func (c *changes) take(change *change) {
	self := claim{change.projection.ID, change.key}
	for _, key := range change.added {
		if takers := c.takers[string(key)]; !slices.Contains(takers, self) { // a root may be there twice
			c.takers[string(key)] = append(takers, self)
		}
	}
}

// changes compares the gathered results with what was published.
func (r *roundInHand) changes(last bool) (*changes, error) {
	made := &changes{takers: map[string][]claim{}}
	for _, result := range r.results {
		c := r.compare(result)
		made.list = append(made.list, c)
		if result.projection.Claims {
			continue // who owns the keys is decided below
		}
		for _, key := range result.keys {
			if c.write || contains(c.added, key) {
				made.set(key, result.body)
			}
		}
		for _, key := range c.removed {
			made.remove(key)
		}
	}
	return made, r.claims.resolve(made, last)
}

func (r *roundInHand) compare(result *result) change {
	c := change{result: result}
	if !result.exists {
		c.removed = result.before.Keys
		return c
	}
	c.write = r.force || !result.known || result.hash != result.before.Hash
	c.added = without(result.keys, result.before.Keys)
	c.removed = without(result.before.Keys, result.keys)
	return c
}

// announce writes down, durably, which keys Redis is about to get: should we
// crash before we hear of it, they are known and can be taken back.
func (r *roundInHand) announce(made *changes) error {
	publication := r.db.NewPublication()
	defer publication.Close()
	any := false
	for i := range made.list {
		c := &made.list[i]
		if len(c.added) == 0 {
			continue
		}
		any = true
		keys := append(append([][]byte(nil), c.before.Keys...), c.added...)
		publication.Put(c.projection.ID, []byte(c.key), store.Published{Hash: c.hash, Round: r.round, Keys: keys})
		if c.projection.Claims {
			for _, key := range c.added {
				publication.Claim(key, c.projection.ID, []byte(c.key))
			}
		}
	}
	if !any {
		return nil
	}
	return publication.Commit(true)
}

// acknowledge writes down what Redis has taken, and with the last part of a
// round forgets what was touched. Losing this in a crash repeats the round.
func (r *roundInHand) acknowledge(made *changes, last bool) error {
	if err := r.recordHeirs(made); err != nil {
		return err
	}
	for i := range made.list {
		c := &made.list[i]
		if c.projection.Claims && len(c.removed) > 0 {
			r.claims.later = append(r.claims.later, c.outliving()) // the keys left are decided on at the end of the round
			continue
		}
		r.record(c)
	}
	if r.inheriting {
		for _, command := range made.sets {
			r.after.NotLeftover(command.Key)
		}
	}
	for _, command := range made.removals {
		r.after.Removed(r.round, command.Key)
		if r.inheriting {
			r.after.NotLeftover(command.Key)
		}
	}
	if last || r.claims.due() {
		r.decide(last)
	}
	if !last {
		return r.after.Commit(false)
	}
	if r.refill != nil {
		r.after.Refilled()
	}
	r.horizon.note(r.round, r.after)
	r.after.ForgetJournal(r.work.last)
	r.after.Acknowledge(r.round)
	return r.after.Commit(false)
}

// decide writes down what became of the keys left.
func (r *roundInHand) decide(last bool) {
	for i := range r.claims.later {
		c := &r.claims.later[i]
		r.record(c)
		for _, key := range c.removed {
			r.after.Unclaim(key, c.projection.ID, []byte(c.key))
		}
	}
	for _, key := range r.claims.spared {
		r.inheriting = true
		r.after.Leftover(store.Leftover{Key: []byte(key)})
	}
	switch {
	case last && r.work.all:
		r.spared, r.overflown = nil, false
	case len(r.spared)+len(r.claims.spared) <= r.claims.most():
		r.spared = append(r.spared, r.claims.spared...)
	default:
		r.overflown = true
	}
	r.claims.decided()
}

// outliving gives a copy that holds none of the bytes of the sending, which the next one reuses.
func (c *change) outliving() change {
	result := *c.result
	result.body, result.keys = nil, make([][]byte, len(c.keys))
	for i, key := range c.keys {
		result.keys[i] = bytes.Clone(key)
	}
	copied := *c
	copied.result = &result
	return copied
}

// recordHeirs comes before the records of the sending, which replace it.
func (r *roundInHand) recordHeirs(made *changes) error {
	for _, heir := range made.heirs {
		published, known, err := r.db.Published(heir.projection, []byte(heir.root))
		if err != nil {
			return err
		}
		if published.Round = r.round; known {
			r.after.Put(heir.projection, []byte(heir.root), published)
		}
	}
	return nil
}

func (r *roundInHand) record(c *change) {
	root := []byte(c.key)
	switch {
	case !c.exists && c.known:
		r.after.Delete(c.projection.ID, root)
	case !c.exists:
	case len(c.added) > 0 && len(c.removed) == 0: // as announced
	case c.write || len(c.removed) > 0:
		r.after.Put(c.projection.ID, root, store.Published{Hash: c.hash, Round: r.round, Keys: c.keys})
	}
}

// without lists the keys of a that are not in b.
func without(a, b [][]byte) [][]byte {
	var rest [][]byte
	for _, key := range a {
		if !contains(b, key) {
			rest = append(rest, key)
		}
	}
	return rest
}

func contains(keys [][]byte, key []byte) bool {
	for _, have := range keys {
		if bytes.Equal(have, key) {
			return true
		}
	}
	return false
}
