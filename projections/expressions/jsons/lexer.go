package jsons

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
)

// token is what a lexer stands on: the byte of a punctuation mark, or one of these.
type token byte

const (
	tokenEnd    token = 0
	tokenString token = '"'
	tokenNumber token = '0'
	tokenTrue   token = 't'
	tokenFalse  token = 'f'
	tokenNull   token = 'n'
)

var (
	errSyntax  = datum.Malformed("json")
	errEscape  = datum.Errorf("22P05", "unsupported Unicode escape sequence")
	errTooDeep = datum.Errorf("54001", "stack depth limit exceeded")
)

// lexer takes a text apart as PostgreSQL does, one token ahead of the grammar:
// of two mistakes the first one read decides which error is raised.
type lexer struct {
	text       string
	start, end int // the token stood on
	before     int // end of the token before it
	kind       token
	unescape   bool   // strings are read for what they say, and must say something valid
	value      string // what the string stood on says
}

// next steps to the next token.
func (l *lexer) next() error {
	l.before = l.end
	at := l.end
	for at < len(l.text) && isBlank(l.text[at]) {
		at++
	}
	l.start = at
	if at == len(l.text) {
		l.kind, l.end = tokenEnd, at
		return nil
	}
	switch c := l.text[at]; {
	case c == '{', c == '}', c == '[', c == ']', c == ',', c == ':':
		l.kind, l.end = token(c), at+1
		return nil
	case c == '"':
		return l.string()
	case c == '-', isDigit(c):
		return l.number()
	}
	return l.word()
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isDigit(c byte) bool { return c-'0' <= 9 }

// isWord tells the bytes that may not follow a number or a word.
func isWord(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c >= 0x80
}

func (l *lexer) word() error {
	l.end = l.start
	for l.end < len(l.text) && isWord(l.text[l.end]) {
		l.end++
	}
	switch l.text[l.start:l.end] {
	case "true", "false", "null":
		l.kind = token(l.text[l.start])
		return nil
	}
	return errSyntax
}

func (l *lexer) number() error {
	end, ok := numberEnd(l.text, l.start)
	if !ok || end < len(l.text) && isWord(l.text[end]) {
		return errSyntax
	}
	l.kind, l.end = tokenNumber, end
	return nil
}

// numberEnd gives the end of the number that begins at a place.
func numberEnd(text string, at int) (int, bool) {
	if text[at] == '-' {
		at++
	}
	first := at
	at = digitsEnd(text, at)
	if at == first || text[first] == '0' && at > first+1 {
		return at, false
	}
	if at < len(text) && text[at] == '.' {
		fraction := at + 1
		if at = digitsEnd(text, fraction); at == fraction {
			return at, false
		}
	}
	if at < len(text) && text[at]|0x20 == 'e' {
		at++
		if at < len(text) && (text[at] == '+' || text[at] == '-') {
			at++
		}
		exponent := at
		if at = digitsEnd(text, exponent); at == exponent {
			return at, false
		}
	}
	return at, true
}

func digitsEnd(text string, at int) int {
	for at < len(text) && isDigit(text[at]) {
		at++
	}
	return at
}

// string reads a string. Most have no escapes, and are a part of the text.
func (l *lexer) string() error {
	at := l.start + 1
	for at < len(l.text) && l.text[at] != '"' && l.text[at] != '\\' && l.text[at] >= ' ' {
		at++
	}
	if at < len(l.text) && l.text[at] == '"' {
		l.kind, l.end, l.value = tokenString, at+1, l.text[l.start+1:at]
		return nil
	}
	s := unescaper{rest: l.text[at:], strict: l.unescape}
	if l.unescape {
		s.out = append(s.out, l.text[l.start+1:at]...)
	}
	if err := s.run(); err != nil {
		return err
	}
	l.kind, l.end, l.value = tokenString, len(l.text)-len(s.rest), string(s.out)
	return nil
}

// unescaper reads a string from its first escape on. Unless it is strict, it
// only checks the form of escapes and keeps nothing, as for values of type json.
type unescaper struct {
	rest   string
	out    []byte
	strict bool
	high   rune // a high surrogate that waits for its low one
}

// run reads up to the closing quote.
func (s *unescaper) run() error {
	for {
		plain := strings.IndexFunc(s.rest, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		switch {
		case plain < 0:
			return errSyntax
		case plain > 0:
			if err := s.add(s.rest[:plain]); err != nil {
				return err
			}
		}
		c := s.rest[plain]
		s.rest = s.rest[plain+1:]
		switch c {
		case '"':
			if s.high != 0 {
				return errSyntax
			}
			return nil
		case '\\':
			if err := s.escape(); err != nil {
				return err
			}
		default:
			return errSyntax
		}
	}
}

// add takes what needs no more reading.
func (s *unescaper) add(text string) error {
	if !s.strict {
		return nil
	}
	if s.high != 0 {
		return errSyntax
	}
	s.out = append(s.out, text...)
	return nil
}

// escape reads an escape, whose backslash is read.
func (s *unescaper) escape() error {
	if s.rest == "" {
		return errSyntax
	}
	c := s.rest[0]
	s.rest = s.rest[1:]
	if c == 'u' {
		return s.unicode()
	}
	says := strings.IndexByte(`"\/bfnrt`, c)
	if says < 0 {
		return errSyntax
	}
	return s.add("\"\\/\b\f\n\r\t"[says : says+1])
}

// unicode reads the four digits behind \u.
func (s *unescaper) unicode() error {
	if len(s.rest) < 4 {
		return errSyntax
	}
	var r rune
	for _, c := range []byte(s.rest[:4]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if !isDigit(c) && digit < 10 {
			return errSyntax
		}
		r = r<<4 | rune(digit)
	}
	s.rest = s.rest[4:]
	if !s.strict {
		return nil
	}
	return s.rune(r)
}

// rune takes a UTF-16 unit.
func (s *unescaper) rune(r rune) error {
	const firstHigh, firstLow, afterLow = 0xd800, 0xdc00, 0xe000
	switch {
	case firstHigh <= r && r < firstLow:
		if s.high != 0 {
			return errSyntax
		}
		s.high = r
		return nil
	case firstLow <= r && r < afterLow:
		if s.high == 0 {
			return errSyntax
		}
		r, s.high = utf16.DecodeRune(s.high, r), 0
	case s.high != 0:
		return errSyntax
	case r == 0:
		return errEscape
	}
	s.out = utf8.AppendRune(s.out, r)
	return nil
}
