package replication

import (
	"errors"
	"fmt"
	"time"

	"materializer/cdc"
)

var errTruncated = errors.New("message is shorter than it says")

// decoder turns the messages of pgoutput, protocol version 1, into changes and
// commits of a batch. Its relations are those of one connection: the server
// describes a table once per connection before the first change to it, and
// again after its definition has changed.
type decoder struct {
	tables    map[uint32]*cdc.Table // the tables kept, by OID
	relations map[uint32]*relation  // what the connection has described; nil for other tables
	batch     *cdc.Batch            // the one being filled
	size      int                   // bytes of the batch

	start    cdc.LSN // transactions that end here or before are already stored
	position cdc.LSN // the end of the last transaction, or a later idle position
	open     bool    // between Begin and Commit
	repeated bool    // the open transaction is already stored
	changes  int     // of the open transaction, in all batches
	final    cdc.LSN // of the open transaction: start of its commit record
	xid      uint32

	before, after [][]byte // columns of the current message, aliasing it
	counts        Counts
}

// Counts is what a stream has received.
type Counts struct {
	Bytes    uint64 // read from the connection
	Messages uint64 // of pgoutput
	Changes  uint64 // handed on
	Commits  uint64 // handed on
	Foreign  uint64 // changes of tables that are not kept
	Repeated uint64 // transactions that were already stored
	Ignored  uint64 // stream aborts that protocol version 1 should not send
}

func newDecoder(start cdc.LSN, tables []*cdc.Table) *decoder {
	d := &decoder{start: start, position: start, tables: map[uint32]*cdc.Table{}, relations: map[uint32]*relation{}}
	for _, table := range tables {
		d.tables[table.OID] = table
	}
	return d
}

// decode takes one message. The bytes are copied into the batch where they are kept.
func (d *decoder) decode(message []byte) error {
	d.counts.Messages++
	r := reader{rest: message}
	kind := r.byte()
	switch kind {
	case 'I', 'U', 'D':
		return d.change(kind, &r)
	case 'B':
		return d.beginning(&r)
	case 'C':
		return d.commit(&r)
	case 'R':
		return d.describe(&r)
	case 'T':
		return d.truncate(&r)
	case 'Y', 'O', 'M': // types, origins and logical messages say nothing about rows
		return nil
	case 'A': // PostgreSQL 18 has been seen to send a stream abort without having been asked to stream
		d.counts.Ignored++
		return nil
	}
	if r.short {
		return errTruncated
	}
	return fmt.Errorf("decode a message of type %q: the protocol has none such", kind)
}

func (d *decoder) beginning(r *reader) error {
	final := cdc.LSN(r.uint64())
	r.uint64() // commit time, which the commit repeats
	xid := r.uint32()
	switch {
	case r.short:
		return fmt.Errorf("decode a begin: %w", errTruncated)
	case d.open:
		return fmt.Errorf("decode a begin: transaction %d has not ended", d.xid)
	}
	d.open, d.changes, d.final, d.xid = true, 0, final, xid
	d.batch.Idle = 0 // the end of this transaction will be further
	if d.repeated = final < d.start; d.repeated {
		d.counts.Repeated++
	} else if final < d.position {
		return fmt.Errorf("decode a begin: transaction %d committed at %s, but the stream had already reached %s", xid, final, d.position)
	}
	return nil
}

func (d *decoder) commit(r *reader) error {
	r.byte() // flags, unused
	final, end := cdc.LSN(r.uint64()), cdc.LSN(r.uint64())
	at := r.uint64()
	switch {
	case r.short:
		return fmt.Errorf("decode a commit: %w", errTruncated)
	case !d.open || final != d.final || end < final:
		return fmt.Errorf("decode a commit at %s with end %s: it ends no open transaction", final, end)
	}
	d.open = false
	if d.repeated {
		return nil
	}
	d.position = end
	if d.changes == 0 {
		d.batch.Idle = end
		return nil
	}
	d.batch.Idle = 0
	d.batch.Commits = append(d.batch.Commits, cdc.Commit{
		Changes: len(d.batch.Changes), LSN: end, XID: d.xid, Time: serverTime(at),
	})
	d.counts.Commits++
	return nil
}

// idle takes a position that the server has reached. Within a transaction, or
// before the end of the last one, it says nothing new.
func (d *decoder) idle(at cdc.LSN) {
	if !d.open && at > d.position {
		d.position, d.batch.Idle = at, at
	}
}

func (d *decoder) truncate(r *reader) error {
	count := r.uint32()
	r.byte() // CASCADE, RESTART IDENTITY: all tables concerned are listed
	if r.short || uint64(count)*4 > uint64(len(r.rest)) {
		return fmt.Errorf("decode a truncate: %w", errTruncated)
	}
	if !d.open {
		return errors.New("decode a truncate: no transaction is open")
	}
	for range count {
		if table := d.tables[r.uint32()]; table == nil {
			d.counts.Foreign++
		} else {
			d.add(cdc.Change{Table: table, Op: cdc.Truncate})
		}
	}
	return nil
}

func (d *decoder) change(kind byte, r *reader) error {
	oid := r.uint32()
	rel, known := d.relations[oid]
	switch {
	case r.short:
		return fmt.Errorf("decode a change: %w", errTruncated)
	case !d.open:
		return errors.New("decode a change: no transaction is open")
	case !known:
		return fmt.Errorf("decode a change: the table with OID %d has not been described", oid)
	case rel == nil:
		d.counts.Foreign++
		return nil
	case d.repeated:
		return nil
	}
	d.reserve(len(r.rest))
	var change cdc.Change
	var err error
	switch kind {
	case 'I':
		change, err = d.insert(rel, r)
	case 'U':
		change, err = d.update(rel, r)
	case 'D':
		change, err = d.remove(rel, r)
	}
	if err != nil {
		return fmt.Errorf("decode a change of table %s: %w", rel.table, err)
	}
	change.Table = rel.table
	d.add(change)
	return nil
}

