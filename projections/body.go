package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/expressions"
	"materializer/projections/values"
)

// projection compiles one entry of the section projections.
func (c *compiler) projection(id uint16, source *config.Projection) *Projection {
	p := &Projection{ID: id, Name: source.Name.Value}
	in := subject{projection: p.Name}
	p.Shape = shapeOf(source.As.Value)
	table := c.table(source.From, in)
	if table == nil {
		return p
	}
	p.Root = &Node{Projection: p, Table: table, used: map[*Column]bool{}}
	c.addNode(p.Root)
	for _, column := range table.Identity {
		p.Root.used[column] = true
	}
	p.level = &level{node: p.Root}
	s := newScope(p.level, nil, in)
	p.Body = c.body(s, &source.Body, true)
	for _, item := range p.Body.flat() {
		p.Columns = append(p.Columns, item.Name)
	}
	if source.Where.Set() {
		p.Where = c.condition(s, source.Where)
		p.level.where = p.Where
	}
	c.shape(p, s, source)
	c.templates(p, s, source)
	return p
}

func (c *compiler) addNode(node *Node) {
	const most = keptTouch - 1
	if len(c.nodes) == most {
		c.fail(config.Pos{Line: 1, Column: 1}, subject{}, fmt.Sprintf("the projections use tables in more than %d places", most), "")
	}
	node.ID = uint16(len(c.nodes))
	c.nodes = append(c.nodes, node)
	if node.Parent != nil {
		node.Parent.Children = append(node.Parent.Children, node)
	}
}

// flat lists the members of the object, those of inline relations among them.
func (b *Body) flat() []Item {
	var items []Item
	for _, item := range b.Items {
		items = append(items, item.flat()...)
	}
	return items
}

func (item Item) flat() []Item {
	if r := item.Relation; r != nil && r.Inline && r.Body != nil {
		return r.Body.flat()
	}
	return []Item{item}
}

// draft is a body with the places of its items.
type draft struct {
	*Body
	at []config.Pos
}

func (d *draft) add(item Item, at config.Pos) {
	d.Items, d.at = append(d.Items, item), append(d.at, at)
}

// body compiles what is made of a row. Relations come first, since expressions
// may name one that stands further down in the file.
func (c *compiler) body(s *scope, source *config.Body, shown bool) *Body {
	for _, join := range source.Joins {
		in := s.in.in("join", join.Name.Value)
		r := c.relation(s, join.Name, join.Relation, in, false)
		if r.Many && r.Grouped == nil && !r.broken && r.scope != nil && !r.wrong {
			c.fail(join.Relation.Table.Pos, in, "a many in joins stands for an aggregate: expressions have no use for a list of rows", "for example {many: "+join.Relation.Table.Value+", value: count(*)}")
			r.broken = true
		}
		c.add(s, join.Name, r)
	}
	relations := make([]*Relation, len(source.Fields))
	for i, field := range source.Fields {
		if field.Relation != nil {
			relations[i] = c.relation(s, field.Name, field.Relation, s.in.in("field", field.Name.Value), shown)
			c.add(s, field.Name, relations[i])
		}
	}
	if !shown {
		c.warnUnseen(s, source)
		return nil
	}
	if r := s.level.relation; r != nil && r.Many && s.outer == nil {
		s.grouped = &Grouping{Relation: r}
	}
	d := &draft{Body: &Body{level: s.level}}
	c.columns(d, s, source)
	for i, field := range source.Fields {
		c.field(d, s, field, relations[i])
	}
	c.checkNames(d, s)
	c.checkGrouped(d, s)
	return d.Body
}

// warnUnseen warns of expressions in what only expressions use.
func (c *compiler) warnUnseen(s *scope, source *config.Body) {
	for _, field := range source.Fields {
		if field.Relation == nil {
			c.warn(field.Name.Pos, s.in, fmt.Sprintf("the field %s has no effect: what joins name is not in the document", field.Name.Value),
				"remove it, or move the relation to fields; expressions reach every column")
		}
	}
}

