package oracle

import "slices"

// hop is one way from the rows of a table to those of another.
type hop struct {
	from, to    *Table
	left, right []*Column // left of to, right of from
	foreign     *ForeignKey
	forward     bool // from has the foreign key
}

// unique tells whether the join finds at most one row. Beside another type
// char(n) is compared in a way that its own unique index says nothing of.
func (h hop) unique() bool {
	for i := range h.left {
		if (h.left[i].kind == kindChar) != (h.right[i].kind == kindChar) {
			return false
		}
	}
	return h.to.isUnique(h.left)
}

// fan is how much a hop can multiply rows.
func (h hop) fan() int {
	switch {
	case h.unique():
		return 0
	case h.foreign == nil:
		return 2
	}
	return 1
}

// hops are the ways along foreign keys from a table, in both directions.
func (s *Scenario) hops(from *Table) []hop {
	var found []hop
	for _, t := range s.Tables {
		for _, f := range t.Foreign {
			if t == from {
				found = append(found, hop{from: from, to: f.To, left: f.To.Key, right: f.Columns, foreign: f, forward: true})
			}
			if f.To == from {
				found = append(found, hop{from: from, to: t, left: f.Columns, right: f.To.Key, foreign: f})
			}
		}
	}
	return found
}

// softHops are joins of columns that no foreign key connects.
func (s *Scenario) softHops(from *Table) []hop {
	var found []hop
	for _, right := range from.Columns {
		for _, t := range s.Tables {
			for _, left := range t.Columns {
				if right.kind.class != "" && right.kind.class == left.kind.class && right.foreign == nil {
					found = append(found, hop{from: from, to: t, left: []*Column{left}, right: []*Column{right}})
				}
			}
		}
	}
	return found
}

// inferred tells whether the join of a relation of one hop, or of a hop of a
// longer way, may be left out.
func (s *Scenario) inferred(h hop, many, only bool) bool {
	if h.foreign == nil {
		return false
	}
	forth, back := 0, 0
	for _, other := range s.hops(h.from) {
		switch {
		case other.to != h.to:
		case other.forward:
			forth++
		default:
			back++
		}
	}
	switch {
	case !only:
		return forth+back == 1
	case many:
		return !h.forward && back == 1
	case h.forward:
		return forth == 1
	}
	return forth == 0 && back == 1 && h.unique()
}

// sameNames tells whether both sides of a join are called alike.
func (h hop) sameNames() bool {
	return slices.EqualFunc(h.left, h.right, func(a, b *Column) bool { return a.Name == b.Name })
}
