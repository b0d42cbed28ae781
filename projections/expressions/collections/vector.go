package collections

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// vectorCodec is for int2vector and oidvector: arrays to PostgreSQL, counted
// from 0, whose text has blanks between the elements.
func vectorCodec(t *catalog.Type, types function.Types) (function.Codec, error) {
	element, err := types.Codec(t.Elem)
	if err != nil {
		return function.Codec{}, err
	}
	parse := func(text string) (any, error) {
		fields := strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
		values := make([]any, len(fields))
		for i, field := range fields {
			if values[i], err = element.Parse(field); err != nil {
				return nil, err
			}
		}
		return &datum.Array{Dims: []datum.Dimension{{Length: len(values)}}, Values: values}, nil
	}
	write := func(dst []byte, value any) []byte {
		for i, v := range value.(*datum.Array).Values {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = element.Append(dst, v)
		}
		return dst
	}
	return function.Codec{Parse: parse, Append: write}, nil
}