func (c *compiler) columns(d *draft, s *scope, source *config.Body) {
	from := s.level.node.Table.Catalog
	except := map[string]bool{}
	for _, text := range source.Except {
		except[text.Value] = true
		c.catalogColumn(from, text, s.in)
	}
	for _, text := range source.Columns {
		if column := c.catalogColumn(from, text, s.in); column != nil {
			c.addColumn(d, s, column, text.Pos, "leave it out")
		}
	}
	switch {
	case source.All.Set():
		c.star(d, s, except, source.All.Pos)
	case len(source.Except) > 0:
		c.star(d, s, except, source.Except[0].Pos)
	}
	if len(d.Items) == 0 && len(source.Fields) == 0 && len(except) >= len(from.Columns) {
		c.fail(source.Except[0].Pos, s.in, fmt.Sprintf("every column of %s is excepted: nothing is selected", from), "")
	}
}

// star adds all columns but some. What keeps one of them from being shown is
// mended most easily by excepting it as well.
func (c *compiler) star(d *draft, s *scope, except map[string]bool, at config.Pos) {
	from := s.level.node.Table.Catalog
	var hidden []string
	for _, column := range from.Columns {
		switch {
		case except[column.Name]:
		case !column.Selectable:
			hidden = append(hidden, column.Name)
		default:
			c.addColumn(d, s, column, at, exceptHint([]string{column.Name}))
		}
	}
	if len(hidden) > 0 {
		c.fail(at, s.in, fmt.Sprintf("all columns of %s: the role may not read %s", from, strings.Join(hidden, ", ")), exceptHint(hidden)+", or "+grant(from))
	}
}

func exceptHint(names []string) string {
	return fmt.Sprintf("except: [%s]", strings.Join(names, ", "))
}

func (c *compiler) addColumn(d *draft, s *scope, from *catalog.Column, at config.Pos, remedy string) {
	column := c.column(s.level.node.Table, from, at, s.in)
	if column == nil {
		return
	}
	s.level.node.use(column)
	e := &Reference{Column: column}
	d.add(Item{Name: from.Name, Expr: e, prefix: memberName(from.Name), json: c.json(e, at, s, remedy), raw: isTextual(e.Type())}, at)
}

// memberName encodes a name of an object with its colon.
func memberName(name string) []byte { return append(values.AppendString(nil, []byte(name)), ':') }

func (c *compiler) field(d *draft, s *scope, field config.Field, r *Relation) {
	item := Item{Name: field.Name.Value, prefix: memberName(field.Name.Value)}
	switch {
	case field.Relation != nil:
		item.Relation = r
	case field.Object != nil:
		item.Object = c.body(newScope(s.level, s, s.in.in("field", field.Name.Value)), field.Object, true)
	default:
		inner := *s
		inner.in = s.in.in("field", field.Name.Value)
		if item.Expr = c.sql(&inner, sqlOf(field.Expr), expressions.Options{Aggregates: s.grouped != nil}); item.Expr != nil {
			item.json = c.json(item.Expr, field.Expr.Pos, &inner, "leave it out")
			item.raw = isTextual(item.Expr.Type())
		}
	}
	d.add(item, field.Name.Pos)
}

// json is how values of an expression are shown; a type that cannot be is refused.
func (c *compiler) json(e Expr, at config.Pos, s *scope, remedy string) values.AppendFunc {
	encode, err := values.JSON(e.Type())
	if err != nil {
		c.fail(at, s.in, fmt.Sprintf("%s cannot be shown: %v", exprText(e), err), remedy)
	}
	return encode
}

// checkNames refuses a name that would be twice in one object. Those that are
// written out twice package config has reported.
func (c *compiler) checkNames(d *draft, s *scope) {
	first := map[string]int{} // the item that has the name
	for i, item := range d.Items {
		for _, member := range item.flat() {
			earlier, twice := first[member.Name]
			if !twice {
				first[member.Name] = i
				continue
			}
			if earlier != i { // else it was reported where the inline relation was compiled
				c.failName(d, s, member.Name, earlier, i)
			}
		}
	}
}

func (c *compiler) failName(d *draft, s *scope, name string, items ...int) {
	hint := "rename one, or leave the column out: " + exceptHint([]string{name})
	isInline := func(i int) bool { return d.Items[i].Relation != nil && d.Items[i].Relation.Inline }
	if i := slices.IndexFunc(items, isInline); i >= 0 {
		hint = fmt.Sprintf("rename one: the fields of %s are merged into this object", d.Items[items[i]].Name)
	}
	c.fail(d.at[items[1]], s.in, fmt.Sprintf("%s would be in the document twice", name), hint)
}
