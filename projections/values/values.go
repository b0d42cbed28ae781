// Package values knows PostgreSQL's values by their text: what a document shows
// of them (JSON), what a key template makes of them (KeyText), and how they are
// compared and joined (Order, JoinClass, Class).
//
// The text is what pgoutput and COPY send in the pinned session: UTF8, ISO
// dates, interval style postgres, time zone UTC, shortest floats, bytea as hex,
// lc_monetary C. All knowledge of a type is gathered when a function is asked
// for; the functions handed out are safe for concurrent use, and allocate
// nothing for the common scalars beyond what dst needs to grow.
//
// The promise is PostgreSQL's own answer: JSON gives what to_jsonb gives,
// digit by digit, without insignificant whitespace; KeyText what ::text gives;
// encodings compare as ORDER BY does, text in the C collation. A type for which
// that cannot be kept is refused when it is asked for. Text that PostgreSQL
// cannot have sent is an error, never a panic; errors never quote the value.
package values

import (
	"errors"
	"fmt"

	"materializer/catalog"
)

// AppendFunc appends what it makes of a non-NULL value's text to dst. On an
// error the result is not to be used. The text is not kept; it must not lie in
// the spare capacity of dst.
type AppendFunc func(dst, text []byte) ([]byte, error)

// The built-in types that are not treated by their kind alone.
const (
	oidBool        = 16
	oidBytea       = 17
	oidChar        = 18 // "char", one byte
	oidName        = 19
	oidInt8        = 20
	oidInt2        = 21
	oidInt2Vector  = 22
	oidInt4        = 23
	oidText        = 25
	oidOID         = 26
	oidTID         = 27
	oidOIDVector   = 30
	oidJSON        = 114
	oidXML         = 142
	oidCIDR        = 650
	oidFloat4      = 700
	oidFloat8      = 701
	oidMacaddr8    = 774
	oidMoney       = 790
	oidMacaddr     = 829
	oidInet        = 869
	oidBpchar      = 1042
	oidVarchar     = 1043
	oidDate        = 1082
	oidTime        = 1083
	oidTimestamp   = 1114
	oidTimestamptz = 1184
	oidInterval    = 1186
	oidTimetz      = 1266
	oidBit         = 1560
	oidVarbit      = 1562
	oidNumeric     = 1700
	oidUUID        = 2950
	oidLSN         = 3220
	oidJSONB       = 3802
	oidXID8        = 5069

	firstUserOID = 16384
)

// malformed is the error for text that PostgreSQL cannot have sent for a type.
// It does not quote the text: values are not for logs.
type malformed string

func (m malformed) Error() string { return "malformed text of type " + string(m) }

// ErrUnknownLabel says that an enum's label is newer than the catalog that was read.
var ErrUnknownLabel = errors.New("enum label that the catalog did not have when it was read")

// isExtension tells whether t is the base type of that name that an extension brought.
func isExtension(t *catalog.Type, name string) bool {
	return t.Kind == catalog.Base && t.OID >= firstUserOID && t.Name == name
}

// isVector tells int2vector and oidvector: arrays to PostgreSQL, but with a text of their own.
func isVector(t *catalog.Type) bool {
	return t.OID == oidInt2Vector || t.OID == oidOIDVector
}

func unsupported(t *catalog.Type, what string) error {
	return fmt.Errorf("type %s %s", TypeName(t, -1), what)
}
