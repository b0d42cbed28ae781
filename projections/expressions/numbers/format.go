package numbers

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
)

// numberFormat is a format of to_char and to_number for numbers, parsed.
type numberFormat struct {
	release int  // of PostgreSQL
	empty   bool // nothing is written, not even quotes
	nodes   []formatNode
	pre     int // digits before the point
	post    int // and after it
	multi   int // digits after V
	// Where the first 0 stands, from 1, none if 0; and the last.
	zeroStart, zeroEnd int
	// signAfter is how many digits stood before S.
	signAfter int
	sign      signPlace
	flags     formatFlags
}

// formatNode is a keyword, or characters that stand for themselves.
type formatNode struct {
	key  keyword
	text string
}

// keyword is what a format may contain, in upper case but for rn and th.
type keyword string

// keywords in the order in which they are tried.
var keywords = []keyword{",", ".", "0", "9", "B", "C", "D", "EEEE", "FM", "G", "L", "MI", "PL", "PR", "RN", "SG", "SP", "S", "TH", "V"}

// formatFlags say what a format contains.
type formatFlags uint16

const (
	hasPoint formatFlags = 1 << iota
	hasZero
	hasBlank
	hasFillMode
	hasSign
	hasBracket
	hasMinus
	hasPlus
	hasRoman
	hasMulti
	hasScientific
)

func (f *numberFormat) has(flags formatFlags) bool { return f.flags&flags != 0 }

// signPlace is where S puts the sign.
type signPlace byte

const (
	signNowhere signPlace = iota
	signBefore
	signBehind
)

// parseFormat reads a format.
func parseFormat(text string, release int) (numberFormat, error) {
	f := numberFormat{empty: text == "", release: release}
	for text != "" {
		if key, length := findKeyword(text); length > 0 {
			if err := f.add(key); err != nil {
				return f, err
			}
			f.nodes = append(f.nodes, formatNode{key: key})
			text = text[length:]
			continue
		}
		text = f.addLiteral(text)
	}
	if f.release >= 18 && f.has(hasRoman) && f.flags&^(hasRoman|hasFillMode) != 0 {
		return f, formatError(`"RN" is incompatible with other formats`)
	}
	return f, nil
}

// findKeyword finds the keyword that a text begins with. One is written in
// either case, but not in a mix.
func findKeyword(text string) (keyword, int) {
	for _, key := range keywords {
		lower := strings.ToLower(string(key))
		switch {
		case strings.HasPrefix(text, string(key)):
			return key, len(key)
		case !strings.HasPrefix(text, lower):
		case key == "RN" || key == "TH":
			return keyword(lower), len(key)
		default:
			return key, len(key)
		}
	}
	return "", 0
}

// addLiteral takes a character, or all of a quoted text, and gives the rest.
func (f *numberFormat) addLiteral(text string) string {
	if !strings.HasPrefix(text, `"`) {
		return f.addCharacter(strings.TrimPrefix(text, backslashBefore(text, `"`)))
	}
	text = text[1:]
	for text != "" {
		if strings.HasPrefix(text, `"`) {
			return text[1:]
		}
		if len(text) > 1 {
			text = strings.TrimPrefix(text, `\`)
		}
		text = f.addCharacter(text)
	}
	return text
}

// backslashBefore is the backslash that a text begins with if the character follows.
func backslashBefore(text, character string) string {
	if strings.HasPrefix(text, `\`+character) {
		return `\`
	}
	return ""
}

func (f *numberFormat) addCharacter(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	f.nodes = append(f.nodes, formatNode{text: text[:size]})
	return text[size:]
}

// add notes a keyword.
func (f *numberFormat) add(key keyword) error {
	if f.has(hasScientific) && key != "EEEE" {
		return formatError(`"EEEE" must be the last pattern used`)
	}
	switch key {
	case "9", "0":
		return f.addDigit(key)
	case "B":
		if f.pre == 0 && f.post == 0 && !f.has(hasZero) {
			f.flags |= hasBlank
		}
	case "D", ".":
		switch {
		case f.has(hasPoint):
			return formatError("multiple decimal points")
		case f.has(hasMulti):
			return formatError(`cannot use "V" and decimal point together`)
		}
		f.flags |= hasPoint
	case "FM":
		f.flags |= hasFillMode
	case "S", "MI", "PL", "SG", "PR":
		return f.addSign(key)
	case "RN", "rn":
		if f.release >= 18 && f.has(hasRoman) {
			return formatError(`cannot use "RN" twice`)
		}
		f.flags |= hasRoman
	case "V":
		if f.has(hasPoint) {
			return formatError(`cannot use "V" and decimal point together`)
		}
		f.flags |= hasMulti
	case "EEEE":
		switch {
		case f.has(hasScientific):
			return formatError(`cannot use "EEEE" twice`)
		case f.has(hasBlank | hasFillMode | hasSign | hasBracket | hasMinus | hasPlus | hasRoman | hasMulti):
			return formatError(`"EEEE" is incompatible with other formats`)
		}
		f.flags |= hasScientific
	}
	return nil
}

func (f *numberFormat) addDigit(key keyword) error {
	if f.has(hasBracket) {
		return formatError(`"` + string(key) + `" must be ahead of "PR"`)
	}
	if key == "9" && f.has(hasMulti) {
		f.multi++
		return nil
	}
	if key == "0" && !f.has(hasZero|hasPoint) {
		f.flags |= hasZero
		f.zeroStart = f.pre + 1
	}
	if f.has(hasPoint) {
		f.post++
	} else {
		f.pre++
	}
	if key == "0" {
		f.zeroEnd = f.pre + f.post
	}
	return nil
}

func (f *numberFormat) addSign(key keyword) error {
	switch {
	case key == "S" && f.has(hasSign):
		return formatError(`cannot use "S" twice`)
	case key == "S" && f.has(hasPlus|hasMinus|hasBracket):
		return formatError(`cannot use "S" and "PL"/"MI"/"SG"/"PR" together`)
	case key == "PR" && f.has(hasSign|hasPlus|hasMinus):
		return formatError(`cannot use "PR" and "S"/"PL"/"MI"/"SG" together`)
	case f.has(hasSign):
		return formatError(`cannot use "S" and "` + string(key) + `" together`)
	}
	switch key {
	case "S":
		f.flags |= hasSign
		f.sign = signBehind
		if !f.has(hasPoint) {
			f.sign, f.signAfter = signBefore, f.pre
		}
	case "MI":
		f.flags |= hasMinus
	case "PL":
		f.flags |= hasPlus
	case "SG":
		f.flags |= hasMinus | hasPlus
	case "PR":
		f.flags |= hasBracket
	}
	return nil
}

func formatError(message string) error { return &datum.Error{Code: "42601", Message: message} }
