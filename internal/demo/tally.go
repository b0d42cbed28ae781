package demo

import (
	"maps"
	"sync"
	"time"
)

// tally counts what happens: since the beginning, and since it was last asked.
type tally struct {
	mu     sync.Mutex
	now    second
	total  second
	wide   latencies // of the changes that show in many documents
	widest int       // documents
	unseen []string  // the texts of changes that did not become visible in time
	skips  int64
}

// second is what happened in a stretch of time.
type second struct {
	commits   int64
	kinds     map[*kind]int64
	latencies latencies
	samples   map[*kind]sample // the last one of each kind
}

// sample is a change that has become visible.
type sample struct {
	text string
	took time.Duration
}

func newTally() *tally { return &tally{now: newSecond(), total: newSecond()} }

func newSecond() second { return second{kinds: map[*kind]int64{}, samples: map[*kind]sample{}} }

func (t *tally) commit(k *kind) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.commits++
	t.now.kinds[k]++
}

// skip counts transactions that did not come about.
func (t *tally) skip() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.skips++
}

func (t *tally) visible(c *change, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(c.witnesses) == 0 {
		return // nothing shows it
	}
	t.now.latencies.add(took)
	t.now.samples[c.kind] = sample{c.text, took}
	if c.documents > 0 {
		t.wide.add(took)
		t.widest = max(t.widest, c.documents)
	}
}

func (t *tally) giveUp(c *change) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unseen = append(t.unseen, c.text)
}

// next ends the stretch and begins another.
func (t *tally) next() second {
	t.mu.Lock()
	defer t.mu.Unlock()
	ended := t.now
	t.now = newSecond()
	t.total.commits += ended.commits
	for k, n := range ended.kinds {
		t.total.kinds[k] += n
	}
	t.total.latencies.addAll(&ended.latencies)
	maps.Copy(t.total.samples, ended.samples)
	return ended
}
