package scaffold

import (
	"cmp"
	"slices"
	"strings"

	"materializer/catalog"
)

// join is the pairs of columns by which a table is joined to the row above.
type join struct{ child, above []string }

func (j join) equal(k join) bool {
	return slices.Equal(j.child, k.child) && slices.Equal(j.above, k.above)
}

// forth are the joins by foreign keys of the row above, back those by foreign
// keys to it. Keys of the same columns are one.
func forth(child, above *catalog.Table) []join {
	var list []join
	for _, key := range above.ForeignKeys {
		if key.Referenced == child {
			list = appendNew(list, join{key.RefColumns, key.Columns})
		}
	}
	return list
}

func back(child, above *catalog.Table) []join {
	var list []join
	for _, key := range child.ForeignKeys {
		if key.Referenced == above {
			list = appendNew(list, join{key.Columns, key.RefColumns})
		}
	}
	return list
}

func appendNew(list []join, j join) []join {
	if slices.ContainsFunc(list, j.equal) {
		return list
	}
	return append(list, j)
}

// on is the line that names a join, "" where it would be inferred from the candidates.
func (j join) on(candidates []join) string {
	if len(candidates) == 1 && candidates[0].equal(j) {
		return ""
	}
	var pairs []string
	for i := range j.child {
		pairs = append(pairs, plainName(j.child[i])+": "+plainName(j.above[i]))
	}
	return "on: {" + strings.Join(pairs, ", ") + "}"
}

// ones are the candidates of which a one takes the only one.
func ones(child, above *catalog.Table) []join {
	if list := forth(child, above); len(list) > 0 {
		return list
	}
	return slices.DeleteFunc(back(child, above), func(j join) bool { return !isUnique(child, j.child) })
}

// hops are the candidates between neighbours on a way.
func hops(child, above *catalog.Table) []join {
	return append(forth(child, above), back(child, above)...)
}

// distinct leaves out foreign keys that join as another one does, and those of partitions.
func distinct(keys []*catalog.ForeignKey) []*catalog.ForeignKey {
	var list []*catalog.ForeignKey
	for _, key := range keys {
		same := func(k *catalog.ForeignKey) bool {
			return k.Table == key.Table && k.Referenced == key.Referenced && slices.Equal(k.Columns, key.Columns) && slices.Equal(k.RefColumns, key.RefColumns)
		}
		if !slices.ContainsFunc(list, same) && !key.Table.IsPartition {
			list = append(list, key)
		}
	}
	return list
}

// byColumn are the foreign keys of a table in the order of its columns.
func byColumn(t *catalog.Table) []*catalog.ForeignKey {
	place := func(key *catalog.ForeignKey) int { return slices.Index(t.ColumnNames(), key.Columns[0]) }
	return slices.SortedStableFunc(slices.Values(distinct(t.ForeignKeys)), func(a, b *catalog.ForeignKey) int {
		return cmp.Compare(place(a), place(b))
	})
}

// byTable are the foreign keys to a table in the order of the names of theirs.
func byTable(t *catalog.Table) []*catalog.ForeignKey {
	return slices.SortedStableFunc(slices.Values(distinct(t.ReferencedBy)), func(a, b *catalog.ForeignKey) int {
		return strings.Compare(a.Table.String(), b.Table.String())
	})
}

// junction tells a table that only says which rows of two others belong
// together: it gives the other key. Its key is made of the two, or a number of its own beside them.
func junction(key *catalog.ForeignKey) (other *catalog.ForeignKey, ok bool) {
	t := key.Table
	keys := distinct(t.ForeignKeys)
	if len(keys) != 2 {
		return nil, false
	}
	other = keys[0]
	if slices.Equal(other.Columns, key.Columns) && other.Referenced == key.Referenced {
		other = keys[1]
	}
	both := append(slices.Clone(key.Columns), other.Columns...)
	if other.Referenced == t || key.Referenced == t || len(identity(t)) == 0 {
		return nil, false
	}
	if isSubset(identity(t), both) {
		return other, !isUnique(t, key.Columns)
	}
	idle := func(c *catalog.Column) bool {
		return slices.Contains(both, c.Name) || slices.Contains(identity(t), c.Name) || c.Name == since(t)
	}
	for _, c := range t.Columns {
		if !idle(c) {
			return nil, false
		}
	}
	return other, !isUnique(t, key.Columns)
}
