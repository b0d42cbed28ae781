package jsons

import (
	"slices"
	"strings"

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
	opened []*datum.JSON
	done   *datum.JSON // the value that ended last
	room   []datum.JSON
}

// node makes a value; several share one allocation.
func (b *builder) node() *datum.JSON {
	const most = 64
	if len(b.room) == cap(b.room) {
		b.room = make([]datum.JSON, 0, min(most, 2*cap(b.room)+1))
	}
	b.room = b.room[:len(b.room)+1]
	return &b.room[len(b.room)-1]
}

func (b *builder) open(l *lexer) error {
	n := b.node()
	n.Kind = datum.JSONArray
	if l.kind == '{' {
		n.Kind = datum.JSONObject
	}
	b.opened = append(b.opened, n)
	return nil
}

func (b *builder) close(*lexer) {
	last := len(b.opened) - 1
	b.done = b.opened[last]
	b.opened = b.opened[:last]
	b.done.Members = arrange(b.done.Members)
}

func (b *builder) end(_ *lexer, in token, name string, _ bool) {
	n := b.opened[len(b.opened)-1]
	if in == '{' {
		n.Members = append(n.Members, datum.Member{Name: name, Value: b.done})
	} else {
		n.Items = append(n.Items, b.done)
	}
}

func (b *builder) scalar(_ *lexer, kind token, text string) error {
	n := b.node()
	b.done = n
	switch kind {
	case tokenString:
		n.Kind, n.String = datum.JSONString, text
	case tokenNumber:
		var err error
		n.Kind = datum.JSONNumber
		n.Number, err = number(text)
		return err
	case tokenTrue, tokenFalse:
		n.Kind, n.Bool = datum.JSONBool, kind == tokenTrue
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
