package expressions

import "materializer/catalog"

// How a value of one type becomes one of another; see parse_coerce.c.
type pathway byte

const (
	noPath     pathway = iota
	relabel            // the same value under another type
	byFunction         // a function of pg_cast
	byText             // written as one type, read as the other
	byElement          // an array, element by element
)

// strength is how much is asked for when a type is converted; more allows more.
type strength byte

const (
	implicit strength = iota
	assignment
	explicit
)

var strengths = map[byte]strength{'i': implicit, 'a': assignment, 'e': explicit}

// findPathway is PostgreSQL's find_coercion_pathway.
func findPathway(to, from *catalog.Type, asked strength) (pathway, *signature) {
	to, from = to.Unwrap(), from.Unwrap()
	if same(to, from) {
		return relabel, nil
	}
	if entry, ok := known().casts[pair{from, to}]; ok {
		switch {
		case asked < strengths[entry.context]:
			return noPath, nil
		case entry.method == 'f':
			return byFunction, entry.function
		case entry.method == 'i':
			return byText, nil
		}
		return relabel, nil
	}
	if to.Name != "oidvector" && to.Name != "int2vector" && element(to) != nil && element(from) != nil {
		if inner, _ := findPathway(element(to), element(from), asked); inner != noPath {
			return byElement, nil
		}
	}
	if asked >= assignment && to.Category == 'S' || asked == explicit && from.Category == 'S' {
		return byText, nil
	}
	return noPath, nil
}

// canCoerce is PostgreSQL's can_coerce_type.
func (c *compiler) canCoerce(from, to []*catalog.Type, asked strength) bool {
	generics := false
	for i, target := range to {
		switch source := from[i]; {
		case same(source, target), target.Name == "any" && target.Kind == catalog.Pseudo:
		case isPolymorphic(target):
			generics = true
		case source == unknownType:
		case source == recordType && target.Kind == catalog.Composite, target == recordType && source.Kind == catalog.Composite:
		default:
			if path, _ := findPathway(target, source, asked); path == noPath {
				return false
			}
		}
	}
	if !generics {
		return true
	}
	_, _, ok := c.resolvePolymorphic(to, from, nil)
	return ok
}

func (c *compiler) canCoerceOne(from, to *catalog.Type, asked strength) bool {
	return c.canCoerce([]*catalog.Type{from}, []*catalog.Type{to}, asked)
}

// commonType is PostgreSQL's select_common_type: what UNION, CASE, IN and
// the like make of several types. The one at fault is given where they do not
// go together.
func (c *compiler) commonType(types []*catalog.Type) (common, fault *catalog.Type) {
	common = types[0]
	for _, next := range types[1:] {
		switch {
		case next == unknownType || same(next, common):
		case common == unknownType:
			common = next
		case next.Category != common.Category:
			return nil, next
		case !preferred(common) && c.canCoerceOne(common, next, implicit) && !c.canCoerceOne(next, common, implicit):
			common = next
		}
	}
	if common == unknownType {
		common = textType
	}
	return common, nil
}

// fits tells whether all types can become the common one: verify_common_type.
func (c *compiler) fits(types []*catalog.Type, common *catalog.Type) bool {
	for _, t := range types {
		if !c.canCoerceOne(t, common, implicit) {
			return false
		}
	}
	return true
}
