// Package store holds local state in Pebble: the rows of the tables that
// projections use, the join indexes, the journal of touched documents, the
// position, and what has been published.
package store

import (
	"time"

	"materializer/cdc"
)

// Position says how far the state is.
type Position struct {
	LSN        cdc.LSN   // end of the last transaction contained whole, or a later idle position
	CommitTime time.Time // of that transaction, zero if none yet
}

// Touch names documents that must be rendered again: the rows of a plan node's
// PARENT side that are reached by key. The meaning of Node and Key belongs to
// package projections; the store only keeps them.
type Touch struct {
	Node uint16
	Key  []byte
}

// Effect is what a change did to one row. Old == nil: inserted. New == nil:
// deleted. Keys are row keys; they differ when the identity changed.
type Effect struct {
	Table          *cdc.Table
	Old, New       cdc.Row
	OldKey, NewKey []byte
}

// Published is what Redis was last given for one root.
type Published struct {
	Hash [16]byte // of the document
	LSN  cdc.LSN  // position of the snapshot it was rendered from
	Keys [][]byte // the Redis keys written
}
