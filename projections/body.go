package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/config"
	"materializer/projections/values"
)

// projection compiles one entry of the section projections.
func (c *compiler) projection(p *Projection, source *config.Projection) {
	about := "projection " + p.Name
	table := c.table(source.From, about)
	if table == nil {
		return
	}
	p.Root = &Node{Projection: p, Table: table, used: map[*Column]bool{}}
	c.addNode(p.Root)
	for _, column := range table.Identity {
		p.Root.used[column] = true
	}
	if source.As.Set() && source.As.Value != "json" {
		c.fail(source.As.Pos, about, fmt.Sprintf("as: %s is not built yet", source.As.Value), "leave it out, or write as: json")
	}
	for _, text := range []config.Text{source.Where, source.Value, source.Member, source.Score} {
		if text.Set() {
			c.unsupported(text, about, "this")
		}
	}
	s := newScope(&level{node: p.Root}, nil, about)
	p.Body = c.body(p, s, &source.Body, true)
	for _, item := range p.Body.flat() {
		p.Columns = append(p.Columns, item.Name)
	}
	c.templates(p, s, source)
}

// flat lists the members of the object, those of inline relations among them.
func (b *Body) flat() []Item {
	var items []Item
	for _, item := range b.Items {
		if r := item.Relation; r != nil && r.Inline && r.Body != nil {
			items = append(items, r.Body.flat()...)
			continue
		}
		items = append(items, item)
	}
	return items
}

// body compiles what is made of a row. Relations come first, since expressions
// may name one that stands further down in the file.
func (c *compiler) body(p *Projection, s *scope, source *config.Body, shown bool) *Body {
	b := &Body{level: s.level}
	for _, join := range source.Joins {
		c.name(s, join.Name, c.relation(p, s, join.Name.Value, join.Relation, false))
	}
	relations := map[int]*Relation{}
	for i, field := range source.Fields {
		if field.Relation != nil {
			relations[i] = c.relation(p, s, field.Name.Value, field.Relation, true)
			c.name(s, field.Name, relations[i])
		}
	}
	if !shown {
		return nil
	}
	c.columns(b, s, source)
	for i, field := range source.Fields {
		c.field(p, b, s, field, relations[i])
	}
	c.checkNames(b, s, source)
	return b
}

func (c *compiler) name(s *scope, name config.Text, r *Relation) {
	if r == nil {
		return
	}
	if s.names[name.Value] != nil {
		c.fail(name.Pos, s.about, fmt.Sprintf("the relation %s is there twice at this level", name.Value), "name one of them otherwise")
	}
	s.names[name.Value] = r
}

func (c *compiler) columns(b *Body, s *scope, source *config.Body) {
	node := s.level.node
	from := node.Table.Catalog
	except := map[string]bool{}
	for _, text := range source.Except {
		if c.catalogColumn(from, text, s.about) != nil {
			except[text.Value] = true
		}
	}
	add := func(name string, at config.Pos) {
		column := c.column(node.Table, from.Column(name), at, s.about)
		node.used[column] = true
		b.Items = append(b.Items, c.item(config.Text{Value: name, Pos: at}, &Reference{Column: column}, s))
	}
	for _, text := range source.Columns {
		if c.catalogColumn(from, text, s.about) != nil {
			add(text.Value, text.Pos)
		}
	}
	if at := source.All.Pos; source.All.Set() || len(source.Except) > 0 {
		if !source.All.Set() {
			at = source.Except[0].Pos
		}
		for _, column := range from.Columns {
			if !except[column.Name] {
				add(column.Name, at)
			}
		}
	}
}

func (c *compiler) item(name config.Text, e Expr, s *scope) Item {
	item := Item{Name: name.Value, Expr: e, prefix: memberName(name.Value)}
	item.json = c.json(e, name, s.about)
	return item
}

