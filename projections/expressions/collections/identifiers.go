package collections

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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
		comparisons("pg_lsn_", "pg_lsn"), comparisons("xid8", "xid8"), comparisons("tid", "tid"), comparisons("cash_", "money"),
		[]function.Function{
			function.Of2("xideq(xid,xid)", same),
			function.Of2("xidneq(xid,xid)", differ),
			function.Of2("cideq(cid,cid)", same),
			function.Of1("xid(xid8)", func(v datum.Opaque) (datum.Opaque, error) {
				n, err := strconv.ParseUint(string(v), 10, 64)
				return datum.Opaque(strconv.FormatUint(n&math.MaxUint32, 10)), err
			}),
		},
	)
}
