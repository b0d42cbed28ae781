package pipeline

import (
	"bytes"
	"slices"

	"materializer/projections"
	"materializer/store"
	"materializer/writer"
)

// change is a result held against what Redis was given before.
type change struct {
	*result
	write   bool     // the document itself must be written under all its names
	added   [][]byte // names that Redis does not have from this root
	removed [][]byte // names that this root has left
}

// changes is what one sending brings about.
type changes struct {
	round    *roundInHand
	list     []change
	sets     []writer.Command
	removals []writer.Command
	written  [][]byte // the names of sets
	gone     [][]byte // the names of removals
	bytes    int
	takers   map[string][]claim // by name: claims that roots of this sending come to have, which are not announced yet
	heirs    []heir
}

// heir is a root whose value was given to Redis now, earlier than now itself.
type heir struct {
	claimant
	forgotten string // not empty: the name under which Redis has nothing of it
}

func (r *roundInHand) newChanges() *changes {
	return &changes{round: r, takers: map[string][]claim{}}
}

// commands lists everything written before anything is removed: the successor
// of a key is there before the key goes.
func (c *changes) commands() []writer.Command { return append(c.sets, c.removals...) }

// set gives a name what the body says.
func (c *changes) set(shape projections.Shape, name, body []byte) {
	switch shape {
	case projections.Hash:
		c.add(name, writer.Command{Kind: writer.Hash, Key: name, Fields: fieldsOf(body)})
	case projections.Set:
		c.element(shape, name, 0)
	case projections.ZSet:
		c.element(shape, name, rankOf(shape, hashOf(shape, body)))
	default:
		c.add(name, writer.Command{Kind: writer.String, Key: name, Value: body})
	}
	c.bytes += len(body)
}

// element makes an element one of its collection, with the score of a claim.
func (c *changes) element(shape projections.Shape, name []byte, rank uint64) {
	key, member, _ := projections.SplitElement(name)
	command := writer.Command{Kind: writer.Add, Key: key, Member: member, Replace: c.round.replaces(key)}
	if shape == projections.ZSet {
		command.Kind, command.Score = writer.Score, scoreOf(rank)
	}
	c.add(name, command)
}

func (c *changes) add(name []byte, command writer.Command) {
	c.sets, c.written = append(c.sets, command), append(c.written, name)
}

func (c *changes) remove(name []byte) { c.removeBy(removal(name, writer.Delete), name) }

// drop removes what is left over.
func (c *changes) drop(name []byte) { c.removeBy(removal(name, writer.Drop), name) }

func (c *changes) removeBy(command writer.Command, name []byte) {
	c.removals, c.gone = append(c.removals, command), append(c.gone, name)
}

// removal takes away what stands behind a name. Of a document that is left over a
// collection may have taken the place.
func removal(name []byte, document writer.Kind) writer.Command {
	if key, member, ok := projections.SplitElement(name); ok {
		return writer.Command{Kind: writer.Remove, Key: key, Member: member}
	}
	return writer.Command{Kind: document, Key: name}
}

func fieldsOf(body []byte) (fields [][]byte) {
	for {
		name, value, rest, ok := projections.CutField(body)
		if !ok {
			return fields
		}
		fields, body = append(fields, name, value), rest
	}
}

// take notes the claims that a root comes to have.
func (c *changes) take(change *change) {
	self, names := change.claim(), change.added
	if change.ranked() || change.isUnsettled() {
		names = change.keys
	}
	for _, name := range names {
		if takers := c.takers[string(name)]; !slices.Contains(takers, self) { // a root may be there twice
			c.takers[string(name)] = append(takers, self)
		}
	}
}

// takes tells whether a root of this sending comes to have a claim.
func (c *changes) takes(name string, root claimant) bool {
	return slices.ContainsFunc(c.takers[name], func(taker claim) bool { return taker.claimant == root })
}

