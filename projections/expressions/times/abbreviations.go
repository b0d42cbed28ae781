package times

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

// abbreviationsText has a line for each abbreviation of PostgreSQL's default
// set: the word, its offset to the east in seconds and D for daylight saving
// time, or the name of the zone whose history tells what it means.
//
//go:embed abbreviations.txt
var abbreviationsText string

// abbreviation is the abbreviation of a zone: a token, and the zone if it is
// one whose meaning has changed.
type abbreviation struct {
	token
	zone string
}

// abbreviations finds abbreviations by their text in lower case.
var abbreviations = sync.OnceValue(func() map[string]abbreviation {
	table := map[string]abbreviation{}
	for line := range strings.Lines(abbreviationsText) {
		parts := strings.Fields(line)
		offset, err := strconv.Atoi(parts[1])
		switch {
		case err != nil:
			table[parts[0]] = abbreviation{token{moveZoneKind, 0}, parts[1]}
		case len(parts) == 3:
			table[parts[0]] = abbreviation{token{dstZoneKind, offset}, ""}
		default:
			table[parts[0]] = abbreviation{token{zoneKind, offset}, ""}
		}
	}
	return table
})
