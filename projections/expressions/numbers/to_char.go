package numbers

import (
	"bytes"
	"fmt"
	"strings"
)

// picture writes a number by a format: the number is given as its sign and its
// decimal text, the format's nodes say what becomes of its characters.
type picture struct {
	numberFormat
	number string // without sign
	minus  byte   // the sign, '+' or '-', or 0
	spaces int    // how many digits of the format are before the number
	// last is the last character of number that fill mode keeps, -1 for all.
	last    int
	at      int // the next character of number
	digit   int // the next digit of the format
	count   int // the digits of the format but for one
	signed  bool
	inside  bool // a digit was just written, so that a separator is due
	written []byte
}

// draw applies a format to a number.
func draw(f numberFormat, number string, minus byte, spaces int) (string, error) {
	if f.has(hasScientific) {
		return number, nil
	}
	p := &picture{numberFormat: f, number: number, minus: minus, spaces: spaces, last: -1}
	p.prepare()
	for _, node := range p.nodes {
		if node.key == "" {
			p.written = append(p.written, node.text...)
			continue
		}
		if err := p.apply(node.key); err != nil {
			return "", err
		}
	}
	// A sign that there is none of ends the text, as it does in C.
	if end := bytes.IndexByte(p.written, 0); end >= 0 {
		p.written = p.written[:end]
	}
	return string(p.written), nil
}

// prepare decides on the sign, and on which digits are left out.
func (p *picture) prepare() {
	if p.zeroStart > 0 {
		p.zeroStart--
	}
	if p.has(hasRoman) {
		p.flags = p.flags&hasFillMode | hasRoman
		p.sign, p.signAfter, p.pre, p.post, p.spaces = signNowhere, 0, 0, 0, 0
	}
	switch {
	case p.has(hasPlus | hasMinus):
		p.signed = p.has(hasMinus) // MI and SG write it themselves
	default:
		if p.minus != '-' && p.has(hasFillMode) {
			p.flags &^= hasBracket
		}
		p.signed = p.minus == '+' && p.has(hasFillMode) && !p.has(hasSign)
		if p.sign == signBefore && p.pre == p.signAfter {
			p.sign = signBehind
		}
	}
	p.count = p.post + p.pre - 1
	if p.has(hasFillMode) && p.has(hasPoint) {
		p.last = lastRelevant(p.number)
		if p.last >= 0 && p.zeroEnd > p.spaces {
			p.last = max(p.last, min(len(p.number)-1, p.zeroEnd-p.spaces))
		}
	}
	if !p.signed && p.spaces == 0 {
		p.count++
	}
}

// lastRelevant is the place of the last digit after the point that is not zero,
// or of the point; -1 without a point.
func lastRelevant(number string) int {
	point := strings.IndexByte(number, '.')
	if point < 0 {
		return -1
	}
	return max(point, len(strings.TrimRight(number, "0"))-1)
}

// apply writes what a keyword stands for.
func (p *picture) apply(key keyword) error {
	switch key {
	case "9", "0", ".", "D":
		if !p.has(hasRoman) {
			p.place(key)
		}
	case ",", "G":
		if p.inside {
			p.write(",")
		} else {
			p.pad()
		}
	case "L":
		p.write(" ") // the currency of the C locale
	case "RN", "rn":
		p.writeRoman(key)
	case "TH", "th":
		return p.writeOrdinal(key)
	case "MI":
		p.writeIf('-')
	case "PL":
		p.writeIf('+')
	case "SG":
		p.written = append(p.written, p.minus)
	}
	return nil
}

func (p *picture) write(text string) { p.written = append(p.written, text...) }

// pad writes a space unless in fill mode.
func (p *picture) pad() {
	if !p.has(hasFillMode) {
		p.write(" ")
	}
}

// writeIf writes the sign if it is this one.
func (p *picture) writeIf(sign byte) {
	if p.minus == sign {
		p.written = append(p.written, sign)
		return
	}
	p.pad()
}

