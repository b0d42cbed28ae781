package store

import (
	"encoding/binary"
	"fmt"

	"materializer/cdc"
)

// touched is the set of touches of a batch, in the order they came first.
type touched struct {
	set     keyset
	touches []touchState
}

type touchState struct {
	first, last uint32 // transactions that touched it
}

func newTouched() touched { return touched{set: newKeyset()} }

func (s *touched) touch(memory *arena, node uint16, key []byte, tx uint32) {
	hash := s.set.hash(node, key)
	at, slot := s.set.find(hash, node, key)
	if at < 0 {
		at = s.set.add(hash, node, memory.copy(key), slot)
		s.touches = append(s.touches, touchState{first: tx})
	}
	s.touches[at].last = tx
}

func (s *touched) reset() {
	s.set.reset()
	s.touches = s.touches[:0]
}

// appendRecord appends a journal record of the touches that belong, or nothing
// if none does.
func (s *touched) appendRecord(dst []byte, lsn cdc.LSN, belongs func(touchState) bool) []byte {
	for at, state := range s.touches {
		if !belongs(state) {
			continue
		}
		if len(dst) == 0 {
			dst = appendLSN(dst, lsn)
		}
		k := &s.set.keys[at]
		dst = appendTouch(dst, Touch{Node: k.number, Key: k.key})
	}
	return dst
}

func appendLSN(dst []byte, lsn cdc.LSN) []byte {
	return binary.BigEndian.AppendUint64(dst, uint64(lsn))
}

func cutLSN(src []byte) (cdc.LSN, []byte, error) {
	if len(src) < 8 {
		return 0, nil, fmt.Errorf("read position: %w", errRecord)
	}
	return cdc.LSN(binary.BigEndian.Uint64(src)), src[8:], nil
}

func appendTouch(dst []byte, t Touch) []byte {
	return appendSized(binary.BigEndian.AppendUint16(dst, t.Node), t.Key)
}

func cutTouch(src []byte) (t Touch, rest []byte, err error) {
	if len(src) < 2 {
		return t, nil, fmt.Errorf("read touch: %w", errRecord)
	}
	t.Node = binary.BigEndian.Uint16(src)
	if t.Key, rest, err = cutSized(src[2:]); err != nil {
		return t, nil, fmt.Errorf("read touch: %w", err)
	}
	return t, rest, nil
}
