package times

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// letters is how a keyword was written, which is how its words are shown.
type letters int

// The ways to write.
const (
	upperLetters letters = iota
	titleLetters
	lowerLetters
)

// calendar is the convention that a keyword belongs to.
type calendar int

// The conventions.
const (
	anyCalendar calendar = iota
	gregorian
	isoWeeks
)

// keyword is a pattern of a template: YYYY, Mon, hh24.
type keyword struct {
	text     string // as written
	name     string // in upper case
	letters  letters
	digits   bool // a number is read for it
	calendar calendar
}

// nodeKind is what a part of a template is.
type nodeKind int

// The kinds of nodes.
const (
	textNode nodeKind = iota
	separatorNode
	spaceNode
	keywordNode
)

// node is a part of a template: a keyword with its modifiers, or a character.
type node struct {
	kind      nodeKind
	character string
	keyword   *keyword
	fill      bool   // FM
	translate bool   // TM
	ordinal   string // th or TH
}

// keywordNames has the keywords in the order in which they are tried: those
// that begin with others come before these.
const keywordNames = "A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY Day Dy D FF1 FF2 FF3 FF4 FF5 FF6 FX HH24 HH12 HH IDDD ID IW IYYY IYY IY I J " +
	"MI MM MONTH MON MS Month Mon OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y"

// What keywords read words, not numbers, and which calendar they belong to.
const (
	wordKeywords      = " A.D. A.M. AD AM B.C. BC DAY DY FX MONTH MON OF P.M. PM RM TZH TZ "
	gregorianKeywords = " DDD DD D MM MONTH MON RM WW W Y,YYY YYYY YYY YY Y "
	isoKeywords       = " IDDD ID IW IYYY IYY IY I "
)

// keywords finds what a template can say by its first byte.
var keywords = sync.OnceValue(func() map[byte][]*keyword {
	table := map[byte][]*keyword{}
	add := func(text string, l letters) {
		k := &keyword{text: text, name: strings.ToUpper(text), letters: l}
		in := func(list string) bool { return strings.Contains(list, " "+k.name+" ") }
		k.digits = !in(wordKeywords)
		switch {
		case in(gregorianKeywords):
			k.calendar = gregorian
		case in(isoKeywords):
			k.calendar = isoWeeks
		}
		table[text[0]] = append(table[text[0]], k)
	}
	for _, name := range strings.Fields(keywordNames) {
		if name != strings.ToUpper(name) {
			add(name, titleLetters)
			continue
		}
		add(name, upperLetters)
		add(strings.ToLower(name), lowerLetters)
	}
	return table
})

// parsedTemplates keeps templates, which are few: constants in expressions.
var parsedTemplates sync.Map

// maxKeptTemplate is how long a template may be to be kept.
const maxKeptTemplate = 128

// parseTemplate breaks a template of to_char and to_date into nodes.
func parseTemplate(text string) []node {
	if kept, ok := parsedTemplates.Load(text); ok {
		return kept.([]node)
	}
	nodes := templateNodes(text)
	if len(text) <= maxKeptTemplate {
		parsedTemplates.Store(strings.Clone(text), nodes)
	}
	return nodes
}

func templateNodes(text string) []node {
	var nodes []node
	for text != "" {
		var n node
		if prefix := text[:min(2, len(text))]; slices.Contains([]string{"FM", "fm", "TM", "tm"}, prefix) {
			n.fill, n.translate = lower(prefix[0]) == 'f', lower(prefix[0]) == 't'
			if text = text[2:]; text == "" {
				break
			}
		}
		if n.keyword = findKeyword(text); n.keyword != nil {
			n.kind = keywordNode
			text = text[len(n.keyword.text):]
			if postfix := text[:min(2, len(text))]; slices.Contains([]string{"TH", "th", "SP"}, postfix) {
				if postfix != "SP" {
					n.ordinal = postfix
				}
				text = text[2:]
			}
			nodes = append(nodes, n)
			continue
		}
		if text[0] == '"' {
			var quoted []node
			quoted, text = quotedNodes(text[1:])
			nodes = append(nodes, quoted...)
			continue
		}
		if strings.HasPrefix(text, `\"`) {
			text = text[1:]
		}
		n = node{character: firstCharacter(text)}
		switch {
		case isPunctuation(text[0]):
			n.kind = separatorNode
		case isSpace(text[0]):
			n.kind = spaceNode
		}
		nodes = append(nodes, n)
		text = text[len(n.character):]
	}
	return nodes
}

func findKeyword(text string) *keyword {
	for _, k := range keywords()[text[0]] {
		if strings.HasPrefix(text, k.text) {
			return k
		}
	}
	return nil
}

// quotedNodes takes characters up to a quote.
func quotedNodes(text string) ([]node, string) {
	var nodes []node
	for text != "" {
		if text[0] == '"' {
			return nodes, text[1:]
		}
		if text[0] == '\\' && len(text) > 1 {
			text = text[1:]
		}
		c := firstCharacter(text)
		nodes = append(nodes, node{character: c})
		text = text[len(c):]
	}
	return nodes, ""
}

func firstCharacter(text string) string {
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

// Words of templates.
var (
	monthNames = []string{"January", "February", "March", "April", "May", "June", "July",
		"August", "September", "October", "November", "December"}
	dayNames    = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	romanMonths = []string{"XII", "XI", "X", "IX", "VIII", "VII", "VI", "V", "IV", "III", "II", "I"}
)

// inLetters writes a word with a capital letter as the keyword is written.
func inLetters(word string, l letters) string {
	switch l {
	case upperLetters:
		return strings.ToUpper(word)
	case lowerLetters:
		return strings.ToLower(word)
	}
	return word
}
