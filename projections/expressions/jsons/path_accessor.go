package jsons

import (
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// accessor reads .key, .*, .**, .method(), [...] or ?(...).
func (p *pathParser) accessor() (*step, error) {
	opening := p.token.text
	if err := p.advance(); err != nil {
		return nil, err
	}
	switch opening {
	case "[":
		return p.subscripts()
	case "?":
		p.inFilter++
		condition, err := p.parenthesised()
		p.inFilter--
		if err == nil && !p.isPredicate(condition) {
			err = errPathSyntax
		}
		return &step{kind: stepFilter, left: condition}, err
	}
	switch {
	case p.isSymbol("*"):
		return &step{kind: stepAnyKey}, p.advance()
	case p.isSymbol("**"):
		return p.anyLevels()
	case p.token.kind != pathWord && p.token.kind != pathString:
		return nil, errPathSyntax
	}
	return p.key()
}

// key reads a key, or a method if ( follows a word that is one.
func (p *pathParser) key() (*step, error) {
	name := p.token
	if err := p.advance(); err != nil {
		return nil, err
	}
	if name.kind != pathWord || !p.isSymbol("(") {
		return &step{kind: stepKey, text: name.text}, nil
	}
	method := strings.ToLower(name.text)
	switch method {
	case "type", "size", "abs", "floor", "ceiling", "double":
	case "datetime", "keyvalue":
		return nil, notSupported("." + method + "()")
	default:
		return nil, errPathSyntax
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	return &step{kind: stepMethod, text: method}, p.expect(")")
}

func (p *pathParser) subscripts() (*step, error) {
	if p.isSymbol("*") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &step{kind: stepAnyArray}, p.expect("]")
	}
	p.inSubscript++
	defer func() { p.inSubscript-- }()
	s := &step{kind: stepSubscripts}
	for {
		one, err := p.subscript()
		if err != nil {
			return nil, err
		}
		s.subscripts = append(s.subscripts, one)
		if !p.isSymbol(",") {
			return s, p.expect("]")
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *pathParser) subscript() (s subscript, err error) {
	if s.from, err = p.expression(); err != nil || !p.isWord("to") {
		return s, err
	}
	if err := p.advance(); err != nil {
		return s, err
	}
	s.to, err = p.expression()
	return s, err
}

// anyLevels reads **, **{2}, **{1 to last}.
func (p *pathParser) anyLevels() (*step, error) {
	s := &step{kind: stepAny, to: lastLevel}
	if err := p.advance(); err != nil || !p.isSymbol("{") {
		return s, err
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if s.from, err = p.level(); err != nil {
		return nil, err
	}
	s.to = s.from
	if p.isWord("to") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if s.to, err = p.level(); err != nil {
			return nil, err
		}
	}
	return s, p.expect("}")
}

func (p *pathParser) level() (uint32, error) {
	if p.isWord("last") {
		return lastLevel, p.advance()
	}
	if p.token.kind != pathInteger {
		return 0, errPathSyntax
	}
	n, err := strconv.ParseInt(p.token.text, 10, 32)
	if err != nil {
		return 0, datum.Errorf("22003", "value out of range for type integer")
	}
	return uint32(n), p.advance()
}
