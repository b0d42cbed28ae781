package projections

import (
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/expressions"
)

// Compiled is an expression that is more than a column.
type Compiled struct {
	SQL    *expressions.Expr
	Leaves []Expr          // by SQL's slots
	Names  map[string]Expr // by Leaf.Ref, those inside aggregates too
	slots  []int           // of SQL's aggregates: which of their relation's each is
}

// Type is the type of its values.
func (e *Compiled) Type() *catalog.Type { return e.SQL.Type }

// String is the expression as it was written.
func (e *Compiled) String() string { return shortened(e.SQL.Text) }

// fullText is an expression as it was written, whole.
func fullText(e Expr) string {
	if compiled, ok := e.(*Compiled); ok {
		return compiled.SQL.Text
	}
	return e.String()
}

func (e *Compiled) eval(b *Builder, f *frame) ([]byte, error) {
	return e.text(&given{builder: b, frame: f, expr: e})
}

// text evaluates to a text of its own, nil for NULL.
func (e *Compiled) text(row expressions.Row) ([]byte, error) {
	text, null, err := e.SQL.AppendText(make([]byte, 0, 32), row)
	if err != nil || null {
		return nil, err
	}
	return text, nil
}

// given is what an expression is evaluated over: a row, or the results of aggregates.
type given struct {
	builder *Builder
	frame   *frame
	expr    *Compiled
}

// Leaf gives the text of a column.
func (g *given) Leaf(slot int) ([]byte, error) { return g.expr.Leaves[slot].eval(g.builder, g.frame) }

// Aggregate gives the result of an aggregate.
func (g *given) Aggregate(i int) (any, error) { return g.frame.results[g.expr.slots[i]], nil }

// holds tells whether a condition is true for a row.
func (b *Builder) holds(e Expr, f *frame) (bool, error) {
	if compiled, ok := e.(*Compiled); ok {
		return compiled.SQL.True(&given{builder: b, frame: f, expr: compiled})
	}
	text, err := e.eval(b, f)
	return len(text) > 0 && text[0] == 't', err
}

// Reach is the value of a relation: an expression over the row that a path of
// relations to one leads to.
type Reach struct {
	Path []*Relation
	Expr Expr
}

// Type is the type of the value.
func (e *Reach) Type() *catalog.Type { return e.Expr.Type() }

// String is the path to the relation.
func (e *Reach) String() string {
	return pathText(e.Path[:len(e.Path)-1]) + quoteIdentifier(e.Path[len(e.Path)-1].Name)
}

func (e *Reach) eval(b *Builder, f *frame) ([]byte, error) {
	f, err := b.along(e.Path, f)
	if err != nil || f == nil {
		return nil, err
	}
	return e.Expr.eval(b, f)
}

// along goes from a row through relations to one; nil if one of them leads nowhere.
func (b *Builder) along(path []*Relation, f *frame) (*frame, error) {
	for _, relation := range path {
		next, err := b.one(f, relation)
		if err != nil || next == nil {
			return nil, err
		}
		f = next
	}
	return f, nil
}

// expr compiles an expression in the scope of a row; nil if it cannot be, and why has been reported.
func (c *compiler) expr(s *scope, x sql) Expr { return c.sql(s, x, expressions.Options{}) }

// condition compiles an expression that is true or not.
func (c *compiler) condition(s *scope, text config.Text) Expr {
	x := sqlOf(text)
	e := c.expr(s, x)
	if e == nil {
		return nil
	}
	if t := e.Type(); t.Schema != "pg_catalog" || t.Name != "bool" {
		c.fail(c.start(x), s.in, "where is a condition, and "+shortened(x.text)+" is of type "+typeOf(e), "compare it with something: "+shortened(x.text)+" = ...")
		return nil
	}
	return e
}

// sql compiles an expression: a column as a Reference, everything else by package expressions.
func (c *compiler) sql(s *scope, x sql, o expressions.Options) Expr {
	if words, ok := parseReference(x.text); ok && !constants[words[0].bare()] && !reserved[words[0].bare()] {
		e := c.resolve(s, s, words, x)
		if e != nil {
			s.use(e)
		}
		return e
	}
	if c.unquoted(s, x) {
		return nil
	}
	names := &names{compiler: c, scope: s, text: x, leaves: map[string]Expr{}}
	o.Release = c.release()
	compiled, failed := expressions.Compile(x.text, names, o)
	if failed != nil {
		if !names.told {
			c.fail(c.place(x, failed.Offset), s.in, failed.Message, failed.Hint)
		}
		return nil
	}
	for _, warning := range compiled.Warnings {
		c.warn(c.place(x, warning.Offset), s.in, warning.Message, warning.Hint)
	}
	return names.compiled(compiled)
}

