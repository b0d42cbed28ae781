package jsons

import (
	"materializer/projections/expressions/datum"
)

// Path is a jsonpath value.
type Path struct {
	strict bool
	first  *step
}

// stepKind is what a step of a path does.
type stepKind byte

const (
	stepNull stepKind = iota
	stepString
	stepNumber
	stepBool
	stepVariable
	stepRoot
	stepCurrent
	stepLast
	stepKey
	stepAnyKey
	stepAnyArray
	stepSubscripts
	stepAny // ** with levels
	stepFilter
	stepMethod
	stepPlus // unary
	stepMinus
	stepArithmetic
	stepCompare
	stepStartsWith
	stepLikeRegex
	stepAnd
	stepOr
	stepNot
	stepIsUnknown
	stepExists
)

// step is a part of a path, applied to each item that the part before it gives.
type step struct {
	kind        stepKind
	text        string // of a string, key, variable; the name of a method; the operator
	number      datum.Numeric
	bool        bool
	left, right *step // operands; a single one is left
	subscripts  []subscript
	from, to    uint32 // levels of **
	pattern     *pathPattern
	next        *step
}

// subscript is one of [a, b to c]; to is nil for the first.
type subscript struct{ from, to *step }

// lastLevel stands for last among the levels of **.
const lastLevel = 1<<32 - 1

// isPredicate tells a step that is true, false or unknown.
func (s *step) isPredicate() bool { return s.kind >= stepCompare }

func parsePath(text string) (any, error) {
	p := &pathParser{lexer: pathLexer{text: text}}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	return path, nil
}

func appendPath(dst []byte, value any) []byte {
	path := value.(*Path)
	if path.strict {
		dst = append(dst, "strict "...)
	}
	return path.first.append(dst, false, true)
}
