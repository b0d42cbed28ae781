package replication

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"materializer/cdc"
)

var errConfirm = errors.New("confirmed position was never handed on")

// positions are what the server is told.
type positions struct{ write, flush, apply cdc.LSN }

// tell decides what the server is told. It forgets everything up to flush, so
// that must be durable here: no further than confirmed, and confirmed no
// further than what was handed on, which is where a transaction ended or an
// idle position that had nothing before it on its way. All three are filled,
// since some clients and servers take a zero for "the same as the others".
func tell(received, handed, confirmed cdc.LSN) (positions, error) {
	if confirmed > handed {
		return positions{}, fmt.Errorf("tell the server that %s is durable: %w, the last one was %s", confirmed, errConfirm, handed)
	}
	return positions{write: max(received, confirmed), flush: confirmed, apply: confirmed}, nil
}

// appendStatus appends a Standby Status Update in its CopyData.
func appendStatus(dst []byte, p positions, now time.Time, replyWanted bool) []byte {
	dst = append(dst, 'd')
	dst = binary.BigEndian.AppendUint32(dst, 4+1+4*8+1)
	dst = append(dst, 'r')
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.write))
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.flush))
	dst = binary.BigEndian.AppendUint64(dst, uint64(p.apply))
	dst = binary.BigEndian.AppendUint64(dst, uint64(now.UnixMicro()-epoch2000))
	if replyWanted {
		return append(dst, 1)
	}
	return append(dst, 0)
}
