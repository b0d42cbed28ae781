package projections

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/projections/values"
)

// layoutVersion changes whenever the meaning of stored bytes or of documents
// changes in a way that the description below does not show.
const layoutVersion = 2

// fingerprint identifies what is stored and what documents are made of it. A
// state directory is used only under the fingerprint that it was made under.
func fingerprint(plan *Plan, shared *indexes, named map[uint32]*catalog.Type) string {
	d := digest{sha256.New()}
	d.line("layout", layoutVersion)
	for _, table := range plan.Schema.Tables {
		d.line("table", table.ID, table.OID, table.Schema, table.Name, table.Identity)
		for _, column := range table.Columns {
			d.line("column", column.Name, column.Attnum, column.TypeOID, column.TypeMod)
		}
	}
	seen := map[uint32]bool{}
	for _, node := range plan.Nodes {
		for _, name := range node.Table.Catalog.ColumnNames() {
			if column := node.Table.columns[name]; column != nil {
				d.describeType(column.Catalog.Type, seen)
			}
		}
	}
	for _, oid := range slices.Sorted(maps.Keys(named)) {
		d.describeType(named[oid], seen)
	}
	for _, have := range shared.list {
		d.line("index", have.ID, have.Table)
		for _, side := range have.match {
			d.line("match", side.target.Catalog.Name, side.class.String())
		}
		d.order(have.order)
		d.expr(have.where)
	}
	for _, node := range plan.Nodes {
		d.node(node)
	}
	for _, projection := range plan.Projections {
		d.line("projection", projection.Name, projection.Root.ID, projection.Claims, projection.Shape)
		for _, key := range projection.Keys {
			d.template("key", key)
		}
		d.template("member", projection.Member)
		d.expr(projection.Score)
		d.expr(projection.Value)
		d.line("where")
		d.expr(projection.Where)
		d.body(projection.Body)
	}
	return hex.EncodeToString(d.Sum(nil)[:16])
}

type digest struct{ hash.Hash }

func (d digest) line(words ...any) {
	for _, word := range words {
		fmt.Fprintf(d, "%q ", fmt.Sprint(word))
	}
	fmt.Fprintln(d)
}

func (d digest) describeType(t *catalog.Type, seen map[uint32]bool) {
	if t == nil || seen[t.OID] {
		return
	}
	seen[t.OID] = true
	d.line("type", t.OID, t.Name, byte(t.Kind), strings.Join(t.Labels, "\x00"))
	for _, attribute := range t.Attributes {
		d.line("attribute", attribute.Name, attribute.Type.OID)
		d.describeType(attribute.Type, seen)
	}
	d.describeType(t.Elem, seen)
	d.describeType(t.Base, seen)
}

func (d digest) template(what string, t *Template) {
	if t == nil {
		return
	}
	d.line(what)
	for _, part := range t.Parts {
		d.line("part", part.Literal)
		d.expr(part.Expr)
	}
}

// node describes a place of a table, and the relation that ends there, be it in
// the document or only used in expressions.
func (d digest) node(n *Node) {
	d.line("node", n.ID, n.Projection.ID, n.Table.Stored.ID)
	d.expr(n.Table.Where)
	if n.Parent == nil {
		return
	}
	d.line("below", n.Parent.ID)
	for _, join := range n.On {
		d.line("join", join.Child.Catalog.Name, join.Parent.Catalog.Name, join.Class.String())
	}
	if r := n.Relation; r.Target() == n {
		d.line("relation", r.Many, r.Limit, r.Required, r.Distinct)
		d.order(r.Total)
		d.line("key_by", r.KeyBy != nil)
		d.expr(r.KeyBy)
		d.line("value", r.Value != nil)
		d.expr(r.Value)
		d.line("where", r.Where != nil)
		d.expr(r.Where)
		d.grouping(r.Grouped)
	}
}

func (d digest) order(items []Order) {
	for _, item := range items {
		d.line("order", item.Desc, item.NullsFirst)
		d.expr(item.Expr)
	}
}

func (d digest) expr(e Expr) {
	switch e := e.(type) {
	case *Reference:
		d.path(e.Path)
		natural, _ := values.Natural(e.Type())
		d.line("column", e.Through, e.Column.Table.Stored.OID, e.Column.Catalog.Name, natural.String())
		d.expr(e.Column.Computed)
	case *Reach:
		d.path(e.Path)
		d.expr(e.Expr)
	case *AggregateValue:
		d.path(e.Path)
		d.line("aggregate", e.Relation.Target().ID, e.Name)
	case *Compiled:
		d.line("sql", e.SQL.Text, e.slots)
		for _, leaf := range e.Leaves {
			d.expr(leaf)
		}
	}
}

func (d digest) path(path []*Relation) {
	for _, relation := range path {
		d.line("through", relation.Target().ID)
	}
}

func (d digest) grouping(g *Grouping) {
	if g == nil {
		return
	}
	for _, slot := range g.Slots {
		d.line("slot", slot.Text, slot.Distinct, slot.kept)
		d.expr(slot.Filter)
		d.order(slot.OrderBy)
		for _, arg := range slot.Args {
			d.expr(arg)
		}
	}
}

func (d digest) body(b *Body) {
	if b == nil {
		return
	}
	d.line("{")
	for i := range b.Items {
		item := &b.Items[i]
		d.line("member", item.Name)
		d.expr(item.Expr)
		d.body(item.Object)
		if r := item.Relation; r != nil {
			d.line("relation", r.Target().ID, r.Inline)
			d.body(r.Body)
		}
	}
	d.line("}")
}
