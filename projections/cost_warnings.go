package projections

import (
	"fmt"
	"slices"
	"strings"
)

// From here on something is worth a warning.
const (
	manyDocuments = 10_000    // that one change of a row leads to
	largeGroup    = 1_000     // rows that are read for one value
	largeList     = 1_000_000 // bytes of a list in a document
	largeSet      = 100_000   // members under one key
)

// expense is something that can become expensive.
type expense struct{ what, why, instead string }

// warnings says what can become expensive by the statistics, and what was not known.
func (e *explanation) warnings() {
	expenses := e.expenses()
	missing := e.missing()
	if len(expenses) == 0 && missing == "" {
		return
	}
	e.text.WriteString("\n  what can become expensive\n")
	for _, x := range expenses {
		fmt.Fprintf(&e.text, "    %s\n      why: %s\n      instead: %s\n", x.what, x.why, x.instead)
	}
	if missing != "" {
		fmt.Fprintf(&e.text, "    %s\n", missing)
	}
}

func (e *explanation) expenses() []expense {
	var list []expense
	add := func(x expense, found bool) {
		if found {
			list = append(list, x)
		}
	}
	for i := range e.projection.Keys {
		add(e.largeCollection(e.projection.Keys[i]))
	}
	for _, node := range e.nodes() {
		if node.Parent == nil {
			continue
		}
		add(node.wideFanOut())
		if r := node.Relation; node == r.Target() {
			if e.shown[r] {
				add(r.largeList())
			}
			add(r.readsGroup())
			add(r.sortsGroup())
			add(e.plan.passesBy(r))
		}
	}
	return list
}

// wideFanOut tells whether a change of one row leads to very many documents.
func (n *Node) wideFanOut() (expense, bool) {
	out := n.fanOut()
	if out.rows.most <= manyDocuments {
		return expense{}, false
	}
	table, widest := n.Table.Catalog, out.widest
	x := expense{
		what: fmt.Sprintf("%s, as %s: a change of one row leads to %s", table, n.place(), out),
		why: fmt.Sprintf("rows of %s with the same %s: about %s", widest.Parent.Table.Catalog, strings.Join(widest.joinedAbove(), ", "),
			number(widest.above().average)+widest.above().atWorst()),
	}
	if out.documents.most <= manyDocuments && !out.kept {
		x.what += ", by " + out.rows.of("row", "rows")
	}
	uses := "every change of a row of " + table.String() + " counts"
	if n.watched != nil {
		uses = fmt.Sprintf("only changes of %s count", strings.Join(n.watchedNames(), ", "))
	}
	x.instead = fmt.Sprintf("%s; where they are frequent, make documents of %s and let readers combine the two", uses, table)
	if out.kept {
		x.instead = fmt.Sprintf("%s; where they are frequent, keep a copy of what is asked of %s in the rows that are counted", uses, table)
	}
	return x, true
}

// largeList tells whether a list without a limit can become very large.
func (r *Relation) largeList() (expense, bool) {
	if !r.Many || r.Limit > 0 || r.Grouped != nil {
		return expense{}, false
	}
	element := r.elementSize()
	size := r.group().times(element)
	if size.most <= largeList || element.most > largeList {
		return expense{}, false
	}
	return expense{
		what:    fmt.Sprintf("%s: the list has %s (%s)", r.Target().place(), r.group().of("row", "rows"), bytesText(int64(size.most))),
		why:     "a change of any of them renders and writes the whole document",
		instead: "order_by and limit; or documents of " + r.Target().Table.Catalog.String() + " with keys of their own, and a set of these keys",
	}, true
}

// readsGroup tells whether aggregates read all rows of large groups.
func (r *Relation) readsGroup() (expense, bool) {
	rows := unknown
	if r.Grouped != nil && r.Grouped.byRows() {
		rows = r.group()
	}
	if rows.most <= largeGroup {
		return expense{}, false
	}
	var reasons, remedies []string
	for _, slot := range r.Grouped.Slots {
		why, remedy := r.Grouped.whyByRows(slot)
		if why == "" {
			continue
		}
		reasons = append(reasons, shortened(slot.Text)+" is "+why)
		if !slices.Contains(remedies, remedy) {
			remedies = append(remedies, remedy)
		}
	}
	return expense{
		what:    fmt.Sprintf("%s: each change reads %s", r.Target().place(), rows.of("row", "rows")),
		why:     strings.Join(reasons, "; "),
		instead: strings.Join(remedies, "; "),
	}, true
}

// takesFirst tells whether a relation takes the first of several rows.
func (r *Relation) takesFirst() bool { return r.Limit > 0 || !r.Many && len(r.OrderBy) > 0 }

