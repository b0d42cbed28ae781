package config

import (
	"fmt"
	"strings"
)

// isRelation tells a relation from an object of the same row.
func isRelation(n *node) bool {
	for _, e := range n.entries {
		if e.key.Value == "one" || e.key.Value == "many" {
			return true
		}
	}
	return false
}

// joins reads name: relation and the short form name: table.
func (s section) joins(in scope, n *node) []Field {
	if n.kind != mapping {
		s.mistake(s.where, n.place, "for example joins: {clerk: staff}, or joins: {clerk: {one: staff, on: {id: clerk_id}}}",
			"joins is a mapping of name: table or name: relation, not %s", notKind(n))
		return nil
	}
	var out []Field
	for _, e := range s.entriesOf(s.where, n) {
		if f, ok := s.join(in.in("join", e.key.Value), e); ok {
			out = append(out, f)
		}
	}
	return out
}

func (d *decoder) join(in scope, e entry) (Field, bool) {
	out := Field{Name: e.key}
	if !d.named(in.String(), e) {
		return out, false
	}
	if e.value.kind == mapping {
		out.Relation = d.relation(in, e)
		return out, out.Relation != nil
	}
	table := d.text(in.String(), e.key.Value, e.value, "the name of a table or a relation")
	out.Relation = &Relation{Table: table, Body: Body{Pos: e.place.pos}}
	return out, table.Set()
}

func (d *decoder) relation(in scope, e entry) *Relation {
	s, ok := d.section(in.String(), e.value, related)
	if !ok {
		return nil
	}
	out := &Relation{}
	out.Many, out.Table = s.table(e)
	if on, ok := s.entries["on"]; ok {
		out.On = s.pairs(s.where, on.value)
	}
	if through, ok := s.entries["through"]; ok {
		out.Through = s.through(through.value)
	}
	if order, ok := s.entries["order_by"]; ok {
		out.OrderBy = s.orderBy(order.value)
	}
	if limit, ok := s.entries["limit"]; ok {
		out.Limit = s.count(s.where, "limit", limit.value)
	}
	out.KeyBy = s.text("key_by", "an SQL expression")
	out.Required, out.RequiredPos = s.flagAt("required")
	out.Inline, out.InlinePos = s.flagAt("inline")
	out.Distinct, out.DistinctPos = s.flagAt("distinct")
	out.Body = s.body(in)
	out.Body.Pos = e.place.pos
	s.checkRelation(out, e, in.kind == "join")
	return out
}

// table reads one or many.
func (s section) table(of entry) (many bool, name Text) {
	one, hasOne := s.entries["one"]
	_, hasMany := s.entries["many"]
	switch {
	case hasOne && hasMany:
		s.mistake(s.where, s.entries["many"].place, "one is at most one row, an object; many is a list",
			"both one and many, which is first written in line %d", one.place.pos.Line)
	case !hasOne && !hasMany:
		s.mistake(s.where, of.place, "write one: TABLE or many: TABLE", "a relation names its table with one or many")
	}
	if hasOne {
		return false, s.text("one", "the name of a table")
	}
	return true, s.text("many", "the name of a table")
}

func (s section) flagAt(key string) (bool, Pos) {
	e, ok := s.entries[key]
	if !ok {
		return false, Pos{}
	}
	return s.flag(key), e.place.pos
}

func (s section) orderBy(n *node) []Text {
	if n.kind == mapping && len(n.entries) > 0 && n.entries[0].value.kind == scalar {
		e := n.entries[0]
		s.mistake(s.where, n.place, fmt.Sprintf("write order_by: %s %s", e.key.Value, e.value.text.Value),
			"order_by wants a text or a list of texts, not a mapping")
		return nil
	}
	return s.texts(s.where, "order_by", n, "an SQL expression with asc or desc")
}

// through reads the tables on the way: a name, {table, on}, or a list of these.
func (s section) through(n *node) []Hop {
	if n.kind != list {
		return s.hop(n)
	}
	if len(n.items) == 0 {
		s.mistake(s.where, n.place, "", "through is an empty list")
	}
	var out []Hop
	for _, item := range n.items {
		out = append(out, s.hop(item)...)
	}
	return out
}

func (s section) hop(n *node) []Hop {
	if n.kind != mapping {
		table := s.decoder.text(s.where, "through", n, "the name of a table, or {table, on}")
		if !table.Set() {
			return nil
		}
		return []Hop{{Table: table}}
	}
	step, ok := s.section(s.where, n, hops)
	if !ok {
		return nil
	}
	if !step.has("table") {
		s.mistake(s.where, n.place, "", "through needs the name of its table: {table: NAME, on: {...}}")
	}
	out := Hop{Table: step.text("table", "the name of a table")}
	if on, ok := step.entries["on"]; ok {
		out.On = s.pairs(s.where, on.value)
	}
	return []Hop{out}
}

