package projections

import (
	"fmt"
	"slices"

	"materializer/config"
)

// level is what is known of one row while a document is built: the relations
// to one row that lead on from it, each fetched at most once.
type level struct {
	node     *Node
	relation *Relation   // that delivers the row; nil for the root
	ones     []*Relation // by Relation.slot
	groups   []*Relation // with aggregates, by Relation.slot
	where    Expr        // nil, or what must be true of the row
	required []*Relation // without which the row does not exist
}

// scope is where names are looked up while compiling: a row, and for an object of
// the same row the names of the object first, then those around it.
type scope struct {
	level *level
	names map[string]*Relation
	outer *scope // of the same row; nil for the row's own
	// grouped collects the aggregates of the relation whose value or fields are compiled.
	grouped  *Grouping
	collects bool // of a projection whose documents are members of collections
	in       subject
}

func newScope(l *level, outer *scope, in subject) *scope {
	return &scope{level: l, names: map[string]*Relation{}, outer: outer, in: in}
}

// add makes a relation known by its name.
func (c *compiler) add(s *scope, name config.Text, r *Relation) {
	if s.names[name.Value] != nil {
		c.fail(name.Pos, s.in, "the relation "+name.Value+" is there twice at this level", "name one of them otherwise")
	}
	s.names[name.Value] = r
}

func (s *scope) relation(name string) *Relation {
	for ; s != nil; s = s.outer {
		if r := s.names[name]; r != nil {
			return r
		}
	}
	return nil
}

func (s *scope) relationNames() []string {
	var names []string
	for ; s != nil; s = s.outer {
		for name := range s.names {
			names = append(names, name)
		}
	}
	return names
}

// reaching lists the paths of one step by which a column of this name can be reached.
func (s *scope) reaching(column string) []string {
	var paths []string
	if way := s.way(); len(way) > 1 && way[len(way)-2].Table.Catalog.Column(column) != nil {
		paths = append(paths, "through."+quoteIdentifier(column))
	}
	for _, name := range slices.Sorted(slices.Values(s.relationNames())) {
		if r := s.relation(name); !r.Many && !r.broken && r.scope != nil && r.Target().Table.Catalog.Column(column) != nil {
			paths = append(paths, quoteIdentifier(name)+"."+quoteIdentifier(column))
		}
	}
	return paths[:min(len(paths), 3)]
}

// aboveHint says what to do about a name that means something in a row above,
// or the row above itself; nothing if it does not.
func (s *scope) aboveHint(name string) string {
	r := s.level.relation
	if r == nil {
		return ""
	}
	own := s.level.node.Table.Catalog
	for n := r.Way[0].Parent; n != nil; n = n.Relation.Way[0].Parent {
		above := n.Table.Catalog
		if n.knows(name) || name == above.Name || name == "parent" || name == "above" || name == "outer" {
			return fmt.Sprintf("a row sees itself and what it leads to, not the row above; if %s refers to %s, join that: joins: {%s: %s}", own, above, above.Name, above)
		}
		if n.Relation == nil {
			break
		}
	}
	return ""
}

// knows tells whether a name is a column or a relation to one row of the node's rows.
func (n *Node) knows(name string) bool {
	return n.Table.Catalog.Column(name) != nil || slices.ContainsFunc(n.Children, func(child *Node) bool {
		return child.Relation.Name == name && !child.Relation.Many
	})
}

// way is that of the relation that delivers the row.
func (s *scope) way() []*Node {
	if s.level.relation == nil {
		return nil
	}
	return s.level.relation.Way
}

// use marks the columns of an expression at the nodes that they are read from.
func (s *scope) use(e Expr) { eachReference(e, s.useColumn) }

func (s *scope) useColumn(r *Reference) {
	node, relation := s.level.node, s.level.relation
	if n := len(r.Path); n > 0 {
		relation = r.Path[n-1]
		node = relation.Target()
	}
	if r.Through > 0 {
		node = relation.Way[r.Through-1]
	}
	node.use(r.Column)
}

// use marks a column at a node; for a computed one those that it is computed from.
func (n *Node) use(column *Column) {
	if column.Computed == nil {
		n.used[column] = true
		return
	}
	eachReference(column.Computed, func(r *Reference) { n.use(r.Column) })
}
