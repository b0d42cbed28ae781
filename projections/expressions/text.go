package expressions

import (
	"errors"
	"strings"
	"unicode/utf8"

	pg "github.com/pganalyze/pg_query_go/v6"
	"github.com/pganalyze/pg_query_go/v6/parser"
)

// prefix makes a statement of an expression.
const prefix = "SELECT "

// parsed is a text that is one expression and nothing else.
type parsed struct {
	node    *pg.Node
	version int32 // of the parser
	tokens  tokens
}

// parse reads a text that must be one expression.
func parse(text string) (parsed, *Error) {
	scanned := scanText(text)
	if err := judgeText(text, scanned); err != nil {
		return parsed{}, err
	}
	tree, problem := pg.Parse(prefix + text)
	if problem != nil {
		return parsed{}, syntaxError(text, scanned, problem)
	}
	if len(tree.Stmts) != 1 || tree.Stmts[0].Stmt.GetSelectStmt() == nil {
		return parsed{}, failure(0, "", "this is no expression")
	}
	n, err := onlyTarget(tree.Stmts[0].Stmt.GetSelectStmt(), scanned)
	return parsed{n, tree.Version, scanned}, err
}

// judgeText refuses what would end the expression, or hide a part of it.
func judgeText(text string, t tokens) *Error {
	if strings.TrimSpace(text) == "" {
		return failure(0, "write the name of a column", "an expression is missing here")
	}
	if i := strings.IndexByte(text, 0); i >= 0 || !utf8.ValidString(text) {
		return failure(max(i, 0), "", "this is no text in UTF-8")
	}
	for i, x := range t.list {
		switch {
		case x.kind == pg.Token_SQL_COMMENT || x.kind == pg.Token_C_COMMENT:
			return failure(x.from, "leave it out, or write a comment of the file: # ...", "a comment stands inside of the expression")
		case t.is(i, ";"):
			return failure(x.from, "leave it out", "an expression has no semicolon")
		case x.kind == pg.Token_PARAM:
			return failure(x.from, "", "parameters are not supported in expressions: %s", t.word(i))
		case i == 0 && (t.is(0, "all") || t.is(0, "distinct")):
			return failure(0, "", "syntax error at or near %q", t.word(0))
		}
	}
	return nil
}

// onlyTarget takes the expression out of SELECT expression.
func onlyTarget(s *pg.SelectStmt, t tokens) (*pg.Node, *Error) {
	if len(s.TargetList) > 1 {
		second := int(s.TargetList[1].GetResTarget().Location) - len(prefix)
		return nil, failure(second, "quote the whole, or write a list", "one expression stands here, and a comma begins another")
	}
	bare := len(s.TargetList) == 1 && len(s.DistinctClause)+len(s.FromClause)+len(s.GroupClause)+len(s.WindowClause)+len(s.ValuesLists)+len(s.SortClause)+len(s.LockingClause) == 0 &&
		s.IntoClause == nil && s.WhereClause == nil && s.HavingClause == nil && s.LimitOffset == nil && s.LimitCount == nil && s.WithClause == nil &&
		s.Op == pg.SetOperation_SETOP_NONE
	if !bare {
		return nil, clauseError(t)
	}
	target := s.TargetList[0].GetResTarget()
	if target.Name != "" {
		last := len(t.list) - 1
		return nil, failure(t.list[last].from, "", "syntax error at or near %q", t.word(last))
	}
	return target.Val, nil
}

// clauseError points at the word that begins what is no expression.
func clauseError(t tokens) *Error {
	for i, x := range t.list {
		for _, word := range []string{"from", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "into", "union", "intersect", "except"} {
			if t.is(i, word) && x.keyword == pg.KeywordKind_RESERVED_KEYWORD && depthAt(t, i) == 0 {
				return failure(x.from, "where, order_by and limit are keys beside the expression", "%s begins another part of a query, and one expression stands here", word)
			}
		}
	}
	return failure(0, "", "this is no expression")
}

func depthAt(t tokens, to int) int {
	depth := 0
	for i := range to {
		switch {
		case t.is(i, "("):
			depth++
		case t.is(i, ")"):
			depth--
		}
	}
	return depth
}

// syntaxError is the parser's message at our place, or says which word is reserved.
func syntaxError(text string, t tokens, problem error) *Error {
	var at int
	var raised *parser.Error
	if errors.As(problem, &raised) {
		at = byteOffset(prefix+text, raised.Cursorpos-1) - len(prefix)
	}
	at = min(max(at, 0), len(text))
	if i := reservedAt(t, at); i >= 0 {
		return reservedWord(t, i)
	}
	message, hint := problem.Error(), ""
	if strings.Contains(message, "unterminated quoted string") {
		message, hint = "a quote is opened and not closed", "inside of a text a quote is written twice: 'it''s'"
	}
	if strings.Contains(message, "at end of input") {
		message = "the expression ends too early"
	}
	return failure(at, hint, "%s", message)
}

// byteOffset is where the nth character begins.
func byteOffset(text string, n int) int {
	for offset := range text {
		if n <= 0 {
			return offset
		}
		n--
	}
	return len(text)
}

// structural are the reserved words that an expression is built with: no
// one means a column by them.
var structural = func() map[string]bool {
	words := map[string]bool{}
	for _, word := range strings.Fields("and or not in case when then else end null true false as any all some array from for both leading trailing collate cast distinct using with is like select where having union symmetric asymmetric variadic on") {
		words[word] = true
	}
	return words
}()

// reservedAt is the reserved word that was meant as a name and led to a syntax error; -1 if none.
func reservedAt(t tokens, offset int) int {
	for i, x := range t.list {
		if x.keyword == pg.KeywordKind_RESERVED_KEYWORD && t.is(i+1, ".") {
			return i
		}
		if x.from > offset {
			break
		}
	}
	near := t.at(offset)
	if offset >= len(t.text) {
		near = len(t.list)
	}
	for i := near; i >= max(near-1, 0); i-- {
		if i < len(t.list) && t.list[i].keyword == pg.KeywordKind_RESERVED_KEYWORD && !structural[strings.ToLower(t.word(i))] {
			return i
		}
	}
	return -1
}

// reservedWord says how a reserved word is written as a name.
func reservedWord(t tokens, i int) *Error {
	word := strings.ToLower(t.word(i))
	quoted := `"` + word + `"`
	hint := "for the column write " + quoted
	if t.is(i+1, ".") {
		if i+2 < len(t.list) {
			quoted += "." + t.word(i+2)
		}
		hint = "write " + quoted + ", or name the relation otherwise"
	}
	return failure(t.list[i].from, hint, "%s is a reserved word of SQL", word)
}

// textOf writes a part of an expression as SQL.
func (c *compiler) textOf(n *pg.Node) string {
	target := &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: n}}}
	statement := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: &pg.SelectStmt{TargetList: []*pg.Node{target}, LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg.SetOperation_SETOP_NONE}}}
	text, err := pg.Deparse(&pg.ParseResult{Version: c.version, Stmts: []*pg.RawStmt{{Stmt: statement}}})
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(text, prefix)
}
