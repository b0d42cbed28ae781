package jsons

import (
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// What is done with a path is done by recursion, along it and into it: bounds
// for both, where PostgreSQL has that of its stack.
const (
	maxPathTokens = 20_000
	maxPathDepth  = 1000
)

// pathParser reads a path by recursive descent.
type pathParser struct {
	lexer                 pathLexer
	token                 pathToken // the one that is looked at
	tokens, depth         int
	inFilter, inSubscript int
}

func (p *pathParser) path() (*Path, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == pathEnd {
		return nil, errPathText
	}
	path := &Path{strict: p.isWord("strict")}
	if path.strict || p.isWord("lax") {
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	var err error
	if path.first, err = p.disjunction(); err != nil {
		return nil, err
	}
	if p.token.kind != pathEnd {
		return nil, errPathSyntax
	}
	return path, nil
}

// advance steps to the next token.
func (p *pathParser) advance() (err error) {
	if p.tokens++; p.tokens > maxPathTokens {
		return errTooDeep
	}
	p.token, err = p.lexer.next()
	return err
}

func (p *pathParser) isSymbol(list ...string) bool {
	return p.token.kind == pathSymbol && slices.Contains(list, p.token.text)
}

func (p *pathParser) isWord(word string) bool {
	return p.token.kind == pathWord && strings.EqualFold(p.token.text, word)
}

// expect steps over a symbol that must be there.
func (p *pathParser) expect(symbol string) error {
	if !p.isSymbol(symbol) {
		return errPathSyntax
	}
	return p.advance()
}

// expectWord steps over a word that must be there.
func (p *pathParser) expectWord(word string) error {
	if !p.isWord(word) {
		return errPathSyntax
	}
	return p.advance()
}

// binary reads operands with operators between them. They must be predicates, or must not.
func (p *pathParser) binary(operand func() (*step, error), predicates bool, kind stepKind, operators ...string) (*step, error) {
	left, err := operand()
	for err == nil && p.isSymbol(operators...) {
		s := &step{kind: kind, text: p.token.text, left: left}
		if err = p.advance(); err == nil {
			s.right, err = operand()
		}
		if err == nil && (p.isPredicate(left) != predicates || p.isPredicate(s.right) != predicates) {
			err = errPathSyntax
		}
		left = s
	}
	return left, err
}

// isPredicate tells a predicate that no accessor has made an expression of.
func (p *pathParser) isPredicate(s *step) bool { return s.isPredicate() && s.next == nil }

func (p *pathParser) disjunction() (*step, error) {
	if p.depth++; p.depth > maxPathDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	return p.binary(p.conjunction, true, stepOr, "||")
}

func (p *pathParser) conjunction() (*step, error) {
	return p.binary(p.comparison, true, stepAnd, "&&")
}

func (p *pathParser) comparison() (*step, error) {
	if p.isSymbol("!") {
		return p.negation()
	}
	left, err := p.sum()
	if err != nil || p.isPredicate(left) {
		return left, err
	}
	switch {
	case p.isSymbol("==", "!=", "<>", "<", "<=", ">", ">="):
		return p.compare(left)
	case p.isWord("starts"):
		return p.startsWith(left)
	case p.isWord("like_regex"):
		return p.likeRegex(left)
	}
	return left, nil
}

func (p *pathParser) negation() (*step, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	var operand *step
	var err error
	if p.isWord("exists") {
		operand, err = p.exists()
	} else if p.isSymbol("(") {
		operand, err = p.parenthesised()
	}
	if err != nil {
		return nil, err
	}
	if operand == nil || !p.isPredicate(operand) {
		return nil, errPathSyntax
	}
	return &step{kind: stepNot, left: operand}, nil
}

func (p *pathParser) compare(left *step) (*step, error) {
	s := &step{kind: stepCompare, text: p.token.text, left: left}
	if s.text == "<>" {
		s.text = "!="
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	var err error
	if s.right, err = p.expression(); err != nil {
		return nil, err
	}
	return s, nil
}

func (p *pathParser) startsWith(left *step) (*step, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expectWord("with"); err != nil {
		return nil, err
	}
	kind := stepString
	switch p.token.kind {
	case pathString:
	case pathVariable:
		kind = stepVariable
	default:
		return nil, errPathSyntax
	}
	s := &step{kind: stepStartsWith, text: "starts with", left: left, right: &step{kind: kind, text: p.token.text}}
	return s, p.advance()
}

// expression reads what is no predicate.
func (p *pathParser) expression() (*step, error) {
	s, err := p.sum()
	if err == nil && p.isPredicate(s) {
		err = errPathSyntax
	}
	return s, err
}

func (p *pathParser) sum() (*step, error) {
	return p.binary(p.product, false, stepArithmetic, "+", "-")
}

func (p *pathParser) product() (*step, error) {
	return p.binary(p.unary, false, stepArithmetic, "*", "/", "%")
}

func (p *pathParser) unary() (*step, error) {
	if !p.isSymbol("+", "-") {
		return p.accessors()
	}
	if p.depth++; p.depth > maxPathDepth {
		return nil, errTooDeep
	}
	defer func() { p.depth-- }()
	minus := p.token.text == "-"
	if err := p.advance(); err != nil {
		return nil, err
	}
	operand, err := p.unary()
	switch {
	case err != nil:
		return nil, err
	case p.isPredicate(operand):
		return nil, errPathSyntax
	case operand.kind == stepNumber && operand.next == nil && minus:
		return &step{kind: stepNumber, number: negated(operand.number)}, nil
	case operand.kind == stepNumber && operand.next == nil:
		return operand, nil
	case minus:
		return &step{kind: stepMinus, left: operand}, nil
	}
	return &step{kind: stepPlus, left: operand}, nil
}

// negated is a number with the other sign; zero has none.
func negated(n datum.Numeric) datum.Numeric {
	other := new(apd.Decimal).Set(n)
	other.Negative = !n.Negative && n.Coeff.Sign() != 0
	return other
}

// accessors reads a primary and the accessors behind it.
func (p *pathParser) accessors() (*step, error) {
	if p.isWord("exists") {
		return p.exists()
	}
	head, err := p.primary()
	if err != nil {
		return nil, err
	}
	if p.isPredicate(head) && p.isWord("is") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		return &step{kind: stepIsUnknown, left: head}, p.expectWord("unknown")
	}
	end := head
	for p.isSymbol(".", "[", "?") {
		for end.next != nil {
			end = end.next
		}
		if end.next, err = p.accessor(); err != nil {
			return nil, err
		}
	}
	return head, nil
}

func (p *pathParser) primary() (*step, error) {
	if p.isSymbol("(") {
		return p.parenthesised()
	}
	s := &step{text: p.token.text}
	switch p.token.kind {
	case pathString:
		s.kind = stepString
	case pathVariable:
		s.kind = stepVariable
	case pathNumber, pathInteger:
		s.kind, s.number = stepNumber, new(apd.Decimal)
		if err := setNumber(s.number, s.text); err != nil {
			return nil, err
		}
	case pathSymbol, pathWord:
		var ok bool
		if s.kind, ok = p.constant(); !ok {
			return nil, errPathSyntax
		}
		s.bool = s.text == "true"
	default:
		return nil, errPathSyntax
	}
	return s, p.advance()
}

// constant tells the symbols and words that stand for an item.
func (p *pathParser) constant() (stepKind, bool) {
	switch p.token.text {
	case "$":
		return stepRoot, true
	case "@":
		return stepCurrent, p.inFilter > 0
	case "null":
		return stepNull, true
	case "true", "false":
		return stepBool, true
	}
	return stepLast, p.isWord("last") && p.inSubscript > 0
}

func (p *pathParser) parenthesised() (*step, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	s, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	return s, p.expect(")")
}

func (p *pathParser) exists() (*step, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	operand, err := p.expression()
	if err != nil {
		return nil, err
	}
	return &step{kind: stepExists, left: operand}, p.expect(")")
}
