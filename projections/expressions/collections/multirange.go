package collections

import (
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errMultirangeText = &datum.Error{Code: "22P02", Message: "malformed multirange literal"}

func multirangeTypes() []function.Type {
	return []function.Type{{Kind: catalog.Multirange, Make: multirangeCodec, Order: multirangeOrder}}
}

func multirangeCodec(t *catalog.Type, types function.Types) (function.Codec, error) {
	text, err := newRangeText(t.Elem, types)
	if err != nil {
		return function.Codec{}, err
	}
	known, err := newRangeType(t.Elem, types)
	if err != nil {
		known = nil // what is stored is in order
	}
	return function.Codec{
		Parse:  func(s string) (any, error) { return boxed(parseMultirange(s, text, known)) },
		Append: func(dst []byte, value any) []byte { return appendMultirange(dst, value.(*datum.Multirange), text) },
		Stored: known == nil || text.bound.Stored,
	}, nil
}

func parseMultirange(text string, ranges rangeText, known *rangeType) (*datum.Multirange, error) {
	text = trimSpaceLeft(text)
	if !strings.HasPrefix(text, "{") {
		return nil, errMultirangeText
	}
	var list []*datum.Range
	text = trimSpaceLeft(text[1:])
	for closed := strings.HasPrefix(text, "}"); !closed; {
		one, rest, ok := cutRange(text)
		if !ok {
			return nil, errMultirangeText
		}
		r, err := ranges.parse(one)
		if err != nil {
			return nil, err
		}
		if !r.Empty {
			list = append(list, r)
		}
		rest = trimSpaceLeft(rest)
		switch {
		case strings.HasPrefix(rest, ","):
			text = trimSpaceLeft(rest[1:])
		case strings.HasPrefix(rest, "}"):
			text, closed = rest, true
		default:
			return nil, errMultirangeText
		}
	}
	if trimSpaceLeft(text[1:]) != "" {
		return nil, errMultirangeText
	}
	if known == nil {
		return &datum.Multirange{Ranges: list}, nil
	}
	return known.union(list)
}

// cutRange cuts the range that text begins with.
func cutRange(text string) (one, rest string, ok bool) {
	if len(text) >= len(emptyLiteral) && strings.EqualFold(text[:len(emptyLiteral)], emptyLiteral) {
		return text[:len(emptyLiteral)], text[len(emptyLiteral):], true
	}
	if text == "" || text[0] != '[' && text[0] != '(' {
		return "", "", false
	}
	quoted := false
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ')' || c == ']'):
			return text[:i+1], text[i+1:], true
		}
	}
	return "", "", false
}

func appendMultirange(dst []byte, m *datum.Multirange, text rangeText) []byte {
	dst = append(dst, '{')
	for i, r := range m.Ranges {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = text.append(dst, r)
	}
	return append(dst, '}')
}

// union sorts ranges and joins those that overlap or touch.
func (t *rangeType) union(list []*datum.Range) (*datum.Multirange, error) {
	list = slices.DeleteFunc(slices.Clone(list), func(r *datum.Range) bool { return r.Empty })
	slices.SortStableFunc(list, t.compareRanges)
	var joined []*datum.Range
	for _, r := range list {
		if len(joined) == 0 {
			joined = append(joined, r)
			continue
		}
		last := &joined[len(joined)-1]
		touching, err := t.touch(*last, r)
		if err != nil {
			return nil, err
		}
		if !touching && !t.overlap(*last, r) {
			joined = append(joined, r)
			continue
		}
		if *last, err = t.merge(*last, r); err != nil {
			return nil, err
		}
	}
	return &datum.Multirange{Ranges: joined}, nil
}

func multirangeOrder(t *catalog.Type, types function.Types) (function.Compare, error) {
	r, err := newRangeType(t.Elem, types)
	if err != nil {
		return nil, err
	}
	return func(a, b any) int {
		return slices.CompareFunc(a.(*datum.Multirange).Ranges, b.(*datum.Multirange).Ranges, r.compareRanges)
	}, nil
}
