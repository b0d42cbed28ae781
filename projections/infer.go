package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
)

// candidate is a foreign key that could join a node to the row above.
type candidate struct{ child, parent []string }

// infer finds the one foreign key that says how two tables are joined.
func (j *joiner) infer() ([]pair, bool) {
	forth, back := j.candidates()
	options := j.choose(forth, back)
	if len(options) != 1 {
		j.failInference(options, forth, back)
		return nil, false
	}
	var pairs []pair
	for i, name := range options[0].child {
		pairs = append(pairs, pair{j.child().Column(name), j.above().Column(options[0].parent[i]), j.hop.Table.Pos})
	}
	return pairs, true
}

// candidates are the foreign keys between the two tables: those of the row
// above, and those back to it. Keys of the same columns are one.
func (j *joiner) candidates() (forth, back []candidate) {
	add := func(list []candidate, k candidate) []candidate {
		if slices.ContainsFunc(list, func(have candidate) bool { return have.String() == k.String() }) {
			return list
		}
		return append(list, k)
	}
	for _, key := range j.foreignKeys(j.above()) {
		if key.Referenced == j.child() {
			forth = add(forth, candidate{key.RefColumns, key.Columns})
		}
	}
	for _, key := range j.foreignKeys(j.child()) {
		if key.Referenced == j.above() {
			back = add(back, candidate{key.Columns, key.RefColumns})
		}
	}
	return forth, back
}

// foreignKeys are those of the database and those of the section tables.
func (c *compiler) foreignKeys(table *catalog.Table) []*catalog.ForeignKey {
	keys := slices.Clone(table.ForeignKeys)
	for _, key := range c.references {
		if key.Table == table {
			keys = append(keys, key)
		}
	}
	return keys
}

// choose applies the rule of inference: a one follows the foreign key of the row
// above, or else a unique one back to it; a many one back; a hop of a way either.
func (j *joiner) choose(forth, back []candidate) []candidate {
	switch {
	case j.at > 0 || !j.last:
		return append(slices.Clone(forth), back...)
	case j.many:
		return back
	case len(forth) > 0:
		return forth
	}
	return slices.DeleteFunc(slices.Clone(back), func(k candidate) bool { return !coversUnique(j.node.Table, nameSet(k.child)) })
}

func (j *joiner) failInference(options, forth, back []candidate) {
	child, above := j.child(), j.above()
	all := append(slices.Clone(forth), back...)
	message := fmt.Sprintf("no foreign key says how %s belongs to %s", child, above)
	hint := fmt.Sprintf("write on: {column of %s: column of %s}", child, above)
	switch {
	case len(options) > 1:
		message = fmt.Sprintf("%d foreign keys could join %s to %s", len(options), child, above)
		hint = j.lines(options)
	case len(all) == 0:
		if between := j.between(); len(between) > 0 && j.at == 0 && j.last {
			hint += ", or go through " + strings.Join(between, " or ") + ": through: " + between[0]
		}
	case j.many:
		message = fmt.Sprintf("many %s: no foreign key of it refers to %s; a row of %s refers to one row of it", child, above, above)
		hint = "use one, or join otherwise: on: {column of " + child.String() + ": column of " + above.String() + "}"
	default: // a one, and keys back to the row above that are not unique
		message = fmt.Sprintf("one %s: a row of %s can have many rows of it", child, above)
		hint = "use many; or, to take the first, give an order_by and " + j.lines(back)
	}
	j.fail(j.hop.Table.Pos, j.in, message, hint)
}

// lines writes joins in a form that can be pasted.
func (j *joiner) lines(options []candidate) string {
	var lines []string
	for _, k := range options {
		line := "on: " + k.String()
		if !j.last {
			line = fmt.Sprintf("through: {table: %s, %s}", j.hop.Table.Value, line)
		}
		lines = append(lines, line)
	}
	if len(lines) == 1 {
		return lines[0]
	}
	return "write one of\n" + strings.Join(lines, "\n")
}

// between lists the tables with foreign keys to both sides.
func (j *joiner) between() []string {
	var names []string
	refers := func(t, to *catalog.Table) bool {
		return slices.ContainsFunc(j.foreignKeys(t), func(key *catalog.ForeignKey) bool { return key.Referenced == to })
	}
	for _, t := range j.catalog.Tables {
		if !t.IsPartition && refers(t, j.child()) && refers(t, j.above()) {
			names = append(names, t.String())
		}
	}
	return names[:min(len(names), 3)]
}

func (k candidate) String() string {
	var pairs []string
	for i := range k.child {
		pairs = append(pairs, k.child[i]+": "+k.parent[i])
	}
	return "{" + strings.Join(pairs, ", ") + "}"
}
