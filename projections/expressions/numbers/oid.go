package numbers

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errOIDRange = &datum.Error{Code: "22003", Message: "value out of range for type oid"}

// parseOID reads an oid as strtoul does: a negative number stands for the oid
// of the same 32 bits.
func parseOID(text string) (int64, error) {
	text = strings.TrimLeft(text, spaces)
	rest := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		rest = text[1:]
	}
	n := digits(rest)
	if n == 0 {
		return 0, datum.Malformed("oid")
	}
	magnitude, err := strconv.ParseUint(rest[:n], 10, 64)
	if err != nil {
		return 0, errOIDRange
	}
	if trim(rest[n:]) != "" {
		return 0, datum.Malformed("oid")
	}
	if text[0] == '-' {
		magnitude = -magnitude
	}
	value := uint32(magnitude)
	if magnitude != uint64(value) && magnitude != uint64(int64(int32(value))) {
		return 0, errOIDRange
	}
	return int64(value), nil
}

func appendOID(dst []byte, value int64) []byte {
	return strconv.AppendUint(dst, uint64(uint32(value)), 10)
}

func compareOID(a, b int64) int { return cmp.Compare(uint32(a), uint32(b)) }

// oidFunctions are the functions of oid. An integer that is cast to oid keeps
// its bits, so that a negative value stands for a great oid.
func oidFunctions() []function.Function {
	list := comparisons("oid", "(oid,oid)", compareOID)
	list = append(list, choices("oid", "oid", compareOID)...)
	return append(list,
		compareFunction("btoidcmp(oid,oid)", compareOID),
		function.Of1("int8(oid)", func(a int64) (int64, error) { return int64(uint32(a)), nil }),
		function.Of1("oid(int8)", func(a int64) (int64, error) {
			if a < 0 || a > math.MaxUint32 {
				return 0, datum.Errorf("22003", "OID out of range")
			}
			return a, nil
		}),
	)
}
