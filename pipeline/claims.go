package pipeline

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"materializer/projections"
	"materializer/store"
)

// claims decides what is under a name that several roots claim: of a document's
// key the document of the first projection's lowest row key, of an element the
// best score. Within one round the claims taken are in the store already
// (announce), those given up are kept here until its end.
type claims struct {
	round   *roundInHand
	left    map[string]map[claimant]bool // by name: given up in this round
	pending []string                     // names left, to be decided at the end of the round
	later   []change                     // roots that have left names, recorded at the end of the round
	spared  []string                     // names left that stay for now: rounds to come may write them
	shown   map[string]uint64            // by element that roots have left: the rank of the score written since
	closing bool                         // no other root of the round will take a name
	// forgotten is the roots with a claim that this round has made one of no value.
	forgotten map[claimant]bool
}

// claim is a root's wish for a name. The first of all claims counts.
type claim struct {
	rank uint64
	claimant
}

type claimant struct {
	projection uint16
	root       string
}

func (c claim) compare(other claim) int {
	return cmp.Or(cmp.Compare(c.rank, other.rank), cmp.Compare(c.projection, other.projection), cmp.Compare(c.root, other.root))
}

func (c claim) stored() store.Claim {
	return store.Claim{Rank: c.rank, Projection: c.projection, Root: []byte(c.root)}
}

func claimFrom(c store.Claim) claim { return claim{c.Rank, claimant{c.Projection, string(c.Root)}} }

// nothing is the rank of a root that has claimed an element and never had a value for it.
const nothing = math.MaxUint64

func newClaims(r *roundInHand) *claims {
	return &claims{round: r, left: map[string]map[claimant]bool{}, shown: map[string]uint64{}, forgotten: map[claimant]bool{}}
}

// resolve adds to made the writes of the names of projections that keep claims,
// and at the end of the round what becomes of the names left in it.
func (c *claims) resolve(made *changes, last bool) error {
	for i := range made.list {
		change := &made.list[i]
		if !change.projection.Claims {
			continue
		}
		c.leave(change)
		made.take(change)
	}
	for i := range made.list {
		change := &made.list[i]
		if !change.projection.Claims || !change.exists {
			continue
		}
		write := c.write
		if change.projection.Shape.Collects() {
			write = c.writeElements
		}
		if err := write(made, change); err != nil {
			return err
		}
	}
	if !last && !c.due() {
		return nil
	}
	return c.settle(made, last && c.round.work.all)
}

// due tells whether the names left must be decided on before the round ends: they
// are too many to be remembered, or those decided on before are about to go.
func (c *claims) due() bool { return c.closing || len(c.pending) >= c.most() }

// most is how many names left are remembered.
func (c *claims) most() int { return 16 * c.round.RoundRoots }

// decided forgets the names left once what became of them is written down.
func (c *claims) decided() {
	c.left, c.pending, c.later, c.spared = map[string]map[claimant]bool{}, nil, nil, nil
	clear(c.shown)
}

// leave gives up the claims on the names that a root has left.
func (c *claims) leave(change *change) {
	for _, name := range change.removed {
		if c.left[string(name)] == nil {
			c.left[string(name)] = map[claimant]bool{}
			c.pending = append(c.pending, string(name))
		}
		c.left[string(name)][change.claimant()] = true
	}
}

// write adds the keys that the root may write: those that nobody before it claims.
func (c *claims) write(made *changes, change *change) error {
	self := change.claim()
	for _, key := range change.keys {
		claims, held, err := c.some(made, string(key), math.MaxInt)
		if err != nil {
			return err
		}
		if claims[0] != self {
			c.collide(key, claims)
			continue
		}
		if len(claims) > 1 {
			c.collide(key, claims)
		}
		if change.write || held != self {
			made.set(change.projection.Shape, key, change.body)
		}
	}
	return nil
}

// writeElements adds the elements whose value the root has changed, or may have.
func (c *claims) writeElements(made *changes, change *change) error {
	shape := change.projection.Shape
	for _, name := range change.keys {
		claims, held, err := c.some(made, string(name), 1)
		if err != nil {
			return err
		}
		if !c.round.force && held.rank == claims[0].rank {
			continue
		}
		winner := change.claim() // any member is as good as another in a set
		if shape == projections.ZSet {
			if winner, _, err = c.winner(made, string(name)); err != nil {
				return err
			}
		}
		made.element(shape, name, winner.rank)
		if c.left[string(name)] != nil {
			c.shown[string(name)] = winner.rank
		}
		if winner.claimant != change.claimant() {
			made.heirs = append(made.heirs, heir{claimant: winner.claimant})
		}
	}
	return nil
}

// winner is the claim whose score an element has now. What the store says of a
// root that is not part of this sending may be out of date, and after a crash
// also behind what Redis has shown: such a root is looked at. If it is out of date
// its value is forgotten: what Redis shows must follow from the claims that the
// store has. The root will come itself, later in the journal.
func (c *claims) winner(made *changes, name string) (best claim, found bool, err error) {
	best.rank = nothing
	for _, taker := range made.takers[name] {
		if !found || taker.compare(best) < 0 {
			best, found = taker, true
		}
	}
	var failed error
	err = c.round.db.Claims([]byte(name), func(stored store.Claim) bool {
		one := claimFrom(stored)
		if c.left[name][one.claimant] || made.takes(name, one.claimant) {
			return true
		}
		if found && one.rank >= best.rank {
			return false
		}
		now, holds, err := c.fresh(name, one)
		if err != nil {
			failed = err
			return false
		}
		if !holds || now != one {
			made.heirs = append(made.heirs, heir{claimant: one.claimant, forgotten: name})
		}
		if holds && now.rank < best.rank {
			best, found = now, true
		}
		return true
	})
	return best, found, errors.Join(err, failed)
}

