// Package suggest finds what somebody probably meant by a name that does not
// exist. It knows nothing of what the names stand for.
package suggest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

const most = 3 // suggestions given

// Suggest picks from have what want may have been meant for, the likeliest
// first, three at most: the same name in another case, the same name in
// another schema, then names a few keystrokes away. It is empty when nothing is near.
func Suggest(want string, have []string) []string {
	type candidate struct {
		name string
		cost int
	}
	var found []candidate
	seen := map[string]bool{want: true}
	for _, name := range have {
		if seen[name] {
			continue
		}
		seen[name] = true
		if cost, near := cost(want, name); near {
			found = append(found, candidate{name, cost})
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		if a.cost != b.cost {
			return a.cost - b.cost
		}
		return strings.Compare(a.name, b.name)
	})
	names := make([]string, 0, most)
	for _, c := range found[:min(len(found), most)] {
		names = append(names, c.name)
	}
	return names
}

// cost ranks a name: 0 but for case or separators, 1 for another schema, then by distance.
func cost(want, name string) (int, bool) {
	w, n := strings.ToLower(want), strings.ToLower(name)
	if plain(w) == plain(n) {
		return 0, true
	}
	if last(w) == last(n) && (last(w) == w || last(n) == n) {
		return 1, true
	}
	length := utf8.RuneCountInString(w)
	allowed := max(1, length/3)
	if length < 3 {
		return 0, false // any short name is near any other
	}
	d := distance(w, n)
	return 1 + d, d <= allowed
}

// plain drops what people confuse: order_items, orderItems, order-items.
func plain(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(s)
}

func last(s string) string { return s[strings.LastIndexByte(s, '.')+1:] }

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that make b of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, previous, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, previous, row = previous, row, before
		row[0] = i
		for j := 1; j <= len(y); j++ {
			replace := previous[j-1]
			if x[i-1] != y[j-1] {
				replace++
			}
			row[j] = min(previous[j]+1, row[j-1]+1, replace)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(y)]
}
