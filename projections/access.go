package projections

import (
	"cmp"
	"fmt"
	"slices"

	"materializer/projections/values"
	"materializer/store"
)

// access is a way from the values of one row to the rows that join it: by
// their row key where the join columns are their identity, by an index otherwise.
type access struct {
	direct bool
	table  int // cdc.Table.ID of the rows found
	index  int // store.Index.ID unless direct
	parts  []accessPart
	seen   []accessPart // the same key, as made of a row that is found
}

type accessPart struct {
	column int // of the row that we come from; in seen of the row found
	encode values.AppendFunc
}

// key appends to dst what access looks up; ok is false when a joining value is
// NULL, which joins nothing.
func (a *access) key(dst []byte, fields [][]byte) (key []byte, ok bool, err error) {
	for _, part := range a.parts {
		field := fields[part.column]
		if field == nil {
			return dst, false, nil
		}
		if dst, err = part.encode(dst, field); err != nil {
			return dst, false, fmt.Errorf("encode join value: %w", err)
		}
	}
	return dst, true, nil
}

// joinSide is one column of a join as seen from the row looked for.
type joinSide struct {
	target, source *Column
	class          values.Class
}

func (n *Node) sides(up bool) []joinSide {
	sides := make([]joinSide, len(n.On))
	for i, join := range n.On {
		sides[i] = joinSide{target: join.Child, source: join.Parent, class: join.Class}
		if up {
			sides[i].target, sides[i].source = join.Parent, join.Child
		}
	}
	return sides
}

// indexes collects the indexes that accesses need and shares them.
type indexes struct{ list []*index }

type index struct {
	store.Index
	match []joinSide
	order []Order
	where Expr // nil, or which rows have an entry
}

// anyOrder is wanted of an index whose rows are sorted afterwards, or not at all.
var anyOrder []Order

// access plans how rows of table are found by sides, in the given order. An
// empty order that is not anyOrder is that of row keys.
func (x *indexes) access(table *Table, sides []joinSide, order []Order) access {
	return x.accessWhere(table, sides, order, nil)
}

// accessWhere is access to those rows of which a condition is true, or can raise an error.
func (x *indexes) accessWhere(table *Table, sides []joinSide, order []Order, where Expr) access {
	if direct, ok := directAccess(table, sides); ok {
		return direct
	}
	sides = slices.Clone(sides)
	slices.SortFunc(sides, func(a, b joinSide) int {
		if a.target.Index != b.target.Index {
			return cmp.Compare(a.target.Index, b.target.Index)
		}
		return cmp.Compare(a.class.String(), b.class.String())
	})
	found := access{table: table.Stored.ID, index: x.find(table, sides, order, where)}
	for _, side := range sides {
		found.parts = append(found.parts, accessPart{side.source.Index, side.class.Key(side.source.Type())})
		found.seen = append(found.seen, accessPart{side.target.Index, side.class.Key(side.target.Type())})
	}
	return found
}

// directAccess gives the row key itself where the join columns are the identity.
func directAccess(table *Table, sides []joinSide) (access, bool) {
	if len(sides) != len(table.Identity) {
		return access{}, false
	}
	found := access{direct: true, table: table.Stored.ID}
	for _, column := range table.Identity {
		natural, _ := values.Natural(column.Type())
		at := slices.IndexFunc(sides, func(s joinSide) bool {
			return s.target == column && s.class.String() == natural.String()
		})
		if at < 0 {
			return access{}, false
		}
		found.parts = append(found.parts, accessPart{sides[at].source.Index, sides[at].class.Key(sides[at].source.Type())})
		found.seen = append(found.seen, accessPart{column.Index, sides[at].class.Key(column.Type())})
	}
	return found, true
}

func (x *indexes) find(table *Table, sides []joinSide, order []Order, where Expr) int {
	for _, have := range x.list {
		if have.Table == table.Stored.ID && sameMatch(have.match, sides) && (order == nil || sameOrder(have.order, order)) && sameWhere(have.where, where) {
			return have.ID
		}
	}
	made := &index{match: sides, order: order, where: where}
	made.ID, made.Table = len(x.list), table.Stored.ID
	if where != nil {
		made.Has = func(fields [][]byte) (bool, error) {
			var b *Builder // no other row is read
			return b.holds(where, &frame{fields: fields})
		}
	}
	for _, side := range sides {
		made.Match = append(made.Match, store.KeyPart{
			Column: side.target.Index,
			Append: side.class.Key(side.target.Type()),
		})
	}
	for _, item := range order {
		made.Order = append(made.Order, item.keyPart())
	}
	x.list = append(x.list, made)
	return made.ID
}

// keyPart is an item of an order as part of an index: of an expression what it
// gives for the row. Rows for which it raises an error come first, so that whoever
// reads in order meets it.
func (o *Order) keyPart() store.KeyPart {
	part := store.KeyPart{Append: o.encode, Desc: o.Desc, NullsFirst: o.NullsFirst}
	if column := ownColumn(o.Expr); column != nil {
		part.Column = column.Index
		return part
	}
	part.Value = func(fields [][]byte) ([]byte, error) { return o.Expr.eval(nil, &frame{fields: fields}) }
	return part
}

func sameMatch(a, b []joinSide) bool {
	return slices.EqualFunc(a, b, func(a, b joinSide) bool {
		return a.target == b.target && a.class.String() == b.class.String()
	})
}

func sameWhere(a, b Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return fullText(a) == fullText(b)
}

func sameOrder(a, b []Order) bool {
	return slices.EqualFunc(a, b, func(a, b Order) bool {
		return a.Desc == b.Desc && a.NullsFirst == b.NullsFirst && fullText(a.Expr) == fullText(b.Expr)
	})
}
