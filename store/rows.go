package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// rowWriter writes rows with their index entries, reusing its buffers.
type rowWriter struct {
	db         *DB
	key, value []byte
	oldFields  [][]byte
	newFields  [][]byte
	oldEntry   []byte
	newEntry   []byte
	entryValue [binary.MaxVarintLen64]byte
}

// write replaces a row by another; nil is no row. key is the row's key with
// its keyspace. Of the index entries only those that differ are written.
func (w *rowWriter) write(p *pebble.Batch, table int, key []byte, from, to cdc.Row) error {
	if from.Equal(to) {
		return nil
	}
	var err error
	if to == nil {
		err = p.Delete(key, nil)
	} else {
		err = p.Set(key, to, nil)
	}
	if err != nil || len(w.db.indexes[table]) == 0 {
		return err
	}
	if w.oldFields, err = from.Split(w.oldFields[:0]); err == nil {
		w.newFields, err = to.Split(w.newFields[:0])
	}
	for _, x := range w.db.indexes[table] {
		if err == nil && (from == nil || to == nil || x.differs(w.oldFields, w.newFields)) {
			err = w.writeEntry(p, x, key[3:], from != nil, to != nil)
		}
	}
	if err != nil {
		return indexError(&w.db.options.Schema.Tables[table], err)
	}
	return nil
}

func indexError(t *Table, err error) error {
	var part *partError
	if errors.As(err, &part) {
		return fmt.Errorf("index row of %s by column %s: %w", t, t.Columns[part.column].Name, part.err)
	}
	return fmt.Errorf("index row of %s: %w", t, err)
}

func (w *rowWriter) writeEntry(p *pebble.Batch, x *Index, rowKey []byte, had, has bool) (err error) {
	if had {
		if w.oldEntry, had, err = x.appendEntry(w.oldEntry[:0], w.oldFields, rowKey); err != nil {
			return err
		}
	}
	if has {
		if w.newEntry, has, err = x.appendEntry(w.newEntry[:0], w.newFields, rowKey); err != nil {
			return err
		}
	}
	if had && has && bytes.Equal(w.oldEntry, w.newEntry) {
		return nil
	}
	if had {
		if err := p.Delete(w.oldEntry, nil); err != nil {
			return err
		}
	}
	if has {
		n := binary.PutUvarint(w.entryValue[:], uint64(len(rowKey)))
		return p.Set(w.newEntry, w.entryValue[:n], nil)
	}
	return nil
}

// undo writes what a row was before the unfinished transaction changed it.
func (w *rowWriter) undo(p *pebble.Batch, seq uint64, table int, rowKey []byte, row cdc.Row) error {
	w.key = appendUndoKey(w.key[:0], seq)
	w.value = binary.BigEndian.AppendUint16(w.value[:0], uint16(table))
	var had byte
	if row != nil {
		had = 1
	}
	w.value = append(appendSized(append(w.value, had), rowKey), row...)
	return p.Set(w.key, w.value, nil)
}

type undoRecord struct {
	table  int
	rowKey []byte
	row    cdc.Row // nil: there was none
}

func parseUndo(value []byte) (u undoRecord, err error) {
	if len(value) < 3 {
		return u, fmt.Errorf("read undo record: %w", errRecord)
	}
	u.table = int(binary.BigEndian.Uint16(value))
	rowKey, rest, err := cutSized(value[3:])
	if err != nil {
		return u, fmt.Errorf("read undo record: %w", err)
	}
	u.rowKey = rowKey
	if value[2] == 1 {
		u.row = rest[:len(rest):len(rest)]
	}
	return u, nil
}
