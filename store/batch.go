package store

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Batch collects the changes of some transactions and their touches. Rows are
// written when it is committed, each once, however often it changed; until
// then the batch remembers what it did to each. Use it from one goroutine.
type Batch struct {
	db     *DB
	memory arena
	rows   keyset // of row keys with their keyspace; states has one for each
	states []rowState
	touched
	writer rowWriter
	wide   []byte // a key longer than the arena's room
	wanted [][]byte

	tx       uint32 // number of the transaction in hand
	open     bool   // it has changed rows
	ended    bool   // a transaction has ended in this batch
	position Position
}

// rowState is one row that the batch has read, and perhaps changed.
type rowState struct {
	base   cdc.Row // in the store
	stable cdc.Row // at the end of the last transaction, where tx is the one in hand
	row    cdc.Row // now
	tx     uint32  // that changed it last; 0: none of this batch
}

// NewBatch makes the batch that the ingest goroutine uses over and over.
func (db *DB) NewBatch() *Batch {
	return &Batch{db: db, rows: newKeyset(), touched: newTouched(), writer: rowWriter{db: db}, tx: 1}
}

// Apply applies one change and calls effect for each row that it changed: for
// none where the row is the same byte by byte, for all rows of the table on a
// truncation. The bytes of an Effect stay valid until the batch is committed
// or reset; a truncation commits in pieces, so there until effect returns.
func (b *Batch) Apply(ch cdc.Change, effect func(Effect) error) error {
	t := &b.db.options.Schema.Tables[ch.Table.ID]
	switch ch.Op {
	case cdc.Insert, cdc.Update:
		return b.upsert(t, ch, effect)
	case cdc.Delete:
		return b.remove(t, ch.Key, effect)
	case cdc.Truncate:
		return b.truncate(t, effect)
	}
	return fmt.Errorf("apply %s to %s: unknown operation", ch.Op, t)
}

func (b *Batch) upsert(t *Table, ch cdc.Change, effect func(Effect) error) error {
	at, err := b.findNew(t, ch)
	if err != nil {
		return err
	}
	from := at
	if ch.Op == cdc.Update && ch.Key != nil {
		if from, err = b.find(t, ch.Key); err != nil {
			return err
		}
	}
	old := b.states[from].row
	row, err := b.complete(t, ch.New, old)
	if err != nil {
		return err
	}
	if from != at {
		return b.move(t, from, at, row, effect)
	}
	if old.Equal(row) {
		return nil
	}
	b.set(at, row)
	e := Effect{Table: t.Table, Old: old, New: row, NewKey: b.rowKey(at)}
	if old != nil {
		e.OldKey = e.NewKey
	}
	return effect(e)
}

// move gives a row another key. A row that is there already is displaced.
func (b *Batch) move(t *Table, from, to int, row cdc.Row, effect func(Effect) error) error {
	if displaced := b.states[to].row; displaced != nil && b.states[from].row != nil {
		if err := b.removeAt(t, to, effect); err != nil {
			return err
		}
	}
	old := b.states[from].row
	e := Effect{Table: t.Table, Old: old, New: row, NewKey: b.rowKey(to)}
	switch {
	case old != nil:
		e.OldKey = b.rowKey(from)
		b.set(from, nil)
	case b.states[to].row.Equal(row):
		return nil
	default: // the row to be moved is missing: what remains is an upsert
		if e.Old = b.states[to].row; e.Old != nil {
			e.OldKey = e.NewKey
		}
	}
	b.set(to, row)
	return effect(e)
}

func (b *Batch) remove(t *Table, key cdc.Row, effect func(Effect) error) error {
	at, err := b.find(t, key)
	if err != nil || b.states[at].row == nil {
		return err
	}
	return b.removeAt(t, at, effect)
}

func (b *Batch) removeAt(t *Table, at int, effect func(Effect) error) error {
	old := b.states[at].row
	b.set(at, nil)
	return effect(Effect{Table: t.Table, Old: old, OldKey: b.rowKey(at)})
}

// truncate deletes all rows: those that the batch knows, then the others in
// the store, written out piece by piece.
func (b *Batch) truncate(t *Table, effect func(Effect) error) error {
	for at := 0; at < len(b.states); at++ {
		if int(b.rows.keys[at].number) == t.ID && b.states[at].row != nil {
			if err := b.removeAt(t, at, effect); err != nil {
				return err
			}
		}
	}
	from := appendRowKey(nil, t.ID, nil)
	end := successor(nil, from)
	for from != nil {
		var err error
		if from, err = b.truncatePiece(t, from, end, effect); err != nil {
			return fmt.Errorf("truncate %s: %w", t, err)
		}
		if from == nil {
			return nil
		}
		if err := b.Commit(false); err != nil {
			return fmt.Errorf("truncate %s: %w", t, err)
		}
	}
	return nil
}

