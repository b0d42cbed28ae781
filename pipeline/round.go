package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"time"

	"materializer/cdc"
	"materializer/projections"
	"materializer/store"
	"materializer/writer"
)

// roundBytes bounds the documents held before they are sent.
const roundBytes = 4 << 20

// root is one document to be rendered.
type root struct {
	projection *projections.Projection
	key        string
}

// work is what a round has to do: the journal up to some record.
type work struct {
	roots   map[root]struct{}
	fan     []store.Touch // to be followed up to roots
	long    uint64        // the last record if it is too long to be remembered; else 0
	noted   int           // how many of its touches are remembered all the same
	last    uint64        // journal record that the round ends with; 0 if there is none
	lsn     cdc.LSN       // every touch up to here is part of the round
	all     bool          // the journal ends here
	touches int
}

// publish makes one round: what is touched in a snapshot, rendered and written.
func (p *publisher) publish(ctx context.Context) (more bool, err error) {
	snapshot := p.db.Snapshot()
	defer snapshot.Close()
	w, err := p.collect(snapshot)
	if err != nil {
		return false, err
	}
	// A snapshot is durable, also where the ingest loop has not come to say so yet.
	p.positions.Persist(snapshot.Position().LSN, snapshot.Position().CommitTime)
	visible := p.positions.Now().Visible
	if w.last == 0 && p.owed <= snapshot.JournalEnd() {
		p.owed = 0
	}
	if w.last == 0 && p.refill == nil && len(p.mending) == 0 && snapshot.Position().LSN <= visible {
		return false, nil
	}
	began := time.Now()
	r := &roundInHand{publisher: p, snapshot: snapshot, work: w}
	r.force = p.refill != nil || p.distrust || len(p.mending) > 0
	r.whole = p.refill != nil && *p.refill == 0 || p.db.Round() == 0
	defer r.close()
	r.claims = newClaims(r)
	p.round++
	cuts := p.cuts
	if err := r.keepResults(ctx); err != nil {
		return false, err
	}
	r.visible = visible
	p.refilling = p.refilling || p.refill != nil
	paid := p.owed <= snapshot.JournalEnd() && (w.all || p.owed <= w.last)
	if paid && (w.all || !p.refilling) {
		r.visible, r.commit, cuts = cuts.after(visible, w.lsn, snapshot.Position(), w.all, p.depth())
	}
	if err := r.run(ctx); err != nil {
		return false, err
	}
	if p.follows = nil; paid {
		p.owed = 0
	}
	p.answered()
	p.cuts, p.refill, p.mending = cuts, nil, nil
	p.distrust, p.refilling = p.distrust && !w.all, p.refilling && !w.all
	p.positions.Show(r.visible, r.commit)
	p.Metrics.observeRound(w.touches, time.Since(began), snapshot.Position().CommitTime, w.all)
	return !w.all, nil
}

// size is what the work holds in memory.
func (w *work) size() int { return len(w.roots) + len(w.fan) }

// collect reads the journal from its beginning until there is enough for a round.
// A round ends with a whole record. What was folded during an outage may be one
// record of any length: past twice the size its touches are left in the journal.
func (p *publisher) collect(snapshot *store.Snapshot) (*work, error) {
	w := &work{roots: map[root]struct{}{}, all: true, lsn: snapshot.Position().LSN}
	fans := map[string]struct{}{}
	journal := snapshot.Journal()
	for journal.Next() {
		if journal.Seq() != w.last {
			if w.size() >= 4*p.RoundRoots {
				w.all = false
				break
			}
			w.last, w.noted = journal.Seq(), 0
		}
		lsn := journal.LSN()
		err := journal.Touches(func(t store.Touch) error {
			return p.note(w, fans, t)
		})
		if err != nil {
			journal.Close()
			return nil, err
		}
		if w.lsn = lsn; lsn == 0 {
			w.lsn = snapshot.Position().LSN
		}
	}
	if err := errors.Join(journal.Err(), journal.Close()); err != nil {
		return nil, fmt.Errorf("read journal: %w", err)
	}
	if w.all {
		w.lsn = snapshot.Position().LSN
	}
	return w, nil
}

func (p *publisher) note(w *work, fans map[string]struct{}, t store.Touch) error {
	w.touches++
	switch {
	case p.Plan.Kept(t.Node): // see keepResults
		if w.long != w.last {
			w.noted++
		}
		return nil
	case int(t.Node) >= len(p.Plan.Nodes):
		return fmt.Errorf("the journal names node %d, which the plan does not have", t.Node)
	}
	if w.size() >= 8*p.RoundRoots {
		w.long = w.last
		return nil
	}
	w.noted++
	if one, ok := p.touched(t); ok {
		w.roots[one] = struct{}{}
		return nil
	}
	name := touchName(t)
	if _, again := fans[name]; !again {
		fans[name] = struct{}{}
		w.fan = append(w.fan, touchOf(name))
	}
	return nil
}

// add adds a touch that leads to documents.
func (w *work) add(p *publisher, t store.Touch) {
	if one, ok := p.touched(t); ok {
		w.roots[one] = struct{}{}
		return
	}
	w.fan = append(w.fan, t)
}

// touched gives the root that a touch names, unless it is one to be followed.
func (p *publisher) touched(t store.Touch) (root, bool) {
	node := p.Plan.Nodes[t.Node]
	return root{node.Projection, string(t.Key)}, node.Parent == nil && len(t.Key) > 0
}

