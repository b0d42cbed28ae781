package config

import (
	"fmt"
	"strings"
)

// body reads what projections, relations and objects have in common.
func (s section) body(in scope) Body {
	out := Body{Pos: s.node.place.pos}
	out.Where = s.text("where", "an SQL expression")
	out.Value = s.text("value", "an SQL expression")
	if e, ok := s.entries["joins"]; ok {
		out.Joins = s.joins(in, e.value)
	}
	if e, ok := s.entries["columns"]; ok {
		s.columns(&out, e.value)
	}
	s.except(&out)
	if e, ok := s.entries["fields"]; ok {
		out.Fields = s.fields(in, e.value)
	}
	s.checkNames(out)
	return out
}

// columns reads the list of columns, or "*".
func (s section) columns(out *Body, n *node) {
	const wants = `columns wants a list or "*"`
	switch {
	case n.kind == scalar && n.text.Value == "*":
		out.All = n.text
	case n.kind == scalar && strings.TrimSpace(n.text.Value) != "":
		s.mistake(s.where, n.place, "write columns: ["+n.text.Value+"]", "%s, not the text %s", wants, n.text.Value)
	case n.kind == mapping:
		s.mistake(s.where, n.place, "fields is the mapping of name: expression", "%s, not a mapping", wants)
	case n.kind != list:
		s.mistake(s.where, n.place, "", "%s, and is empty", wants)
	case hasStar(n):
		s.mistake(s.where, n.place, `write columns: "*"; what is to be left out goes to except`, `%s, not a list with "*"`, wants)
	default:
		out.Columns = s.items(s.where, "columns", n, "a name")
	}
}

func hasStar(n *node) bool {
	for _, item := range n.items {
		if item.kind == scalar && item.text.Value == "*" {
			return true
		}
	}
	return false
}

// except reads the columns to be left out. Alone it means all columns without them.
func (s section) except(out *Body) {
	e, ok := s.entries["except"]
	if !ok {
		return
	}
	if e.value.kind == scalar {
		s.mistake(s.where, e.value.place, "write except: ["+e.value.text.Value+"]", "except wants a list, not the text %s", e.value.text.Value)
		return
	}
	if e.value.kind != list {
		s.mistake(s.where, e.value.place, "", "except wants a list, not %s", notKind(e.value))
		return
	}
	out.Except = s.items(s.where, "except", e.value, "a name")
	if columns, listed := s.entries["columns"]; listed && columns.value.kind == list {
		s.mistake(s.where, e.place, `remove it, or write columns: "*"`, "except beside a list of columns: what is not listed is left out already")
	}
}

// fields reads name: expression, name: relation and name: object.
func (s section) fields(in scope, n *node) []Field {
	switch {
	case n.kind == list:
		s.mistake(s.where, n.place, "columns is the list; fields is a mapping of name: expression", "fields is given as a list")
		return nil
	case n.kind != mapping:
		s.mistake(s.where, n.place, `columns: "*" selects all columns`, "fields is a mapping of name: expression, not %s", notKind(n))
		return nil
	case len(n.entries) == 0:
		s.mistake(s.where, n.place, "", "fields is empty")
	}
	var out []Field
	for _, e := range s.entriesOf(s.where, n) {
		if f, ok := s.field(in.in("field", e.key.Value), e); ok {
			out = append(out, f)
		}
	}
	return out
}

func (d *decoder) field(in scope, e entry) (Field, bool) {
	out := Field{Name: e.key}
	where := in.String()
	if !d.named(where, e) {
		return out, false
	}
	switch e.value.kind {
	case empty:
		d.mistake(where, e.place, "a column that is copied as it is goes to columns: [...]", "the field %s is empty", e.key.Value)
		return out, false
	case scalar:
		out.Expr = d.text(where, e.key.Value, e.value, "an SQL expression")
		return out, out.Expr.Set()
	case list:
		d.mistake(where, e.value.place, "for rows of another table write many: TABLE; for an array of this row quote an expression: \"array[a, b]\"",
			"a field is an expression, a relation or an object, not a list")
		return out, false
	}
	if isRelation(e.value) {
		out.Relation = d.relation(in, e)
	} else {
		out.Object = d.object(in, e)
	}
	return out, out.Relation != nil || out.Object != nil
}

// named reports a field without a name.
func (d *decoder) named(where string, e entry) bool {
	if strings.TrimSpace(e.key.Value) == "" {
		d.mistake(where, e.place, "", "a field needs a name")
		return false
	}
	return true
}

// object reads a field that groups values of the same row.
func (d *decoder) object(in scope, e entry) *Body {
	s, ok := d.section(in.String(), e.value, objects)
	if !ok {
		return nil
	}
	out := s.body(in)
	if !s.selects() && !s.damaged {
		s.mistake(s.where, e.place, "write columns: [a, b] or fields: {name: expression}, or name a table with one: or many:",
			"nothing is selected in the object %s", e.key.Value)
	}
	out.Pos = e.place.pos
	return &out
}

// checkNames reports a name that is given twice. What "*" and inline relations
// add is known to package projections only.
func (s section) checkNames(b Body) {
	first := map[string]Text{}
	check := func(name Text) {
		if earlier, twice := first[name.Value]; twice {
			s.mistake(s.where, s.placeOf(name), fmt.Sprintf("it is first written in line %d, column %d", earlier.Pos.Line, earlier.Pos.Column),
				"%s would be in the document twice", name.Value)
			return
		}
		first[name.Value] = name
	}
	for _, c := range b.Columns {
		check(c)
	}
	for _, f := range b.Fields {
		if f.Relation == nil || !f.Relation.Inline {
			check(f.Name)
		}
	}
}

// placeOf is the place of a text that is an item of columns or a key of fields.
func (s section) placeOf(t Text) place {
	for _, key := range []string{"columns", "fields"} {
		n := s.entries[key].value
		if n == nil {
			continue
		}
		for _, item := range n.items {
			if item.text == t {
				return item.place
			}
		}
		for _, e := range n.entries {
			if e.key == t {
				return e.place
			}
		}
	}
	return place{pos: t.Pos, written: t.Pos}
}