// release is that of the server, which expressions follow; 0 if it is not known.
func (c *compiler) release() int { return c.catalog.Version / 10000 }

// unquoted reports an expression that is the name of a column, but not to SQL.
func (c *compiler) unquoted(s *scope, x sql) bool {
	table, text := s.level.node.Table.Catalog, strings.TrimSpace(x.text)
	column, word := table.Column(text), fold(text)
	switch {
	case column != nil && quoteIdentifier(column.Name) != column.Name && !strings.HasPrefix(column.Name, `"`):
		c.fail(c.start(x), s.in, shortened(x.text)+" is a column of "+table.String()+", but no name to SQL without double quotes", "write "+quoteIdentifier(column.Name))
	case reserved[word] && !constants[word]:
		c.fail(c.start(x), s.in, word+" is a reserved word of SQL", "for a name write "+quoteIdentifier(word))
	default:
		return false
	}
	return true
}

// names resolves the names of one expression.
type names struct {
	*compiler
	scope  *scope
	text   sql
	leaves map[string]Expr // by what they are called
	told   bool            // what is wrong has been reported
}

// Column resolves the front of a dotted name.
func (n *names) Column(words []expressions.Word) (leaf expressions.Leaf, used int, failed *expressions.Error) {
	list := make([]word, len(words))
	for i, w := range words {
		list[i] = word{name: w.Name, at: w.Offset, quoted: w.Quoted}
	}
	e := n.resolve(n.scope, n.scope, list, n.text)
	if e == nil {
		n.told = true
		return leaf, 0, &expressions.Error{Offset: words[0].Offset, Message: "unknown name"}
	}
	n.scope.use(e)
	name := exprText(e)
	if have, ok := n.leaves[name]; ok {
		e = have
	}
	n.leaves[name] = e
	leaf = expressions.Leaf{Ref: name, Type: e.Type(), TypeMod: -1, Nullable: mayBeNull(e)}
	if column := columnOf(e); column != nil {
		leaf.Type, leaf.TypeMod = column.Catalog.Type, column.Catalog.TypeMod
		leaf.Nondeterministic = column.Catalog.Nondeterministic
		leaf.Collation = n.collation(column)
	}
	return leaf, len(words), nil
}

// Type finds a type that a cast names.
func (n *names) Type(schema, name string) *catalog.Type {
	found := n.catalog.FindType(schema, name)
	if found != nil {
		n.named[found.OID] = found
	}
	return found
}

func (n *names) compiled(e *expressions.Expr) *Compiled {
	made := &Compiled{SQL: e, Names: n.leaves}
	for _, leaf := range e.Leaves {
		made.Leaves = append(made.Leaves, n.leaves[leaf.Ref.(string)])
	}
	for _, a := range e.Aggregates {
		made.slots = append(made.slots, n.scope.grouped.add(n, a))
	}
	return made
}

// collation is that in which PostgreSQL compares a column, unless that is bytewise.
func (c *compiler) collation(column *Column) string {
	has := column.Catalog.Collation
	if has == "default" {
		has = c.catalog.Collate
	}
	if isBytewise(has) {
		return ""
	}
	return has
}

// columnOf is the column that an expression is, nil if it is more.
func columnOf(e Expr) *Column {
	if reference, ok := e.(*Reference); ok {
		return reference.Column
	}
	return nil
}

// ownColumn is the stored column of the same row that an expression is, nil if it is anything else.
func ownColumn(e Expr) *Column {
	reference, ok := e.(*Reference)
	if !ok || len(reference.Path) > 0 || reference.Through > 0 || reference.Column.Computed != nil {
		return nil
	}
	return reference.Column
}

// eachReference calls fn for every column that an expression reads, with the path to it.
func eachReference(e Expr, fn func(*Reference)) {
	switch e := e.(type) {
	case *Reference:
		fn(e)
	case *Compiled:
		for _, leaf := range e.Leaves {
			eachReference(leaf, fn)
		}
	}
}

// isOwn tells whether an expression reads columns of its own row alone.
func isOwn(e Expr) bool {
	switch e := e.(type) {
	case *Reference:
		return len(e.Path) == 0 && e.Through == 0
	case *Compiled:
		for _, leaf := range e.Leaves {
			if !isOwn(leaf) {
				return false
			}
		}
		return len(e.slots) == 0
	}
	return false
}
