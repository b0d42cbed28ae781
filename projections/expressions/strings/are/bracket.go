package are

import "strings"

// collatingNames are what may stand between [. and .] beside single characters,
// each before the character it names.
var collatingNames = func() map[string]rune {
	names := map[string]rune{}
	fields := strings.Fields(`
		NUL 0 SOH 1 STX 2 ETX 3 EOT 4 ENQ 5 ACK 6 BEL 7 alert 7 BS 8 backspace 8 HT 9 tab 9 LF 10 newline 10
		VT 11 vertical-tab 11 FF 12 form-feed 12 CR 13 carriage-return 13 SO 14 SI 15 DLE 16 DC1 17 DC2 18 DC3 19
		DC4 20 NAK 21 SYN 22 ETB 23 CAN 24 EM 25 SUB 26 ESC 27 IS4 28 FS 28 IS3 29 GS 29 IS2 30 RS 30 IS1 31 US 31
		space 32 exclamation-mark 33 quotation-mark 34 number-sign 35 dollar-sign 36 percent-sign 37 ampersand 38
		apostrophe 39 left-parenthesis 40 right-parenthesis 41 asterisk 42 plus-sign 43 comma 44 hyphen 45
		hyphen-minus 45 period 46 full-stop 46 slash 47 solidus 47 zero 48 one 49 two 50 three 51 four 52 five 53
		six 54 seven 55 eight 56 nine 57 colon 58 semicolon 59 less-than-sign 60 equals-sign 61 greater-than-sign 62
		question-mark 63 commercial-at 64 left-square-bracket 91 backslash 92 reverse-solidus 92
		right-square-bracket 93 circumflex 94 circumflex-accent 94 underscore 95 low-line 95 grave-accent 96
		left-brace 123 left-curly-bracket 123 vertical-line 124 right-brace 125 right-curly-bracket 125 tilde 126 DEL 127`)
	for i := 0; i < len(fields); i += 2 {
		var code rune
		for _, digit := range fields[i+1] {
			code = code*10 + digit - '0'
		}
		names[fields[i]] = code
	}
	return names
}()

// brackets reads a bracket expression, up to its end.
func (p *parser) brackets() *set {
	s := &set{options: p.options, negated: p.value == 0}
	p.next()
	for !p.is(']') && !p.is(endOfPattern) {
		p.bracketPart(s)
	}
	if s.negated && p.options.LineStop {
		s.ranges = append(s.ranges, span{'\n', '\n'})
	}
	p.next()
	return s.done()
}

// bracketPart reads one character, range or class.
func (p *parser) bracketPart(s *set) {
	var from rune
	switch p.kind {
	case plain:
		from = rune(p.value)
		p.next()
		if !p.is(rangeToken) {
			s.addOne(from)
			return
		}
	case collating:
		from = p.collatingElement()
	case equivalence:
		s.addOne(p.collatingElement())
		return
	case classBegin:
		s.classes = append(s.classes, p.namedClass())
		return
	case classToken:
		s.classes = append(s.classes, class(p.value))
		p.next()
		return
	case notClass:
		s.lacking = append(s.lacking, class(p.value))
		p.next()
		return
	default:
		p.fail(badRange)
		return
	}
	to := from
	if p.is(rangeToken) {
		to = p.rangeEnd()
	}
	if from > to {
		p.fail(badRange)
		return
	}
	s.addRange(from, to)
}

func (p *parser) rangeEnd() rune {
	p.next()
	switch p.kind {
	case plain, rangeToken:
		to := rune(p.value)
		p.next()
		return to
	case collating:
		return p.collatingElement()
	}
	p.fail(badRange)
	return 0
}

// bracketName reads what stands between [. and .] and the like.
func (p *parser) bracketName() []rune {
	var name []rune
	for p.next(); p.is(plain); p.next() {
		name = append(name, rune(p.value))
	}
	p.next()
	return name
}

func (p *parser) collatingElement() rune {
	name := p.bracketName()
	if len(name) == 1 {
		return name[0]
	}
	code, ok := collatingNames[string(name)]
	if !ok {
		p.fail(badElement)
	}
	return code
}

func (p *parser) namedClass() class {
	c, ok := classNames[string(p.bracketName())]
	if !ok {
		p.fail(badClass)
	}
	if p.options.IgnoreCase && (c == lower || c == upper) {
		return alpha
	}
	return c
}
