package pipeline

import (
	"cmp"
	"context"
	"slices"

	"materializer/projections"
)

// claims decides, for keys that are not their root's identity, whose document
// is under a key when several roots claim it: that of the first projection's
// lowest row key. Within one round the claims taken are in the store already
// (announce), those given up are kept here until its end.
type claims struct {
	round   *roundInHand
	left    map[string]map[claim]bool // by key: given up in this round
	pending []string                  // keys left, to be decided at the end of the round
	later   []change                  // roots that have left keys, recorded at the end of the round
	spared  []string                  // keys left that stay for now: rounds to come may write them
	closing bool                      // no other root of the round will take a key
}

type claim struct {
	projection uint16
	root       string
}

func (c claim) compare(other claim) int {
	return cmp.Or(cmp.Compare(c.projection, other.projection), cmp.Compare(c.root, other.root))
}

func newClaims(r *roundInHand) *claims {
	return &claims{round: r, left: map[string]map[claim]bool{}}
}

// resolve adds to made the writes of the keys of projections that keep claims,
// and at the end of the round what becomes of the keys left in it.
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
		if !change.projection.Claims {
			continue
		}
		if err := c.write(made, change, claim{change.projection.ID, change.key}); err != nil {
			return err
		}
	}
	if !last && !c.due() {
		return nil
	}
	return c.settle(made, last && c.round.work.all)
}

// due tells whether the keys left must be decided on before the round ends: they
// are too many to be remembered, or those decided on before are about to go.
func (c *claims) due() bool { return c.closing || len(c.pending) >= c.most() }

// most is how many keys left are remembered.
func (c *claims) most() int { return 16 * c.round.RoundRoots }

// decided forgets the keys left once what became of them is written down.
func (c *claims) decided() {
	c.left, c.pending, c.later, c.spared = map[string]map[claim]bool{}, nil, nil, nil
}

// leave gives up the claims on the keys that a root has left.
func (c *claims) leave(change *change) {
	for _, key := range change.removed {
		if c.left[string(key)] == nil {
			c.left[string(key)] = map[claim]bool{}
			c.pending = append(c.pending, string(key))
		}
		c.left[string(key)][claim{change.projection.ID, change.key}] = true
	}
}

// owned tells whether Redis has the root's document under a key already, as far
// as the store knows: no root before it claims the key or has left it just now.
func (c *claims) owned(key string, root claim) (bool, error) {
	first := false
	err := c.round.db.Claims([]byte(key), func(projection uint16, row []byte) bool {
		first = claim{projection, string(row)} == root
		return false
	})
	return first, err
}

// write adds the keys that the root may write: those that nobody before it claims.
func (c *claims) write(made *changes, change *change, self claim) error {
	for _, key := range change.keys {
		claimants, err := c.claimants(made, string(key))
		if err != nil {
			return err
		}
		if claimants[0] != self {
			c.collide(key, claimants)
			continue
		}
		if len(claimants) > 1 {
			c.collide(key, claimants)
		}
		owned, err := c.owned(string(key), self)
		if err != nil {
			return err
		}
		if change.write || !owned {
			made.set(key, change.body)
		}
	}
	return nil
}

// claimants lists who claims a key now, the owner first: whom the store knows,
// and the roots of this sending that take it, which are not announced yet.
func (c *claims) claimants(made *changes, key string) ([]claim, error) {
	list := slices.Clone(made.takers[key])
	err := c.round.db.Claims([]byte(key), func(projection uint16, root []byte) bool {
		have := claim{projection, string(root)}
		if !c.left[key][have] && !slices.Contains(list, have) {
			list = append(list, have)
		}
		return true
	})
	slices.SortFunc(list, claim.compare)
	return list, err
}

// settle decides what becomes of the keys that roots have left in this round:
// they are removed, unless somebody else claims them and so inherits them. Where
// the journal goes on, who takes a key may be further on in it: the key is spared
// until the round that reaches the journal's end, and counts as left over until then.
// So it is with keys that are too many to wait for the end of the round.
func (c *claims) settle(made *changes, end bool) error {
	if end {
		c.pending = append(c.pending, c.round.spared...)
	}
	for _, key := range c.pending {
		claimants, err := c.claimants(made, key)
		if err != nil {
			return err
		}
		switch {
		case len(claimants) > 0:
		case end:
			made.remove([]byte(key))
			continue
		default:
			c.spared = append(c.spared, key)
			continue
		}
		heir := claimants[0]
		if owned, err := c.owned(key, heir); err != nil || owned {
			if err != nil {
				return err
			}
			continue
		}
		if err := c.inherit(made, key, heir); err != nil {
			return err
		}
	}
	return nil
}

// flush removes, at the end of the journal, the keys spared that only the store
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
		made := &changes{}
		for _, leftover := range leftovers {
			made.remove(leftover.Key)
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

// inherit writes the heir's document under a key that its owner has left.
func (c *claims) inherit(made *changes, key string, heir claim) error {
	var projection *projections.Projection = c.round.Plan.Projections[heir.projection]
	var out result
	if err := c.round.workers[0].render(root{projection, heir.root}, &out); err != nil {
		return err
	}
	if out.exists && contains(out.keys, []byte(key)) {
		made.set([]byte(key), out.body)
		made.heirs = append(made.heirs, heir)
	}
	return nil
}

// collide reports a key that several roots claim: key_is_unique was not true, or
// two templates can make the same text.
func (c *claims) collide(key []byte, claimants []claim) {
	c.round.Metrics.Collisions.Inc()
	c.round.Logger.Warn("several rows claim one key; the first has it, the others take over when it is free",
		"key", string(key), "projection", c.round.Plan.Projections[claimants[0].projection].Name, "rows", len(claimants))
}
