package projections

import (
	"slices"
	"strings"

	"materializer/catalog"
)

// uniqueOn tells whether at most one row of table has given values in the columns of sides.
func uniqueOn(table *Table, sides []joinSide) bool {
	exact := map[string]bool{}
	for _, side := range sides {
		if side.class.Tells(side.target.Type()) {
			exact[side.target.Catalog.Name] = true
		}
	}
	return coversUnique(table, exact)
}

// coversUnique tells whether columns include all of a unique key of the table.
func coversUnique(table *Table, columns map[string]bool) bool {
	covered := func(names []string) bool {
		return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return !columns[name] })
	}
	var identity []string
	for _, column := range table.Identity {
		identity = append(identity, column.Catalog.Name)
	}
	return covered(identity) || slices.ContainsFunc(uniqueKeys(table.Catalog), covered)
}

// uniqueKeys lists the column sets that the database keeps unique.
func uniqueKeys(table *catalog.Table) [][]string {
	var keys [][]string
	if table.PrimaryKey != nil {
		keys = append(keys, table.PrimaryKey.Columns)
	}
	for _, have := range table.Indexes {
		if have.Unique && !have.Partial && !have.Expressions {
			keys = append(keys, have.Columns)
		}
	}
	return keys
}

// tellsRows tells whether a column is different in every row that a relation
// delivers for one row above: whether the columns that are then known cover, step by
// step, a unique key of each node of the way.
func tellsRows(r *Relation, column *Reference) bool {
	if len(column.Path) > 0 {
		return false
	}
	known := make([]map[string]bool, len(r.Way))
	for i := range known {
		known[i] = map[string]bool{}
	}
	at := len(r.Way) - 1
	if column.Through > 0 {
		at = column.Through - 1
	}
	known[at][column.Column.Catalog.Name] = true
	for _, join := range r.Way[0].On {
		if join.Class.Tells(join.Child.Type()) {
			known[0][join.Child.Catalog.Name] = true
		}
	}
	found := make([]bool, len(r.Way))
	for changed := true; changed; {
		changed = false
		for i, node := range r.Way {
			if !found[i] && coversUnique(node.Table, known[i]) {
				found[i], changed = true, true
				spread(r, i, known)
			}
		}
	}
	return !slices.Contains(found, false)
}

// spread makes known what the joins of the i-th row of a way, which is known
// itself, say of its neighbours.
func spread(r *Relation, i int, known []map[string]bool) {
	tell := func(to int, column *Column, join Join) {
		if join.Class.Tells(column.Type()) {
			known[to][column.Catalog.Name] = true
		}
	}
	if i > 0 {
		for _, join := range r.Way[i].On {
			tell(i-1, join.Parent, join)
		}
	}
	if i+1 < len(r.Way) {
		for _, join := range r.Way[i+1].On {
			tell(i+1, join.Child, join)
		}
	}
}

func nameSet(names []string) map[string]bool {
	set := map[string]bool{}
	for _, name := range names {
		set[name] = true
	}
	return set
}

// columnWord names one column or several in a sentence.
func columnWord(names []string) string {
	if len(names) == 1 {
		return "column " + names[0]
	}
	return "columns " + strings.Join(names, ", ")
}
