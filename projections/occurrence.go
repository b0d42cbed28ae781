package projections

import "slices"

// occurrence is a place of a table in the plan, as Touch sees it. Places from
// which the same values lead straight to the same root are one.
type occurrence struct {
	name    uint16 // the node that its touches are recorded at
	byRow   bool   // its touches name the row, not the join upwards
	up      access // unless byRow
	watched []int  // the columns that matter; nil if all stored ones do
}

// addOccurrences adds the places that a node stands for: where results are kept
// the row itself, elsewhere, or beside, the way up.
func addOccurrences(list []occurrence, node *Node) []occurrence {
	if node.keeps != nil {
		list = addOccurrence(list, occurrence{name: node.ID | keptTouch, byRow: true, watched: node.watched})
		if !node.keeps.byRows() {
			return list
		}
	}
	return addOccurrence(list, occurrence{name: node.touchName(), byRow: node.Parent == nil, up: node.up, watched: node.watched})
}

func addOccurrence(list []occurrence, made occurrence) []occurrence {
	for i := range list {
		if have := &list[i]; have.name == made.name && have.byRow == made.byRow && slices.EqualFunc(have.up.parts, made.up.parts, sameColumn) {
			have.watched = watchedByBoth(have.watched, made.watched)
			return list
		}
	}
	return append(list, made)
}

// sameColumn compares parts of two ways to one row key: the encoding is that of the key.
func sameColumn(a, b accessPart) bool { return a.column == b.column }

func watchedByBoth(a, b []int) []int {
	if a == nil || b == nil {
		return nil
	}
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// touchName is the node that a touch of this node's way up is recorded at: the
// root's where the joining values are its key, and there is nothing to follow.
func (n *Node) touchName() uint16 {
	if n.Parent != nil && n.up.direct && n.Parent.Parent == nil {
		return n.Parent.ID
	}
	return n.ID
}
