package projections

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"materializer/catalog"
	"materializer/projections/values"
)

// layoutVersion changes whenever the meaning of stored bytes or of documents
// changes in a way that the description below does not show.
const layoutVersion = 1

// fingerprint identifies what is stored and what documents are made of it. A
// state directory is used only under the fingerprint that it was made under.
func fingerprint(plan *Plan, shared *indexes) string {
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
	for _, have := range shared.list {
		d.line("index", have.ID, have.Table)
		for _, side := range have.match {
			d.line("match", side.target.Catalog.Name, side.class.String())
		}
		d.order(have.order)
	}
	for _, node := range plan.Nodes {
		d.node(node)
	}
	for _, projection := range plan.Projections {
		d.line("projection", projection.Name, projection.Root.ID, projection.Claims)
		for _, key := range projection.Keys {
			d.line("key")
			for _, part := range key.Parts {
				d.line("part", part.Literal)
				d.expr(part.Expr)
			}
		}
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

// node describes a place of a table, and the relation that ends there, be it in
// the document or only used in expressions.
func (d digest) node(n *Node) {
	d.line("node", n.ID, n.Projection.ID, n.Table.Stored.ID)
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
	}
}

func (d digest) order(items []Order) {
	for _, item := range items {
		d.line("order", item.Desc, item.NullsFirst)
		d.expr(item.Expr)
	}
}

func (d digest) expr(e Expr) {
	reference, ok := e.(*Reference)
	if !ok {
		return
	}
	for _, relation := range reference.Path {
		d.line("through", relation.Target().ID)
	}
	natural, _ := values.Natural(reference.Type())
	d.line("column", reference.Through, reference.Column.Table.Stored.OID, reference.Column.Catalog.Name, natural.String())
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
