package are

import "unicode"

// class is a character class, by the rules that glibc derives its UTF-8 locales with.
type class int

const (
	alnum class = iota
	alpha
	ascii
	blank
	cntrl
	digit
	graph
	lower
	printing
	punct
	space
	upper
	xdigit
	word
)

// classNames are what stands between [: and :].
var classNames = map[string]class{
	"alnum": alnum, "alpha": alpha, "ascii": ascii, "blank": blank, "cntrl": cntrl, "digit": digit, "graph": graph,
	"lower": lower, "print": printing, "punct": punct, "space": space, "upper": upper, "xdigit": xdigit, "word": word,
}

// Alphanumeric tells whether a character is a letter or digit of any script.
func Alphanumeric(r rune) bool { return alnum.has(r) }

// within tells whether a character is in a class where only ASCII has any.
func (c class) within(r rune, options Options) bool {
	if options.ASCII && r >= 0x80 && c != cntrl {
		return false
	}
	return c.has(r)
}

func (c class) has(r rune) bool {
	switch c {
	case alnum:
		return isDigit(r) || isAlpha(r)
	case alpha:
		return isAlpha(r)
	case ascii:
		return r < 0x80
	case blank:
		return r == ' ' || r == '\t'
	case cntrl:
		return r < 0x20 || r >= 0x7f && r <= 0x9f
	case digit:
		return isDigit(r)
	case graph:
		return isPrint(r) && !isSpace(r)
	case lower:
		return unicode.In(r, unicode.Ll, unicode.Other_Lowercase) || titleWithOwnCases(r)
	case printing:
		return isPrint(r)
	case punct:
		return isPrint(r) && !isSpace(r) && !isDigit(r) && !isAlpha(r)
	case space:
		return isSpace(r)
	case upper:
		return unicode.In(r, unicode.Lu, unicode.Lt, unicode.Other_Uppercase)
	case xdigit:
		return isDigit(r) || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F'
	}
	return r == '_' || isDigit(r) || isAlpha(r)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isAlpha holds for the digits of other scripts, too: C has no other place for them.
func isAlpha(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Nd, unicode.Other_Alphabetic)
}

// isSpace does not hold for the blanks at which no line is broken.
func isSpace(r rune) bool {
	if r < 0x80 {
		return r == ' ' || r >= '\t' && r <= '\r'
	}
	return unicode.Is(unicode.Z, r) && r != 0xa0 && r != 0x2007 && r != 0x202f
}

func isPrint(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs, unicode.Cf, unicode.Co)
}

// titleWithOwnCases holds for Dž, Lj, Nj and Dz as one character.
func titleWithOwnCases(r rune) bool { return r == 0x1c5 || r == 0x1c8 || r == 0x1cb || r == 0x1f2 }

func (o Options) lower(r rune) rune {
	if o.ASCII && r >= 0x80 {
		return r
	}
	return unicode.ToLower(r)
}

func (o Options) upper(r rune) rune {
	if o.ASCII && r >= 0x80 {
		return r
	}
	return unicode.ToUpper(r)
}
