package pipeline

import (
	"context"
	"errors"
	"fmt"
	"time"

	"materializer/projections"
	"materializer/store"
)

// Results of aggregates that are kept up to date are changed here, before
// anything of the round is rendered: the touches of rows that they are made of
// are turned into touches of the documents that show a result that is another now.
//
// The changes and the touches that follow from them are one commit, durable before
// Redis is given anything, so that a crash or a failing Redis repeats both or neither. The touches are rendered in
// the same round as far as there is room for them; the record that they are in is
// then forgotten with the round. The whole journal is gone through, also where the
// round takes only its beginning: what is kept is as of the snapshot that the
// documents are made from, so that a document never shows totals of one time
// beside rows of another.

// keepBytes is how much is changed before it is committed.
const keepBytes = 4 << 20

// follows is a journal record of touches that follow from what was kept.
type follows struct {
	seq     uint64
	touches []store.Touch
}

// keeping is what a round does for results that are kept.
type keeping struct {
	*roundInHand
	reader *store.Reader
	keep   *store.Keep
	keeper *projections.Keeper
	found  map[string]struct{} // touches not yet committed
	list   []store.Touch
}

func (r *roundInHand) newKeeping() *keeping {
	k := &keeping{roundInHand: r, reader: r.snapshot.NewReader(), keep: r.db.NewKeep(), found: map[string]struct{}{}}
	k.keeper = r.Plan.NewKeeper(k.reader, k.keep, k.add)
	return k
}

// keepResults goes through the touches that concern what is kept, as far as the
// snapshot goes and earlier rounds have not gone.
func (r *roundInHand) keepResults(ctx context.Context) error {
	if !r.Plan.Keeps() {
		return nil
	}
	if end := r.snapshot.JournalEnd(); end > r.keptUpTo {
		if err := r.newKeeping().run(ctx); err != nil {
			return fmt.Errorf("keep results: %w", err)
		}
		r.publisher.keptUpTo = end
	}
	if len(r.follows) > 0 {
		// Otherwise a crash could take back what Redis has been shown, and a later
		// snapshot find that nothing has changed.
		if err := r.db.SyncKept(); err != nil {
			return err
		}
	}
	for _, record := range r.follows {
		for _, touch := range record.touches {
			if !r.Plan.Kept(touch.Node) { // else it was unfinished when the record was made, and is not any more
				r.work.add(r.publisher, touch)
			}
		}
	}
	return nil
}

// keptDone is how many touches are remembered so as not to follow them again.
const keptDone = 1 << 16

func (k *keeping) run(ctx context.Context) (err error) {
	journal := k.snapshot.JournalFrom(k.keptUpTo + 1)
	defer func() {
		k.keep.Close()
		err = errors.Join(err, journal.Err(), journal.Close(), k.reader.Close())
	}()
	between := func(unfinished []store.Touch) error {
		if err := ctx.Err(); err != nil {
			return err // what is not committed is done again
		}
		return k.between(unfinished)
	}
	done := map[string]struct{}{}
	for journal.Next() {
		err := journal.Touches(func(touch store.Touch) error {
			if !k.Plan.Kept(touch.Node) {
				return nil
			}
			name := touchName(touch)
			if _, again := done[name]; again {
				return nil
			}
			if len(done) < keptDone {
				done[name] = struct{}{}
			}
			return k.keeper.Apply(touch, between)
		})
		if err != nil {
			return err
		}
	}
	return k.commit()
}

// touchName is a touch as the key of a map, of which touchOf makes a touch again.
func touchName(touch store.Touch) string {
	return string(append([]byte{byte(touch.Node >> 8), byte(touch.Node)}, touch.Key...))
}

func touchOf(name string) store.Touch {
	return store.Touch{Node: uint16(name[0])<<8 | uint16(name[1]), Key: []byte(name[2:])}
}

// add notes a touch that follows from a change.
func (k *keeping) add(touch store.Touch) error {
	name := touchName(touch)
	if _, again := k.found[name]; !again {
		k.found[name] = struct{}{}
		k.list = append(k.list, touchOf(name))
	}
	return nil
}

// between commits when much has gathered, and with it what would be left to be
// done after a crash.
func (k *keeping) between(unfinished []store.Touch) error {
	if k.keep.Size() < keepBytes && len(k.list) < k.RoundRoots {
		return nil
	}
	for _, touch := range unfinished {
		if err := k.add(touch); err != nil {
			return err
		}
	}
	return k.commit()
}

// commit makes the changes. What follows from them belongs to the round, or, if
// the round is full, to one of the next.
func (k *keeping) commit() error {
	noted := 0
	for _, record := range k.follows {
		noted += len(record.touches)
	}
	later := noted+len(k.list) > 8*k.RoundRoots
	seq, err := k.keep.Commit(k.list, later)
	if err != nil {
		return err
	}
	if later {
		k.work.all = false
		k.publisher.owed = seq
	} else if seq != 0 {
		k.publisher.follows = append(k.publisher.follows, follows{seq, k.list})
	}
	k.list = nil
	clear(k.found)
	return nil
}

// keepAll makes what is kept of all rows, once for a state. It can be broken
// off and begun again.
func (p *publisher) keepAll(ctx context.Context) (err error) {
	if p.kept || !p.Plan.Keeps() {
		return nil
	}
	complete, err := p.db.KeptComplete()
	if err != nil || complete {
		p.kept = complete
		return err
	}
	snapshot := p.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer func() { err = errors.Join(err, reader.Close()) }()
	keep, err := p.db.NewKeepAll()
	if err != nil {
		return err
	}
	defer keep.Close()
	began := time.Now()
	p.Logger.Info("totals of aggregates are made of all rows")
	// Every root is rendered after a load, so no touch follows.
	if err := p.Plan.KeepAll(ctx, reader, p.db.Kept(), keep); err != nil {
		return fmt.Errorf("keep results: %w", err)
	}
	if err := p.db.SetKeptComplete(); err != nil {
		return err
	}
	p.kept = true
	p.Logger.Info("totals of aggregates are kept from here on", "took", time.Since(began).Round(time.Millisecond))
	return nil
}
