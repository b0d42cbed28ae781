package replication

import "materializer/cdc"

const (
	minArena = 64 << 10
	maxArena = 2 << 20 // an arena grown beyond it by one large row is not kept for reuse
	spares   = 16      // batches kept for reuse
)

// batches reuses the memory of batches that were released.
type batches struct{ free chan *cdc.Batch }

func newBatches() *batches { return &batches{free: make(chan *cdc.Batch, spares)} }

func (p *batches) take() *cdc.Batch {
	select {
	case b := <-p.free:
		return b
	default:
		return &cdc.Batch{Arena: make([]byte, 0, minArena), Recycle: p.recycle}
	}
}

func (p *batches) recycle(b *cdc.Batch) {
	if cap(b.Arena) > maxArena {
		b.Arena = make([]byte, 0, minArena)
	}
	clear(b.Changes) // they hold on to arenas that the batch has outgrown
	b.Changes, b.Commits, b.Arena, b.Idle = b.Changes[:0], b.Commits[:0], b.Arena[:0], 0
	select {
	case p.free <- b:
	default:
	}
}

// end is the position that a batch reaches, 0 if it ends no transaction.
func end(b *cdc.Batch) cdc.LSN {
	if b.Idle > 0 || len(b.Commits) == 0 {
		return b.Idle
	}
	return b.Commits[len(b.Commits)-1].LSN
}
