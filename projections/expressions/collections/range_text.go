package collections

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errRangeText = &datum.Error{Code: "22P02", Message: "malformed range literal"}

const emptyLiteral = "empty"

func rangeCodec(t *catalog.Type, types function.Types) (function.Codec, error) {
	text, err := newRangeText(t, types)
	if err != nil {
		return function.Codec{}, err
	}
	return function.Codec{
		Parse:  func(s string) (any, error) { return boxed(text.parse(s)) },
		Append: func(dst []byte, value any) []byte { return text.append(dst, value.(*datum.Range)) },
		Stored: text.make == nil || text.bound.Stored,
	}, nil
}

// rangeText reads and writes ranges of a type.
type rangeText struct {
	bound function.Codec
	make  func(lower, upper bound) (*datum.Range, error) // nil if unknown: stored ranges are as they should be
}

func newRangeText(t *catalog.Type, types function.Types) (rangeText, error) {
	codec, err := types.Codec(t.Elem)
	if err != nil {
		return rangeText{}, err
	}
	text := rangeText{bound: codec}
	if known, err := newRangeType(t, types); err == nil {
		text.make = known.make
	}
	return text, nil
}

// boxed keeps an error from coming with a typed nil.
func boxed[T any](value T, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return value, nil
}

func (t rangeText) parse(text string) (*datum.Range, error) {
	text = trimSpaceLeft(text)
	if len(text) >= len(emptyLiteral) && strings.EqualFold(text[:len(emptyLiteral)], emptyLiteral) {
		if trimSpaceLeft(text[len(emptyLiteral):]) != "" {
			return nil, errRangeText
		}
		return emptyRange, nil
	}
	if text == "" || text[0] != '[' && text[0] != '(' {
		return nil, errRangeText
	}
	lower, upper := bound{inclusive: text[0] == '[', lower: true}, bound{}
	lowerText, rest, lowerNull, ok := cutField(text[1:], ",)]")
	if !ok || rest[0] != ',' {
		return nil, errRangeText
	}
	upperText, rest, upperNull, ok := cutField(rest[1:], ",)]")
	if !ok || rest[0] == ',' || trimSpaceLeft(rest[1:]) != "" {
		return nil, errRangeText
	}
	upper.inclusive = rest[0] == ']'
	var err error
	if !lowerNull {
		if lower.value, err = t.bound.Parse(lowerText); err != nil {
			return nil, err
		}
	}
	if !upperNull {
		if upper.value, err = t.bound.Parse(upperText); err != nil {
			return nil, err
		}
	}
	if t.make != nil {
		return t.make(lower, upper)
	}
	return &datum.Range{
		Lower: lower.value, LowerInclusive: lower.inclusive && !lower.infinite(),
		Upper: upper.value, UpperInclusive: upper.inclusive && !upper.infinite(),
	}, nil
}

func (t rangeText) append(dst []byte, r *datum.Range) []byte {
	if r.Empty {
		return append(dst, emptyLiteral...)
	}
	dst = append(dst, bracket(r.LowerInclusive, '[', '('))
	if r.Lower != nil {
		dst = appendField(dst, r.Lower, t.bound, `"\()[],`)
	}
	dst = append(dst, ',')
	if r.Upper != nil {
		dst = appendField(dst, r.Upper, t.bound, `"\()[],`)
	}
	return append(dst, bracket(r.UpperInclusive, ']', ')'))
}

func bracket(inclusive bool, yes, no byte) byte {
	if inclusive {
		return yes
	}
	return no
}
