package jsons

import "strconv"

// append writes a step and those behind it as PostgreSQL does. inPath tells
// that it is behind another step, brackets that an operator wants them.
func (s *step) append(dst []byte, inPath, brackets bool) []byte {
	switch s.kind {
	case stepArithmetic, stepCompare, stepAnd, stepOr, stepStartsWith:
		dst = bracket(dst, brackets, '(')
		dst = s.left.append(dst, false, priority(s.left) <= priority(s))
		dst = append(dst, " "+s.text+" "...)
		dst = s.right.append(dst, false, priority(s.right) <= priority(s))
		dst = bracket(dst, brackets, ')')
	case stepPlus, stepMinus:
		dst = bracket(dst, brackets, '(')
		dst = append(dst, "+-"[s.kind-stepPlus])
		dst = s.left.append(dst, false, priority(s.left) <= priority(s))
		dst = bracket(dst, brackets, ')')
	case stepLikeRegex:
		dst = s.left.append(bracket(dst, brackets, '('), false, priority(s.left) <= priority(s))
		dst = bracket(s.pattern.append(dst), brackets, ')')
	case stepNot, stepExists, stepFilter:
		dst = append(dst, map[stepKind]string{stepNot: "!(", stepExists: "exists (", stepFilter: "?("}[s.kind]...)
		dst = append(s.left.append(dst, false, false), ')')
	case stepIsUnknown:
		dst = append(s.left.append(append(dst, '('), false, false), ") is unknown"...)
	case stepAnyKey, stepAny, stepKey:
		dst = s.appendKeys(bracket(dst, inPath, '.'))
	case stepSubscripts:
		dst = s.appendSubscripts(dst)
	default:
		dst = s.appendItem(dst)
	}
	if s.next != nil {
		dst = s.next.append(dst, true, true)
	}
	return dst
}

func bracket(dst []byte, write bool, c byte) []byte {
	if write {
		return append(dst, c)
	}
	return dst
}

// priority is how tight an operator binds.
func priority(s *step) int {
	switch {
	case s.kind == stepOr:
		return 0
	case s.kind == stepAnd:
		return 1
	case s.kind == stepCompare, s.kind == stepStartsWith:
		return 2
	case s.kind == stepArithmetic && (s.text == "+" || s.text == "-"):
		return 3
	case s.kind == stepArithmetic:
		return 4
	case s.kind == stepPlus, s.kind == stepMinus:
		return 5
	}
	return 6
}

func (s *step) appendKeys(dst []byte) []byte {
	switch {
	case s.kind == stepKey:
		return appendString(dst, s.text)
	case s.kind == stepAnyKey:
		return append(dst, '*')
	case s.from == 0 && s.to == lastLevel:
		return append(dst, "**"...)
	}
	dst = appendLevel(append(dst, "**{"...), s.from)
	if s.from != s.to {
		dst = appendLevel(append(dst, " to "...), s.to)
	}
	return append(dst, '}')
}

func appendLevel(dst []byte, level uint32) []byte {
	if level == lastLevel {
		return append(dst, "last"...)
	}
	return strconv.AppendUint(dst, uint64(level), 10)
}

func (s *step) appendSubscripts(dst []byte) []byte {
	dst = append(dst, '[')
	for i, one := range s.subscripts {
		dst = bracket(dst, i > 0, ',')
		dst = one.from.append(dst, false, false)
		if one.to != nil {
			dst = one.to.append(append(dst, " to "...), false, false)
		}
	}
	return append(dst, ']')
}

func (s *step) appendItem(dst []byte) []byte {
	switch s.kind {
	case stepString:
		return appendString(dst, s.text)
	case stepVariable:
		return appendString(append(dst, '$'), s.text)
	case stepNumber:
		dst = s.number.Append(bracket(dst, s.next != nil, '('), 'f')
		return bracket(dst, s.next != nil, ')')
	case stepMethod:
		return append(dst, "."+s.text+"()"...)
	case stepBool:
		return appendBool(dst, s.bool)
	case stepAnyArray:
		return append(dst, "[*]"...)
	case stepNull:
		return append(dst, "null"...)
	case stepRoot:
		return append(dst, '$')
	case stepCurrent:
		return append(dst, '@')
	}
	return append(dst, "last"...)
}
