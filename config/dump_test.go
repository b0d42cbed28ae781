package config

import (
	"fmt"
	"strings"
)

// dump writes a File for tests: every text with its place and its quotes.
func dump(f *File) string {
	d := &dumper{}
	d.text("name", f.Name)
	for _, t := range f.Tables {
		d.line("table %s", show(t.Name))
		d.within(func() {
			d.texts("primary_key", t.PrimaryKey)
			d.text("where", t.Where)
			for _, r := range t.References {
				d.line("reference%s -> %s", showAll(r.Columns), show(r.Table))
			}
		})
	}
	for _, p := range f.Projections {
		d.projection(p)
	}
	return d.String()
}

type dumper struct {
	strings.Builder
	depth int
}

func (d *dumper) line(format string, args ...any) {
	d.WriteString(strings.Repeat("  ", d.depth) + fmt.Sprintf(format, args...) + "\n")
}

func (d *dumper) within(f func()) { d.depth++; f(); d.depth-- }

func (d *dumper) text(name string, t Text) {
	if t.Set() {
		d.line("%s %s", name, show(t))
	}
}

func (d *dumper) texts(name string, ts []Text) {
	if len(ts) > 0 {
		d.line("%s%s", name, showAll(ts))
	}
}

func show(t Text) string {
	quote := ""
	if t.Quoted != 0 {
		quote = " " + string(t.Quoted)
	}
	return fmt.Sprintf("<%s>@%d:%d%s", t.Value, t.Pos.Line, t.Pos.Column, quote)
}

func showAll(ts []Text) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(" " + show(t))
	}
	return b.String()
}

func (d *dumper) projection(p *Projection) {
	d.line("projection %s", show(p.Name))
	d.within(func() {
		d.text("from", p.From)
		d.texts("key", p.Keys)
		d.text("as", p.As)
		if p.KeyIsUnique {
			d.line("key_is_unique")
		}
		d.text("member", p.Member)
		d.text("score", p.Score)
		d.body(p.Body)
	})
}

func (d *dumper) body(b Body) {
	d.text("where", b.Where)
	for _, f := range b.Joins {
		d.field("join", f)
	}
	d.texts("columns", b.Columns)
	d.text("columns", b.All)
	d.texts("except", b.Except)
	for _, f := range b.Fields {
		d.field("field", f)
	}
	d.text("value", b.Value)
}

func (d *dumper) field(kind string, f Field) {
	switch {
	case f.Expr.Set():
		d.line("%s %s = %s", kind, show(f.Name), show(f.Expr))
	case f.Object != nil:
		d.line("%s %s: object @%d:%d", kind, show(f.Name), f.Object.Pos.Line, f.Object.Pos.Column)
		d.within(func() { d.body(*f.Object) })
	case f.Relation != nil:
		d.relation(kind, f.Name, f.Relation)
	}
}

func (d *dumper) relation(kind string, name Text, r *Relation) {
	many := "one"
	if r.Many {
		many = "many"
	}
	d.line("%s %s: %s %s", kind, show(name), many, show(r.Table))
	d.within(func() {
		for _, h := range r.Through {
			d.line("through %s%s", show(h.Table), showPairs(h.On))
		}
		if len(r.On) > 0 {
			d.line("on%s", showPairs(r.On))
		}
		d.texts("order_by", r.OrderBy)
		d.text("limit", r.Limit)
		d.text("key_by", r.KeyBy)
		d.flag("required", r.Required, r.RequiredPos)
		d.flag("inline", r.Inline, r.InlinePos)
		d.flag("distinct", r.Distinct, r.DistinctPos)
		d.body(r.Body)
	})
}

func (d *dumper) flag(name string, on bool, at Pos) {
	if at.Line > 0 {
		d.line("%s %t @%d:%d", name, on, at.Line, at.Column)
	}
}

func showPairs(pairs []Pair) string {
	var b strings.Builder
	for _, p := range pairs {
		b.WriteString(" " + show(p.Left) + "=" + show(p.Right))
	}
	return b.String()
}
