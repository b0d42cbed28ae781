package scaffold

import (
	"fmt"
	"slices"

	"materializer/catalog"
)

// fields are the relations: rows that the root refers to, rows that refer to it,
// rows beyond a table in between.
func (a *author) fields() *block {
	b := &block{line: "fields:"}
	for _, key := range byColumn(a.root) {
		b.add(a.one(key))
	}
	for _, key := range byTable(a.root) {
		other, between := junction(key)
		switch {
		case isUnique(key.Table, key.Columns):
			b.add(a.oneBack(key))
		case between:
			b.add(a.through(key, other)...)
		default:
			b.add(a.many(key)...)
		}
	}
	return b
}

// one is the row that a foreign key refers to.
func (a *author) one(key *catalog.ForeignKey) *block {
	name := a.names.take(roleOf(key), singular(key.Referenced.Name), singular(key.Referenced.Name)+"_row")
	on := join{key.RefColumns, key.Columns}.on(ones(key.Referenced, a.root))
	return a.single(name, key.Referenced, on)
}

// oneBack is the only row that refers to the root.
func (a *author) oneBack(key *catalog.ForeignKey) *block {
	table := singular(key.Table.Name)
	name := a.names.take(table, table+"_by_"+roleOf(key))
	on := join{key.Columns, key.RefColumns}.on(ones(key.Table, a.root))
	return a.single(name, key.Table, on, key.Columns...)
}

func (a *author) single(name string, t *catalog.Table, on string, without ...string) *block {
	a.name(t)
	var prefer []string
	if isTelling(t) {
		prefer = telling
	}
	b := relation(name, "one: "+plainName(t.String()), "", on)
	return b.add(columns(shown(t, fewColumns, prefer, without...)))
}

// relation begins a relation; empty lines are left out.
func relation(name string, lines ...string) *block {
	b := &block{line: plainName(name) + ":", optional: true}
	for _, line := range lines {
		if line != "" {
			b.add(&block{line: line})
		}
	}
	return b
}

// many are the newest rows that refer to the root, and how many there are.
func (a *author) many(key *catalog.ForeignKey) []*block {
	t := key.Table
	a.name(t)
	name := t.Name
	if len(back(t, a.root)) > 1 || t == a.root {
		name += "_by_" + roleOf(key)
	}
	name = a.names.take(name, name+"_list")
	table := "many: " + plainName(t.String())
	on := join{key.Columns, key.RefColumns}.on(back(t, a.root))
	rows := relation(name, table, on, newest(t), fmt.Sprintf("limit: %d", listLimit))
	rows.add(columns(shown(t, listColumns, nil, key.Columns...)))
	number := relation(a.names.take(name+"_count"), table, on, "value: count(*)")
	return a.listed(t, rows, number)
}

// newest orders a list by the time of its rows, where that is known.
func newest(t *catalog.Table) string {
	column := since(t)
	if column == "" {
		return ""
	}
	if text := sqlName(column) + " desc"; text[0] != '"' {
		return "order_by: " + text
	}
	return "order_by: " + quoted(sqlName(column)+" desc")
}

// through are the rows that a table in between assigns to the root.
func (a *author) through(key, other *catalog.ForeignKey) []*block {
	between, t := key.Table, other.Referenced
	a.name(between)
	a.name(t)
	name := t.Name
	if t == a.root {
		name = between.Name + "_" + roleOf(other)
	}
	name = a.names.take(name, between.Name+"_"+roleOf(other))
	way := "through: " + plainName(between.String())
	if on := (join{key.Columns, key.RefColumns}).on(hops(between, a.root)); on != "" {
		way = fmt.Sprintf("through: {table: %s, %s}", plainName(between.String()), on)
	}
	table := "many: " + plainName(t.String())
	on := join{other.RefColumns, other.Columns}.on(hops(t, between))
	rows := relation(name, table, way, on, fmt.Sprintf("limit: %d", listLimit))
	var prefer []string
	if isTelling(t) {
		prefer = telling
	}
	rows.add(columns(shown(t, fewColumns, prefer)))
	number := relation(a.names.take(name+"_count"), table, way, on, "value: count(*)")
	if isLarge(t) && !isLarge(between) {
		between = t
	}
	return a.listed(between, rows, number)
}

// listed comments out relations of a table that is very large, or of one list too many.
func (a *author) listed(t *catalog.Table, relations ...*block) []*block {
	reason := ""
	switch a.lists++; {
	case isLarge(t):
		reason = size(t) + ", all of which would be copied to local disk:"
	case a.lists > manyLists:
		reason = "one list more than most readers need:"
	}
	if reason != "" {
		for _, r := range relations {
			r.off = true
		}
		relations[0].above = slices.Insert(relations[0].above, 0, reason)
	}
	return relations
}