// roundInHand is a round while it is made. Results gather until they are worth
// sending; the last ones go with the marker, in one step if they are few.
type roundInHand struct {
	*publisher
	snapshot *store.Snapshot
	work     *work
	visible  cdc.LSN   // what may be claimed once the round is done
	commit   time.Time // of the last transaction visible then
	force    bool      // documents are written also if Redis seems to have them
	whole    bool      // every document is written
	queue    []root
	results  []*result
	bytes    int
	after    *store.Publication
	claims   *claims
}

func (r *roundInHand) close() {
	for _, worker := range r.workers {
		worker.leave()
	}
	if r.after != nil {
		r.after.Close()
	}
}

func (r *roundInHand) run(ctx context.Context) error {
	r.after = r.db.NewPublication()
	for _, worker := range r.renderers() {
		worker.enter(r.snapshot)
	}
	queue := make([]root, 0, len(r.work.roots))
	for one := range r.work.roots {
		queue = append(queue, one)
	}
	sort.Slice(queue, func(i, j int) bool {
		if queue[i].projection != queue[j].projection {
			return queue[i].projection.ID < queue[j].projection.ID
		}
		return queue[i].key < queue[j].key
	})
	for _, one := range queue {
		if err := r.add(ctx, one); err != nil {
			return err
		}
	}
	if err := r.follow(ctx); err != nil {
		return err
	}
	if err := r.refillRoots(ctx); err != nil {
		return err
	}
	if err := r.mendRoots(ctx); err != nil {
		return err
	}
	if err := r.drain(ctx); err != nil {
		return err
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	return r.send(ctx, true)
}

// follow adds the roots that fan-out touches lead to, and those of a record that
// is too long to be remembered.
func (r *roundInHand) follow(ctx context.Context) error {
	if len(r.work.fan) == 0 && r.work.long == 0 {
		return nil
	}
	reader := r.snapshot.NewReader()
	defer reader.Close()
	follower := r.Plan.NewFollower(reader)
	up := func(touch store.Touch) error {
		err := follower.Follow(touch, func(p *projections.Projection, key []byte) error {
			return r.once(ctx, root{p, string(key)})
		})
		if err != nil {
			return fmt.Errorf("follow touches: %w", err)
		}
		return nil
	}
	for _, touch := range r.work.fan {
		if err := up(touch); err != nil {
			return err
		}
	}
	return r.reread(func(touch store.Touch) error {
		if r.Plan.Kept(touch.Node) {
			return nil // see keepResults
		}
		if one, ok := r.touched(touch); ok {
			return r.once(ctx, one)
		}
		return up(touch)
	})
}

// reread reads the long record once more, from where collect stopped remembering it.
func (r *roundInHand) reread(fn func(store.Touch) error) error {
	if r.work.long == 0 {
		return nil
	}
	journal := r.snapshot.Journal()
	at := 0
	var err error
	for err == nil && journal.Next() && journal.Seq() <= r.work.long {
		if journal.Seq() < r.work.long {
			continue
		}
		err = journal.Touches(func(touch store.Touch) error {
			if at++; at <= r.work.noted {
				return nil
			}
			return fn(touch)
		})
	}
	return errors.Join(err, journal.Err(), journal.Close())
}

// once adds a root unless the round has it.
func (r *roundInHand) once(ctx context.Context, one root) error {
	if _, done := r.work.roots[one]; done {
		return nil
	}
	if len(r.work.roots) < 64*r.RoundRoots { // remembered up to a bound, rendered again past it
		r.work.roots[one] = struct{}{}
	}
	return r.add(ctx, one)
}

// add queues a root, renders when a queue is full and sends when there is much.
func (r *roundInHand) add(ctx context.Context, one root) error {
	if r.queue = append(r.queue, one); len(r.queue) < min(renderQueue, r.RoundRoots) {
		return nil
	}
	if err := r.drain(ctx); err != nil {
		return err
	}
	if len(r.results) < r.RoundRoots && r.bytes < roundBytes {
		return nil
	}
	return r.send(ctx, false)
}

// drain renders the queue. What does not fit in memory with the rest is sent in between.
func (r *roundInHand) drain(ctx context.Context) error {
	for {
		if err := r.render(); err != nil || len(r.queue) == 0 {
			return err
		}
		if err := r.send(ctx, false); err != nil {
			return err
		}
	}
}

// marker is what Redis is told with the round in hand.
func (p *publisher) marker(visible cdc.LSN, commit time.Time) writer.Marker {
	id := p.db.Identity()
	return writer.Marker{StateID: id.StateID, Epoch: id.Epoch, Round: p.round, LSN: visible, Time: commit}
}

// send writes the results gathered so far to Redis, with the marker if they are the last.
func (r *roundInHand) send(ctx context.Context, last bool) error {
	changes, err := r.changes(last)
	if err != nil {
		return err
	}
	if err := r.announce(changes); err != nil {
		return err
	}
	commands := changes.commands()
	if last {
		err = r.Sink.Write(ctx, commands, r.marker(r.visible, r.commit))
	} else {
		err = r.Sink.Push(ctx, commands)
	}
	if err != nil && !r.refused(err) {
		return err
	}
	r.Metrics.observeWrite(changes)
	if err := r.acknowledge(changes, last); err != nil {
		return err
	}
	clear(r.results) // they keep the documents alive
	r.results, r.bytes = r.results[:0], 0
	for _, worker := range r.workers {
		worker.reset()
	}
	return nil
}

func (p *publisher) depth() int {
	deepest := 0
	for _, node := range p.Plan.Nodes {
		depth := 0
		for ; node.Parent != nil; node = node.Parent {
			depth++
		}
		deepest = max(deepest, depth)
	}
	return deepest
}
