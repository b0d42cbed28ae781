package are

import "materializer/projections/expressions/datum"

// largestProgram bounds what repetitions of repetitions unfold to, largestTotal
// the programs of all nodes together.
const (
	largestProgram = 50_000
	largestTotal   = 500_000
)

var errTooBig = &datum.Error{Code: "2201B", Message: "invalid regular expression: " + tooBig}

// program is an automaton as instructions; it begins with the first.
type program struct{ code []instruction }

type instruction struct {
	op        op
	x, y      int // where to go on; y for a fork only
	set       *set
	assertion token
	look      *look
}

type op byte

const (
	opCharacter op = iota
	opFork
	opGo
	opAssert
	opMatch
)

// assemble makes the programs of a tree.
func (re *Regexp) assemble(t *tree) error {
	var err error
	if t.program, err = re.program(t.expr); err != nil {
		return err
	}
	for _, child := range t.children {
		if err := re.assemble(child); err != nil {
			return err
		}
	}
	return nil
}

func (re *Regexp) program(e *expr) (*program, error) {
	a := &assembler{re: re, program: &program{}}
	a.expr(e)
	if a.emit(instruction{op: opMatch}); a.err != nil {
		return nil, a.err
	}
	re.size = max(re.size, len(a.code))
	return a.program, nil
}

type assembler struct {
	*program
	re  *Regexp
	err error
}

// emit adds an instruction that goes on with the one after it.
func (a *assembler) emit(i instruction) int {
	at := len(a.code)
	if a.re.total++; at >= largestProgram || a.re.total > largestTotal {
		a.err = errTooBig
		return 0
	}
	if i.x = at + 1; i.op == opFork {
		i.y = at + 1
	}
	a.code = append(a.code, i)
	return at
}

func (a *assembler) expr(e *expr) {
	if a.err != nil {
		return
	}
	switch e.kind {
	case character:
		a.emit(instruction{op: opCharacter, set: e.set})
	case sequence:
		for _, part := range e.parts {
			a.expr(part)
		}
	case choice:
		a.choice(e.parts)
	case repetition:
		a.repetition(e)
	case assertion:
		if e.look != nil {
			a.look(e.look)
		}
		a.emit(instruction{op: opAssert, assertion: e.assertion, look: e.look})
	}
}

func (a *assembler) choice(parts []*expr) {
	var ends []int
	for i, part := range parts {
		if i == len(parts)-1 {
			a.expr(part)
			break
		}
		fork := a.emit(instruction{op: opFork})
		a.expr(part)
		ends = append(ends, a.emit(instruction{op: opGo}))
		a.at(fork).y = len(a.code)
	}
	for _, end := range ends {
		a.at(end).x = len(a.code)
	}
}

// at is an instruction to be completed; none counts any more after an error.
func (a *assembler) at(index int) *instruction {
	if a.err != nil {
		return &instruction{}
	}
	return &a.code[index]
}

func (a *assembler) repetition(e *expr) {
	for range e.min {
		a.expr(e.parts[0])
	}
	if e.max == unbounded {
		fork := a.emit(instruction{op: opFork})
		a.expr(e.parts[0])
		a.at(a.emit(instruction{op: opGo})).x = fork
		a.at(fork).y = len(a.code)
		return
	}
	var forks []int
	for range e.max - e.min {
		forks = append(forks, a.emit(instruction{op: opFork}))
		a.expr(e.parts[0])
	}
	for _, fork := range forks {
		a.at(fork).y = len(a.code)
	}
}

func (a *assembler) look(l *look) {
	if l.program != nil {
		return
	}
	program, err := a.re.program(l.expr)
	if err != nil {
		a.err = err
		return
	}
	l.program, l.index = program, len(a.re.looks)
	a.re.looks = append(a.re.looks, l)
}
