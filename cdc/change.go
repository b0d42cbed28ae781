// Package cdc is the vocabulary of change data capture that all stages share:
// positions, tables, rows and changes. It imports nothing of the project, so
// that every stage can speak it without knowing another stage.
package cdc

import "time"

// Table is the part of a PostgreSQL table that is kept: what the source
// delivers and the store holds. Read-only once built.
type Table struct {
	ID       int      // dense number within the plan; names the table in the store's keys
	OID      uint32   // of the table, or of the partitioned root
	Schema   string   // the catalog's spelling, unquoted
	Name     string   //
	Columns  []Column // the columns kept, in attnum order; a Row has exactly these
	Identity []int    // indexes into Columns that identify a row in the stream (replica identity) and in the store
}

// Column is one kept column of a Table.
type Column struct {
	Name    string
	Attnum  int16
	TypeOID uint32 // as in pg_attribute.atttypid, a domain's own
	TypeMod int32  // as in pg_attribute.atttypmod, -1 if none
}

// String names the table for messages: schema.name, without the schema public.
func (t *Table) String() string {
	if t.Schema == "public" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

// Op says what a Change does to its table.
type Op uint8

// The operations of the stream.
const (
	Insert Op = iota + 1
	Update
	Delete
	Truncate
)

// String names the operation as SQL does, in lower case.
func (o Op) String() string {
	return [...]string{"none", "insert", "update", "delete", "truncate"}[o]
}

// Change is one row change, or the truncation of one table.
type Change struct {
	Table *Table
	Op    Op
	// Key is the image of the old row where the stream sent one: always for a
	// Delete, for an Update that changed the identity (or REPLICA IDENTITY
	// FULL). Only the identity columns are to be relied upon, the others may
	// be NULL. nil otherwise.
	Key Row
	// New is the row after an Insert or Update; Unchanged marks TOAST values
	// that were not sent.
	New Row
}

// Commit ends a transaction within a Batch.
type Commit struct {
	Changes int       // how many of Batch.Changes come before this commit
	LSN     LSN       // end LSN of the commit record
	XID     uint32    //
	Time    time.Time // of the commit on the server, by its clock
}

// Batch is a run of the stream in commit order: whole transactions, the last
// one possibly unfinished. Changes after the last Commit belong to a
// transaction that goes on in the next Batch. The batch owns the bytes of its
// rows; they stay valid until Release.
type Batch struct {
	Changes []Change
	Commits []Commit
	// Idle is a position past all commits of the batch that the server has
	// reached without a change for us (a keepalive outside of any transaction); 0 if none.
	Idle LSN
	// Arena holds the bytes of the rows.
	Arena []byte
	// Recycle, if set, takes the batch back for reuse.
	Recycle func(*Batch)
}

// Release gives the batch back to whoever made it. Its rows must not be used after.
func (b *Batch) Release() {
	if b.Recycle != nil {
		b.Recycle(b)
	}
}
