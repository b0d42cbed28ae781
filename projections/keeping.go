package projections

import (
	"slices"

	"materializer/projections/aggregates"
)

// keptTouch marks the touches that name a row of a node at which results are
// kept, by its row key. Others name the join from a node upwards.
const keptTouch = 1 << 15

// planKeeping decides which aggregates are kept up to date, and at which nodes.
func (c *compiler) planKeeping() {
	for _, r := range c.relations {
		if r.Grouped != nil {
			r.Grouped.plan()
		}
	}
	for _, node := range c.nodes {
		node.belowKept = node.Parent != nil && (node.Parent.keeps != nil || node.Parent.belowKept)
	}
}

// plan splits the relation's way: the part down to its last join that can find
// several rows has results kept at each node, below it there is at most one row each.
//
// A node that keeps results has, for each of its groups (the rows that join the
// same row above), the total of what its rows contribute. What a row contributes
// is the total of the group below it, and at the last such node what the
// aggregates make of the row itself. So a change costs one update for each node
// of the way, however large the groups are.
func (g *Grouping) plan() {
	way := g.Relation.Way
	last := 0
	for i, node := range way {
		if !node.Unique {
			last = i
		}
	}
	if last == len(way)-1 && last > 0 && g.wayReader() != "" {
		return // a group's total would depend on which row above asks
	}
	kept := false
	for _, slot := range g.Slots {
		slot.kept = slot.keepable(last == 0)
		kept = kept || slot.kept
	}
	if !kept {
		return
	}
	g.keeps, g.tail = way[:last+1], way[last+1:]
	for i, node := range g.keeps {
		node.keeps, node.keepAt = g, i
	}
}

func (s *Slot) keepable(single bool) bool {
	switch s.Function.Maintenance() {
	case aggregates.Additive:
		return !s.Distinct || single && len(s.Args) == 1
	case aggregates.Extreme:
		s.Distinct = false // it makes no difference
		return true
	}
	return false
}

// wayReader is what of the relation is computed from the row before the target
// on the way, empty if nothing is.
func (g *Grouping) wayReader() (text string) {
	look := func(e Expr, name string) {
		if e != nil {
			eachReference(e, func(r *Reference) {
				if r.Through > 0 && len(r.Path) == 0 {
					text = shortened(name)
				}
			})
		}
	}
	if where := g.Relation.Where; where != nil {
		look(where, "where "+fullText(where))
	}
	for _, slot := range g.Slots {
		look(slot.Filter, slot.Text)
		for _, arg := range slot.Args {
			look(arg, slot.Text)
		}
	}
	return text
}

// byRows tells whether some of the aggregates read all rows of their group.
func (g *Grouping) byRows() bool {
	return slices.ContainsFunc(g.Slots, func(s *Slot) bool { return !s.kept })
}

// Kept tells whether a touch is for a Keeper: whether it leads to results that are kept.
func (p *Plan) Kept(node uint16) bool {
	return node&keptTouch != 0 || int(node) < len(p.Nodes) && p.Nodes[node].belowKept
}

// Keeps tells whether the plan has results that are kept.
func (p *Plan) Keeps() bool { return p.keeps }
