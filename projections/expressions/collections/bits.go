package collections

import (
	"fmt"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// parseBits reads binary digits, with or without a b before them, or
// hexadecimal ones behind an x.
func parseBits(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	switch text[0] {
	case 'x', 'X':
		return parseHexBits(text[1:])
	case 'b', 'B':
		text = text[1:]
	}
	if strings.Trim(text, "01") != "" {
		return "", datum.Errorf("22P02", "invalid binary digit")
	}
	return text, nil
}

func parseHexBits(text string) (string, error) {
	var out strings.Builder
	for _, c := range text {
		digit, err := strconv.ParseUint(string(c), 16, 4)
		if err != nil {
			return "", datum.Errorf("22P02", "invalid hexadecimal digit")
		}
		fmt.Fprintf(&out, "%04b", digit)
	}
	return out.String(), nil
}
