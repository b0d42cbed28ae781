package collections

import (
	"regexp"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// geometric says how PostgreSQL writes a type, with # for each number.
var geometric = map[string]string{
	"point":   `\(#,#\)`,
	"lseg":    `\[\(#,#\),\(#,#\)\]`,
	"box":     `\(#,#\),\(#,#\)`,
	"path":    `\(\(#,#\)(,\(#,#\))*\)|\[\(#,#\)(,\(#,#\))*\]`,
	"polygon": `\(\(#,#\)(,\(#,#\))*\)`,
	"line":    `\{#,#,#\}`,
	"circle":  `<\(#,#\),#>`,
}

var geometricNumber = regexp.MustCompile(`[^\[\](){}<>,]+`)

func geometricTypes() []function.Type {
	var types []function.Type
	for name, shape := range geometric {
		types = append(types, geometricType(name, regexp.MustCompile("^(?:"+shape+")$")))
	}
	return types
}

// geometricType takes text as PostgreSQL writes it: it would also read other
// brackets, space and numbers.
func geometricType(name string, shape *regexp.Regexp) function.Type {
	return function.Type{Name: name, Make: func(_ *catalog.Type, types function.Types) (function.Codec, error) {
		number, err := types.Codec(types.ByName("float8"))
		if err != nil {
			return function.Codec{}, err
		}
		parse := func(text string) (any, error) {
			var numbers []float64
			marked := geometricNumber.ReplaceAllStringFunc(text, func(n string) string {
				value, err := number.Parse(n)
				if err != nil || string(number.Append(nil, value)) != n {
					return n
				}
				numbers = append(numbers, value.(float64))
				return "#"
			})
			if !shape.MatchString(marked) || !inOrder(name, numbers) {
				return nil, errLiteral(name)
			}
			return datum.Opaque(text), nil
		}
		return function.Codec{Parse: parse, Append: appendOpaque}, nil
	}}
}

// inOrder tells whether PostgreSQL would keep the numbers as they are.
func inOrder(name string, n []float64) bool {
	switch name {
	case "box": // the upper right corner comes first
		return n[0] >= n[2] && n[1] >= n[3]
	case "line":
		return n[0] != 0 || n[1] != 0
	case "circle":
		return !(n[2] < 0)
	}
	return true
}
