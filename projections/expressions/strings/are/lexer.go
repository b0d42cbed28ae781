package are

import "materializer/projections/expressions/datum"

// state is where the lexer is.
type state int

const (
	inExpression state = iota
	inLiteral
	inBound
	inBrackets
	inCollating
	inEquivalence
	inClass
)

type lexer struct {
	text    []rune
	at      int
	options Options
	state   state
	last    token // before the current one
	kind    token
	value   int
	groups  int // capturing parentheses opened so far
	err     error
}

// fail keeps the first error; from then on the pattern is at its end.
func (l *lexer) fail(message string) {
	if l.err == nil {
		l.err = &datum.Error{Code: "2201B", Message: "invalid regular expression: " + message}
	}
	l.kind, l.at = endOfPattern, len(l.text)
}

func (l *lexer) left() int { return len(l.text) - l.at }

func (l *lexer) ahead(text string) bool {
	return l.left() >= len(text) && string(l.text[l.at:l.at+len(text)]) == text
}

// eat goes past a character, if it is the next.
func (l *lexer) eat(r rune) bool {
	if l.left() > 0 && l.text[l.at] == r {
		l.at++
		return true
	}
	return false
}

// start reads what may stand before an expression, and the first token.
func (l *lexer) start() {
	if l.options.Literal && (l.options.Expanded || l.options.LineStop || l.options.LineAnchor) {
		l.fail(badArgument)
		return
	}
	if !l.options.Literal {
		l.director()
	}
	if l.options.Literal {
		l.state = inLiteral
	}
	if l.err == nil {
		l.next()
	}
}

func (l *lexer) is(kind token) bool { return l.kind == kind }

func (l *lexer) give(kind token, value int) { l.kind, l.value = kind, value }

// next reads a token.
func (l *lexer) next() {
	if l.err != nil {
		return
	}
	l.last = l.kind
	if l.options.Expanded && (l.state == inExpression || l.state == inBound) {
		l.skip()
	}
	if l.left() == 0 {
		l.atEnd()
		return
	}
	r := l.text[l.at]
	l.at++
	switch l.state {
	case inLiteral:
		l.give(plain, int(r))
	case inExpression:
		l.expression(r)
	case inBound:
		l.bound(r)
	case inBrackets:
		l.bracket(r)
	case inCollating:
		l.name(r, '.')
	case inEquivalence:
		l.name(r, '=')
	case inClass:
		l.name(r, ':')
	}
}

func (l *lexer) atEnd() {
	switch l.state {
	case inExpression, inLiteral:
		l.give(endOfPattern, 0)
	case inBound:
		l.fail(badBraces)
	default:
		l.fail(badBrackets)
	}
}

// skip goes past blanks and comments of the expanded syntax.
func (l *lexer) skip() {
	for {
		for l.left() > 0 && isSpace(l.text[l.at]) {
			l.at++
		}
		if l.left() == 0 || l.text[l.at] != '#' {
			return
		}
		for l.left() > 0 && l.text[l.at] != '\n' {
			l.at++
		}
	}
}

// bound reads within braces. The value of } is 1 for a greedy one.
func (l *lexer) bound(r rune) {
	switch {
	case isDigit(r):
		l.give(digitToken, int(r-'0'))
	case r == ',':
		l.give(',', 0)
	case r == '}':
		l.state = inExpression
		l.give('}', l.greedy())
	default:
		l.fail(badBound)
	}
}

// greedy is 0 if a question mark follows, which makes a quantifier non-greedy.
func (l *lexer) greedy() int {
	if l.eat('?') {
		return 0
	}
	return 1
}

func (l *lexer) expression(r rune) {
	switch r {
	case '|', '.', '^', '$', ')':
		l.give(token(r), 0)
	case '*', '+', '?':
		l.give(token(r), l.greedy())
	case '{':
		if l.options.Expanded {
			l.skip()
		}
		if l.left() == 0 || !isDigit(l.text[l.at]) {
			l.give(plain, int(r))
			return
		}
		l.state = inBound
		l.give('{', 0)
	case '(':
		l.parenthesis()
	case '[':
		l.openBracket()
	case '\\':
		if l.left() == 0 {
			l.fail(badEscape)
			return
		}
		l.escape()
	default:
		l.give(plain, int(r))
	}
}

// parenthesis reads what follows one. Its value is 1 if it captures.
func (l *lexer) parenthesis() {
	if !l.eat('?') {
		l.give('(', 1)
		return
	}
	switch {
	case l.eat(':'):
		l.give('(', 0)
	case l.eat('#'):
		for l.left() > 0 && l.text[l.at] != ')' {
			l.at++
		}
		l.eat(')')
		l.kind = l.last
		l.next()
	case l.eat('='):
		l.give(lookaround, int(isAhead))
	case l.eat('!'):
		l.give(lookaround, int(notAhead))
	case l.ahead("<="):
		l.at += 2
		l.give(lookaround, int(isBehind))
	case l.ahead("<!"):
		l.at += 2
		l.give(lookaround, int(notBehind))
	default:
		l.fail(badRepeat)
	}
}

// openBracket reads what follows one. Its value is 1 unless it is complemented.
func (l *lexer) openBracket() {
	switch {
	case l.ahead("[:<:]]"):
		l.at += 6
		l.give('<', 0)
		return
	case l.ahead("[:>:]]"):
		l.at += 6
		l.give('>', 0)
		return
	}
	l.state = inBrackets
	if l.eat('^') {
		l.give('[', 0)
		return
	}
	l.give('[', 1)
}

func (l *lexer) bracket(r rune) {
	switch r {
	case ']':
		if l.last == '[' {
			l.give(plain, int(r))
			return
		}
		l.state = inExpression
		l.give(']', 0)
	case '\\':
		if l.left() == 0 {
			l.fail(badEscape)
			return
		}
		if l.escape(); l.kind != plain && l.kind != classToken && l.kind != notClass {
			l.fail(badEscape)
		}
	case '-':
		if l.last == '[' || l.ahead("]") {
			l.give(plain, int(r))
			return
		}
		l.give(rangeToken, int(r))
	case '[':
		l.special()
	default:
		l.give(plain, int(r))
	}
}

// special reads the beginning of [. [= and [: within brackets.
func (l *lexer) special() {
	switch {
	case l.left() == 0:
		l.fail(badBrackets)
	case l.eat('.'):
		l.state = inCollating
		l.give(collating, 0)
	case l.eat('='):
		l.state = inEquivalence
		l.give(equivalence, 0)
	case l.eat(':'):
		l.state = inClass
		l.give(classBegin, 0)
	default:
		l.give(plain, '[')
	}
}

// name reads within [. and the like, up to the character and a bracket.
func (l *lexer) name(r, end rune) {
	if r == end && l.eat(']') {
		l.state = inBrackets
		l.give(nameEnd, 0)
		return
	}
	l.give(plain, int(r))
}
