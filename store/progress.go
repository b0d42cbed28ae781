package store

import (
	"encoding/binary"
	"fmt"
	"time"

	"materializer/cdc"
)

// progress is the one record that every ingest commit rewrites: it makes the
// commit's rows, its journal record and the position one thing.
type progress struct {
	position Position
	seq      uint64 // last journal record ever written
	partial  bool   // rows of an unfinished transaction are in the store
}

func (g progress) append(dst []byte) []byte {
	var flags byte
	if g.partial {
		flags = 1
	}
	var nanos int64
	if !g.position.CommitTime.IsZero() {
		nanos = g.position.CommitTime.UnixNano()
	}
	dst = append(dst, flags)
	dst = binary.BigEndian.AppendUint64(dst, uint64(g.position.LSN))
	dst = binary.BigEndian.AppendUint64(dst, uint64(nanos))
	return binary.BigEndian.AppendUint64(dst, g.seq)
}

func parseProgress(b []byte) (progress, error) {
	if len(b) != 25 {
		return progress{}, fmt.Errorf("read progress: %w", errRecord)
	}
	g := progress{partial: b[0] == 1, seq: binary.BigEndian.Uint64(b[17:])}
	g.position.LSN = cdc.LSN(binary.BigEndian.Uint64(b[1:]))
	if nanos := int64(binary.BigEndian.Uint64(b[9:])); nanos != 0 {
		g.position.CommitTime = time.Unix(0, nanos).UTC()
	}
	return g, nil
}
