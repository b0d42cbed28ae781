package are

// kind is what an expression is.
type kind int

const (
	empty kind = iota
	character
	sequence
	choice
	repetition
	assertion
)

// expr is the language of a part of a pattern, whatever it captures or prefers.
type expr struct {
	kind      kind
	set       *set
	parts     []*expr
	min, max  int // of a repetition
	assertion token
	look      *look
}

// lookKind is a kind of lookaround.
type lookKind int

const (
	isAhead lookKind = iota
	notAhead
	isBehind
	notBehind
)

// look is a lookaround constraint.
type look struct {
	kind    lookKind
	expr    *expr
	index   int
	program *program
}

// unbounded is the greatest number of repetitions, which means any.
const (
	mostRepeats = 255
	unbounded   = mostRepeats + 1
)

func repeated(of *expr, least, most int) *expr {
	if least == 1 && most == 1 {
		return of
	}
	return &expr{kind: repetition, parts: []*expr{of}, min: least, max: most}
}

func inSequence(parts ...*expr) *expr { return &expr{kind: sequence, parts: parts} }

// operator is how a node of the tree is matched.
type operator int

const (
	leaf operator = iota // by its program alone
	reference
	concatenation // of two
	alternation
	iteration
	wrapper // of another node that captures already
)

// flags of a node.
type flags int

const (
	longer        flags = 1 << iota // prefers a longer match
	shorter                         // prefers a shorter match
	mixed                           // has parts of both kinds below
	capturing                       // has captures
	backReferring                   // has back-references
)

// preference is what a node prefers itself.
func (f flags) preference() flags { return f & (longer | shorter) }

// up is what of a node's flags holds for the one above.
func (f flags) up() flags {
	above := f &^ (longer | shorter)
	if f&longer != 0 && f&shorter != 0 {
		above |= mixed
	}
	return above
}

// messy nodes have to be divided, since their parts matter.
func (f flags) messy() bool { return f&(mixed|capturing|backReferring) != 0 }

// combine joins the flags of two neighbours: the first to prefer something decides.
func combine(a, b flags) flags {
	prefer := a.preference()
	if prefer == 0 {
		prefer = b.preference()
	}
	return (a | b).up() | prefer
}

// tree is a node of the parsed pattern.
type tree struct {
	operator operator
	flags    flags
	group    int // captured, 0 if none
	refers   int // group of a reference
	min, max int // of references and iterations
	children []*tree
	expr     *expr
	program  *program
}
