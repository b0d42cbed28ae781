package are

import "unicode"

// plainEscapes are the letters that stand for one character.
var plainEscapes = map[rune]rune{
	'a': '\a', 'b': '\b', 'B': '\\', 'e': 0x1b, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v',
}

// tokenEscapes are the letters that stand for another token.
var tokenEscapes = map[rune]struct {
	kind  token
	value int
}{
	'd': {classToken, int(digit)}, 's': {classToken, int(space)}, 'w': {classToken, int(word)},
	'D': {notClass, int(digit)}, 'S': {notClass, int(space)}, 'W': {notClass, int(word)},
	'A': {textBegin, 0}, 'Z': {textEnd, 0}, 'm': {'<', 0}, 'M': {'>', 0}, 'y': {boundary, 0}, 'Y': {notBoundary, 0},
}

// escape reads what follows a backslash.
func (l *lexer) escape() {
	r := l.text[l.at]
	l.at++
	if !isDigit(r) && (r >= 0x80 || !isAlpha(r)) {
		l.give(plain, int(r))
		return
	}
	if c, ok := plainEscapes[r]; ok {
		l.give(plain, int(c))
		return
	}
	if t, ok := tokenEscapes[r]; ok {
		l.give(t.kind, t.value)
		return
	}
	switch {
	case r == 'c' && l.left() > 0:
		l.give(plain, int(l.text[l.at]&0o37))
		l.at++
	case r == 'u':
		l.character(16, 4, 4)
	case r == 'U':
		l.character(16, 8, 8)
	case r == 'x':
		l.character(16, 1, 255)
	case isDigit(r):
		l.at--
		l.number()
	default:
		l.fail(badEscape)
	}
}

// number reads digits: a back-reference if it is one digit, not zero, or a
// group that has been opened; else a character in octal.
func (l *lexer) number() {
	begin := l.at
	if l.text[begin] != '0' {
		group := l.digits(10, 255)
		if l.at == begin+1 || group > 0 && group <= l.groups {
			l.give(backReference, group)
			return
		}
		l.at = begin
	}
	c := l.digits(8, 3)
	if l.at == begin { // 8 and 9 are no octal digits
		l.fail(badEscape)
		return
	}
	if c > 0xff {
		l.at--
		c >>= 3
	}
	l.give(plain, c)
}

// character reads a code point in digits.
func (l *lexer) character(base, least, most int) {
	begin := l.at
	c := l.digits(base, most)
	if l.at-begin < least || c > 0x7ffffffe {
		l.fail(badEscape)
		return
	}
	l.give(plain, c)
}

// digits reads at most so many digits; the value stops growing where no
// character is that great.
func (l *lexer) digits(base, most int) int {
	value := 0
	for n := 0; n < most && l.left() > 0; n++ {
		digit := digitValue(l.text[l.at])
		if digit >= base {
			break
		}
		l.at++
		value = value*base + digit
		if base == 16 {
			value &= 0xffffffff
		}
		value = min(value, 1<<40)
	}
	return value
}

func digitValue(r rune) int {
	switch lower := unicode.ToLower(r); {
	case isDigit(r):
		return int(r - '0')
	case r < 0x80 && lower >= 'a' && lower <= 'f':
		return int(lower-'a') + 10
	}
	return 255
}