// sortsGroup tells whether the first rows of an order are found by sorting all of a large group.
func (r *Relation) sortsGroup() (expense, bool) {
	rows := r.group()
	if !r.takesFirst() || r.inOrder || rows.most <= largeGroup {
		return expense{}, false
	}
	x := expense{what: fmt.Sprintf("%s: to take the first, each change reads and sorts %s", r.Target().place(), rows.of("row", "rows"))}
	target := r.Target().Table.Catalog
	far := slices.IndexFunc(r.OrderBy, func(o Order) bool { return !isOwn(o.Expr) })
	switch {
	case len(r.Way) > 1:
		x.why = fmt.Sprintf("the rows of %s are found through %s, and no index can keep an order over several tables", target, r.Way[0].Table.Catalog)
		x.instead = fmt.Sprintf("give %s a column that says which row of %s it belongs to, and join by that", target, r.Way[0].Parent.Table.Catalog)
	case far >= 0:
		x.why = fmt.Sprintf("order_by %s looks at another row, and an index is made of one row alone", exprText(r.OrderBy[far].Expr))
		x.instead = "order by columns of " + target.String() + ", or by expressions over these"
	default:
		x.why = "the rows are stored by another key than the primary key, by which ties are decided"
		x.instead = "make the primary key of " + target.String() + " its replica identity"
	}
	return x, true
}

// passesBy tells whether the first rows of an order are found by passing by
// others of a large group.
func (p *Plan) passesBy(r *Relation) (expense, bool) {
	rows := r.group()
	if !r.takesFirst() || !r.inOrder || rows.most <= largeGroup {
		return expense{}, false
	}
	why, instead := p.whyPassesBy(r)
	return expense{
		what:    fmt.Sprintf("%s: to find the first that count, each change can pass by many of %s", r.Target().place(), rows.of("row", "rows")),
		why:     why,
		instead: instead,
	}, why != ""
}

func (p *Plan) whyPassesBy(r *Relation) (why, instead string) {
	target := r.Target()
	indexed := !target.down.direct && p.indexes[target.down.index].where != nil
	switch {
	case r.Where != nil && !isOwn(r.Where):
		return fmt.Sprintf("where %s looks at other rows, and an index is made of one row alone", exprText(r.Where)),
			"a where over columns of " + target.Table.Catalog.String() + " alone"
	case r.Where != nil && !indexed:
		return "without order_by the index is of all rows, also those of which where is not true", "give an order_by: its index has only the rows of which where is true"
	case len(r.level.required) > 0:
		return fmt.Sprintf("rows without their %s do not count, and the index has them too", r.level.required[0].Name), "leave required out where every row has one"
	case target.Table.Where != nil && !indexed:
		return fmt.Sprintf("of the table only rows where %s count, and the index has all", exprText(target.Table.Where)), "repeat the condition as the relation's where, with an order_by: its index has only the rows of which it is true"
	}
	return "", ""
}

// largeCollection tells whether very many rows are members under one key.
func (e *explanation) largeCollection(t *Template) (expense, bool) {
	if !e.projection.Shape.Collects() {
		return expense{}, false
	}
	root := e.projection.Root.Table.Catalog
	members := exactly(root.Rows)
	var columns []*Column
	for _, part := range t.Parts {
		if part.Expr == nil {
			continue
		}
		column := ownColumn(part.Expr)
		if column == nil {
			return expense{}, false
		}
		columns = append(columns, column)
	}
	if len(columns) > 0 {
		members = sharing(root, columns)
	}
	if members.most <= largeSet {
		return expense{}, false
	}
	return expense{
		what:    fmt.Sprintf("key %s: one key has %s", t.Source, members.of("member", "members")),
		why:     "a key of Redis is on one server, and reading, moving or deleting all of it takes long",
		instead: "a key for each part, with another column of " + root.String() + " in braces; or a where that leaves out what nobody asks for",
	}, true
}

// missing tells which statistics are missing, and how to get them.
func (e *explanation) missing() string {
	var what, analyze []string
	add := func(name string, table *Table) {
		if !slices.Contains(what, name) {
			what = append(what, name)
		}
		if sql := sqlName(table.Catalog); !slices.Contains(analyze, sql) {
			analyze = append(analyze, sql)
		}
	}
	estimates := len(e.nodes()) > 1 || e.projection.Shape.Collects() // otherwise nothing is
	for _, table := range e.tables() {
		if estimates && table.Catalog.Rows < 0 {
			add(table.Catalog.String(), table)
		}
	}
	for _, node := range e.nodes() {
		for _, column := range node.estimatedBy() {
			if column.Table.Catalog.Rows > 0 && column.Catalog.Distinct == 0 {
				add(column.Table.Catalog.String()+"."+column.Catalog.Name, column.Table)
			}
		}
	}
	if len(what) == 0 {
		return ""
	}
	return fmt.Sprintf("not known is what depends on %s: ANALYZE %s", strings.Join(what, ", "), strings.Join(analyze, ", "))
}

// estimatedBy are the columns by whose statistics the node's joins are estimated.
func (n *Node) estimatedBy() []*Column {
	var columns []*Column
	if n.Parent == nil {
		return nil
	}
	above := !uniqueOn(n.Parent.Table, n.sides(true))
	for _, join := range n.On {
		if above {
			columns = append(columns, join.Parent)
		}
		if !n.Unique {
			columns = append(columns, join.Child)
		}
	}
	return columns
}