// memberName encodes a name of an object with its colon.
func memberName(name string) []byte { return append(values.AppendString(nil, []byte(name)), ':') }

func (c *compiler) field(p *Projection, b *Body, s *scope, field config.Field, r *Relation) {
	switch {
	case field.Relation != nil && r != nil:
		b.Items = append(b.Items, Item{Name: r.Name, Relation: r, prefix: memberName(r.Name)})
	case field.Object != nil:
		inner := newScope(s.level, s, s.about+", "+field.Name.Value)
		if field.Object.Where.Set() {
			c.fail(field.Object.Where.Pos, inner.about, "an object of the same row has no where: it is there whenever the row is", "")
		}
		b.Items = append(b.Items, Item{
			Name: field.Name.Value, prefix: memberName(field.Name.Value),
			Object: c.body(p, inner, field.Object, true),
		})
	case field.Expr.Set():
		if e := c.expr(s, field.Expr, &field.Name); e != nil {
			b.Items = append(b.Items, c.item(field.Name, e, s))
		}
	}
}

// checkNames refuses a name that would be twice in one object.
func (c *compiler) checkNames(b *Body, s *scope, source *config.Body) {
	at := map[string]config.Pos{}
	for _, field := range source.Fields {
		at[field.Name.Value] = field.Name.Pos
	}
	for _, column := range source.Columns {
		at[column.Value] = column.Pos
	}
	seen := map[string]bool{}
	for _, item := range b.flat() {
		if seen[item.Name] {
			pos, ok := at[item.Name]
			if !ok {
				pos = source.Pos
			}
			c.fail(pos, s.about, fmt.Sprintf("the name %s is there twice in the document", item.Name),
				"rename one, or leave the column out with except")
		}
		seen[item.Name] = true
	}
}

// expr compiles an expression in the scope of a row; nil if it cannot be. field
// is the name of the field it makes, if it makes one.
func (c *compiler) expr(s *scope, text config.Text, field *config.Text) Expr {
	names, ok := parseReference(text.Value)
	if !ok {
		c.unsupported(text, s.about, "an SQL expression")
		return nil
	}
	if word := strings.ToLower(firstWord(text.Value)); reserved[word] {
		c.fail(text.Pos, s.about, fmt.Sprintf("%s is a reserved word of SQL", word),
			fmt.Sprintf("write \"%s\"%s in quotes, or name the relation otherwise", word, strings.TrimPrefix(text.Value, firstWord(text.Value))))
		return nil
	}
	reference := c.resolve(s, names, text, field)
	if reference == nil {
		return nil
	}
	s.use(reference)
	return reference
}

func firstWord(text string) string {
	text = strings.TrimSpace(text)
	end := 0
	for end < len(text) && isIdentifier(text[end], end == 0) {
		end++
	}
	return text[:end]
}

func (c *compiler) unsupported(text config.Text, about, what string) {
	c.fail(text.Pos, about, fmt.Sprintf("%q: %s is not evaluated yet", text.Value, what),
		"for now a column, or relation.column through a to-one relation, can stand where an expression can")
}

// resolve finds the column that a dotted name means.
func (c *compiler) resolve(s *scope, names []string, text config.Text, field *config.Text) *Reference {
	if len(names) == 1 {
		return c.resolveBare(s, names[0], text, field)
	}
	if names[0] == "through" && s.relation("through") == nil {
		return c.resolveThrough(s, names, text)
	}
	r := s.relation(names[0])
	switch {
	case r == nil:
		c.fail(text.Pos, s.about, fmt.Sprintf("there is no relation %s at this level", names[0]),
			c.didYouMean(names[0], s.relationNames(), "relations")+"; declare it under joins or fields")
		return nil
	case r.Many:
		c.fail(text.Pos, s.about, fmt.Sprintf("%s is a many: which of its rows is meant?", names[0]), "reach through to-one relations only")
		return nil
	}
	inner := c.resolve(r.scope, names[1:], text, nil)
	if inner == nil {
		return nil
	}
	return &Reference{Path: append([]*Relation{r}, inner.Path...), Through: inner.Through, Column: inner.Column}
}

