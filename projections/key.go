package projections

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"materializer/config"
)

// key is a template with what is needed to compare it with others.
type key struct {
	projection *Projection
	template   *Template
	source     config.Text
	pattern    *pattern
}

// templates compiles the keys of a projection and checks that they tell its roots apart.
func (c *compiler) templates(p *Projection, s *scope, source *config.Projection) {
	for _, text := range source.Keys {
		t := c.template(s, text)
		switch {
		case t == nil:
		case p.Shape.Collects():
			p.Keys = append(p.Keys, t)
			c.keys = append(c.keys, &key{p, t, text, newPattern(t)})
			p.Claims = p.Claims || len(source.Keys) > 1 || !p.memberTells(t)
		case c.checkKey(p, t, text, source.KeyIsUnique):
			p.Keys = append(p.Keys, t)
		}
	}
	if len(p.Keys) > 0 && len(p.Keys) == len(source.Keys) && !p.Shape.Collects() {
		c.warnKeyless(p, source.Keys[0])
	}
}

// memberTells tells whether no other row can have a row's member under a key of
// the template: whether the member, or the key, is made of the row's identity.
func (p *Projection) memberTells(t *Template) bool {
	for _, part := range []*Template{p.Member, t} {
		if part != nil && part.isOwn() && coversNames(part.columns(), p.Root.Table.Identity) && !newPattern(part).ambiguous() {
			return true
		}
	}
	return false
}

func coversNames(names map[string]bool, columns []*Column) bool {
	return !slices.ContainsFunc(columns, func(column *Column) bool { return !names[column.Catalog.Name] })
}

// isOwn tells whether the template is made of stored columns of the row alone.
func (t *Template) isOwn() bool {
	return !slices.ContainsFunc(t.Parts, func(part Part) bool { return part.Expr != nil && ownColumn(part.Expr) == nil })
}

// template compiles the template of a key.
func (c *compiler) template(s *scope, text config.Text) *Template {
	if strings.HasPrefix(text.Value, "materializer:") {
		c.fail(text.Pos, s.in, fmt.Sprintf("key %q: keys that begin with materializer: are the service's own", text.Value), "begin it with another word")
		return nil
	}
	t := c.parts(s, "key", text)
	if t != nil && !slices.ContainsFunc(t.Parts, func(part Part) bool { return part.Expr != nil }) && !s.collects {
		c.fail(text.Pos, s.in, fmt.Sprintf("key %q is the same for every row", text.Value), "put a column in braces, such as {id}")
		return nil
	}
	return t
}

// parts compiles a template; what says what it is of.
func (c *compiler) parts(s *scope, what string, text config.Text) *Template {
	chunks, err := splitTemplate(text.Value)
	if err == nil && strings.ContainsRune(text.Value, 0) {
		err = errors.New("it has a NUL character, which no text of PostgreSQL has")
	}
	if err != nil {
		c.fail(text.Pos, s.in, fmt.Sprintf("%s %q: %v", what, text.Value, err), "")
		return nil
	}
	t, complete := &Template{Source: text.Value}, true
	for _, chunk := range chunks {
		part := Part{Literal: chunk.literal}
		if chunk.isExpr {
			x := sqlOf(text).part(chunk.at, chunk.at+len(chunk.expr))
			if part.Expr = c.expr(s, x); part.Expr == nil {
				complete = false
				continue
			}
			part.text = c.keyText(part.Expr, c.start(x), s)
			complete = complete && part.text != nil
		}
		t.Parts = append(t.Parts, part)
	}
	if !complete {
		return nil
	}
	return t
}

// checkKey refuses a template that cannot tell the roots of its own projection apart.
func (c *compiler) checkKey(p *Projection, t *Template, text config.Text, vouched bool) bool {
	in, own, identity, ok := subject{projection: p.Name}, t.columns(), t.isOwn(), true
	if !vouched && !coversUnique(p.Root.Table, own) {
		ok = false
		c.fail(text.Pos, in, fmt.Sprintf("key %q: two rows of %s could have the same key, since %s", t.Source, p.Root.Table.Catalog, t.notUnique(own)),
			"use the primary key or the columns of a unique index, or vouch for it with key_is_unique: true")
	}
	k := &key{p, t, text, newPattern(t)}
	if k.pattern.ambiguous() {
		if !k.pattern.open {
			ok = false
			c.fail(text.Pos, in, fmt.Sprintf("key %q is ambiguous: rows with different values could have the same key", t.Source),
				"put between the braces a character that the values do not have, such as a colon")
		}
		identity = false
	}
	if !identity || !isIdentity(own, p.Root.Table) {
		p.Claims = true
	}
	c.keys = append(c.keys, k)
	return ok
}

