package numbers

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
)

// reader reads a number by a format, leniently: what is not as the format says
// is passed over or ends the number.
type reader struct {
	*numberFormat
	text     string
	at       int
	minus    byte // the sign, ' ' until one is read
	digits   []byte
	whole    int // digits read before the point
	fraction int // and after it
	point    bool
}

func toNumber(text string, f numberFormat) (any, error) {
	switch {
	case f.empty:
		return nil, nil
	case f.has(hasScientific):
		return nil, datum.Errorf("0A000", `"EEEE" not supported for input`)
	case f.has(hasRoman):
		return nil, datum.Errorf("0A000", `"RN" not supported for input`)
	}
	r := &reader{numberFormat: &f, text: text, minus: ' '}
	for _, node := range f.nodes {
		if r.ended() {
			break
		}
		if node.key == "" {
			r.at += runeLength(r.text[r.at:])
			continue
		}
		r.apply(node.key)
	}
	number, err := parseNumeric(string(r.minus) + strings.TrimSuffix(string(r.digits), "."))
	if err != nil {
		return nil, err
	}
	if number, err = fit(number, f.pre+f.multi+r.fraction, r.fraction); err != nil || !f.has(hasMulti) {
		return asNumeric(number, err)
	}
	factor, err := numericPower(fromInt(10), fromInt(int64(-f.multi)), f.release)
	if err != nil {
		return nil, err
	}
	return asNumeric(Mul(number, factor))
}

func asNumeric(n datum.Numeric, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

func runeLength(text string) int {
	_, size := utf8.DecodeRuneInString(text)
	return size
}

func (r *reader) ended() bool { return r.at >= len(r.text) }

// next is the character in hand.
func (r *reader) next() byte { return r.text[r.at] }

// apply reads what a keyword stands for.
func (r *reader) apply(key keyword) {
	switch key {
	case "9", "0", ".", "D":
		r.readDigit(key)
		r.at++
	case ",", "G":
		if !r.has(hasFillMode) && r.next() == ',' {
			r.at++
		}
	case "L":
		r.skip(1)
	case "TH", "th":
		if !r.has(hasPoint) {
			r.skip(2)
		}
	case "MI":
		r.readSign("-")
	case "PL":
		r.readSign("+")
	case "SG":
		r.readSign("-+")
	}
}

// readSign reads one of the signs, or passes over a character that is none.
func (r *reader) readSign(signs string) {
	if strings.IndexByte(signs, r.next()) >= 0 {
		r.minus = r.next()
		r.at++
		return
	}
	r.skip(1)
}

// skip passes over characters, but not over those that numbers are made of.
func (r *reader) skip(count int) {
	for ; count > 0 && !r.ended() && strings.IndexByte("0123456789.,+-", r.next()) < 0; count-- {
		r.at += runeLength(r.text[r.at:])
	}
}

// readDigit reads a digit or the point, with a sign that may be before the
// number or behind it. It stops at the last character that it read.
func (r *reader) readDigit(key keyword) {
	if r.ended() {
		return
	}
	if r.next() == ' ' {
		r.at++
	}
	if r.ended() {
		return
	}
	if r.minus == ' ' && (key == "9" || key == "0") && r.whole+r.fraction == 0 {
		r.readSignBefore()
	}
	if r.ended() {
		return
	}
	read := false
	switch {
	case isDigit(r.next()):
		if r.point && r.fraction == r.post {
			return
		}
		r.digits = append(r.digits, r.next())
		if r.point {
			r.fraction++
		} else {
			r.whole++
		}
		read = true
	case r.has(hasPoint) && !r.point && r.next() == '.':
		r.digits = append(r.digits, '.')
		r.point, read = true, true
	}
	if r.minus == ' ' && r.whole+r.fraction > 0 {
		r.readSignBehind(read)
	}
}

func (r *reader) readSignBefore() {
	located := r.has(hasSign) && r.sign == signBefore
	switch c := r.next(); {
	case c == '-', c == '<' && r.has(hasBracket) && !located:
		r.minus = '-'
	case c == '+':
		r.minus = '+'
	default:
		return
	}
	r.at++
}

// readSignBehind reads the sign of S right behind the last digit, or that of
// other formats where a digit was expected.
func (r *reader) readSignBehind(read bool) {
	switch {
	case r.has(hasSign) && read && r.at+1 < len(r.text) && !isDigit(r.text[r.at+1]):
		if c := r.text[r.at+1]; c == '-' || c == '+' {
			r.minus = c
			r.at++
		}
	case !read && !r.has(hasSign) && r.has(hasPlus|hasMinus):
		if c := r.next(); c == '-' || c == '+' {
			r.minus = c
		}
	}
}
