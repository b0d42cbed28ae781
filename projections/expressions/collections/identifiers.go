package collections

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// parseLSN reads two hexadecimal numbers of at most eight digits.
func parseLSN(text string) (string, error) {
	high, low, _ := strings.Cut(text, "/")
	h, errHigh := strconv.ParseUint(high, 16, 32)
	l, errLow := strconv.ParseUint(low, 16, 32)
	if errHigh != nil || errLow != nil || len(high) > 8 || len(low) > 8 {
		return "", datum.Malformed("pg_lsn")
	}
	return fmt.Sprintf("%X/%X", h, l), nil
}

func parseXID(text string) (string, error) { return decimal("xid", text, 32) }

func parseXID8(text string) (string, error) { return decimal("xid8", text, 64) }

// decimal takes a number as PostgreSQL writes it. It would read much else.
func decimal(typeName, text string, bits int) (string, error) {
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil || strconv.FormatUint(n, 10) != text {
		return "", errLiteral(typeName)
	}
	return text, nil
}

// parseTID takes (block,offset) as PostgreSQL writes it.
func parseTID(text string) (string, error) {
	block, offset, ok := strings.Cut(text, ",")
	if !ok || len(block) < 2 || len(offset) < 2 || block[0] != '(' || offset[len(offset)-1] != ')' {
		return "", errLiteral("tid")
	}
	if _, err := decimal("tid", block[1:], 32); err != nil {
		return "", err
	}
	if _, err := decimal("tid", offset[:len(offset)-1], 16); err != nil {
		return "", err
	}
	return text, nil
}

func identifierFunctions() []function.Function {
	same := func(a, b datum.Opaque) (bool, error) { return a == b, nil }
	differ := func(a, b datum.Opaque) (bool, error) { return a != b, nil }
	return slices.Concat(
		comparisons("pg_lsn_", "pg_lsn"), comparisons("xid8", "xid8"), comparisons("tid", "tid"),
		[]function.Function{
			function.Of2("xideq(xid,xid)", same),
			function.Of2("xidneq(xid,xid)", differ),
			function.Of2("cideq(cid,cid)", same),
			function.Of2("xideqint4(xid,int4)", func(a datum.Opaque, b int64) (bool, error) { return a == xidOf(b), nil }),
			function.Of2("xidneqint4(xid,int4)", func(a datum.Opaque, b int64) (bool, error) { return a != xidOf(b), nil }),
			function.Of2("pg_lsn_mi(pg_lsn,pg_lsn)", lsnDifference),
			function.Of2("pg_wal_lsn_diff(pg_lsn,pg_lsn)", lsnDifference),
			function.Of1("xid(xid8)", func(v datum.Opaque) (datum.Opaque, error) {
				n, err := strconv.ParseUint(string(v), 10, 64)
				return xidOf(int64(n)), err
			}),
		},
	)
}

// xidOf gives the lower 32 bits.
func xidOf(n int64) datum.Opaque { return datum.Opaque(strconv.FormatUint(uint64(uint32(n)), 10)) }

// lsnDifference is in bytes.
func lsnDifference(a, b datum.Opaque) (datum.Numeric, error) {
	x, y := lsn(a), lsn(b)
	if x >= y {
		return apd.NewWithBigInt(new(apd.BigInt).SetUint64(x-y), 0), nil
	}
	d := apd.NewWithBigInt(new(apd.BigInt).SetUint64(y-x), 0)
	d.Negative = true
	return d, nil
}

// lsn reads what PostgreSQL wrote.
func lsn(v datum.Opaque) uint64 {
	high, low, _ := strings.Cut(string(v), "/")
	h, _ := strconv.ParseUint(high, 16, 32)
	l, _ := strconv.ParseUint(low, 16, 32)
	return h<<32 | l
}
