package jsons

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
)

var (
	errPathSyntax = datum.Errorf("42601", "syntax error in jsonpath")
	errPathText   = datum.Malformed("jsonpath")
)

func notSupported(what string) error {
	return datum.Errorf("0A000", "%s in a jsonpath is not supported", what)
}

// pathToken is a word, a literal or an operator.
type pathToken struct {
	kind pathTokenKind
	text string
}

type pathTokenKind byte

const (
	pathEnd    pathTokenKind = iota
	pathSymbol               // an operator or a punctuation mark
	pathWord                 // without quotes
	pathString
	pathVariable
	pathNumber
	pathInteger
)

// pathLexer takes the text of a path apart.
type pathLexer struct {
	text string
	at   int
}

const pathSpecial = "?%$.[]{}()|&!=<>@#,*:-+/"

// isPathOther tells the bytes that words are made of.
func isPathOther(c byte) bool {
	return strings.IndexByte(pathSpecial, c) < 0 && strings.IndexByte("\\\" \t\n\r\f", c) < 0
}

func (l *pathLexer) next() (pathToken, error) {
	if err := l.skip(); err != nil {
		return pathToken{}, err
	}
	rest := l.text[l.at:]
	if rest == "" {
		return pathToken{}, nil
	}
	switch c := rest[0]; {
	case c == '"':
		return l.quoted(pathString)
	case c == '$' && len(rest) > 1 && rest[1] == '"':
		l.at++
		return l.quoted(pathVariable)
	case c == '$' && len(rest) > 1 && isPathOther(rest[1]):
		l.at++
		return pathToken{pathVariable, l.word()}, nil
	case isDigit(c), c == '.' && len(rest) > 1 && isDigit(rest[1]):
		return l.number()
	case c == '\\', isPathOther(c):
		return l.plain()
	}
	return pathToken{pathSymbol, l.symbol(rest)}, nil
}

// skip steps over blanks and comments.
func (l *pathLexer) skip() error {
	for {
		l.at += len(l.text[l.at:]) - len(strings.TrimLeft(l.text[l.at:], " \t\n\r\f"))
		if !strings.HasPrefix(l.text[l.at:], "/*") {
			return nil
		}
		end := strings.Index(l.text[l.at+2:], "*/")
		if end < 0 {
			return errPathSyntax
		}
		l.at += 2 + end + 2
	}
}

func (l *pathLexer) word() string {
	start := l.at
	for l.at < len(l.text) && isPathOther(l.text[l.at]) {
		l.at++
	}
	return l.text[start:l.at]
}

func (l *pathLexer) symbol(rest string) string {
	for _, symbol := range []string{"&&", "||", "**", "<=", "==", "<>", "!=", ">="} {
		if strings.HasPrefix(rest, symbol) {
			l.at += 2
			return symbol
		}
	}
	l.at++
	return rest[:1]
}

// plain reads a word without quotes.
func (l *pathLexer) plain() (pathToken, error) {
	text := l.word()
	switch rest := l.text[l.at:]; {
	case strings.HasPrefix(rest, `\`):
		return pathToken{}, notSupported("an escape outside of quotes")
	case strings.HasPrefix(rest, "/*"): // PostgreSQL loses a word that touches a comment
		return l.next()
	}
	return pathToken{pathWord, text}, nil
}

// number reads 1, 1.5, 1., .5 or 1e5. As in PostgreSQL, whatever reads more of
// the text goes first: 1a is a number with junk behind it, but 1ab is a word.
func (l *pathLexer) number() (pathToken, error) {
	start := l.at
	kind, end, ok := l.scanNumber()
	if ok && end < len(l.text) && isPathOther(l.text[end]) {
		end, ok = end+1, false
	}
	if l.word(); l.at > end {
		l.at = start
		return l.plain()
	}
	l.at = end
	if !ok {
		return pathToken{}, errPathSyntax
	}
	return pathToken{kind, l.text[start:end]}, nil
}

// scanNumber finds the end of a number. It is not ok without the digits of its exponent.
func (l *pathLexer) scanNumber() (kind pathTokenKind, end int, ok bool) {
	kind, end = pathInteger, digitsEnd(l.text, l.at)
	if l.text[l.at] == '0' {
		end = l.at + 1
	}
	if end < len(l.text) && l.text[end] == '.' {
		kind, end = pathNumber, digitsEnd(l.text, end+1)
	}
	if end == len(l.text) || l.text[end]|0x20 != 'e' {
		return kind, end, true
	}
	exponent := end + 1
	if exponent < len(l.text) && (l.text[exponent] == '+' || l.text[exponent] == '-') {
		exponent++
	}
	end = digitsEnd(l.text, exponent)
	return pathNumber, end, end > exponent
}

// quoted reads a string up to its closing quote.
func (l *pathLexer) quoted(kind pathTokenKind) (pathToken, error) {
	l.at++
	s := unescaper{strict: true}
	for {
		stop := strings.IndexAny(l.text[l.at:], `"\`)
		if stop < 0 {
			return pathToken{}, errPathSyntax
		}
		s.out = append(s.out, l.text[l.at:l.at+stop]...)
		l.at += stop + 1
		if l.text[l.at-1] == '"' {
			return pathToken{kind, string(s.out)}, nil
		}
		if err := l.escape(&s); err != nil {
			return pathToken{}, err
		}
	}
}

// escape reads an escape, whose backslash is read.
func (l *pathLexer) escape(s *unescaper) error {
	if l.at == len(l.text) {
		return errPathSyntax
	}
	c := l.text[l.at]
	l.at++
	if c == 'u' || c == 'x' {
		return l.codes(s, c)
	}
	if says := strings.IndexByte("bfnrtv", c); says >= 0 {
		s.out = append(s.out, "\b\f\n\r\t\v"[says])
		return nil
	}
	_, size := utf8.DecodeRuneInString(l.text[l.at-1:])
	s.out = append(s.out, l.text[l.at-1:l.at-1+size]...)
	l.at += size - 1
	return nil
}

// codes reads a character written by its code, and those of \u that follow at once.
func (l *pathLexer) codes(s *unescaper, kind byte) error {
	for {
		code, ok := l.code(kind)
		if !ok {
			return errPathSyntax
		}
		if err := s.rune(code); err == errEscape {
			return err
		} else if err != nil {
			return errPathText
		}
		if kind == 'x' || !strings.HasPrefix(l.text[l.at:], `\u`) {
			break
		}
		l.at += 2
	}
	if s.high != 0 {
		return errPathText
	}
	return nil
}

// code reads XX behind \x, XXXX or {X...} behind \u.
func (l *pathLexer) code(kind byte) (rune, bool) {
	rest := l.text[l.at:]
	digits, size := 4, 4
	if kind == 'x' {
		digits, size = 2, 2
	}
	if kind == 'u' && strings.HasPrefix(rest, "{") {
		digits = strings.IndexByte(rest, '}') - 1
		size, rest = digits+2, rest[1:]
	}
	if digits < 1 || digits > 6 || len(rest) < digits || strings.ContainsAny(rest[:digits], "+-_") {
		return 0, false
	}
	code, err := strconv.ParseUint(rest[:digits], 16, 32)
	l.at += size
	return rune(code), err == nil && code <= utf8.MaxRune
}