// fresh is a claim as it is in the round's snapshot.
func (c *claims) fresh(name string, one claim) (now claim, holds bool, err error) {
	projection := c.round.Plan.Projections[one.projection]
	var out result
	if err := c.round.workers[0].render(root{projection, one.root}, &out); err != nil {
		return one, false, err
	}
	if out.parked != nil { // it keeps what it was
		return one, one.rank != nothing, nil
	}
	one.rank = rankOf(projection.Shape, out.hash)
	return one, out.exists && contains(out.keys, []byte(name)), nil
}

// some lists at least so many of the claims on a name, the first ones, if there
// are: those that the store knows, and those of this sending, which are not
// announced yet. held is the claim that Redis shows the value of already, as far as
// the store and the round know: its first, of roots that have left it just now as well.
func (c *claims) some(made *changes, name string, most int) (list []claim, held claim, err error) {
	list, held.rank = slices.Clone(made.takers[name]), nothing
	found, any := 0, false
	err = c.round.db.Claims([]byte(name), func(stored store.Claim) bool {
		have := claimFrom(stored)
		if !any {
			held, any = have, true
		}
		if !c.left[name][have.claimant] && !made.takes(name, have.claimant) {
			list = append(list, have)
			found++
		}
		return found < most
	})
	if rank, written := c.shown[name]; written {
		held.rank = rank
	}
	slices.SortFunc(list, claim.compare)
	return list, held, err
}

// settle decides what becomes of the names that roots have left in this round:
// they are removed, unless somebody else claims them and so inherits them. Where
// the journal goes on, who takes a name may be further on in it: the name is spared
// until the round that reaches the journal's end, and counts as left over until then.
// So it is with names that are too many to wait for the end of the round.
func (c *claims) settle(made *changes, end bool) error {
	if end {
		c.pending = append(c.pending, c.round.spared...)
	}
	for _, name := range c.pending {
		claims, held, err := c.some(made, name, 1)
		if err != nil {
			return err
		}
		switch {
		case len(claims) > 0 && claims[0].rank != nothing:
			if err := c.inherit(made, name, claims[0], held); err != nil {
				return err
			}
		case end:
			made.remove([]byte(name))
		default:
			c.spared = append(c.spared, name)
		}
	}
	return nil
}

// flush removes, at the end of the journal, the names spared that only the store
// knows. Who takes one has been written: the others are gone before the marker
// says so.
func (r *roundInHand) flush(ctx context.Context) error {
	if !r.overflown || !r.work.all {
		return nil
	}
	r.claims.closing = true
	if err := r.send(ctx, false); err != nil {
		return err
	}
	for {
		leftovers, err := r.db.Leftovers(nil, r.RoundRoots)
		if err != nil || len(leftovers) == 0 {
			return err
		}
		made := r.newChanges()
		for _, leftover := range leftovers {
			made.drop(leftover.Key)
		}
		if err := r.Sink.Push(ctx, made.commands()); err != nil && !r.refused(err) {
			return err
		}
		r.Metrics.observeWrite(made)
		if err := r.acknowledge(made, false); err != nil {
			return err
		}
	}
}

// inherit writes what the heir has under a name that others have left.
func (c *claims) inherit(made *changes, name string, first, held claim) error {
	projection := c.round.Plan.Projections[first.projection]
	switch projection.Shape {
	case projections.Set:
		return nil // the member is there, whoever claims it
	case projections.ZSet:
		return c.inheritScore(made, name, projection, held)
	}
	if held == first {
		return nil
	}
	var out result
	if err := c.round.workers[0].render(root{projection, first.root}, &out); err != nil {
		return err
	}
	switch {
	case out.exists && contains(out.keys, []byte(name)):
		made.set(projection.Shape, []byte(name), out.body)
	case out.parked != nil:
		// It never had a document here, and what is here is of a root that has left.
		made.remove([]byte(name))
	}
	// What is here now need not be what the heir's record says: its turn may come
	// later in the journal, and it may be by then what it was at first.
	made.heirs = append(made.heirs, heir{claimant: first.claimant, forgotten: name})
	return nil
}

// inheritScore also notes the heir of the same score: a Redis that falls back
// may have an older one.
func (c *claims) inheritScore(made *changes, name string, projection *projections.Projection, held claim) error {
	winner, found, err := c.winner(made, name)
	if err != nil || !found {
		return err // those who claim it leave it as well, later in the journal
	}
	if c.round.force || held.rank != winner.rank {
		made.element(projection.Shape, []byte(name), winner.rank)
	}
	made.heirs = append(made.heirs, heir{claimant: winner.claimant})
	return nil
}

// collide reports a key that several roots claim: key_is_unique was not true, or
// two templates can make the same text.
func (c *claims) collide(key []byte, claims []claim) {
	c.round.Metrics.Collisions.Inc()
	c.round.Logger.Warn("several rows claim one key; the first has it, the others take over when it is free",
		"key", string(key), "projection", c.round.Plan.Projections[claims[0].projection].Name, "rows", len(claims))
}
