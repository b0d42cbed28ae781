package are

// parser makes the tree. It divides where PostgreSQL does, and no finer: a
// stretch without captures, back-references and mixed preferences is one leaf,
// whose parts have no say in how long each of them is.
type parser struct {
	lexer
	captured map[int]*tree
	depth    int // of what is being read
	copied   int // expressions copied for back-references
}

// deepest is how deep parentheses may nest, and how many of a row of them may
// have to be divided.
const deepest = 5000

// enter goes a level deeper, if that is allowed.
func (p *parser) enter() {
	if p.depth++; p.depth > deepest {
		p.fail(tooBig)
	}
}

// unconstrained is an expression without its assertions, as back-references repeat it.
func (p *parser) unconstrained(e *expr) *expr {
	if p.copied++; e.kind == assertion || p.copied > largestProgram {
		if p.copied > largestProgram {
			p.fail(tooBig)
		}
		return &expr{}
	}
	copied := *e
	copied.parts = make([]*expr, len(e.parts))
	for i, part := range e.parts {
		copied.parts[i] = p.unconstrained(part)
	}
	return &copied
}

// parse reads branches up to a closing parenthesis or the end. Within
// lookaround nothing is captured.
func (p *parser) parse(stop token, within bool) *tree {
	all := &tree{operator: alternation, flags: longer, expr: &expr{kind: choice}}
	for {
		branch := p.branch(stop, within)
		all.children = append(all.children, branch)
		all.expr.parts = append(all.expr.parts, branch.expr)
		all.flags |= (all.flags | branch.flags).up()
		if !p.is('|') {
			break
		}
		p.next()
	}
	if !p.is(stop) {
		p.fail(badParens)
	}
	if len(all.children) == 1 {
		return all.children[0]
	}
	if !all.flags.messy() {
		all.operator, all.children = leaf, nil
	}
	return all
}

func (p *parser) branch(stop token, within bool) *tree {
	t := &tree{expr: inSequence()}
	for !p.is('|') && !p.is(stop) && !p.is(endOfPattern) {
		t = p.quantified(stop, within, t)
	}
	return t
}

// constraints are the tokens of assertions.
var constraints = map[token]bool{'^': true, '$': true, '<': true, '>': true, textBegin: true, textEnd: true, boundary: true, notBoundary: true}

// quantified reads one atom with its quantifier, or a constraint, and adds it
// to the leaf that the branch is so far. If it cannot be part of a leaf, it
// reads the rest of the branch, too, and gives the branch as a whole.
func (p *parser) quantified(stop token, within bool, top *tree) *tree {
	switch {
	case constraints[p.kind]:
		top.add(&expr{kind: assertion, assertion: p.kind})
		p.next()
		return top
	case p.is(lookaround):
		top.add(p.look())
		return top
	}
	a := p.atom(within)
	least, most, prefer := p.quantifier()
	if p.err != nil {
		return top
	}
	if least == 0 && most == 0 { // what it captures can still be referred to, but never is set
		top.add(&expr{})
		return top
	}
	joint := top.flags | prefer | a.node.flags
	if !a.captures && !joint.up().messy() {
		top.add(repeated(a.node.expr, least, most))
		top.flags = joint
		return top
	}
	above := combine(prefer, a.node.flags)
	item := a.repeat(least, most, prefer)
	if p.is('|') || p.is(stop) || p.is(endOfPattern) {
		return joinLast(top, item)
	}
	p.enter()
	rest := p.branch(stop, within)
	p.depth--
	return joinRest(top, item, rest, above)
}

// add makes an expression the next part of a leaf.
func (t *tree) add(e *expr) { t.expr.parts = append(t.expr.parts, e) }

// repeat makes the node of a quantified atom.
func (of atom) repeat(least, most int, prefer flags) *tree {
	a := of.node
	own := a.flags & (longer | shorter | mixed)
	above := combine(prefer, a.flags)
	whole := repeated(a.expr, least, most)
	switch {
	case of.refers:
		a.expr, a.min, a.max = whole, least, most
		a.flags |= above
		return a
	case least == 1 && most == 1 && (prefer == 0 || own == 0 || prefer == own):
		return a
	case a.flags&(capturing|backReferring) == 0:
		return &tree{flags: above, expr: whole}
	case least > 0 && a.flags&backReferring == 0:
		// Only the last round is captured: what comes before it is a leaf.
		before := most - 1
		if most == unbounded {
			before = unbounded
		}
		first := &tree{flags: above.preference(), expr: repeated(a.expr, least-1, before)}
		return &tree{operator: concatenation, flags: above, children: []*tree{first, a}, expr: inSequence(first.expr, a.expr)}
	}
	return &tree{operator: iteration, flags: above, min: least, max: most, children: []*tree{a}, expr: whole}
}

