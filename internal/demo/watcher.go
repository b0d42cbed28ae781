package demo

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// watcher is a reader that asks Redis again and again for what shows the
// changes that were committed, and takes the time at which it has seen all of a
// change. It asks for the documents themselves, and trusts no position.
type watcher struct {
	redis *redis.Client
	tally *tally

	mu      sync.Mutex
	waiting []*watch
	wake    chan struct{} // holds one
}

// watch is one change that is waited for.
type watch struct {
	*change
	committed time.Time
	seen      int  // how many of the witnesses, in their order
	hurry     bool // the last answer showed some: the rest is probably there
}

const (
	// askInterval is between an answer and the next question.
	askInterval = 100 * time.Microsecond
	// askKeys bounds the places of one question, and askEach those of one change.
	askKeys, askEach = 1000, 250
	// patience is when a change that cannot be seen is given up and counted as unseen.
	patience = 30 * time.Second
)

func newWatcher(client *redis.Client, t *tally) *watcher {
	return &watcher{redis: client, tally: t, wake: make(chan struct{}, 1)}
}

func (w *watcher) add(c *change, committed time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = append(w.waiting, &watch{change: c, committed: committed})
	w.signal()
}

func (w *watcher) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// run asks until writing has ended and nothing is waited for any more, or ctx ends.
func (w *watcher) run(ctx context.Context, writing <-chan struct{}) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for ctx.Err() == nil {
		if w.ask(ctx) {
			pause.Reset(askInterval)
			select {
			case <-pause.C:
			case <-ctx.Done():
			}
			continue
		}
		select {
		case <-w.wake:
		case <-ctx.Done():
		case <-writing:
			if w.idle() {
				return
			}
		}
	}
}

func (w *watcher) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) == 0
}

// ask puts one question about all changes waited for, and tells
// whether there was any.
func (w *watcher) ask(ctx context.Context) bool {
	w.mu.Lock()
	watches := slices.Clone(w.waiting)
	w.mu.Unlock()
	if len(watches) == 0 {
		return false
	}
	var places []place
	var asked []int // of each watch
	for _, watch := range watches {
		n := min(watch.next(), askKeys-len(places))
		for _, witness := range watch.witnesses[watch.seen : watch.seen+n] {
			places = append(places, witness.place)
		}
		asked = append(asked, n)
	}
	var held [][]byte
	if len(places) > 0 {
		var err error
		if held, err = look(ctx, w.redis, places); err != nil {
			held = nil // Redis is away: nothing can be seen
		}
	}
	w.judge(watches, asked, held, time.Now())
	return true
}

// next is how many witnesses to ask for: one until it is seen, then the rest.
func (w *watch) next() int {
	if left := len(w.witnesses) - w.seen; w.hurry || left == 0 {
		return min(left, askEach)
	}
	return 1
}

// judge looks at the answer, which was here at the time given.
func (w *watcher) judge(watches []*watch, asked []int, held [][]byte, at time.Time) {
	done := map[*watch]bool{}
	for i, watch := range watches {
		n := min(asked[i], len(held))
		watch.look(held[:n])
		held = held[n:]
		switch {
		case watch.seen == len(watch.witnesses):
			w.tally.visible(watch.change, at.Sub(watch.committed))
			done[watch] = true
		case at.Sub(watch.committed) > patience:
			w.tally.giveUp(watch.change)
			done[watch] = true
		}
		if done[watch] {
			watch.release()
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting = slices.DeleteFunc(w.waiting, func(watch *watch) bool { return done[watch] })
}

func (w *watch) look(held [][]byte) {
	before := w.seen
	for _, one := range held {
		if !w.witnesses[w.seen].seen(one) {
			break
		}
		w.seen++
	}
	if len(held) > 0 {
		w.hurry = w.seen > before
	}
}
