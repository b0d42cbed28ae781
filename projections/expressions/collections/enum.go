package collections

import (
	"fmt"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/values"
)

func enumTypes() []function.Type {
	return []function.Type{{Kind: catalog.Enum, Make: enumCodec, Order: enumOrder}}
}

func enumCodec(t *catalog.Type, _ function.Types) (function.Codec, error) {
	positions := labelPositions(t)
	// A label may also be newer than the catalog that was read.
	unknown := fmt.Errorf("%w: %w", datum.Errorf("22P02", "invalid input value for enum %s", t.Name), values.ErrUnknownLabel)
	return function.Codec{
		Parse: func(text string) (any, error) {
			if _, ok := positions[datum.Enum(text)]; !ok {
				return nil, unknown
			}
			return datum.Enum(text), nil
		},
		Append: func(dst []byte, value any) []byte { return append(dst, value.(datum.Enum)...) },
	}, nil
}

func enumOrder(t *catalog.Type, _ function.Types) (function.Compare, error) {
	positions := labelPositions(t)
	return func(a, b any) int { return positions[a.(datum.Enum)] - positions[b.(datum.Enum)] }, nil
}

func labelPositions(t *catalog.Type) map[datum.Enum]int {
	positions := make(map[datum.Enum]int, len(t.Labels))
	for i, label := range t.Labels {
		positions[datum.Enum(label)] = i
	}
	return positions
}
