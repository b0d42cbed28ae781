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

func enumFunctions() []function.Function {
	return append(comparisons("enum_", "anyenum"),
		comparison("enum_cmp", "anyenum", sign),
		function.Function{Signature: "enum_first(anyenum)", Make: func(types function.Types) (function.Func, error) {
			return labelAt(types.Args[0], 0)
		}},
		function.Function{Signature: "enum_last(anyenum)", Make: func(types function.Types) (function.Func, error) {
			return labelAt(types.Args[0], len(types.Args[0].Labels)-1)
		}},
		function.Function{Signature: "enum_range(anyenum)", Make: func(types function.Types) (function.Func, error) {
			return labelRange(types.Args[0]), nil
		}},
		function.Function{Signature: "enum_range(anyenum,anyenum)", Make: func(types function.Types) (function.Func, error) {
			return labelRange(types.Args[0]), nil
		}},
	)
}

// labelAt gives the same label whatever it is called with.
func labelAt(t *catalog.Type, i int) (function.Func, error) {
	if len(t.Labels) == 0 {
		return nil, datum.Errorf("55000", "enum %s contains no values", t.Name)
	}
	label := datum.Enum(t.Labels[i])
	return func([]any) (any, error) { return label, nil }, nil
}

// labelRange gives the labels from the first argument to the second, all if
// there are none. NULL leaves an end open.
func labelRange(t *catalog.Type) function.Func {
	positions := labelPositions(t)
	all := make([]any, len(t.Labels))
	for i, label := range t.Labels {
		all[i] = datum.Enum(label)
	}
	return func(args []any) (any, error) {
		from, to := 0, len(all)
		if len(args) == 2 && args[0] != nil {
			from = positions[args[0].(datum.Enum)]
		}
		if len(args) == 2 && args[1] != nil {
			to = positions[args[1].(datum.Enum)] + 1
		}
		return vector(all[from:max(from, to)], 1), nil
	}
}
