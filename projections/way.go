package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/values"
)

// way compiles the nodes from the row above to the target. It gives false if
// the target cannot be used; if only the way to it is wrong the relation is broken.
func (c *compiler) way(from *Node, r *Relation, source *config.Relation, in subject) bool {
	hops := append(slices.Clone(source.Through), config.Hop{Table: source.Table, On: source.On})
	above := from
	for i, hop := range hops {
		table := c.table(hop.Table, in)
		if table == nil {
			r.broken, above = true, nil
			continue
		}
		node := &Node{Projection: from.Projection, Table: table, Parent: above, Relation: r, used: map[*Column]bool{}}
		for _, column := range table.Primary {
			node.used[column] = true
		}
		j := &joiner{compiler: c, node: node, hop: hop, many: r.Many, at: i, last: i == len(hops)-1, in: in}
		r.broken = above == nil || !j.join() || r.broken
		c.addNode(node)
		r.Way = append(r.Way, node)
		above = node
	}
	if above == nil {
		r.Way = nil
	}
	return above != nil
}

// joiner finds how the rows of a node belong to the row above it.
type joiner struct {
	*compiler
	node *Node
	hop  config.Hop
	many bool
	at   int  // which hop of the way it is
	last bool // the node is the target
	in   subject
}

// join sets the node's join columns, as written or as foreign keys say. It
// gives false if they are wrong.
func (j *joiner) join() bool {
	pairs, ok := j.written()
	if len(j.hop.On) == 0 {
		pairs, ok = j.infer()
	}
	for _, pair := range pairs {
		class, comparable := j.class(j.child(), pair.child, j.above(), pair.above, pair.at, j.in)
		if !comparable {
			ok = false
			continue
		}
		join := Join{
			Child:  j.stored(j.node.Table, pair.child, pair.at, j.in),
			Parent: j.stored(j.node.Parent.Table, pair.above, pair.at, j.in),
			Class:  class,
		}
		if class == naturalClass(join.Child) && class == naturalClass(join.Parent) {
			j.warnFolding(join.Child, pair.at, j.in)
			j.warnFolding(join.Parent, pair.at, j.in)
		}
		j.node.On = append(j.node.On, join)
		j.node.used[join.Child], j.node.Parent.used[join.Parent] = true, true
	}
	if ok {
		j.node.Unique = uniqueOn(j.node.Table, j.node.sides(false))
	}
	return ok
}

func (j *joiner) child() *catalog.Table { return j.node.Table.Catalog }
func (j *joiner) above() *catalog.Table { return j.node.Parent.Table.Catalog }

// pair is one pair of join columns that exist.
type pair struct {
	child, above *catalog.Column
	at           config.Pos
}

// written reads on.
func (j *joiner) written() (pairs []pair, ok bool) {
	ok = true
	for _, on := range j.hop.On {
		left, right := j.child().Column(on.Left.Value), j.right(on.Right)
		if left == nil || right == nil {
			ok = false
			j.failPair(on, left, right)
			continue
		}
		pairs = append(pairs, pair{left, right, on.Left.Pos})
	}
	return pairs, ok
}

// right finds a column of the row above; behind a way, of its last table.
func (j *joiner) right(name config.Text) *catalog.Column {
	column := j.above().Column(name.Value)
	if path, ok := strings.CutPrefix(name.Value, "through."); ok && column == nil && j.at > 0 {
		column = j.above().Column(path)
	}
	return column
}

func (j *joiner) failPair(on config.Pair, left, right *catalog.Column) {
	child, above := j.child(), j.above()
	switch {
	case on.Left == on.Right:
		table := child
		if left != nil {
			table = above
		}
		j.fail(on.Left.Pos, j.in, fmt.Sprintf("table %s has no column %s", table, on.Left.Value),
			fmt.Sprintf("on: %s means a column of that name on both sides; otherwise on: {column of %s: column of %s}", on.Left.Value, child, above))
		return
	case child.Column(on.Right.Value) != nil && above.Column(on.Left.Value) != nil:
		j.fail(on.Left.Pos, j.in, fmt.Sprintf("the pair is the wrong way round: %s is a column of %s, %s one of %s", on.Left.Value, above, on.Right.Value, child),
			fmt.Sprintf("the column of the table named here comes first: {%s: %s}", on.Right.Value, on.Left.Value))
		return
	}
	if left == nil && !j.failExpression(on.Left) {
		j.catalogColumn(child, on.Left, j.in)
	}
	if right == nil && !j.failExpression(on.Right) {
		j.failRight(on.Right)
	}
}

// failExpression reports what stands for a column and is none.
func (j *joiner) failExpression(text config.Text) bool {
	isExpression := strings.ContainsAny(text.Value, "()'") || text.Value != "" && text.Value[0] >= '0' && text.Value[0] <= '9'
	if isExpression {
		j.fail(text.Pos, j.in, fmt.Sprintf("on joins by the equality of columns, and %s is none", text.Value),
			"what must be true of the row's own columns is its where; what is computed must be a column to be joined by")
	}
	return isExpression
}

func (j *joiner) failRight(name config.Text) {
	path, column, dotted := strings.Cut(name.Value, ".")
	switch {
	case dotted && path == "through" && j.at > 0:
		name.Value = column
		j.catalogColumn(j.above(), name, j.in)
	case dotted && path == "through":
		j.fail(name.Pos, j.in, "through means the last table on the way, and there is none here", "name a column of "+j.above().String()+", or give a through")
	case dotted:
		j.fail(name.Pos, j.in, fmt.Sprintf("on joins by a column of the row above, and %s is none", name.Value),
			"nest the relation under "+path+", or reach it with through")
	default:
		j.catalogColumn(j.above(), name, j.in)
	}
}

// class is how two columns are compared in a join.
func (c *compiler) class(child *catalog.Table, left *catalog.Column, above *catalog.Table, right *catalog.Column, at config.Pos, in subject) (values.Class, bool) {
	for _, side := range []*catalog.Column{left, right} {
		if side.Nondeterministic {
			c.fail(at, in, fmt.Sprintf("column %s has the non-deterministic collation %s: which of its values are equal only PostgreSQL knows", side.Name, side.Collation),
				"join by another column")
			return values.Class{}, false
		}
	}
	class, err := values.JoinClass(left.Type.Unwrap(), right.Type.Unwrap())
	if err != nil {
		c.fail(at, in, fmt.Sprintf("%s.%s (%s) and %s.%s (%s) cannot be joined: %v", child, left.Name, typeName(left), above, right.Name, typeName(right), err), "")
		return values.Class{}, false
	}
	return class, true
}

func naturalClass(column *Column) values.Class {
	class, _ := values.Natural(column.Type())
	return class
}
