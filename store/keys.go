package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"materializer/cdc"
)

// The layout of the store. A key begins with one byte for its keyspace;
// numbers are big-endian, so that bytes.Compare orders them.
//
//	c len4 name rank8 projection2 root    ->                       claims
//	i index2 match... order... rowkey     -> uvarint(len(rowkey))  index entries
//	j seq8 generation2 piece4             -> lsn8 touch...         journal
//	l name                                -> [hash16]              leftovers
//	m name                                -> meta
//	p projection2 root                    -> round8 hash16 name...   published records
//	q projection2 root                    -> since8 lsn8 reason      quarantine
//	r table2 rowkey                       -> cdc.Row               rows
//	w rediskey                            ->                       collections to be mended
//	x round8 name                         ->                       names removed from Redis
//	u seq8                                -> table2 had1 uvarint(len) rowkey [row]   undo log
//
//	touch = node2 uvarint(len) key        name of a published record = uvarint(len) name
//
// A name is what stands for what Redis holds of a root: the key of a document,
// or one text for the key and the member of an element of a collection.
//
// Row keys and match columns are self-delimiting (schema.go), so nothing
// stands between them.
const (
	spaceClaim     = 'c'
	spaceIndex     = 'i'
	spaceJournal   = 'j'
	spaceKept      = 'k'
	spaceLeftover  = 'l'
	spaceMeta      = 'm'
	spacePublished = 'p'
	spaceRow       = 'r'
	spaceHeld      = 'q'
	spaceUndo      = 'u'
	spaceMend      = 'w'
	spaceRemoved   = 'x'
)

// formatVersion is the version of this layout; a state of another is refused.
const formatVersion = 2

const (
	keyFormat    = "mformat"
	keyIdentity  = "midentity"
	keyProgress  = "mprogress"
	keyRound     = "mround"     // last round that Redis has acknowledged
	keyReserved  = "mreserved"  // last round that may have been made
	keyForgotten = "mforgotten" // removals up to this round are forgotten
	keyKept      = "mkept"      // what is kept was made of all rows
	keyRefill    = "mrefill"    // Redis has lost what it was given after this round
)

var errRecord = errors.New("malformed record")

// spaceBounds gives the first key of a keyspace and the first after it.
func spaceBounds(space byte) (lower, upper []byte) { return []byte{space}, []byte{space + 1} }

// successor gives the first key after all keys that begin with prefix,
// appended to dst. Every prefix here begins with a letter, so there is one.
func successor(dst, prefix []byte) []byte {
	end := len(prefix)
	for prefix[end-1] == 0xFF {
		end--
	}
	dst = append(dst, prefix[:end]...)
	dst[len(dst)-1]++
	return dst
}

func appendNumber(dst []byte, space byte, number int) []byte {
	return binary.BigEndian.AppendUint16(append(dst, space), uint16(number))
}

func appendRowKey(dst []byte, table int, key []byte) []byte {
	return append(appendNumber(dst, spaceRow, table), key...)
}

// A journal record as it was written is generation 0, piece 0; fold.go makes others.
func appendJournalKey(dst []byte, seq uint64, generation uint16, piece uint32) []byte {
	dst = binary.BigEndian.AppendUint64(append(dst, spaceJournal), seq)
	dst = binary.BigEndian.AppendUint16(dst, generation)
	return binary.BigEndian.AppendUint32(dst, piece)
}

func parseJournalKey(key []byte) (seq uint64, generation uint16, err error) {
	if len(key) != 15 {
		return 0, 0, fmt.Errorf("read journal key: %w", errRecord)
	}
	return binary.BigEndian.Uint64(key[1:]), binary.BigEndian.Uint16(key[9:]), nil
}

func appendUndoKey(dst []byte, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(append(dst, spaceUndo), seq)
}

func appendPublishedKey(dst []byte, projection uint16, root []byte) []byte {
	return append(appendNumber(dst, spacePublished, int(projection)), root...)
}