// truncatePiece deletes rows until the batch is large; it returns the key to
// go on from. Rows the batch knows were deleted before, so they are passed by.
func (b *Batch) truncatePiece(t *Table, from, end []byte, effect func(Effect) error) (next []byte, err error) {
	rows, err := b.db.pebble.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: end})
	if err != nil {
		return nil, classify(err)
	}
	defer func() { err = errors.Join(err, classify(rows.Close())) }()
	for ok := rows.First(); ok; ok = rows.Next() {
		if b.Size() > b.db.options.piece {
			return bytes.Clone(rows.Key()), nil
		}
		hash := b.rows.hash(uint16(t.ID), rows.Key())
		at, slot := b.rows.find(hash, uint16(t.ID), rows.Key())
		if at >= 0 {
			continue
		}
		at = b.add(hash, t.ID, b.memory.copy(rows.Key()), slot, b.memory.copy(rows.Value()))
		if err := b.removeAt(t, at, effect); err != nil {
			return nil, err
		}
	}
	return nil, rows.Error()
}

// set changes a row in the batch.
func (b *Batch) set(at int, row cdc.Row) {
	s := &b.states[at]
	if s.tx != b.tx {
		s.stable, s.tx = s.row, b.tx
	}
	s.row, b.open = row, true
}

// complete gives the row to be stored, its unchanged values taken from the old
// one, in the batch's memory.
func (b *Batch) complete(t *Table, row, old cdc.Row) (cdc.Row, error) {
	if !row.HasUnchanged() {
		if old.Equal(row) {
			return old, nil
		}
		return b.memory.copy(row), nil
	}
	filled, ok, err := row.Fill(b.memory.room(len(row)+len(old)), old)
	if err != nil {
		return nil, fmt.Errorf("read row of %s: %w", t, err)
	}
	if !ok {
		return nil, incomplete(t, filled)
	}
	return b.memory.keep(filled), nil
}

func incomplete(t *Table, row cdc.Row) error {
	fields, err := row.Split(nil)
	if err != nil {
		return fmt.Errorf("read row of %s: %w", t, err)
	}
	for i, text := range fields {
		if cdc.IsUnchanged(text) {
			return fmt.Errorf("update %s: column %s was not sent and the row is not in the store: %w", t, t.Columns[i].Name, ErrIncomplete)
		}
	}
	return nil
}

// find gives the state of the row that has the identity columns of row.
func (b *Batch) find(t *Table, row cdc.Row) (int, error) {
	return b.findNew(t, cdc.Change{New: row})
}

// findNew gives the state of the row that the change writes. A large identity
// value can be left out of the new image; it is then in the old one.
func (b *Batch) findNew(t *Table, ch cdc.Change) (int, error) {
	key := appendRowKey(b.wide[:0], t.ID, nil)
	for i := range t.Key {
		part := &t.Key[i]
		text, err := ch.New.Column(part.Column)
		if err == nil && cdc.IsUnchanged(text) && ch.Key != nil {
			text, err = ch.Key.Column(part.Column)
		}
		if err != nil {
			return 0, fmt.Errorf("read row of %s: %w", t, err)
		}
		if key, err = t.appendIdentity(key, part, text); err != nil {
			return 0, err
		}
	}
	b.wide = key
	return b.state(t, key)
}

// state gives the state of a row by its key, from the batch or the store.
func (b *Batch) state(t *Table, key []byte) (int, error) {
	hash := b.rows.hash(uint16(t.ID), key)
	at, slot := b.rows.find(hash, uint16(t.ID), key)
	if at >= 0 {
		return at, nil
	}
	var row cdc.Row
	value, closer, err := b.db.pebble.Get(key)
	switch {
	case err == nil:
		row = b.memory.copy(value)
		if err := closer.Close(); err != nil {
			return 0, fmt.Errorf("read row of %s: %w", t, classify(err))
		}
	case !errors.Is(err, pebble.ErrNotFound):
		return 0, fmt.Errorf("read row of %s: %w", t, classify(err))
	}
	return b.add(hash, t.ID, b.memory.copy(key), slot, row), nil
}

func (b *Batch) add(hash uint64, table int, key []byte, slot int, row cdc.Row) int {
	b.states = append(b.states, rowState{base: row, row: row})
	return b.rows.add(hash, uint16(table), key, slot)
}

// rowKey is the row's key without its keyspace and table.
func (b *Batch) rowKey(at int) []byte { return b.rows.keys[at].key[3:] }

// Touch adds a touch to the journal record of the batch, once.
func (b *Batch) Touch(node uint16, key []byte) { b.touch(&b.memory, node, key, b.tx) }

// EndTransaction says that all changes so far belong to complete transactions,
// the last of which ends at pos. Without changes it records an idle position.
func (b *Batch) EndTransaction(pos Position) {
	b.position, b.ended, b.open = pos, true, false
	b.tx++
}

// Size is about the bytes that the batch holds; its owner commits it before
// they are many (16 MB).
func (b *Batch) Size() int { return b.memory.size + 64*(len(b.states)+len(b.touches)) }

// Reset forgets what was not committed.
func (b *Batch) Reset() {
	b.rows.reset()
	clear(b.states)
	b.states = b.states[:0]
	b.touched.reset()
	b.memory.reset()
	b.open, b.ended = false, false
	b.tx++
}