func (c *compiler) resolveBare(s *scope, name string, text config.Text, field *config.Text) *Reference {
	table := s.level.node.Table
	column := table.Catalog.Column(name)
	r := s.relation(name)
	scalar := r != nil && !r.Many && r.Value != nil
	switch {
	case column != nil && scalar && (field == nil || field.Value != name):
		c.fail(text.Pos, s.about, fmt.Sprintf("%s is both a column of %s and a relation of this level", name, table.Catalog), "name the relation otherwise")
		return nil
	case column != nil:
		return &Reference{Column: c.column(table, column, text.Pos, s.about)}
	case scalar:
		value := r.Value.(*Reference)
		return &Reference{Path: append([]*Relation{r}, value.Path...), Through: value.Through, Column: value.Column}
	case r != nil:
		c.fail(text.Pos, s.about, fmt.Sprintf("%s is a relation, not a value", name), fmt.Sprintf("name one of its columns: %s.column", name))
		return nil
	}
	text.Value = name
	c.catalogColumn(table.Catalog, text, s.about)
	return nil
}

// resolveThrough finds a column of the last table on the way.
func (c *compiler) resolveThrough(s *scope, names []string, text config.Text) *Reference {
	r := s.level.relation
	if r == nil || len(r.Way) < 2 {
		c.fail(text.Pos, s.about, "through means the last table on the way of a relation, and this one has none", "")
		return nil
	}
	last := len(r.Way) - 2
	table := r.Way[last].Table
	text.Value = strings.Join(names[1:], ".")
	column := c.catalogColumn(table.Catalog, text, s.about)
	if column == nil {
		return nil
	}
	return &Reference{Through: last + 1, Column: c.column(table, column, text.Pos, s.about)}
}

// use marks the column at the node that it is read from.
func (s *scope) use(r *Reference) {
	node, relation := s.level.node, s.level.relation
	if n := len(r.Path); n > 0 {
		relation = r.Path[n-1]
		node = relation.Target()
	}
	if r.Through > 0 {
		node = relation.Way[r.Through-1]
	}
	node.used[r.Column] = true
}

// templates compiles the keys and checks that they tell roots apart.
func (c *compiler) templates(p *Projection, s *scope, source *config.Projection) {
	for _, text := range source.Keys {
		if t := c.template(s, text); t != nil {
			p.Keys = append(p.Keys, t)
			c.checkTemplate(p, t, text, source.KeyIsUnique)
		}
	}
}

func (c *compiler) template(s *scope, text config.Text) *Template {
	chunks, err := splitTemplate(text.Value)
	if err != nil {
		c.fail(text.Pos, s.about, fmt.Sprintf("key %q: %v", text.Value, err), "")
		return nil
	}
	t := &Template{Source: text.Value}
	for _, chunk := range chunks {
		if !chunk.isExpr {
			t.Parts = append(t.Parts, Part{Literal: chunk.literal})
			continue
		}
		inner := text
		inner.Value = chunk.expr
		if text.Quoted == 0 || text.Quoted == '"' || text.Quoted == '\'' {
			inner.Pos.Column += chunk.at
			if text.Quoted != 0 {
				inner.Pos.Column++
			}
		}
		inner.Quoted = 0
		e := c.expr(s, inner, nil)
		if e == nil {
			return nil
		}
		t.Parts = append(t.Parts, Part{Expr: e, text: values.KeyText(e.Type())})
	}
	if !slices.ContainsFunc(t.Parts, func(part Part) bool { return part.Expr != nil }) {
		c.fail(text.Pos, s.about, fmt.Sprintf("key %q is the same for every row", text.Value), "put a column in braces, such as {id}")
		return nil
	}
	return t
}