func appendSized(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// cutSized reads what appendSized wrote. The result aliases src.
func cutSized(src []byte) (b, rest []byte, err error) {
	size, n := binary.Uvarint(src)
	if n <= 0 || size > uint64(len(src)-n) {
		return nil, nil, errRecord
	}
	end := n + int(size)
	return src[n:end:end], src[end:], nil
}

// appendPart appends one column of an index entry or row key.
func (p *KeyPart) appendPart(dst, text []byte) ([]byte, error) {
	start := len(dst)
	dst, err := p.Append(dst, text)
	if err != nil {
		return dst, err
	}
	if p.Desc {
		for i := start; i < len(dst); i++ {
			dst[i] = ^dst[i]
		}
	}
	return dst, nil
}

// NULLs of an order column need a byte before the value. Values of a Match
// column are never NULL and have none.
const (
	orderFailed    = 0x00 // a value that cannot be computed
	orderNullFirst = 0x01
	orderValue     = 0x02
	orderNullLast  = 0x03
)

func (p *KeyPart) appendOrder(dst, text []byte) ([]byte, error) {
	if text == nil {
		if p.NullsFirst {
			return append(dst, orderNullFirst), nil
		}
		return append(dst, orderNullLast), nil
	}
	return p.appendPart(append(dst, orderValue), text)
}

// RowKey appends the key of a row, made of its identity columns.
func (t *Table) RowKey(dst []byte, row cdc.Row) ([]byte, error) {
	for i := range t.Key {
		part := &t.Key[i]
		text, err := row.Column(part.Column)
		if err != nil {
			return dst, fmt.Errorf("read row of %s: %w", t, err)
		}
		if dst, err = t.appendIdentity(dst, part, text); err != nil {
			return dst, err
		}
	}
	return dst, nil
}

func (t *Table) appendIdentity(dst []byte, part *KeyPart, text []byte) ([]byte, error) {
	name := t.Columns[part.Column].Name
	if text == nil {
		return dst, fmt.Errorf("identify row of %s: column %s is NULL: %w", t, name, ErrIncomplete)
	}
	if cdc.IsUnchanged(text) {
		return dst, fmt.Errorf("identify row of %s: column %s was not sent: %w", t, name, ErrIncomplete)
	}
	dst, err := part.appendPart(dst, text)
	if err != nil {
		return dst, fmt.Errorf("identify row of %s by column %s: %w", t, name, err)
	}
	return dst, nil
}

// appendEntry appends the index entry of a split row, or reports false if the
// row has none.
func (x *Index) appendEntry(dst []byte, fields [][]byte, rowKey []byte) (entry []byte, has bool, err error) {
	var failed error
	if x.Has != nil {
		if has, failed = x.Has(fields); !has && failed == nil {
			return dst, false, nil
		}
	}
	dst = appendNumber(dst, spaceIndex, x.ID)
	for i := range x.Match {
		text := field(fields, x.Match[i].Column)
		if text == nil {
			return dst, false, nil
		}
		if dst, err = x.Match[i].appendPart(dst, text); err != nil {
			return dst, false, &partError{x.Match[i].Column, err}
		}
	}
	for i := range x.Order {
		text, cannot := x.Order[i].value(fields)
		if failed != nil || cannot != nil {
			dst = append(dst, orderFailed)
			continue
		}
		if dst, err = x.Order[i].appendOrder(dst, text); err != nil {
			return dst, false, &partError{x.Order[i].Column, err}
		}
	}
	return append(dst, rowKey...), true, nil
}

// partError is a value that cannot become part of an index entry.
type partError struct {
	column int
	err    error
}

func (e *partError) Error() string { return fmt.Sprintf("column %d: %v", e.column, e.err) }
func (e *partError) Unwrap() error { return e.err }

// value is what the part is made of.
func (p *KeyPart) value(fields [][]byte) ([]byte, error) {
	if p.Value != nil {
		return p.Value(fields)
	}
	return field(fields, p.Column), nil
}

// differs tells whether the entry can depend on a column that differs between the rows.
func (x *Index) differs(a, b [][]byte) bool {
	if x.Has != nil || slices.ContainsFunc(x.Order, func(p KeyPart) bool { return p.Value != nil }) {
		return true // which columns matter is not known here
	}
	changed := func(p KeyPart) bool { return !sameField(field(a, p.Column), field(b, p.Column)) }
	return slices.ContainsFunc(x.Match, changed) || slices.ContainsFunc(x.Order, changed)
}

// field is a column of a split row; one past its end is a NULL.
func field(fields [][]byte, column int) []byte {
	if column >= len(fields) {
		return nil
	}
	return fields[column]
}

func sameField(a, b []byte) bool {
	return (a == nil) == (b == nil) && string(a) == string(b)
}
