package pipeline

import (
	"fmt"

	"context"

	"materializer/projections"
	"materializer/store"
)

// mend has the collections written again that something else was found in the
// place of. That is durable before the first member comes: a collection that a
// crash leaves in the middle of it cannot be told from a whole one.
func (p *publisher) mend(keys [][]byte) error {
	publication := p.db.NewPublication()
	defer publication.Close()
	if p.mending == nil {
		p.mending = map[string]bool{}
	}
	for _, key := range keys {
		publication.Mend(key)
		p.mending[string(key)] = true
	}
	p.Logger.Warn("something else is under keys of collections; it is replaced", "keys", len(keys), "first", string(keys[0]))
	p.distrust = true // some of the round may be in Redis
	return publication.Commit(true)
}

// mendLater reads, at a start, which collections were being mended.
func (p *publisher) mendLater() error {
	return p.db.Mend(func(key []byte) error {
		if p.mending == nil {
			p.mending = map[string]bool{}
		}
		p.mending[string(key)] = true
		return nil
	})
}

// replaces tells whether the round brings all members of a collection.
func (r *roundInHand) replaces(key []byte) bool { return r.whole || r.mending[string(key)] }

// mendRoots adds the roots with members in collections to be mended. Those that
// were never published are in the journal, and follow.
func (r *roundInHand) mendRoots(ctx context.Context) error {
	if len(r.mending) == 0 {
		return nil
	}
	err := r.db.PublishedAll(func(projection uint16, key []byte, published store.Published) error {
		one := root{r.Plan.Projections[projection], string(key)}
		if one.projection.Shape.Collects() && r.isMember(published.Keys) {
			return r.once(ctx, one)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("mend collections: %w", err)
	}
	return nil
}

func (r *roundInHand) isMember(names [][]byte) bool {
	for _, name := range names {
		if key, _, ok := projections.SplitElement(name); ok && r.mending[string(key)] {
			return true
		}
	}
	return false
}