// pairs reads the join columns: {left: right}, the one name that both sides
// have, or a list of these.
func (d *decoder) pairs(where string, n *node) []Pair {
	if n.kind != list {
		return d.pair(where, n)
	}
	if len(n.items) == 0 {
		d.mistake(where, n.place, "", "on is an empty list")
	}
	var out []Pair
	for _, item := range n.items {
		out = append(out, d.pair(where, item)...)
	}
	return out
}

func (d *decoder) pair(where string, n *node) []Pair {
	if n.kind != mapping {
		return d.sameName(where, n)
	}
	if len(n.entries) == 0 {
		d.mistake(where, n.place, "", "on is empty")
	}
	var out []Pair
	for _, e := range d.entriesOf(where, n) {
		right := d.text(where, "on: "+e.key.Value, e.value, "the name of a column of the row above")
		if right.Set() {
			out = append(out, Pair{Left: e.key, Right: right})
		}
	}
	return out
}

func (d *decoder) sameName(where string, n *node) []Pair {
	t := d.text(where, "on", n, "{column: column of the row above}")
	switch {
	case !t.Set():
		return nil
	case strings.ContainsAny(t.Value, "=<>"):
		d.mistake(where, n.place, onHint(t.Value), "on is no SQL expression: %s", t.Value)
		return nil
	case strings.Contains(t.Value, ","):
		d.mistake(where, n.place, "write on: ["+t.Value+"]", "on wants one name or a list of names, not the text %s", t.Value)
		return nil
	}
	return []Pair{{Left: t, Right: t}}
}

// onHint rewrites "a.id = b.c_id" as far as it can be.
func onHint(condition string) string {
	left, right, ok := strings.Cut(condition, "=")
	if !ok || strings.ContainsAny(left+right, "=<>()'") {
		return "write on: {column of the named table: column of the row above}; relations join by equality only"
	}
	column := func(name string) string {
		name = strings.TrimSpace(name)
		return name[strings.LastIndexByte(name, '.')+1:]
	}
	return fmt.Sprintf("write on: {%s: %s}, the column of the named table first", column(left), column(right))
}

// checkRelation reports what does not go together.
func (s section) checkRelation(r *Relation, of entry, joined bool) {
	if r.Many {
		if r.Required {
			s.mistake(s.where, s.entries["required"].place, "leave it out; to drop rows without any, count them in joins and compare in where",
				"required is for one: a many without rows is []")
		}
	} else {
		s.refuse("one is at most one row", "", "limit", "key_by", "distinct")
	}
	if joined {
		s.refuse("what joins name is not in the document", "move the relation to fields, or remove the key", "inline")
	}
	if s.has("value") {
		s.refuse("value stands instead of an object", "use value alone, or a field for each", "columns", "except", "fields")
		if r.Inline && !joined {
			s.mistake(s.where, s.entries["inline"].place, "leave it out: the value is already written under the field's own name", "inline beside value")
		}
	}
	if r.Distinct && !s.has("value") && r.Many {
		s.mistake(s.where, s.entries["distinct"].place, "write value: column", "distinct needs value: it compares values, not objects")
	}
	if joined {
		s.checkJoined()
		return
	}
	if !s.selects() && !s.has("value") && !s.damaged {
		s.mistake(s.where, of.place, `write columns: [a, b], columns: "*", fields: {name: expression} or value: expression`,
			"nothing is selected of %s", r.Table.Value)
	}
	if r.Inline && r.Many && plainMany(r) {
		s.mistake(s.where, s.entries["inline"].place, "inline is for one and for aggregates", "inline on a many that lists rows: a list has no fields to merge")
	}
}

// plainMany tells whether a many surely lists rows. Without names and types
// known, one with nothing but expressions could be aggregates.
func plainMany(r *Relation) bool {
	if len(r.Columns) > 0 || r.All.Set() || len(r.Except) > 0 || r.KeyBy.Set() || r.Limit.Set() || len(r.OrderBy) > 0 {
		return true
	}
	for _, f := range r.Fields {
		if !f.Expr.Set() {
			return true
		}
	}
	return false
}

// checkJoined warns of what has no effect in joins, which are not in the document.
func (s section) checkJoined() {
	for _, key := range []string{"columns", "except"} {
		if e, ok := s.entries[key]; ok {
			s.warning(s.where, e.place, "remove it, or move the relation to fields", "%s in joins selects nothing: expressions reach every column", key)
		}
	}
}
