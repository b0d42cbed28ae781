package jsons

import (
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// parse reads a jsonb value.
func parse(text string) (*datum.JSON, error) {
	b := &builder{}
	if err := read(text, true, b); err != nil {
		return nil, err
	}
	return b.done, nil
}

// builder makes the tree of a text.
type builder struct {
	silent
	opened  []opened
	members []datum.Member // of all objects that are open, the innermost last
	items   []*datum.JSON  // of all arrays that are open
	done    *datum.JSON    // the value that ended last
	nodes   []datum.JSON   // room for values: several share one allocation
	numbers []apd.Decimal
}

// opened is an array or object that is open, and where its parts begin.
type opened struct {
	node           *datum.JSON
	members, items int
}

// grown gives room for one more, at the end.
func grown[E any](room []E) []E {
	const most = 32
	if len(room) == cap(room) {
		room = make([]E, 0, min(most, 2*cap(room)+1))
	}
	return room[:len(room)+1]
}

func (b *builder) node(kind datum.JSONKind) *datum.JSON {
	b.nodes = grown(b.nodes)
	n := &b.nodes[len(b.nodes)-1]
	n.Kind = kind
	return n
}

func (b *builder) open(l *lexer) error {
	kind := datum.JSONArray
	if l.kind == '{' {
		kind = datum.JSONObject
	}
	b.opened = append(b.opened, opened{b.node(kind), len(b.members), len(b.items)})
	return nil
}

func (b *builder) close(*lexer) {
	o := b.opened[len(b.opened)-1]
	b.opened = b.opened[:len(b.opened)-1]
	if o.members < len(b.members) {
		o.node.Members = arrange(slices.Clone(b.members[o.members:]))
	}
	if o.items < len(b.items) {
		o.node.Items = slices.Clone(b.items[o.items:])
	}
	b.members, b.items, b.done = b.members[:o.members], b.items[:o.items], o.node
}

func (b *builder) end(_ *lexer, in token, name string, _ bool) {
	if in == '{' {
		b.members = append(b.members, datum.Member{Name: name, Value: b.done})
	} else {
		b.items = append(b.items, b.done)
	}
}

func (b *builder) scalar(_ *lexer, kind token, text string) error {
	switch kind {
	case tokenString:
		b.done = b.node(datum.JSONString)
		b.done.String = text
	case tokenNumber:
		b.done = b.node(datum.JSONNumber)
		b.numbers = grown(b.numbers)
		b.done.Number = &b.numbers[len(b.numbers)-1]
		return setNumber(b.done.Number, text)
	case tokenTrue, tokenFalse:
		b.done = b.node(datum.JSONBool)
		b.done.Bool = kind == tokenTrue
	default:
		b.done = b.node(datum.JSONNull)
	}
	return nil
}

// arrange sorts members as jsonb does, and keeps the last of those with one name.
func arrange(members []datum.Member) []datum.Member {
	sorted := true
	for i := 1; i < len(members) && sorted; i++ {
		sorted = compareNames(members[i-1].Name, members[i].Name) < 0
	}
	if sorted {
		return members
	}
	slices.SortStableFunc(members, func(a, b datum.Member) int { return compareNames(a.Name, b.Name) })
	kept := members[:0]
	for i, m := range members {
		if i+1 == len(members) || m.Name != members[i+1].Name {
			kept = append(kept, m)
		}
	}
	return kept
}

// compareNames is the order of names in an object: by length, then by bytes.
func compareNames(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// member finds a member of an object, nil if there is none.
func member(object *datum.JSON, name string) *datum.JSON {
	at, ok := slices.BinarySearchFunc(object.Members, name, func(m datum.Member, name string) int { return compareNames(m.Name, name) })
	if !ok {
		return nil
	}
	return object.Members[at].Value
}