// joinLast ends a branch with an item; before it comes a leaf, if it is not empty.
func joinLast(before, item *tree) *tree {
	if len(before.expr.parts) == 0 {
		return item
	}
	return concatenated(before, item, combine(before.flags, item.flags))
}

// joinRest puts an item between what comes before and the rest of a branch.
// above are the flags of the item as PostgreSQL has them for its neighbours.
func joinRest(before, item, rest *tree, above flags) *tree {
	above = combine(above, rest.flags)
	if len(before.expr.parts) == 0 {
		return concatenated(item, rest, combine(before.flags, above))
	}
	all := combine(before.flags, above)
	if item.operator == leaf && rest.operator == leaf && !(item.flags | rest.flags).up().messy() {
		tail := &tree{flags: combine(item.flags, rest.flags), expr: inSequence(item.expr, rest.expr)}
		return concatenated(before, tail, all)
	}
	return concatenated(before, concatenated(item, rest, above), all)
}

func concatenated(a, b *tree, f flags) *tree {
	return &tree{operator: concatenation, flags: f, children: []*tree{a, b}, expr: inSequence(a.expr, b.expr)}
}

// atom is what a quantifier applies to.
type atom struct {
	node     *tree
	captures bool // a capturing parenthesis
	refers   bool // a back-reference
}

func (p *parser) atom(within bool) atom {
	switch p.kind {
	case plain:
		s := &set{options: p.options}
		s.addOne(rune(p.value))
		p.next()
		return characterAtom(s.done())
	case '[':
		return characterAtom(p.brackets())
	case classToken:
		s := &set{options: p.options, classes: []class{class(p.value)}}
		p.next()
		return characterAtom(s.done())
	case notClass:
		s := &set{options: p.options, lacking: []class{class(p.value)}}
		p.next()
		return characterAtom(s.done())
	case '.':
		s := &set{options: p.options, negated: true, anything: !p.options.LineStop}
		if p.options.LineStop {
			s.ranges = []span{{'\n', '\n'}}
		}
		p.next()
		return characterAtom(s.done())
	case '(':
		return p.group(within)
	case backReference:
		return p.reference(within)
	case ')':
		p.fail(badParens)
	default:
		p.fail(badRepeat)
	}
	return characterAtom(nil)
}

func characterAtom(s *set) atom {
	return atom{node: &tree{expr: &expr{kind: character, set: s}}}
}

func (p *parser) group(within bool) atom {
	captures, number := p.value == 1 && !within, 0
	if captures {
		p.groups++
		number = p.groups
	}
	p.next()
	p.enter()
	node := p.parse(')', within)
	p.depth--
	p.next()
	if !captures {
		return atom{node: node}
	}
	if node.group != 0 {
		node = &tree{operator: wrapper, flags: node.flags, children: []*tree{node}, expr: node.expr}
	}
	node.group = number
	node.flags |= capturing
	p.captured[number] = node
	return atom{node: node, captures: true}
}

func (p *parser) reference(within bool) atom {
	to := p.captured[p.value]
	if within || to == nil {
		p.fail(badGroup)
		return characterAtom(nil)
	}
	node := &tree{operator: reference, flags: backReferring, refers: p.value, min: 1, max: 1, expr: p.unconstrained(to.expr)}
	p.next()
	return atom{node: node, refers: true}
}

func (p *parser) look() *expr {
	l := &look{kind: lookKind(p.value)}
	p.next()
	p.enter()
	l.expr = p.parse(')', true).expr
	p.depth--
	p.next()
	return &expr{kind: assertion, assertion: lookaround, look: l}
}

// quantifier reads one, if there is one: from, to, and what it prefers.
func (p *parser) quantifier() (least, most int, prefer flags) {
	switch p.kind {
	case '*':
		least, most = 0, unbounded
	case '+':
		least, most = 1, unbounded
	case '?':
		least, most = 0, 1
	case '{':
		return p.bounds()
	default:
		return 1, 1, 0
	}
	prefer = p.preference()
	p.next()
	return least, most, prefer
}

func (p *parser) preference() flags {
	if p.value == 1 {
		return longer
	}
	return shorter
}

func (p *parser) bounds() (least, most int, prefer flags) {
	p.next()
	least = p.repeats()
	most = least
	exact := !p.is(',')
	if !exact {
		p.next()
		if most = unbounded; p.is(digitToken) {
			most = p.repeats()
		}
	}
	if !p.is('}') || least > most {
		p.fail(badBound)
		return 1, 1, 0
	}
	if !exact {
		prefer = p.preference()
	}
	p.next()
	return least, most, prefer
}

func (p *parser) repeats() int {
	n := 0
	for ; p.is(digitToken) && n < mostRepeats; p.next() {
		n = n*10 + p.value
	}
	if p.is(digitToken) || n > mostRepeats {
		p.fail(badBound)
	}
	return n
}
