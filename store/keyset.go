package store

import (
	"bytes"
	"hash/maphash"
)

// keyset numbers distinct (number, key) pairs in the order they come: a hash
// table without an allocation per key. The keys belong to the caller.
type keyset struct {
	seed  maphash.Seed
	slots []int32 // index+1 into keys; 0 is free. Length is a power of two.
	keys  []setKey
}

type setKey struct {
	hash   uint64
	number uint16
	key    []byte
}

func newKeyset() keyset { return keyset{seed: maphash.MakeSeed(), slots: make([]int32, 64)} }

func (s *keyset) hash(number uint16, key []byte) uint64 {
	return maphash.Bytes(s.seed, key) ^ uint64(number)*0x9E3779B97F4A7C15
}

// find gives the index of a pair, or -1 and where it would go.
func (s *keyset) find(hash uint64, number uint16, key []byte) (index, slot int) {
	mask := len(s.slots) - 1
	for slot = int(hash) & mask; ; slot = (slot + 1) & mask {
		at := int(s.slots[slot]) - 1
		if at < 0 {
			return -1, slot
		}
		k := &s.keys[at]
		if k.hash == hash && k.number == number && bytes.Equal(k.key, key) {
			return at, slot
		}
	}
}

// add puts a pair that find did not find at the slot that it gave.
func (s *keyset) add(hash uint64, number uint16, key []byte, slot int) int {
	s.keys = append(s.keys, setKey{hash: hash, number: number, key: key})
	s.slots[slot] = int32(len(s.keys))
	if 2*len(s.keys) > len(s.slots) {
		s.grow()
	}
	return len(s.keys) - 1
}

func (s *keyset) grow() {
	s.slots = make([]int32, 2*len(s.slots))
	mask := len(s.slots) - 1
	for i := range s.keys {
		slot := int(s.keys[i].hash) & mask
		for s.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		s.slots[slot] = int32(i + 1)
	}
}

func (s *keyset) reset() {
	clear(s.slots)
	clear(s.keys)
	s.keys = s.keys[:0]
}
