package strings

import (
	"strings"

	"materializer/projections/expressions/function"
)

// relations are the six comparisons, as the names of functions write them.
var relations = []struct {
	name string
	of   func(order int) bool
}{
	{"eq", func(order int) bool { return order == 0 }},
	{"ne", func(order int) bool { return order != 0 }},
	{"lt", func(order int) bool { return order < 0 }},
	{"le", func(order int) bool { return order <= 0 }},
	{"gt", func(order int) bool { return order > 0 }},
	{"ge", func(order int) bool { return order >= 0 }},
}

func comparisons() []function.Function {
	var list []function.Function
	for _, r := range relations {
		underscore := "_"
		if r.name == "eq" || r.name == "ne" {
			underscore = ""
		}
		list = append(list,
			compared("text"+underscore+r.name+"(text,text)", compareText, r.of),
			compared("name"+r.name+"(name,name)", compareText, r.of),
			compared("name"+r.name+"text(name,text)", compareText, r.of),
			compared("text"+r.name+"name(text,name)", compareText, r.of),
			compared("bpchar"+r.name+"(bpchar,bpchar)", compareBlankPadded, r.of),
			compared("char"+r.name+"(char,char)", compareText, r.of),
			compared("bytea"+r.name+"(bytea,bytea)", compareBytea, r.of),
			compared("citext_"+r.name+"(citext,citext)", compareCitext, r.of),
		)
		if underscore == "_" {
			list = append(list,
				compared("text_pattern_"+r.name+"(text,text)", compareText, r.of),
				compared("bpchar_pattern_"+r.name+"(bpchar,bpchar)", compareBlankPadded, r.of),
				compared("citext_pattern_"+r.name+"(citext,citext)", compareCitext, r.of),
			)
		}
	}
	return append(list,
		function.Of2("starts_with(text,text)", func(text, prefix string) (bool, error) { return strings.HasPrefix(text, prefix), nil }),
	)
}

func compared(signature string, compare function.Compare, of func(int) bool) function.Function {
	return function.Function{Signature: signature, Call: func(args []any) (any, error) {
		return of(compare(args[0], args[1])), nil
	}}
}
