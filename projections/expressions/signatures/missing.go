package signatures

import (
	"strconv"
	"sync"
)

// Missing tells whether a release of PostgreSQL, such as 14, lacks a function that
// PostgreSQL 15 has: name(type,type). What only other releases have is in no table.
func Missing(version int, signature string) bool {
	return missing()[version][signature]
}

// missing are the functions that releases lack.
var missing = sync.OnceValue(func() map[int]map[string]bool {
	releases := map[int]map[string]bool{}
	for _, row := range Rows(Missings) {
		version, _ := strconv.Atoi(row[0])
		if releases[version] == nil {
			releases[version] = map[string]bool{}
		}
		releases[version][row[1]] = true
	}
	return releases
})
