package expressions

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// token is a word or sign of the text.
type token struct {
	from, to int // bytes
	kind     pg.Token
	keyword  pg.KeywordKind
}

// tokens are those of the whole text, in order.
type tokens struct {
	text string
	list []token
}

// scanText cuts a text into tokens; none where it cannot be cut, which the parser will say better.
func scanText(text string) tokens {
	result := tokens{text: text}
	scanned, err := pg.Scan(text)
	if err != nil {
		return result
	}
	for _, t := range scanned.Tokens {
		result.list = append(result.list, token{int(t.Start), int(t.End), t.Token, t.KeywordKind})
	}
	return result
}

// at is the index of the token that begins at a byte, or of the next one.
func (t tokens) at(offset int) int {
	for i, x := range t.list {
		if x.from >= offset {
			return i
		}
	}
	return len(t.list) - 1
}

// end is where the token that begins at a byte ends.
func (t tokens) end(offset int) int { return t.list[t.at(offset)].to }

func (t tokens) is(i int, text string) bool {
	return i >= 0 && i < len(t.list) && strings.EqualFold(t.text[t.list[i].from:t.list[i].to], text)
}

// callEnd is where the call that begins at a byte ends, with its FILTER.
func (t tokens) callEnd(offset int) int {
	i := t.at(offset)
	for !t.is(i, "(") {
		i++
	}
	i = t.closing(i)
	if t.is(i+1, "filter") && t.is(i+2, "(") {
		i = t.closing(i + 2)
	}
	return t.list[i].to
}

// closing is the parenthesis that closes the one at i.
func (t tokens) closing(i int) int {
	depth := 0
	for ; i < len(t.list)-1; i++ {
		switch {
		case t.is(i, "("):
			depth++
		case t.is(i, ")"):
			depth--
		}
		if depth == 0 {
			break
		}
	}
	return i
}

// word is the text of a token.
func (t tokens) word(i int) string { return t.text[t.list[i].from:t.list[i].to] }
