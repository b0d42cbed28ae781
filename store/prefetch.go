package store

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// prefetchFew is how many changes are looked up one by one.
const prefetchFew = 16

// Prefetch reads the rows that the changes are about to change, in the order of
// their keys: in one pass over the store rather than with a search from the
// top for each. Apply finds them in the batch.
func (b *Batch) Prefetch(changes []cdc.Change) error {
	if len(changes) < prefetchFew {
		return nil
	}
	b.wanted = b.wanted[:0]
	for i := range changes {
		if err := b.want(&changes[i]); err != nil {
			return err
		}
	}
	slices.SortFunc(b.wanted, bytes.Compare)
	var rows *pebble.Iterator
	for i, key := range b.wanted {
		if i > 0 && bytes.Equal(key, b.wanted[i-1]) {
			continue
		}
		if rows == nil {
			lower, upper := spaceBounds(spaceRow)
			var err error
			if rows, err = b.db.pebble.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper}); err != nil {
				return fmt.Errorf("read rows: %w", classify(err))
			}
		}
		var row cdc.Row
		if rows.SeekPrefixGE(key) && bytes.Equal(rows.Key(), key) {
			row = b.memory.copy(rows.Value())
		} else if err := rows.Error(); err != nil {
			_ = rows.Close()
			return fmt.Errorf("read rows: %w", classify(err))
		}
		table := int(key[1])<<8 | int(key[2])
		hash := b.rows.hash(uint16(table), key)
		_, slot := b.rows.find(hash, uint16(table), key)
		b.add(hash, table, key, slot, row)
	}
	return closeIter(rows)
}

// want notes the key of the row that a change writes, unless the batch knows it.
func (b *Batch) want(ch *cdc.Change) error {
	row := ch.New
	if row == nil {
		row = ch.Key
	}
	if row == nil {
		return nil
	}
	t := &b.db.options.Schema.Tables[ch.Table.ID]
	key := appendRowKey(b.wide[:0], t.ID, nil)
	for i := range t.Key {
		part := &t.Key[i]
		text, err := row.Column(part.Column)
		if err != nil {
			return fmt.Errorf("read row of %s: %w", t, err)
		}
		if text == nil || cdc.IsUnchanged(text) {
			return nil // Apply will say
		}
		if key, err = t.appendIdentity(key, part, text); err != nil {
			return err
		}
	}
	b.wide = key
	if at, _ := b.rows.find(b.rows.hash(uint16(t.ID), key), uint16(t.ID), key); at < 0 {
		b.wanted = append(b.wanted, b.memory.copy(key))
	}
	return nil
}