func (d *decoder) insert(rel *relation, r *reader) (cdc.Change, error) {
	if kind := r.byte(); kind != 'N' {
		return cdc.Change{}, fmt.Errorf("an insert with a tuple of kind %q", kind)
	}
	var err error
	if d.after, err = rel.columns(d.after, r); err != nil {
		return cdc.Change{}, err
	}
	return cdc.Change{Op: cdc.Insert, New: d.row(d.after)}, nil
}

// update reads the old tuple, if one was sent, and the new one. A TOAST value
// that did not change is only in the old tuple, also with REPLICA IDENTITY
// FULL; an old NULL is no value but a column that was not logged.
func (d *decoder) update(rel *relation, r *reader) (cdc.Change, error) {
	change := cdc.Change{Op: cdc.Update}
	kind := r.byte()
	hasOld := kind == 'K' || kind == 'O'
	var err error
	if hasOld {
		if d.before, err = rel.columns(d.before, r); err != nil {
			return change, err
		}
		if change.Key, err = d.key(rel); err != nil {
			return change, err
		}
		kind = r.byte()
	}
	if kind != 'N' {
		return change, fmt.Errorf("an update with a tuple of kind %q", kind)
	}
	if d.after, err = rel.columns(d.after, r); err != nil {
		return change, err
	}
	if hasOld {
		for i, field := range d.after {
			if field != nil && cdc.IsUnchanged(field) && d.before[i] != nil {
				d.after[i] = d.before[i]
			}
		}
	}
	change.New = d.row(d.after)
	return change, nil
}

func (d *decoder) remove(rel *relation, r *reader) (cdc.Change, error) {
	if kind := r.byte(); kind != 'K' && kind != 'O' {
		return cdc.Change{}, fmt.Errorf("a delete with a tuple of kind %q", kind)
	}
	var err error
	if d.before, err = rel.columns(d.before, r); err != nil {
		return cdc.Change{}, err
	}
	key, err := d.key(rel)
	return cdc.Change{Op: cdc.Delete, Key: key}, err
}

// row appends a row image to the arena.
func (d *decoder) row(fields [][]byte) cdc.Row {
	arena := d.batch.Arena
	start := len(arena)
	for _, field := range fields {
		arena = cdc.AppendField(arena, field)
	}
	d.batch.Arena = arena
	d.size += len(arena) - start
	return cdc.Row(arena[start:len(arena):len(arena)])
}

// key appends the image of the old tuple: identity columns, the others NULL.
func (d *decoder) key(rel *relation) (cdc.Row, error) {
	arena := d.batch.Arena
	start := len(arena)
	for i, field := range d.before {
		if !rel.identity[i] {
			field = nil
		} else if field != nil && cdc.IsUnchanged(field) {
			return nil, fmt.Errorf("the old value of identity column %s was not sent", rel.table.Columns[i].Name)
		}
		arena = cdc.AppendField(arena, field)
	}
	d.batch.Arena = arena
	d.size += len(arena) - start
	return cdc.Row(arena[start:len(arena):len(arena)]), nil
}

const changeSize = 64 // bytes of a cdc.Change itself

func (d *decoder) add(change cdc.Change) {
	if d.repeated {
		return
	}
	d.batch.Changes = append(d.batch.Changes, change)
	d.changes++
	d.size += changeSize
	d.counts.Changes++
}

// reserve begins a new arena when the rows of a message may not fit into the
// rest of this one. Rows already made keep the old one alive.
func (d *decoder) reserve(bytes int) {
	if arena := d.batch.Arena; cap(arena)-len(arena) < bytes {
		d.batch.Arena = make([]byte, 0, max(bytes, min(2*cap(arena), maxArena), minArena))
	}
}

// serverTime converts microseconds since the year 2000.
func serverTime(microseconds uint64) time.Time {
	return time.UnixMicro(int64(microseconds) + epoch2000).UTC()
}

const epoch2000 = 946684800 * 1e6

// reader takes numbers and texts off the front of a message. Past its end it
// gives zeroes and remembers that it fell short.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) bytes(n uint32) []byte {
	if uint64(n) > uint64(len(r.rest)) {
		r.short, r.rest = true, nil
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if len(r.rest) < 1 {
		r.short = true
		return 0
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

func (r *reader) uint16() uint16 {
	if len(r.rest) < 2 {
		r.short, r.rest = true, nil
		return 0
	}
	v := uint16(r.rest[0])<<8 | uint16(r.rest[1])
	r.rest = r.rest[2:]
	return v
}

func (r *reader) uint32() uint32 {
	if len(r.rest) < 4 {
		r.short, r.rest = true, nil
		return 0
	}
	v := uint32(r.rest[0])<<24 | uint32(r.rest[1])<<16 | uint32(r.rest[2])<<8 | uint32(r.rest[3])
	r.rest = r.rest[4:]
	return v
}

func (r *reader) uint64() uint64 { return uint64(r.uint32())<<32 | uint64(r.uint32()) }

// text reads up to a zero byte.
func (r *reader) text() string {
	for i, c := range r.rest {
		if c == 0 {
			s := string(r.rest[:i])
			r.rest = r.rest[i+1:]
			return s
		}
	}
	r.short, r.rest = true, nil
	return ""
}