func (p *picture) writeRoman(key keyword) {
	roman := p.rest()
	if key == "rn" {
		roman = strings.ToLower(roman)
	}
	if p.has(hasFillMode) {
		p.write(roman)
		return
	}
	p.written = fmt.Appendf(p.written, "%15s", roman)
}

// rest is what of the number is not written yet.
func (p *picture) rest() string { return p.number[min(p.at, len(p.number)):] }

func (p *picture) writeOrdinal(key keyword) error {
	if p.has(hasRoman|hasPoint) || strings.HasPrefix(p.number, "#") || p.minus == '-' {
		return nil
	}
	suffix, err := ordinal(p.number)
	if err != nil {
		return err
	}
	if key == "TH" {
		suffix = strings.ToUpper(suffix)
	}
	p.write(suffix)
	return nil
}

// startsWithZero tells whether the next digit is the zero of 0.5, which is
// written as .5 unless the format has a 0.
func (p *picture) startsWithZero() bool {
	return !p.has(hasZero) && p.at == 0 && strings.HasPrefix(p.number, "0") && p.post != 0
}

// endsAtPoint tells whether fill mode leaves no digit after the point.
func (p *picture) endsAtPoint() bool { return p.last >= 0 && p.number[p.last] == '.' }

// place writes what stands at a digit of the format, or at its point, with the
// sign before or behind it.
func (p *picture) place(key keyword) {
	p.inside = false
	atNumber := p.digit >= p.spaces || p.has(hasZero) && p.zeroStart == p.digit
	if !p.signed && atNumber && (!p.startsWithZero() || p.endsAtPoint()) {
		p.writeSign()
	}
	switch {
	case p.digit < p.spaces && (!p.has(hasZero) || p.zeroStart > p.digit):
		p.pad()
	case p.digit < p.spaces:
		p.write("0")
		p.inside = true
	default:
		p.writeDigit(key)
		p.at = min(p.at+1, len(p.number))
	}
	end := p.count
	if p.spaces > 0 {
		end++
	}
	if p.has(hasPoint) {
		end++
	}
	if p.last >= 0 && p.last == p.at {
		end = p.digit
	}
	if p.digit+1 == end {
		p.writeSignBehind()
	}
	p.digit++
}

// writeSign writes the sign that is before the number.
func (p *picture) writeSign() {
	switch {
	case p.has(hasSign):
		if p.sign != signBefore {
			return
		}
		p.writeLocaleSign()
	case p.has(hasBracket):
		p.writeBracket("<")
	case p.minus == '+':
		p.pad()
	case p.minus == '-':
		p.write("-")
	default:
		return
	}
	p.signed = true
}

func (p *picture) writeSignBehind() {
	switch {
	case p.signed && p.has(hasBracket):
		p.writeBracket(">")
	case p.has(hasSign) && p.sign == signBehind:
		p.writeLocaleSign()
	}
}

func (p *picture) writeLocaleSign() {
	if p.minus == '-' {
		p.write("-")
		return
	}
	p.write("+")
}

func (p *picture) writeBracket(bracket string) {
	if p.minus == '+' {
		bracket = " "
	}
	p.write(bracket)
}

// writeDigit writes the next character of the number.
func (p *picture) writeDigit(key keyword) {
	rest := p.rest()
	switch {
	case strings.HasPrefix(rest, "."):
		if !p.endsAtPoint() || p.has(hasFillMode) {
			p.write(".")
		}
	case p.last >= 0 && p.at > p.last && key != "0":
	case p.startsWithZero():
		switch {
		case !p.has(hasFillMode):
			p.write(" ")
		case p.endsAtPoint():
			p.write("0")
		}
	case rest == "":
		p.written = append(p.written, 0)
		p.inside = true
	default:
		p.write(rest[:1])
		p.inside = true
	}
}
