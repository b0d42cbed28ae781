package expressions

import (
	"slices"

	"materializer/catalog"
)

var polymorphic = map[string]bool{
	"anyelement": true, "anyarray": true, "anynonarray": true, "anyenum": true, "anyrange": true, "anymultirange": true,
	"anycompatible": true, "anycompatiblearray": true, "anycompatiblenonarray": true, "anycompatiblerange": true, "anycompatiblemultirange": true,
}

func isPolymorphic(t *catalog.Type) bool { return t.Kind == catalog.Pseudo && polymorphic[t.Name] }

// generic is what the polymorphic arguments of one call stand for. The two
// families are apart: anyelement and its kin are one type, anycompatible and its kin
// are what the actual types have in common.
type generic struct {
	c                             *compiler
	element, array, rang, multi   *catalog.Type
	nonArray, enum                bool
	compatibleTypes               []*catalog.Type
	compatible                    *catalog.Type
	compatibleRange, compatibleMR *catalog.Type
	compatibleNonArray            bool
}

// resolvePolymorphic is enforce_generic_type_consistency: the actual types of
// declared ones, and of the result (which may be nil). It is also its check
// beforehand, in which literals of unknown type agree with everything.
func (c *compiler) resolvePolymorphic(declared, actual []*catalog.Type, result *catalog.Type) (args []*catalog.Type, resolved *catalog.Type, ok bool) {
	g := &generic{c: c}
	for i, d := range declared {
		if isPolymorphic(d) && !g.note(d.Name, actual[i]) {
			return nil, nil, false
		}
	}
	if !g.settle() || !g.settleCompatible(declared) {
		return nil, nil, false
	}
	args = slices.Clone(declared)
	for i, d := range declared {
		if isPolymorphic(d) {
			args[i] = g.stands(d.Name)
		}
	}
	resolved = result
	if result != nil && isPolymorphic(result) {
		if resolved = g.stands(result.Name); resolved == nil {
			return nil, nil, false
		}
	}
	if result != nil && slices.Contains(args, nil) {
		return nil, nil, false
	}
	return args, resolved, true
}

// agree sets a type, or tells whether it is what it was.
func agree(have **catalog.Type, t *catalog.Type) bool {
	if *have == nil {
		*have = t
	}
	return t != nil && same(*have, t)
}

// note takes what one argument says.
func (g *generic) note(declared string, actual *catalog.Type) bool {
	g.nonArray = g.nonArray || declared == "anynonarray"
	g.enum = g.enum || declared == "anyenum"
	g.compatibleNonArray = g.compatibleNonArray || declared == "anycompatiblenonarray"
	if actual == unknownType {
		return true
	}
	switch declared {
	case "anyelement", "anynonarray", "anyenum":
		return agree(&g.element, actual)
	case "anyarray":
		return agree(&g.array, actual)
	case "anyrange":
		return agree(&g.rang, actual)
	case "anymultirange":
		return agree(&g.multi, actual)
	case "anycompatiblearray":
		actual = element(actual)
	case "anycompatiblerange":
		if !agree(&g.compatibleRange, actual) {
			return false
		}
		actual = subtype(actual)
	case "anycompatiblemultirange":
		if !agree(&g.compatibleMR, actual) || rangeOf(actual) == nil || !agree(&g.compatibleRange, rangeOf(actual)) {
			return false
		}
		actual = subtype(g.compatibleRange)
	}
	g.compatibleTypes = append(g.compatibleTypes, actual)
	return actual != nil
}

// settle makes the family of anyelement agree with itself.
func (g *generic) settle() bool {
	switch {
	case g.array != nil && !agree(&g.element, element(g.array)),
		g.multi != nil && !agree(&g.rang, rangeOf(g.multi)),
		g.rang != nil && !agree(&g.element, subtype(g.rang)),
		g.nonArray && g.element != nil && g.element.Kind == catalog.Array,
		g.enum && (g.element == nil || g.element.Kind != catalog.Enum):
		return false
	}
	return true
}

func (g *generic) settleCompatible(declared []*catalog.Type) bool {
	if len(g.compatibleTypes) == 0 {
		if slices.ContainsFunc(declared, isCompatible) {
			g.compatible = textType
		}
		return true
	}
	common, _ := g.c.commonType(g.compatibleTypes)
	switch {
	case common == nil || !g.c.fits(g.compatibleTypes, common),
		g.compatibleNonArray && common.Kind == catalog.Array,
		g.compatibleRange != nil && !same(subtype(g.compatibleRange), common):
		return false
	}
	g.compatible = common
	return true
}

func isCompatible(t *catalog.Type) bool {
	return isPolymorphic(t) && len(t.Name) >= len("anycompatible") && t.Name[:len("anycompatible")] == "anycompatible"
}

// stands is what a polymorphic type is in this call; nil if nothing says.
func (g *generic) stands(declared string) *catalog.Type {
	switch declared {
	case "anyelement", "anynonarray", "anyenum":
		return g.element
	case "anyarray":
		if g.array == nil && g.element != nil {
			return g.c.arrayOf(g.element)
		}
		return g.array
	case "anyrange":
		return g.rang
	case "anymultirange":
		if g.multi == nil && g.rang != nil {
			return g.c.multirangeOf(g.rang)
		}
		return g.multi
	case "anycompatible", "anycompatiblenonarray":
		return g.compatible
	case "anycompatiblearray":
		if g.compatible == nil {
			return nil
		}
		return g.c.arrayOf(g.compatible)
	case "anycompatiblerange":
		return g.compatibleRange
	}
	if g.compatibleMR == nil && g.compatibleRange != nil {
		return g.c.multirangeOf(g.compatibleRange)
	}
	return g.compatibleMR
}

// multirangeOf is the multirange of a range, nil where none is known.
func (c *compiler) multirangeOf(r *catalog.Type) *catalog.Type { return known().multiranges[r] }
