package projections

import (
	"encoding/binary"
	"math"
)

// Shape is what Redis holds of a projection's roots.
type Shape byte

// The shapes. What Document.Body holds is said beside each.
const (
	JSON Shape = iota // a string: the JSON text
	Hash              // a hash: AppendField for each field, none for NULL
	Text              // a string: the text
	Set               // a member of a set: nothing
	ZSet              // a member of a sorted set: AppendScore
)

var shapeNames = [...]string{JSON: "json", Hash: "hash", Text: "text", Set: "set", ZSet: "zset"}

// String is the shape's name in the configuration.
func (s Shape) String() string { return shapeNames[s] }

// Collects tells whether the documents are members of collections: then a name
// in Document.Keys is that of an element, see AppendElement.
func (s Shape) Collects() bool { return s == Set || s == ZSet }

// AppendField appends one field of a hash to a body.
func AppendField(body, name, value []byte) []byte {
	body = append(binary.AppendUvarint(body, uint64(len(name))), name...)
	return append(binary.AppendUvarint(body, uint64(len(value))), value...)
}

// CutField reads one field from the front of a body; ok is false at its end.
func CutField(body []byte) (name, value, rest []byte, ok bool) {
	name, rest, ok = cutSized(body)
	if !ok {
		return nil, nil, nil, false
	}
	value, rest, ok = cutSized(rest)
	return name, value, rest, ok
}

func cutSized(src []byte) (b, rest []byte, ok bool) {
	size, n := binary.Uvarint(src)
	if n <= 0 || size > uint64(len(src)-n) {
		return nil, nil, false
	}
	end := n + int(size)
	return src[n:end:end], src[end:], true
}

// AppendScore appends the score of a member: 8 bytes, big-endian, that sort as
// the scores do.
func AppendScore(body []byte, score float64) []byte {
	bits := math.Float64bits(score)
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(body, bits)
}

// Score reads what AppendScore wrote.
func Score(body []byte) float64 {
	bits := binary.BigEndian.Uint64(body)
	if bits>>63 == 1 {
		return math.Float64frombits(bits &^ (1 << 63))
	}
	return math.Float64frombits(^bits)
}

// elementMark begins the name of an element. Keys of documents never begin with it.
const elementMark = 0

// AppendElement appends the name of a member of a collection: what stands for
// it where documents have their key.
func AppendElement(dst, key, member []byte) []byte {
	dst = binary.AppendUvarint(append(dst, elementMark), uint64(len(key)))
	return append(append(dst, key...), member...)
}

// SplitElement reads what AppendElement wrote; ok is false for the key of a document.
func SplitElement(name []byte) (key, member []byte, ok bool) {
	if len(name) == 0 || name[0] != elementMark {
		return nil, nil, false
	}
	return cutSized(name[1:])
}
