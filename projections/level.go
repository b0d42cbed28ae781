package projections

// level is what is known of one row while a document is built: the relations
// to one row that lead on from it, each fetched at most once.
type level struct {
	node     *Node
	relation *Relation   // that delivers the row; nil for the root
	ones     []*Relation // by Relation.slot
	required []*Relation // without which the row does not exist
}

// scope is where names are looked up while compiling: a row, and for an object of
// the same row the names of the object first, then those around it.
type scope struct {
	level *level
	names map[string]*Relation
	outer *scope // of the same row; nil for the row's own
	about string // for messages: "projection product, field tags"
}

func newScope(l *level, outer *scope, about string) *scope {
	return &scope{level: l, names: map[string]*Relation{}, outer: outer, about: about}
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
