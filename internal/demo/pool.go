package demo

import (
	"math/rand/v2"
	"sync"
)

// pool is the rows of one table that changes may pick. A row is held from the
// moment it is picked until its change was seen, so that no other change
// can overwrite what a reader waits for.
type pool struct {
	mu   sync.Mutex
	ids  []int64
	at   map[int64]int // where in ids
	held map[int64]bool
}

func newPool(ids []int64) *pool {
	p := &pool{at: map[int64]int{}, held: map[int64]bool{}}
	for _, id := range ids {
		p.add(id)
	}
	return p
}

// take picks a row and holds it. It gives up where most rows are held.
func (p *pool) take(r *rand.Rand) (int64, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range 20 {
		if len(p.ids) == 0 {
			break
		}
		if id := pick(r, p.ids); !p.held[id] {
			p.held[id] = true
			return id, true
		}
	}
	return 0, false
}

func (p *pool) release(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.held, id)
}

// addHeld adds a row that nobody may pick before its change was seen.
func (p *pool) addHeld(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[id] = true
	p.insert(id)
}

func (p *pool) add(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.insert(id)
}

func (p *pool) insert(id int64) {
	p.at[id] = len(p.ids)
	p.ids = append(p.ids, id)
}

func (p *pool) remove(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, ok := p.at[id]
	if !ok {
		return
	}
	last := p.ids[len(p.ids)-1]
	p.ids[i], p.at[last] = last, i
	p.ids = p.ids[:len(p.ids)-1]
	delete(p.at, id)
}

func (p *pool) size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.ids)
}
