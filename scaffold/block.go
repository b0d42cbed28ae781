package scaffold

import (
	"slices"

	"materializer/config"
)

// block is a piece of the file: comments, a line, and what is indented below it.
type block struct {
	above    []string // comments before it; "" is an empty line
	line     string   // "" if there are only comments
	list     *list    // a list of columns, instead of the line
	inside   []*block
	optional bool     // the file is of use without it
	off      bool     // it stands as a comment
	why      []string // the compiler refused it
	parent   *block
}

// list is columns: [a, b].
type list struct {
	key   string
	items []string
}

func (b *block) add(inside ...*block) *block {
	for _, x := range inside {
		x.parent = b
	}
	b.inside = append(b.inside, inside...)
	return b
}

// isOff tells whether the block stands as a comment by itself.
func (b *block) isOff() bool {
	if b.off || b.list != nil && len(b.list.items) == 0 {
		return true
	}
	for _, x := range b.inside {
		if !x.isOff() {
			return false
		}
	}
	return len(b.inside) > 0
}

// takeOut makes a comment of what a mistake is about; false if that is needed.
func (p *printer) takeOut(mistake config.Problem) bool {
	at := p.places[mistake.Pos.Line]
	if at.block == nil {
		return false
	}
	b := at.block
	for _, item := range at.items {
		if item.from <= mistake.Pos.Column && mistake.Pos.Column < item.to {
			return p.drop(b, item.index, mistake)
		}
	}
	for ; b != nil; b = b.parent {
		if b.optional {
			if b.off {
				return false
			}
			b.off = true
			b.explain(reason(mistake))
			return true
		}
	}
	return false
}

// explain says why the block is off, unless the one before it is for the same reason.
func (b *block) explain(why []string) {
	b.why = why
	if i := slices.Index(b.parent.inside, b); i == 0 || !slices.Equal(b.parent.inside[i-1].why, why) {
		b.above = append(b.above, why...)
	}
}

// drop takes an item off a list and says why. One at a time: the others have
// moved, and the next round sees them.
func (p *printer) drop(b *block, index int, mistake config.Problem) bool {
	if p.dropped[b] {
		return false
	}
	p.dropped[b] = true
	b.above = append(b.above, "left out: "+b.list.items[index])
	b.above = append(b.above, reason(mistake)...)
	b.list.items = append(b.list.items[:index:index], b.list.items[index+1:]...)
	return true
}

func reason(mistake config.Problem) []string {
	if mistake.Hint == "" {
		return []string{mistake.Message}
	}
	return []string{mistake.Message + ":", mistake.Hint}
}
