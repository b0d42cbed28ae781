package pipeline

import (
	"errors"
	"fmt"

	"materializer/projections"
	"materializer/store"
)

// Results of aggregates that are kept up to date are changed here, before
// anything of the round is rendered: the touches of rows that they are made of
// are turned into touches of the documents that show a result that is another now.
//
// The changes and the touches that follow from them are one commit, so that a
// crash or a failing Redis repeats both or neither. The touches are rendered in
// the same round as far as there is room for them; the record that they are in is
// then forgotten with the round. What is kept is as of the journal that was taken:
// while a backlog is worked off it lags behind the rows, and nothing more is said
// to be visible until the journal has been taken to its end.

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

// keepResults goes through the touches that concern what is kept.
func (r *roundInHand) keepResults() (err error) {
	if !r.Plan.Keeps() {
		return nil
	}
	if len(r.work.kept) > 0 || r.work.long != 0 {
		k := r.newKeeping()
		defer func() {
			k.keep.Close()
			err = errors.Join(err, k.reader.Close())
		}()
		for _, touch := range r.work.kept {
			if err := k.keeper.Apply(touch, k.between); err != nil {
				return fmt.Errorf("keep results: %w", err)
			}
		}
		err := r.reread(func(touch store.Touch) error {
			if !r.Plan.Kept(touch.Node) {
				return nil
			}
			return k.keeper.Apply(touch, k.between)
		})
		if err != nil {
			return fmt.Errorf("keep results: %w", err)
		}
		if err := k.commit(); err != nil {
			return err
		}
	}
	for _, record := range r.follows {
		for _, touch := range record.touches {
			r.work.add(r.publisher, touch)
		}
	}
	return nil
}

// add notes a touch that follows from a change.
func (k *keeping) add(touch store.Touch) error {
	name := string(append([]byte{byte(touch.Node >> 8), byte(touch.Node)}, touch.Key...))
	if _, again := k.found[name]; !again {
		k.found[name] = struct{}{}
		k.list = append(k.list, store.Touch{Node: touch.Node, Key: []byte(name[2:])})
	}
	return nil
}

// between commits when much has gathered.
func (k *keeping) between() error {
	if k.keep.Size() < keepBytes && len(k.list) < k.RoundRoots {
		return nil
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
func (p *publisher) keepAll() (err error) {
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
	// Every root is rendered after a load, so no touch follows.
	if err := p.Plan.KeepAll(reader, p.db.Kept(), keep); err != nil {
		return fmt.Errorf("keep results: %w", err)
	}
	p.kept = true
	return p.db.SetKeptComplete()
}