// columns are the columns of the root that the template is made of.
func (t *Template) columns() map[string]bool {
	own := map[string]bool{}
	for _, part := range t.Parts {
		if column := ownColumn(part.Expr); column != nil {
			own[column.Catalog.Name] = true
		}
	}
	return own
}

func (t *Template) notUnique(own map[string]bool) string {
	if len(own) == 0 {
		for _, part := range t.Parts {
			if part.Expr != nil && isOwn(part.Expr) {
				return fmt.Sprintf("indexes tell of columns only, and %s is an expression", exprText(part.Expr))
			}
		}
		return "it has no column of its own row"
	}
	var names []string
	for name := range own {
		names = append(names, name)
	}
	slices.Sort(names)
	return "no unique index is on its " + columnWord(names) + " alone"
}

func isIdentity(names map[string]bool, table *Table) bool {
	missing := func(column *Column) bool { return !names[column.Catalog.Name] }
	return len(names) == len(table.Identity) && !slices.ContainsFunc(table.Identity, missing)
}

// warnKeyless warns where a row can be without any key, and so without a document.
func (c *compiler) warnKeyless(p *Projection, at config.Text) {
	var nullable []string
	for _, t := range p.Keys {
		part := slices.IndexFunc(t.Parts, func(part Part) bool { return part.Expr != nil && mayBeNull(part.Expr) })
		if part < 0 {
			return
		}
		if text := exprText(t.Parts[part].Expr); !slices.Contains(nullable, text) {
			nullable = append(nullable, text)
		}
	}
	verb := "is"
	if len(nullable) > 1 {
		verb = "are"
	}
	c.warn(at.Pos, subject{projection: p.Name}, fmt.Sprintf("a row has no document while %s %s NULL", strings.Join(nullable, " and "), verb),
		"a key by the primary key as well gives every row one")
}

func mayBeNull(e Expr) bool {
	switch e := e.(type) {
	case *Reference:
		column := e.Column
		if e.Through == 0 && !column.Catalog.NotNull && !slices.Contains(column.Table.Identity, column) {
			// The columns of a primary key are NOT NULL whatever the catalog was asked.
			return true
		}
		return mayBeMissing(e.Path)
	case *Compiled:
		return e.SQL.Nullable()
	case *Reach:
		return mayBeMissing(e.Path) || mayBeNull(e.Expr)
	case *AggregateValue:
		return mayBeMissing(e.Path) || mayBeNull(e.Expr)
	}
	return true
}

// mayBeMissing tells whether one of the relations can be without a row.
func mayBeMissing(path []*Relation) bool {
	return slices.ContainsFunc(path, func(r *Relation) bool { return !r.Required })
}

// checkOverlaps refuses two templates that can make the same key. Where only a
// free text could make them meet, owners are kept and collisions reported when they happen.
func (c *compiler) checkOverlaps() {
	for i, b := range c.keys {
		for _, a := range c.keys[:i] {
			if a.projection == b.projection && a.projection.Shape.Collects() || !a.pattern.meets(b.pattern) {
				continue
			}
			if (a.pattern.open || b.pattern.open) && !a.same(b) && a.kind() == b.kind() {
				a.projection.Claims, b.projection.Claims = true, true
				continue
			}
			c.failOverlap(a, b)
		}
	}
}

// kind tells keys that can never share a place in Redis, not even one after the
// other: of documents, whose owner is decided, and of either collection.
func (k *key) kind() Shape {
	if k.projection.Shape.Collects() {
		return k.projection.Shape
	}
	return JSON
}

func (c *compiler) failOverlap(a, b *key) {
	in := subject{projection: b.projection.Name}
	switch {
	case a.projection != b.projection:
		c.fail(b.source.Pos, in, fmt.Sprintf("key %q can be the same as key %q of projection %s, line %d", b.template.Source, a.template.Source, a.projection.Name, a.source.Pos.Line),
			"begin each key with a word of its own")
	case a.same(b):
		c.fail(b.source.Pos, in, fmt.Sprintf("key %q is there twice", b.template.Source), "")
	default:
		c.fail(b.source.Pos, in, fmt.Sprintf("key %q of one row can be the same as key %q of another", b.template.Source, a.template.Source),
			"begin each key with a word of its own")
	}
}

// same tells whether two templates make the same key of the same row.
func (k *key) same(other *key) bool {
	if k.projection.Root.Table != other.projection.Root.Table {
		return false
	}
	return slices.EqualFunc(k.template.Parts, other.template.Parts, func(a, b Part) bool {
		x, isColumn := a.Expr.(*Reference)
		y, isColumnToo := b.Expr.(*Reference)
		if !isColumn || !isColumnToo {
			return a.Expr == nil && b.Expr == nil && a.Literal == b.Literal
		}
		return len(x.Path) == 0 && len(y.Path) == 0 && x.Column == y.Column
	})
}
