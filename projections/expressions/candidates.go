package expressions

import (
	"slices"

	"materializer/catalog"
	"materializer/projections/expressions/signatures"
)

// candidate is a function or operator that a call may mean, with one type for each argument written.
type candidate struct {
	args     []*catalog.Type
	function *signature
	operator *operator
	spread   bool // variadic, and its last arguments are written one by one
}

// matching is func_match_argtypes: those whose arguments can be made of the types written.
func (c *compiler) matching(candidates []candidate, types []*catalog.Type) []candidate {
	var found []candidate
	for _, x := range candidates {
		if c.canCoerce(types, x.args, implicit) {
			found = append(found, x)
		}
	}
	return found
}

// choose is func_select_candidate: the one that PostgreSQL takes of several.
func (c *compiler) choose(candidates []candidate, types []*catalog.Type) (candidate, bool) {
	candidates = best(candidates, func(x candidate) int {
		return count(types, func(i int, t *catalog.Type) bool { return t != unknownType && same(x.args[i], t) })
	})
	if len(candidates) == 1 {
		return candidates[0], true
	}
	candidates = best(candidates, func(x candidate) int {
		return count(types, func(i int, t *catalog.Type) bool {
			return t != unknownType && (same(x.args[i], t) || x.args[i].Category == t.Category && preferred(x.args[i]))
		})
	})
	if len(candidates) == 1 {
		return candidates[0], true
	}
	if !slices.Contains(types, unknownType) {
		return candidate{}, false
	}
	candidates = byCategory(candidates, types)
	if len(candidates) == 1 {
		return candidates[0], true
	}
	return c.byKnown(candidates, types)
}

// best keeps the candidates of the highest score.
func best(candidates []candidate, score func(candidate) int) []candidate {
	highest := -1
	var kept []candidate
	for _, x := range candidates {
		switch s := score(x); {
		case s > highest:
			highest, kept = s, []candidate{x}
		case s == highest:
			kept = append(kept, x)
		}
	}
	return kept
}

func count(types []*catalog.Type, yes func(int, *catalog.Type) bool) int {
	n := 0
	for i, t := range types {
		if yes(i, t) {
			n++
		}
	}
	return n
}

// byCategory decides literals of unknown type: by the category that the
// candidates agree on, or strings if one takes strings.
func byCategory(candidates []candidate, types []*catalog.Type) []candidate {
	categories, favoured := make([]byte, len(types)), make([]bool, len(types))
	for i, t := range types {
		if t != unknownType {
			continue
		}
		conflict := false
		for _, x := range candidates {
			switch a := x.args[i]; {
			case categories[i] == 0:
				categories[i], favoured[i] = a.Category, preferred(a)
			case a.Category == categories[i]:
				favoured[i] = favoured[i] || preferred(a)
			case a.Category == 'S':
				categories[i], favoured[i] = 'S', preferred(a)
			default:
				conflict = true
			}
		}
		if conflict && categories[i] != 'S' {
			return candidates
		}
	}
	var kept []candidate
	for _, x := range candidates {
		fits := count(types, func(i int, t *catalog.Type) bool {
			return t != unknownType || x.args[i].Category == categories[i] && (!favoured[i] || preferred(x.args[i]))
		})
		if fits == len(types) {
			kept = append(kept, x)
		}
	}
	if len(kept) == 0 {
		return candidates
	}
	return kept
}

// byKnown takes literals of unknown type to be of the one type that is known.
func (c *compiler) byKnown(candidates []candidate, types []*catalog.Type) (candidate, bool) {
	var one *catalog.Type
	for _, t := range types {
		switch {
		case t == unknownType:
		case one == nil:
			one = t
		case !same(one, t):
			return candidate{}, false
		}
	}
	if one == nil {
		return candidate{}, false
	}
	assumed := make([]*catalog.Type, len(types))
	for i := range assumed {
		assumed[i] = one
	}
	if left := c.matching(candidates, assumed); len(left) == 1 {
		return left[0], true
	}
	return candidate{}, false
}

// functionCandidates is FuncnameGetCandidates: functions of a name that take so
// many arguments, and that the release has.
func (c *compiler) functionCandidates(name string, n int, array bool) []candidate {
	var found []candidate
	for _, f := range known().functions[name] {
		if signatures.Missing(c.library.Version(), f.key) {
			continue
		}
		declared := len(f.args)
		spread := f.variadic && !array && declared <= n
		switch {
		case spread:
			args := append([]*catalog.Type{}, f.args[:declared-1]...)
			for len(args) < n {
				args = append(args, variadicElement(f.args[declared-1]))
			}
			found = append(found, candidate{args: args, function: f, spread: true})
		case declared == n, declared > n && declared-f.defaults <= n:
			found = append(found, candidate{args: f.args[:n], function: f})
		}
	}
	return unshadowed(found)
}

// unshadowed leaves out variadic functions, and those with defaults, beside one that takes just these types.
func unshadowed(candidates []candidate) []candidate {
	plain := func(x candidate) bool { return !x.spread && len(x.args) == len(x.function.args) }
	return slices.DeleteFunc(candidates, func(x candidate) bool {
		return !plain(x) && slices.ContainsFunc(candidates, func(y candidate) bool {
			return plain(y) && slices.EqualFunc(x.args, y.args, same)
		})
	})
}

// variadicElement is the type of one argument at the end of a variadic function.
func variadicElement(last *catalog.Type) *catalog.Type {
	if e := element(last); e != nil {
		return e
	}
	return last // any
}

// operatorCandidates are the operators of a name, prefix ones if n is 1.
func operatorCandidates(name string, n int) []candidate {
	var found []candidate
	for _, o := range known().operators[name] {
		switch {
		case n == 1 && o.left == nil:
			found = append(found, candidate{args: []*catalog.Type{o.right}, operator: o, function: o.function})
		case n == 2 && o.left != nil:
			found = append(found, candidate{args: []*catalog.Type{o.left, o.right}, operator: o, function: o.function})
		}
	}
	return found
}

func exactly(candidates []candidate, types []*catalog.Type) (candidate, bool) {
	for _, x := range candidates {
		if slices.EqualFunc(x.args, types, same) {
			return x, true
		}
	}
	return candidate{}, false
}
