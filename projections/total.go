package projections

import (
	"encoding/binary"
	"errors"
	"fmt"

	"materializer/projections/expressions/datum"
	"materializer/projections/values"
)

// What is kept, and its keys. A number of a node is 2 bytes, of a slot 1.
//
//	e node slot group value row -> contribution   the values of a min or max, or of a distinct, in order
//	r node row                  -> record         what a row contributes, and to which group
//	t node group                -> total          of a group
//
//	record = sized(group) failure sized(contribution)...   one for each slot
//	total  = uvarint(rows) uvarint(failed rows) failure sized(state)...
//	failure = sized(code) sized(message)                   of an expression, empty if there is none
//
// A contribution to what can be added is a state of its aggregate. To an extreme,
// and to something distinct, it begins with the value's sized encoding, then
// comes its text, or its state; without a value it is empty.
const (
	keptEntry  = 'e'
	keptRecord = 'r'
	keptTotal  = 't'
)

func appendKeptKey(dst []byte, kind byte, node *Node) []byte {
	return binary.BigEndian.AppendUint16(append(dst, kind), node.ID)
}

// contribution is what one row gives to its group.
type contribution struct {
	group  []byte
	failed failure
	slots  [][]byte
}

// failure is what an expression raised for a row.
type failure struct{ code, message string }

func failureOf(err error) (failure, bool) {
	if err == nil {
		return failure{}, false // without the allocation below
	}
	var raised *datum.Error
	if !errors.As(err, &raised) || errors.Is(err, values.ErrUnknownLabel) {
		return failure{}, false
	}
	return failure{raised.Code, raised.Message}, true
}

func (f failure) err() error { return &datum.Error{Code: f.code, Message: f.message} }

func appendSized(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

func (f failure) append(dst []byte) []byte {
	return appendSized(appendSized(dst, []byte(f.code)), []byte(f.message))
}

func (c *contribution) append(dst []byte) []byte {
	dst = c.failed.append(appendSized(dst, c.group))
	for _, slot := range c.slots {
		dst = appendSized(dst, slot)
	}
	return dst
}

var errKept = errors.New("malformed record of what is kept")

// fieldReader reads sized fields from the front of a record.
type fieldReader struct {
	rest []byte
	bad  bool
}

func (r *fieldReader) sized() (b []byte) {
	var ok bool
	if b, r.rest, ok = cutSized(r.rest); !ok {
		r.bad = true
	}
	return b
}

func (r *fieldReader) number() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.bad = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *fieldReader) failure() failure { return failure{string(r.sized()), string(r.sized())} }

func (r *fieldReader) end(what string) error {
	if r.bad || len(r.rest) > 0 {
		return fmt.Errorf("read %s: %w", what, errKept)
	}
	return nil
}

// parseContribution reads a record. It aliases the record.
func parseContribution(record []byte, slots int) (*contribution, error) {
	r := fieldReader{rest: record}
	c := &contribution{group: r.sized(), failed: r.failure()}
	for range slots {
		c.slots = append(c.slots, r.sized())
	}
	return c, r.end("contribution")
}

// total is what the rows of a group give together.
type total struct {
	rows   uint64
	failed uint64 // rows for which an expression raised an error
	raised failure
	slots  [][]byte
}

func (t *total) append(dst []byte) []byte {
	return t.appendShown(binary.AppendUvarint(binary.AppendUvarint(dst, t.rows), t.failed))
}

// appendShown appends what results are made of.
func (t *total) appendShown(dst []byte) []byte {
	if t.failed > 0 {
		dst = t.raised.append(dst)
	} else {
		dst = failure{}.append(dst)
	}
	for _, slot := range t.slots {
		dst = appendSized(dst, slot)
	}
	return dst
}

// parseTotal reads a total. It aliases the record.
func parseTotal(record []byte, slots int) (*total, error) {
	r := fieldReader{rest: record}
	t := &total{rows: r.number(), failed: r.number(), raised: r.failure()}
	for range slots {
		t.slots = append(t.slots, r.sized())
	}
	return t, r.end("total")
}
