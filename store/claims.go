package store

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Claim says that a root is one of those that want a name: the key of a
// document, or an element of a collection.
type Claim struct {
	Rank       uint64 // of two claims the lower rank counts: such as ^score
	Projection uint16
	Root       []byte
}

func appendClaimPrefix(dst, name []byte) []byte {
	dst = binary.BigEndian.AppendUint32(append(dst, spaceClaim), uint32(len(name)))
	return append(dst, name...)
}

func appendClaimKey(dst, name []byte, c Claim) []byte {
	dst = binary.BigEndian.AppendUint64(appendClaimPrefix(dst, name), c.Rank)
	return append(binary.BigEndian.AppendUint16(dst, c.Projection), c.Root...)
}

func parseClaim(b []byte) (Claim, error) {
	if len(b) < 10 {
		return Claim{}, fmt.Errorf("read claim: %w", errRecord)
	}
	return Claim{binary.BigEndian.Uint64(b), binary.BigEndian.Uint16(b[8:]), b[10:]}, nil
}

// Claims calls fn for each claim on a name, in the order of (rank, projection,
// root), until it returns false. The root is valid until fn returns.
func (db *DB) Claims(name []byte, fn func(Claim) bool) error {
	prefix := appendClaimPrefix(nil, name)
	err := db.scan(prefix, func(entry, _ []byte) error {
		claim, err := parseClaim(entry[len(prefix):])
		if err == nil && !fn(claim) {
			err = errEnough
		}
		return err
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}
