package values

import (
	"bytes"

	"materializer/catalog"
)

// What stands before each element of an array and each attribute of a
// composite. The end sorts first: the shorter of two that begin alike is less.
const (
	nestedEnd   = 0
	nestedValue = 1
	nestedNull  = 2 // NULLs within are greatest
)

// arrayKey encodes the elements, then the number of dimensions, their lengths
// and their lower bounds, as PostgreSQL compares them.
func arrayKey(t *catalog.Type) AppendFunc {
	element, _ := Order(t.Elem)
	delim := delimiter(t.Elem)
	return func(dst, text []byte) ([]byte, error) {
		s, bounds, err := scanArray(text, delim)
		if err != nil {
			return dst, err
		}
		shape := arrayShape{}
		for {
			kind, err := s.next()
			if err != nil {
				return dst, err
			}
			switch kind {
			case tokenOpen:
				shape.open(s.depth)
			case tokenClose:
				shape.close(s.depth)
			case tokenNull:
				shape.element(s.depth)
				dst = append(dst, nestedNull)
			case tokenElement:
				shape.element(s.depth)
				if dst, err = s.appendElement(append(dst, nestedValue), element); err != nil {
					return dst, err
				}
			case tokenEnd:
				return shape.append(append(dst, nestedEnd), bounds)
			}
		}
	}
}

// arrayShape counts what each dimension has, in the first of its sub-arrays.
type arrayShape struct {
	dimensions int
	items      bool
	lengths    [maxArrayDepth]int
	closed     [maxArrayDepth]bool
}

func (a *arrayShape) open(depth int) {
	a.dimensions = max(a.dimensions, depth)
	if depth > 1 {
		a.count(depth - 1)
	}
}

func (a *arrayShape) element(depth int) {
	a.items = true
	a.count(depth)
}

func (a *arrayShape) count(depth int) {
	if !a.closed[depth-1] {
		a.lengths[depth-1]++
	}
}

// close is given the depth behind the bracket.
func (a *arrayShape) close(depth int) { a.closed[depth] = true }

func (a *arrayShape) append(dst, bounds []byte) ([]byte, error) {
	if !a.items {
		return append(dst, 0), nil
	}
	dst = append(dst, byte(a.dimensions))
	for _, length := range a.lengths[:a.dimensions] {
		dst = appendInt(dst, int64(length))
	}
	for range a.dimensions {
		lower := int64(1)
		if bounds != nil {
			var ok bool
			if lower, bounds, ok = cutBound(bounds); !ok {
				return dst, malformed("array")
			}
		}
		dst = appendInt(dst, lower)
	}
	if len(bounds) > 0 {
		return dst, malformed("array")
	}
	return dst, nil
}

// cutBound reads the lower bound of [-1:3], and what follows. The rest is never
// nil: the bounds that are left are none, not all 1.
func cutBound(bounds []byte) (lower int64, rest []byte, ok bool) {
	colon, end := bytes.IndexByte(bounds, ':'), bytes.IndexByte(bounds, ']')
	if len(bounds) == 0 || bounds[0] != '[' || colon < 1 || end < colon {
		return 0, nil, false
	}
	lower, ok = parseInt(bounds[1:colon])
	return lower, bounds[end+1:], ok
}

func compositeKey(t *catalog.Type) AppendFunc {
	attributes := make([]AppendFunc, len(t.Attributes))
	for i, a := range t.Attributes {
		attributes[i], _ = Order(a.Type)
	}
	return func(dst, text []byte) ([]byte, error) {
		s, ok := scanFields(text, '(', ')')
		if !ok {
			return dst, malformed("composite")
		}
		for _, attribute := range attributes {
			if !s.next() {
				return dst, malformed("composite")
			}
			if s.null {
				dst = append(dst, nestedNull)
				continue
			}
			var err error
			if dst, err = s.appendField(append(dst, nestedValue), attribute); err != nil {
				return dst, err
			}
		}
		if !s.end() {
			return dst, malformed("composite")
		}
		return dst, nil
	}
}

// What begins a range and its bounds. The bytes behind a bound's value tell
// whether it includes the value: [1 is below (1, and 1) is below 1].
const (
	rangeEmpty, rangeFilled           = 0, 1
	lowerInfinite, lowerFinite        = 0, 1
	upperFinite, upperInfinite        = 1, 2
	lowerInclusive, lowerExclusive    = 0, 1
	upperExclusive, upperInclusive    = 0, 1
	multirangeEnd, multirangeFollowed = 0, 1
)

func rangeKey(t *catalog.Type) AppendFunc {
	bound, _ := Order(t.Elem)
	return func(dst, text []byte) ([]byte, error) {
		if string(text) == "empty" {
			return append(dst, rangeEmpty), nil
		}
		return appendRangeKey(append(dst, rangeFilled), text, bound)
	}
}

func appendRangeKey(dst, text []byte, bound AppendFunc) ([]byte, error) {
	if len(text) < len("(,)") {
		return dst, malformed("range")
	}
	open, end := text[0], text[len(text)-1]
	s, ok := scanFields(text, open, end)
	if !ok || open != '[' && open != '(' || end != ']' && end != ')' || !s.next() {
		return dst, malformed("range")
	}
	var err error
	if s.null {
		dst = append(dst, lowerInfinite)
	} else {
		if dst, err = s.appendField(append(dst, lowerFinite), bound); err != nil {
			return dst, err
		}
		dst = append(dst, inclusion(open == '[', lowerInclusive, lowerExclusive))
	}
	if !s.next() {
		return dst, malformed("range")
	}
	if s.null {
		dst = append(dst, upperInfinite)
	} else {
		if dst, err = s.appendField(append(dst, upperFinite), bound); err != nil {
			return dst, err
		}
		dst = append(dst, inclusion(end == ']', upperInclusive, upperExclusive))
	}
	if !s.end() {
		return dst, malformed("range")
	}
	return dst, nil
}

func inclusion(inclusive bool, yes, no byte) byte {
	if inclusive {
		return yes
	}
	return no
}

// multirangeKey encodes the ranges one after the other.
func multirangeKey(t *catalog.Type) AppendFunc {
	bound, _ := Order(t.Elem.Elem)
	return func(dst, text []byte) ([]byte, error) {
		if len(text) < 2 || text[0] != '{' || text[len(text)-1] != '}' {
			return dst, malformed("multirange")
		}
		rest := text[1 : len(text)-1]
		for len(rest) > 0 {
			end := rangeEnd(rest)
			if end < 0 {
				return dst, malformed("multirange")
			}
			var err error
			if dst, err = appendRangeKey(append(dst, multirangeFollowed), rest[:end], bound); err != nil {
				return dst, err
			}
			rest = bytes.TrimPrefix(rest[end:], []byte(","))
		}
		return append(dst, multirangeEnd), nil
	}
}

// rangeEnd gives the length of the range that text begins with, -1 if it does not end.
func rangeEnd(text []byte) int {
	quoted := false
	for i, c := range text {
		switch {
		case c == '"':
			quoted = !quoted // a doubled quote is two changes
		case !quoted && (c == ')' || c == ']'):
			return i + 1
		}
	}
	return -1
}
