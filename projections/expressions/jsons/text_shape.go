package jsons

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func textShapeFunctions() []function.Function {
	return []function.Function{
		function.Of1("json_typeof(json)", textKind),
		function.Of1("json_array_length(json)", textArrayLength),
		function.Of1("json_strip_nulls(json)", stripTextNulls),
	}
}

// textKind reads no further than the first token.
func textKind(text datum.JSONText) (string, error) {
	l := &lexer{text: string(text)}
	if err := l.next(); err != nil {
		return "", err
	}
	kinds := map[token]datum.JSONKind{
		'{': datum.JSONObject, '[': datum.JSONArray, tokenString: datum.JSONString, tokenNumber: datum.JSONNumber,
		tokenTrue: datum.JSONBool, tokenFalse: datum.JSONBool, tokenNull: datum.JSONNull,
	}
	return kindName(kinds[l.kind]), nil
}

func textArrayLength(text datum.JSONText) (int64, error) {
	l := &lexer{text: string(text)}
	if err := l.next(); err != nil {
		return 0, err
	}
	switch l.kind {
	case '[':
		return countElements(*l)
	case '{':
		return 0, errLengthOfObject
	}
	return 0, errLengthOfScalar
}

// countElements counts the elements of the array that a lexer stands on.
func countElements(l lexer) (int64, error) {
	l.unescape = false
	c := &counter{}
	err := (&grammar{lexer: &l, events: c}).container('[')
	return c.count, err
}

// counter counts the elements of the outermost array.
type counter struct {
	silent
	level int
	count int64
}

func (c *counter) open(*lexer) error {
	c.level++
	return nil
}

func (c *counter) close(*lexer) { c.level-- }

func (c *counter) begin(*lexer, token, string) {
	if c.level == 1 {
		c.count++
	}
}

// stripTextNulls writes a text anew without blanks and without members that are null.
func stripTextNulls(text datum.JSONText) (datum.JSONText, error) {
	s := &stripper{}
	if err := read(string(text), true, s); err != nil {
		return "", err
	}
	return datum.JSONText(s.out), nil
}

type stripper struct {
	silent
	out    []byte
	opened []token
	skip   bool // the scalar being read is left out
}

func (s *stripper) open(l *lexer) error {
	s.opened = append(s.opened, l.kind)
	s.out = append(s.out, byte(l.kind))
	return nil
}

func (s *stripper) close(*lexer) {
	last := len(s.opened) - 1
	s.out = append(s.out, byte(s.opened[last])+2) // the closing bracket
	s.opened = s.opened[:last]
}

func (s *stripper) begin(l *lexer, in token, name string) {
	if s.skip = in == '{' && l.kind == tokenNull; s.skip {
		return
	}
	if s.out[len(s.out)-1] != byte(in) {
		s.out = append(s.out, ',')
	}
	if in == '{' {
		s.out = append(appendString(s.out, name), ':')
	}
}

func (s *stripper) scalar(_ *lexer, kind token, text string) error {
	switch {
	case s.skip:
		s.skip = false
	case kind == tokenString:
		s.out = appendString(s.out, text)
	default:
		s.out = append(s.out, text...)
	}
	return nil
}
