package collections

import (
	"fmt"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
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
