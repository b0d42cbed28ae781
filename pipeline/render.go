package pipeline

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"materializer/projections"
	"materializer/store"
)

// renderQueue is how many roots are rendered at once, by all workers together.
const renderQueue = 512

// result is one root rendered: what Redis should hold for it.
type result struct {
	root
	exists bool
	keys   [][]byte // names: see projections.Document
	body   []byte
	hash   [16]byte
	before store.Published
	known  bool  // before is set
	parked error // why there is no document for now; what Redis holds is kept
}

// renderer is one worker with its buffers.
type renderer struct {
	db      *store.DB
	reader  *store.Reader
	builder *projections.Builder
	arena   []byte
}

func (p *publisher) renderers() []*renderer {
	for len(p.workers) < runtime.GOMAXPROCS(0) {
		p.workers = append(p.workers, &renderer{db: p.db})
	}
	return p.workers
}

// enter begins reading a snapshot.
func (w *renderer) enter(snapshot *store.Snapshot) {
	w.reader = snapshot.NewReader()
	w.builder = projections.NewBuilder(w.reader, w.db.Kept())
}

func (w *renderer) leave() {
	if w.reader != nil {
		w.reader.Close()
		w.reader, w.builder = nil, nil
	}
	w.reset()
}

// reset forgets the bytes of earlier results.
func (w *renderer) reset() { w.arena = w.arena[:0] }

// arenaBytes is how much a renderer holds between results, whatever their size.
const arenaBytes = 256 << 10

// keep copies bytes to where they stay until reset.
func (w *renderer) keep(b []byte) []byte {
	if len(b) > arenaBytes/4 {
		return bytes.Clone(b)
	}
	if cap(w.arena)-len(w.arena) < len(b) {
		w.arena = make([]byte, 0, arenaBytes) // results keep the old one alive
	}
	from := len(w.arena)
	w.arena = append(w.arena, b...)
	return w.arena[from:len(w.arena):len(w.arena)]
}

// render turns the queue into results, in the queue's order. It stops where
// there is enough to be sent and leaves the rest of the queue.
func (r *roundInHand) render() error {
	if len(r.queue) == 0 {
		return nil
	}
	rendered := make([]result, len(r.queue))
	workers := r.workers[:min(len(r.workers), 1+len(r.queue)/16)]
	var taken, held atomic.Int64
	held.Store(int64(r.bytes))
	var group errgroup.Group
	for _, worker := range workers {
		part := func() error {
			for held.Load() < roundBytes {
				at := int(taken.Add(1)) - 1
				if at >= len(r.queue) {
					break
				}
				if err := worker.render(r.queue[at], &rendered[at]); err != nil {
					return err
				}
				held.Add(int64(len(rendered[at].body)))
			}
			return nil
		}
		if len(workers) > 1 {
			group.Go(part)
		} else if err := part(); err != nil {
			return err
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	done := min(int(taken.Load()), len(r.queue))
	for i := range rendered[:done] {
		if rendered[i].parked != nil {
			if err := r.park(&rendered[i]); err != nil {
				return err
			}
			continue
		}
		r.results = append(r.results, &rendered[i])
	}
	r.bytes = int(held.Load())
	r.queue = slices.Delete(r.queue, 0, done)
	return nil
}

func (w *renderer) render(one root, out *result) error {
	out.root = one
	key := []byte(one.key)
	doc, exists, err := w.builder.Build(one.projection, key)
	if projections.Unshowable(err) {
		out.parked, err = err, nil
	}
	if err != nil {
		return fmt.Errorf("render projection %s: %w", one.projection.Name, err)
	}
	if out.before, out.known, err = w.reader.Published(one.projection.ID, key); err != nil {
		return err
	}
	if !exists && out.parked == nil {
		return nil
	}
	for _, name := range doc.Keys {
		out.keys = append(out.keys, w.keep(name))
	}
	if out.exists = exists; exists {
		out.body = w.keep(doc.Body)
		out.hash = hashOf(one.projection.Shape, doc.Body)
	}
	return nil
}
