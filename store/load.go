package store

import (
	"fmt"

	"materializer/cdc"
)

// Load writes rows of the first load. It may run in several goroutines, and
// the same rows may be written again; other rows under the same keys may not,
// as index entries are only added. Nothing is durable until FinishLoad.
func (db *DB) Load(table int, rows []cdc.Row) error {
	t := &db.options.Schema.Tables[table]
	p := db.pebble.NewBatch()
	defer p.Close()
	w := rowWriter{db: db}
	for _, row := range rows {
		var err error
		if w.key, err = t.RowKey(appendRowKey(w.key[:0], table, nil), row); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		if row.HasUnchanged() {
			return fmt.Errorf("load: %w", incomplete(t, row))
		}
		if err := w.write(p, table, w.key, nil, row); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		if p.Len() < loadBytes {
			continue
		}
		if err := db.write(p, false); err != nil {
			return fmt.Errorf("load %s: %w", t, err)
		}
		p.Reset()
	}
	if err := db.write(p, false); err != nil {
		return fmt.Errorf("load %s: %w", t, err)
	}
	return nil
}

const loadBytes = 1 << 20

// FinishLoad makes everything loaded durable and then, in one step, the
// position of the load, the touches that render the first documents, and the
// identity, marked as loaded.
func (db *DB) FinishLoad(id Identity, pos Position, touches []Touch) error {
	if err := db.pebble.Flush(); err != nil {
		return fmt.Errorf("finish load: %w", classify(err))
	}
	id.Loaded = true
	db.commitMu.Lock()
	p := db.pebble.NewBatch()
	defer p.Close()
	next := db.progress
	next.position = pos
	err := setIdentity(p, id)
	wait := noWait
	if err == nil {
		wait, err = db.advanceWithRecord(p, next, touchRecord(pos.LSN, touches), true)
	}
	db.commitMu.Unlock()
	if err == nil {
		err = wait()
	}
	if err != nil {
		return fmt.Errorf("finish load: %w", err)
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.identity = id
	return nil
}