// changes compares the gathered results with what was published.
func (r *roundInHand) changes(last bool) (*changes, error) {
	made := r.newChanges()
	for _, result := range r.results {
		c := r.compare(result)
		made.list = append(made.list, c)
		if result.projection.Claims {
			continue // who owns the names is decided below
		}
		for _, name := range result.keys {
			if c.write || contains(c.added, name) {
				made.set(result.projection.Shape, name, result.body)
			}
		}
		for _, name := range c.removed {
			made.remove(name)
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

// announce writes down, durably, which names Redis is about to get: should we
// crash before we hear of it, they are known and can be taken back. So is the
// rank of claims: others' elements follow from it, and must not go back in time.
func (r *roundInHand) announce(made *changes) error {
	publication := r.db.NewPublication()
	defer publication.Close()
	any := false
	for i := range made.list {
		c := &made.list[i]
		reclaims := c.exists && c.projection.Claims && (c.ranked() || c.isUnsettled())
		if len(c.added) == 0 && !reclaims {
			continue
		}
		any = true
		names := append(append([][]byte(nil), c.before.Keys...), c.added...)
		publication.Put(c.projection.ID, []byte(c.key), store.Published{Hash: c.announced(), Round: r.round, Keys: names})
		if !c.projection.Claims {
			continue
		}
		if err := r.announceClaims(publication, c, reclaims); err != nil {
			return err
		}
	}
	if !any {
		return nil
	}
	return publication.Commit(true)
}

func (r *roundInHand) announceClaims(p *store.Publication, c *change, reclaims bool) error {
	claim := c.claim().stored()
	for _, name := range c.keys {
		isNew := contains(c.added, name)
		if !isNew && !reclaims {
			continue
		}
		if !isNew {
			if err := r.unclaim(p, c, name); err != nil {
				return err
			}
		}
		p.Claim(name, claim)
	}
	return nil
}

// acknowledge writes down what Redis has taken, and with the last part of a
// round forgets what was touched. Losing this in a crash repeats the round.
func (r *roundInHand) acknowledge(made *changes, last bool) error {
	if err := r.recordHeirs(made); err != nil {
		return err
	}
	for i := range made.list {
		c := &made.list[i]
		if err := r.release(c.root); err != nil {
			return err
		}
		if c.projection.Claims && len(c.removed) > 0 {
			r.claims.later = append(r.claims.later, c.outliving()) // the names left are decided on at the end of the round
			continue
		}
		r.record(c)
	}
	if r.inheriting {
		for _, name := range made.written {
			r.after.NotLeftover(name)
		}
	}
	for _, name := range made.gone {
		r.after.Removed(r.round, name)
		if r.inheriting {
			r.after.NotLeftover(name)
		}
	}
	if last || r.claims.due() {
		if err := r.decide(last); err != nil {
			return err
		}
	}
	if !last {
		return r.after.Commit(false)
	}
	if r.refill != nil {
		r.after.Refilled()
	}
	for key := range r.mending {
		r.after.Mended([]byte(key))
	}
	r.horizon.note(r.round, r.after)
	r.after.ForgetJournal(r.work.last)
	for _, record := range r.follows {
		r.after.ForgetRecord(record.seq)
	}
	r.after.Acknowledge(r.round)
	return r.after.Commit(false)
}

// decide writes down what became of the names left.
func (r *roundInHand) decide(last bool) error {
	for i := range r.claims.later {
		c := &r.claims.later[i]
		r.record(c)
		for _, name := range c.removed {
			if err := r.unclaim(r.after, c, name); err != nil {
				return err
			}
		}
	}
	for _, name := range r.claims.spared {
		r.inheriting = true
		r.after.Leftover(store.Leftover{Key: []byte(name)})
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
	return nil
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
	records := map[claimant]*store.Published{}
	for _, heir := range made.heirs {
		record, again := records[heir.claimant]
		if !again {
			published, known, err := r.db.Published(heir.projection, []byte(heir.root))
			if err != nil {
				return err
			}
			if !known {
				continue
			}
			record = &published
			records[heir.claimant] = record
		}
		record.Round = r.round
		if heir.forgotten != "" {
			if err := r.forget(heir, record); err != nil {
				return err
			}
		}
		r.after.Put(heir.projection, []byte(heir.root), *record)
	}
	return nil
}

// forget makes the next document of a root one that is to be written, whatever
// it is, and its claim on an element one of no value.
func (r *roundInHand) forget(heir heir, published *store.Published) error {
	if !r.Plan.Projections[heir.projection].Shape.Collects() {
		published.Hash = [16]byte{}
		return nil
	}
	published.Hash[unsettled] = 1
	r.claims.forgotten[heir.claimant] = true
	if err := r.unclaimAll(r.after, []byte(heir.forgotten), heir.claimant); err != nil {
		return err
	}
	r.after.Claim([]byte(heir.forgotten), claim{nothing, heir.claimant}.stored())
	return nil
}

func (r *roundInHand) record(c *change) {
	root := []byte(c.key)
	switch {
	case !c.exists && c.known:
		r.after.Delete(c.projection.ID, root)
	case !c.exists:
	case len(c.added) > 0 && len(c.removed) == 0 && !c.isUnsettled(): // as announced
	case c.write || len(c.removed) > 0 || len(c.added) > 0:
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
