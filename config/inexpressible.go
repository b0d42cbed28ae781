package config

import "strings"

// missing is something that the language does not have, and what to do instead.
type missing struct{ what, instead string }

var (
	noTrees  = missing{"a tree of unknown depth cannot be expressed", "nest the relation as many levels as are shown, or keep the path in a column"}
	noUnions = missing{"a union of tables cannot be expressed", "write a projection for each table, with keys of its own"}
	noParts  = missing{"the rows of a relation cannot be grouped", "write an aggregate for each group that is known: count(*) filter (where rating = 5)"}
	noGroups = missing{"a document for each group needs a table that holds the groups", "take that table as from, and a many with aggregates; without one it cannot be expressed"}
)

// missingKeys are the keys under which people look for what there is not.
var missingKeys = map[string]missing{
	"recursive": noTrees, "recursion": noTrees, "with_recursive": noTrees, "depth": noTrees, "max_depth": noTrees, "tree": noTrees,
	"connect_by": noTrees, "ancestors": noTrees, "descendants": noTrees,
	"union": noUnions, "union_all": noUnions, "unions": noUnions,
	"group_by": noGroups, "group": noGroups, "groupby": noGroups, "having": noGroups,
}

// missingKey reports a key of something that cannot be expressed.
func (d *decoder) missingKey(where string, e entry, lv level) bool {
	m, ok := missingKeys[strings.ToLower(e.key.Value)]
	if lv.what == projected.what && e.key.Value == "distinct" {
		m, ok = noGroups, true
	}
	if lv.what == related.what && m == noGroups {
		m = noParts
	}
	if ok = ok && (lv.what == projected.what || lv.what == related.what); ok {
		d.mistake(where, e.place, m.instead, "%s: %s", e.key.Value, m.what)
	}
	return ok
}

// from reads the root table. A list of them would be a union.
func (s section) from(of entry) Text {
	if e, ok := s.entries["from"]; ok && e.value.kind == list {
		s.mistake(s.where, e.value.place, noUnions.instead, "from is a list: %s", noUnions.what)
		return Text{}
	}
	return s.required("from", "the name of a table", of)
}
