package cdc

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// Row is the image of a row: the text of each kept column, as PostgreSQL sends
// it, in the order of Table.Columns. It is one run of bytes, so that it is
// stored, compared and handed on without an allocation per column:
//
//	column = uvarint(0)                 NULL
//	       | uvarint(1)                 unchanged TOAST, not sent
//	       | uvarint(2+len) text        the text
//
// A nil Row means that there is no row.
type Row []byte

const (
	headNull      = 0
	headUnchanged = 1
	headText      = 2
)

// Unchanged stands in a split row for a TOAST value that the stream left out
// because the statement did not change it. Compare with IsUnchanged.
var Unchanged = []byte("unchanged TOAST")

var errRow = errors.New("malformed row image")

// IsUnchanged tells whether a field of a split row is Unchanged itself, not a
// text that reads like it.
func IsUnchanged(field []byte) bool {
	return len(field) == len(Unchanged) && &field[0] == &Unchanged[0]
}

// AppendNull appends a NULL column to a row image.
func AppendNull(dst []byte) []byte { return append(dst, headNull) }

// AppendUnchanged appends a column whose TOAST value was not sent.
func AppendUnchanged(dst []byte) []byte { return append(dst, headUnchanged) }

// AppendText appends a column with a value.
func AppendText(dst, text []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(text))+headText)
	return append(dst, text...)
}

// AppendField appends what Split gave: nil for NULL, Unchanged, or text.
func AppendField(dst, field []byte) []byte {
	switch {
	case field == nil:
		return AppendNull(dst)
	case IsUnchanged(field):
		return AppendUnchanged(dst)
	}
	return AppendText(dst, field)
}

// Split appends the columns of the row to dst: nil for NULL, Unchanged for a
// value that was not sent, otherwise the text, which aliases the row.
func (r Row) Split(dst [][]byte) ([][]byte, error) {
	for rest := []byte(r); len(rest) > 0; {
		field, after, err := cut(rest)
		if err != nil {
			return dst, err
		}
		dst, rest = append(dst, field), after
	}
	return dst, nil
}

// Column gives one column of the row, by its index in Table.Columns; an index
// past the end is a NULL. The text aliases the row.
func (r Row) Column(index int) ([]byte, error) {
	rest := []byte(r)
	for len(rest) > 0 {
		field, after, err := cut(rest)
		if err != nil {
			return nil, err
		}
		if index == 0 {
			return field, nil
		}
		index, rest = index-1, after
	}
	return nil, nil
}

// HasUnchanged tells whether a value of the row was not sent.
func (r Row) HasUnchanged() bool {
	for rest := []byte(r); len(rest) > 0; {
		field, after, err := cut(rest)
		if err != nil {
			return false
		}
		if IsUnchanged(field) {
			return true
		}
		rest = after
	}
	return false
}

// Fill appends r to dst with each Unchanged value taken from old. It reports
// false if one is Unchanged in old too, or old is nil.
func (r Row) Fill(dst []byte, old Row) (Row, bool, error) {
	complete := true
	rest, before := []byte(r), []byte(old)
	for len(rest) > 0 {
		field, after, err := cut(rest)
		if err != nil {
			return nil, false, err
		}
		var oldField []byte
		if len(before) > 0 {
			if oldField, before, err = cut(before); err != nil {
				return nil, false, err
			}
		} else if IsUnchanged(field) {
			oldField = Unchanged
		}
		if IsUnchanged(field) {
			field = oldField
			complete = complete && !IsUnchanged(field)
		}
		dst, rest = AppendField(dst, field), after
	}
	return dst, complete, nil
}

// Equal compares two images byte by byte.
func (r Row) Equal(other Row) bool {
	return (r == nil) == (other == nil) && bytes.Equal(r, other)
}

func cut(rest []byte) (field, after []byte, err error) {
	head, n := uint64(rest[0]), 1
	if head >= 0x80 {
		if head, n = binary.Uvarint(rest); n <= 0 {
			return nil, nil, errRow
		}
	}
	switch head {
	case headNull:
		return nil, rest[n:], nil
	case headUnchanged:
		return Unchanged, rest[n:], nil
	}
	size := head - headText
	if size > uint64(len(rest)-n) {
		return nil, nil, errRow
	}
	end := n + int(size)
	return rest[n:end:end], rest[end:], nil
}
