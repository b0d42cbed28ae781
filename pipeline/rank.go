package pipeline

import (
	"encoding/binary"

	"github.com/zeebo/xxh3"

	"materializer/projections"
	"materializer/store"
)

// The hash of a published record tells whether Redis has a document already. Of
// an element it is the value itself, so that the rank of its claim is known from
// the record: 8 bytes that sort as the scores do, the same for all members of a
// set, 0 for a root that never had a value. The byte after them is set while
// some of the root's claims may still be of another rank: see change.announced.
const unsettled = 8

// hashOf is the hash of a document of a shape.
func hashOf(shape projections.Shape, body []byte) (hash [16]byte) {
	switch shape {
	case projections.Set:
		binary.BigEndian.PutUint64(hash[:], nothing)
	case projections.ZSet:
		copy(hash[:], body)
	default:
		hash = xxh3.Hash128(body).Bytes()
	}
	return hash
}

// rankOf is the rank of the claims of a root with a published hash.
func rankOf(shape projections.Shape, hash [16]byte) uint64 {
	if !shape.Collects() {
		return 0
	}
	return ^binary.BigEndian.Uint64(hash[:])
}

// scoreOf is the score of an element whose claim has this rank.
func scoreOf(rank uint64) float64 {
	return projections.Score(binary.BigEndian.AppendUint64(nil, ^rank))
}

// ranked tells whether the rank of the root's claims has changed.
func (c *change) ranked() bool {
	return c.known && c.exists && rankOf(c.projection.Shape, c.before.Hash) != c.rank()
}

// rank is that of the claims that the root has from now on.
func (c *change) rank() uint64 { return rankOf(c.projection.Shape, c.hash) }

func (c *change) claimant() claimant { return claimant{c.projection.ID, c.key} }

func (c *change) claim() claim { return claim{c.rank(), c.claimant()} }

// announced is the hash of the record that is written before Redis gets anything.
// The claims on names that the root leaves stay as they are until the end of the
// round. A record that outlives a crash says that their rank is not the new one.
func (c *change) announced() [16]byte {
	hash := c.hash
	if c.ranked() && len(c.removed) > 0 || c.isUnsettled() {
		hash[unsettled] = 1
	}
	return hash
}

func (c *change) isUnsettled() bool {
	return c.known && c.projection.Claims && c.projection.Shape.Collects() && c.before.Hash[unsettled] != 0
}

// unclaim takes back the root's claim on a name that it had before.
func (r *roundInHand) unclaim(p *store.Publication, c *change, name []byte) error {
	p.Unclaim(name, store.Claim{Rank: rankOf(c.projection.Shape, c.before.Hash), Projection: c.projection.ID, Root: []byte(c.key)})
	if !c.isUnsettled() && !r.claims.forgotten[c.claimant()] {
		return nil
	}
	return r.unclaimAll(p, name, c.claimant())
}

// unclaimAll takes back all claims of a root on an element, whatever their rank.
func (r *roundInHand) unclaimAll(p *store.Publication, name []byte, root claimant) error {
	return r.db.Claims(name, func(have store.Claim) bool {
		if claimFrom(have).claimant == root {
			p.Unclaim(name, have)
		}
		return true
	})
}
