package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/config"
)

// templateCheck is a template with what is needed to compare it with others.
type templateCheck struct {
	projection *Projection
	template   *Template
	at         config.Pos
	pattern    []atom
	open       bool // has a part that can hold any text
}

// atom is one step of the set of keys that a template can make: characters of
// a class, once or any number of times.
type atom struct {
	has    func(c byte) bool
	repeat bool // any number of times, at least once unless open
	open   bool // any text, also none
}

// checkTemplate refuses a template that cannot tell the roots of its own projection apart.
func (c *compiler) checkTemplate(p *Projection, t *Template, text config.Text, vouched bool) {
	about := "projection " + p.Name
	check := &templateCheck{projection: p, template: t, at: text.Pos}
	own, far := map[string]bool{}, false
	for _, part := range t.Parts {
		check.add(part)
		if reference, ok := part.Expr.(*Reference); ok {
			if len(reference.Path) == 0 {
				own[reference.Column.Catalog.Name] = true
			}
			far = far || len(reference.Path) > 0
		}
	}
	if !vouched && !coversUnique(p.Root.Table, own) {
		c.fail(text.Pos, about, fmt.Sprintf("key %q: two rows of %s could have the same key, since no unique index covers %s", t.Source, p.Root.Table.Catalog, columnList(own)),
			"use the primary key or the columns of a unique index, or vouch for it with key_is_unique: true")
	}
	if far || !sameSet(own, p.Root.Table.Identity) {
		p.Claims = true
	}
	c.checkAmbiguity(p, t, text)
	c.keyed = append(c.keyed, check)
}

func columnList(own map[string]bool) string {
	if len(own) == 0 {
		return "columns of another table"
	}
	var names []string
	for name := range own {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func sameSet(names map[string]bool, columns []*Column) bool {
	for _, column := range columns {
		if !names[column.Catalog.Name] {
			return false
		}
	}
	return len(names) == len(columns)
}

// checkAmbiguity looks at what separates the parts of one template: without a
// character that the part before cannot contain, two rows could make one key.
func (c *compiler) checkAmbiguity(p *Projection, t *Template, text config.Text) {
	for i, part := range t.Parts {
		last := !slices.ContainsFunc(t.Parts[i+1:], func(p Part) bool { return p.Expr != nil })
		if part.Expr == nil || last {
			continue
		}
		class := classOf(part.Expr.Type())
		next := t.Parts[i+1]
		if next.Expr == nil && !class.has(next.Literal[0]) {
			continue
		}
		if class.open || next.Expr == nil {
			p.Claims = true // it may happen with some values: found out and reported when it does
			continue
		}
		c.fail(text.Pos, "projection "+p.Name, fmt.Sprintf("key %q is ambiguous: two values stand side by side", t.Source),
			"put a separator between the braces, such as a colon")
	}
}

func (check *templateCheck) add(part Part) {
	if part.Expr == nil {
		for i := range len(part.Literal) {
			want := part.Literal[i]
			check.pattern = append(check.pattern, atom{has: func(c byte) bool { return c == want }})
		}
		return
	}
	if part.Expr.Type().Name == "uuid" {
		for i := range 36 {
			dash := i == 8 || i == 13 || i == 18 || i == 23
			check.pattern = append(check.pattern, atom{has: func(c byte) bool { return dash == (c == '-') && isOneOf(c, hexDigits+"-") }})
		}
		return
	}
	class := classOf(part.Expr.Type())
	check.open = check.open || class.open
	check.pattern = append(check.pattern, class)
}

const (
	digits    = "0123456789"
	hexDigits = digits + "abcdef"
	timeChars = digits + "-+:. BCinfty"
)

// classOf tells what characters the key text of a type is made of.
func classOf(t *catalog.Type) atom {
	chars := ""
	switch t.Name {
	case "int2", "int4", "int8":
		chars = digits + "-"
	case "oid", "xid", "cid":
		chars = digits
	case "numeric":
		chars = digits + "-.NaInfity"
	case "uuid":
		chars = hexDigits + "-"
	case "bool":
		chars = "truefals"
	case "date", "timestamp", "timestamptz", "time", "timetz":
		chars = timeChars
	default:
		return atom{has: func(byte) bool { return true }, repeat: true, open: true}
	}
	return atom{has: func(c byte) bool { return isOneOf(c, chars) }, repeat: true}
}

func isOneOf(c byte, chars string) bool { return strings.IndexByte(chars, c) >= 0 }

// checkOverlaps refuses two templates that make the same key for sure possible.
// Where only a free text could make them meet, owners are kept and collisions reported when they happen.
func (c *compiler) checkOverlaps(plan *Plan) {
	for i, a := range c.keyed {
		for _, b := range c.keyed[i+1:] {
			if !meet(a.pattern, b.pattern) {
				continue
			}
			if (a.open || b.open) && a.skeleton() != b.skeleton() {
				a.projection.Claims, b.projection.Claims = true, true
				continue
			}
			c.fail(b.at, "projection "+b.projection.Name,
				fmt.Sprintf("key %q can be the same as key %q of projection %s", b.template.Source, a.template.Source, a.projection.Name),
				"begin each key with a word of its own")
		}
	}
}

// skeleton is the template without the names of its columns.
func (check *templateCheck) skeleton() string {
	var b strings.Builder
	for _, part := range check.template.Parts {
		if part.Expr != nil {
			b.WriteString("{}")
		}
		b.WriteString(part.Literal)
	}
	return b.String()
}

// meet tells whether some text matches both patterns: a walk over pairs of states.
func meet(a, b []atom) bool {
	type state struct{ i, j int }
	seen := map[state]bool{}
	var walk func(i, j int) bool
	walk = func(i, j int) bool {
		if i == len(a) && j == len(b) {
			return true
		}
		if seen[state{i, j}] {
			return false
		}
		seen[state{i, j}] = true
		if i < len(a) && a[i].open && walk(i+1, j) || j < len(b) && b[j].open && walk(i, j+1) {
			return true
		}
		if i == len(a) || j == len(b) || !share(a[i], b[j]) {
			return false
		}
		return walk(i+1, j+1) ||
			a[i].repeat && walk(i, j+1) ||
			b[j].repeat && walk(i+1, j) ||
			a[i].repeat && b[j].repeat && walk(i, j)
	}
	return walk(0, 0)
}

func share(a, b atom) bool {
	for c := range 256 {
		if a.has(byte(c)) && b.has(byte(c)) {
			return true
		}
	}
	return false
}
