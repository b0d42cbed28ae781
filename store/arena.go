package store

// arena hands out bytes that stay in place until reset, from few large chunks,
// so that a change costs no allocation.
type arena struct {
	chunks [][]byte // the last one in use is chunks[used-1]
	used   int
	size   int // bytes handed out
}

const arenaChunk = 256 << 10

// room gives an empty slice with at least n bytes of capacity. What is kept of
// it must be taken with keep before the next call of room.
func (a *arena) room(n int) []byte {
	if a.used == 0 || cap(a.chunks[a.used-1])-len(a.chunks[a.used-1]) < n {
		a.next(n)
	}
	chunk := a.chunks[a.used-1]
	return chunk[len(chunk):]
}

func (a *arena) next(n int) {
	if a.used < len(a.chunks) && cap(a.chunks[a.used]) >= n {
		a.used++
		return
	}
	a.chunks = append(a.chunks[:a.used], make([]byte, 0, max(n, arenaChunk)))
	a.used++
}

// keep reserves the bytes that were appended to what room gave.
func (a *arena) keep(b []byte) []byte {
	chunk := &a.chunks[a.used-1]
	*chunk = (*chunk)[:len(*chunk)+len(b)]
	a.size += len(b)
	return b[:len(b):len(b)]
}

func (a *arena) copy(b []byte) []byte {
	return a.keep(append(a.room(len(b)), b...))
}

// reset forgets everything handed out. Chunks of ordinary size are kept.
func (a *arena) reset() {
	kept := a.chunks[:0]
	for _, chunk := range a.chunks {
		if cap(chunk) <= arenaChunk && len(kept) < 128 {
			kept = append(kept, chunk[:0])
		}
	}
	clear(a.chunks[len(kept):])
	a.chunks, a.used, a.size = kept, 0, 0
}
