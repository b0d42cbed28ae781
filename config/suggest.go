package config

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Suggest returns what of have was probably meant by want, the likeliest first:
// the same letters in another case or with other separators, else the names
// within a few typing mistakes. At most three.
func Suggest(want string, have []string) []string {
	if same := sameLetters(want, have); len(same) > 0 {
		return same
	}
	type candidate struct {
		name     string
		distance int
	}
	var close []candidate
	limit := max(1, len(want)/3)
	for _, name := range have {
		d := distance(letters(want), letters(name))
		if d <= limit || len(want) >= 3 && strings.HasPrefix(letters(name), letters(want)) {
			close = append(close, candidate{name, d})
		}
	}
	slices.SortStableFunc(close, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var out []string
	for _, c := range close[:min(3, len(close))] {
		out = append(out, c.name)
	}
	return out
}

func sameLetters(want string, have []string) []string {
	var out []string
	for _, name := range have {
		if strings.EqualFold(name, want) {
			return []string{name}
		}
		if letters(name) != "" && letters(name) == letters(want) {
			out = append(out, name)
		}
	}
	return out[:min(3, len(out))]
}

// letters is a name without case and separators.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// distance counts the typing mistakes between two words: a character missing,
// added, replaced, or two neighbours swapped.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return 64
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// didYouMean is the hint for an unknown name: what was probably meant, then all that is possible.
func didYouMean(want string, have []string) string {
	possible := "possible: " + strings.Join(have, ", ")
	if close := Suggest(want, have); len(close) > 0 {
		return "did you mean " + strings.Join(close, " or ") + "?\n" + possible
	}
	return possible
}
