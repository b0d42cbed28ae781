package store

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Reader reads a snapshot for one goroutine, reusing iterators and buffers.
type Reader struct {
	snapshot  *Snapshot
	key       []byte
	free      []*IndexIterator
	published []points // by projection
}

// NewReader makes a reader. It must be closed before the snapshot.
func (s *Snapshot) NewReader() *Reader { return &Reader{snapshot: s} }

// Close releases the iterators. All that were handed out must be closed before.
func (r *Reader) Close() error {
	var first error
	for _, i := range r.free {
		if err := closeIter(i.entries); err != nil && first == nil {
			first = err
		}
	}
	r.free = nil
	for i := range r.published {
		if err := r.published[i].close(); err != nil && first == nil {
			first = err
		}
	}
	r.published = nil
	return first
}

func (r *Reader) projection(projection int) *points {
	for len(r.published) <= projection {
		lower := appendPublishedKey(nil, uint16(len(r.published)), nil)
		r.published = append(r.published, points{
			open: func() (*pebble.Iterator, error) {
				return r.snapshot.db.pebble.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: successor(nil, lower)})
			},
			get: func(key []byte) ([]byte, func() error, error) {
				value, closer, err := r.snapshot.db.pebble.Get(key)
				if err != nil {
					return nil, nil, err
				}
				return value, closer.Close, nil
			},
		})
	}
	return &r.published[projection]
}

// Published is DB.Published as it was when the reader first asked for many.
func (r *Reader) Published(projection uint16, root []byte) (p Published, ok bool, err error) {
	r.key = appendPublishedKey(r.key[:0], projection, root)
	ok, err = r.projection(int(projection)).find(r.key, func(value []byte) error {
		var err error
		p, err = parsePublished(bytes.Clone(value))
		return err
	})
	return p, ok, err
}

// Row appends a row to dst, or reports that there is none.
func (r *Reader) Row(table int, key, dst []byte) (cdc.Row, bool, error) {
	r.key = appendRowKey(r.key[:0], table, key)
	return r.snapshot.row(r.key, dst)
}

// Rows iterates over a table as Snapshot.Rows does.
func (r *Reader) Rows(table int, from []byte) *RowIterator { return r.snapshot.Rows(table, from) }

// Lookup iterates over index entries as Snapshot.Lookup does. Several of the
// iterators may be open at a time; Close gives one back for reuse.
func (r *Reader) Lookup(index int, match []byte, reverse bool) *IndexIterator {
	i := r.iterator()
	i.lower = append(appendNumber(i.lower[:0], spaceIndex, index), match...)
	i.upper = successor(i.upper[:0], i.lower)
	i.started, i.reverse, i.err = false, reverse, nil
	if i.entries != nil {
		i.entries.SetBounds(i.lower, i.upper)
		return i
	}
	var err error
	i.entries, err = r.snapshot.boundary.snapshot.NewIter(&pebble.IterOptions{LowerBound: i.lower, UpperBound: i.upper})
	i.err = classify(err)
	return i
}

func (r *Reader) iterator() *IndexIterator {
	if n := len(r.free); n > 0 {
		i := r.free[n-1]
		r.free = r.free[:n-1]
		return i
	}
	return &IndexIterator{reader: r}
}

// IndexIterator goes over the entries of an index.
type IndexIterator struct {
	reader       *Reader
	entries      *pebble.Iterator
	lower, upper []byte
	started      bool
	reverse      bool
	owned        bool // the reader was made for it
	rowKey       []byte
	err          error
}

// Next goes to the next entry, the first one at first.
func (i *IndexIterator) Next() bool {
	if i.err != nil || !step(i.entries, &i.started, i.reverse) {
		return false
	}
	key := i.entries.Key()
	size, n := binary.Uvarint(i.entries.Value())
	if n <= 0 || size > uint64(len(key)-len(i.lower)) {
		i.err = fmt.Errorf("read index entry: %w", errRecord)
		return false
	}
	i.rowKey = key[len(key)-int(size):]
	return true
}

// RowKey is the key of the row that the entry points to. It is valid until Next.
func (i *IndexIterator) RowKey() []byte { return i.rowKey }

// Err is what ended the iteration early, if anything did.
func (i *IndexIterator) Err() error { return iterError(i.entries, i.err) }

// Close ends the iteration.
func (i *IndexIterator) Close() error {
	err := i.Err()
	i.rowKey = nil
	i.reader.free = append(i.reader.free, i)
	if i.owned {
		if closed := i.reader.Close(); err == nil {
			err = closed
		}
	}
	return err
}
