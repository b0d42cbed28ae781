package projections

import (
	"fmt"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/internal/suggest"
)

// sql is a piece of SQL in a scalar of the file.
type sql struct {
	text  string
	whole config.Text
	at    int  // byte offset in whole.Value
	alone bool // the scalar is nothing but this expression
}

func sqlOf(text config.Text) sql { return sql{text: text.Value, whole: text, alone: true} }

// part is a piece of x.
func (x sql) part(from, to int) sql {
	return sql{text: x.text[from:to], whole: x.whole, at: x.at + from}
}

// place is where a byte of x stands in the file.
func (c *compiler) place(x sql, offset int) config.Pos { return c.file.Place(x.whole, x.at+offset) }

// start is where x begins, without the white space before it.
func (c *compiler) start(x sql) config.Pos {
	return c.place(x, len(x.text)-len(strings.TrimLeft(x.text, " \t\n")))
}

// constants are reserved words that stand for values.
var constants = setOf("true false null current_catalog current_date current_role current_time current_timestamp current_user localtime localtimestamp session_user")

// shortened is an expression for a message, on one line.
func shortened(text string) string {
	const most = 60
	line := strings.Join(strings.Fields(text), " ")
	if runes := []rune(line); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return line
}

// resolve finds what a dotted name means: a column, or the value of a relation.
// s is the row where the words begin, at the one where the expression stands.
// nil has been reported.
func (c *compiler) resolve(s, at *scope, words []word, x sql) Expr {
	if len(words) == 1 {
		return c.resolveBare(s, at, words[0], x)
	}
	name := words[0].name
	r := s.relation(name)
	switch {
	case r == nil && name == "through":
		return c.resolveThrough(s, at, words, x)
	case r == nil:
		c.unknownRelation(s, at, words, x)
		return nil
	case r.scope == nil || r.broken && r.Many:
		return nil
	case r.Grouped != nil:
		return c.resolveAggregate(at, r, words, x)
	case r.Many:
		c.fail(c.place(x, words[0].at), at.in, fmt.Sprintf("%s is a list of rows: which of them is meant?", name), "columns are reached through relations to one row only")
		return nil
	}
	inner := c.resolve(r.scope, at, words[1:], x)
	if inner == nil {
		return nil
	}
	return below(r, inner)
}

// below is an expression of the row of a relation, seen from the row above.
func below(r *Relation, e Expr) Expr {
	path := []*Relation{r}
	switch e := e.(type) {
	case *Reference:
		return &Reference{Path: append(path, e.Path...), Through: e.Through, Column: e.Column}
	case *Reach:
		return &Reach{Path: append(path, e.Path...), Expr: e.Expr}
	case *AggregateValue:
		return &AggregateValue{Path: append(path, e.Path...), Relation: e.Relation, Name: e.Name, Expr: e.Expr}
	}
	return &Reach{Path: path, Expr: e}
}

// resolveAggregate finds one of several aggregates of a relation by its name.
func (c *compiler) resolveAggregate(at *scope, r *Relation, words []word, x sql) Expr {
	if r.Body != nil && len(words) == 2 {
		for _, item := range r.Body.Items {
			if item.Name == words[1].name {
				return &AggregateValue{Relation: r, Name: item.Name, Expr: item.Expr.(*Compiled)}
			}
		}
	}
	hint := "its value is written " + quoteIdentifier(r.Name)
	if r.Body != nil {
		var have []string
		for _, item := range r.Body.Items {
			have = append(have, item.Name)
		}
		hint = didYouMeanSQL(words[len(words)-1], have, "aggregates of "+r.Name)
	}
	c.fail(c.place(x, words[1].at), at.in, fmt.Sprintf("%s stands for many rows, and has no single %s", r.Name, words[1].name), hint)
	return nil
}

// resolveBare finds a column of this row; only if there is none, a scalar relation of this level.
func (c *compiler) resolveBare(s, at *scope, w word, x sql) Expr {
	table := s.level.node.Table
	column, r := table.Catalog.Column(w.name), s.relation(w.name)
	scalar := r != nil && r.valued && (!r.Many || r.Grouped != nil)
	switch {
	case column != nil && scalar:
		c.fail(c.place(x, w.at), at.in, fmt.Sprintf("%s is both a column of %s and a relation of this level", w.name, table.Catalog), "name the relation otherwise")
	case column != nil:
		if used := c.column(table, column, c.place(x, w.at), at.in); used != nil {
			return &Reference{Column: used}
		}
	case r != nil && r.broken || scalar && r.Value == nil:
	case scalar && r.Grouped != nil:
		return &AggregateValue{Relation: r, Expr: r.Value.(*Compiled)}
	case scalar:
		return below(r, r.Value)
	case r == nil:
		c.unknownColumn(s, at, w, x)
	case r.Many && r.Grouped == nil:
		c.fail(c.place(x, w.at), at.in, fmt.Sprintf("%s is a list of rows, not a value", w.name), "")
	case r.Grouped != nil:
		c.fail(c.place(x, w.at), at.in, fmt.Sprintf("%s is an object of aggregates, not a value", w.name), fmt.Sprintf("name one of them: %s.name", quoteIdentifier(w.name)))
	default:
		c.fail(c.place(x, w.at), at.in, fmt.Sprintf("%s is a relation, not a value", w.name), fmt.Sprintf("name one of its columns: %s.column", quoteIdentifier(w.name)))
	}
	return nil
}

// resolveThrough finds a column of the last table on the way.
func (c *compiler) resolveThrough(s, at *scope, words []word, x sql) Expr {
	way := s.way()
	if len(way) < 2 {
		if r := s.level.relation; r == nil || !r.broken {
			c.fail(c.place(x, words[0].at), at.in, "through means the last table on the way of a relation, and there is none here", "")
		}
		return nil
	}
	if len(words) > 2 {
		c.fail(c.place(x, words[2].at), at.in, "through has columns, and no relations of its own", "through.column")
		return nil
	}
	last := len(way) - 2
	table := way[last].Table
	column := table.Catalog.Column(words[1].name)
	if column == nil {
		c.fail(c.place(x, words[1].at), at.in, fmt.Sprintf("table %s has no column %s", table.Catalog, words[1].name),
			didYouMeanSQL(words[1], table.Catalog.ColumnNames(), "columns of "+table.Catalog.String()))
		return nil
	}
	used := c.column(table, column, c.place(x, words[1].at), at.in)
	if used == nil {
		return nil
	}
	return &Reference{Through: last + 1, Column: used}
}

func (c *compiler) unknownRelation(s, at *scope, words []word, x sql) {
	table, name := s.level.node.Table.Catalog, words[0].name
	names := s.relationNames()
	hint := didYouMeanSQL(words[0], names, "relations of this level")
	column := table.Column(name)
	above := s.aboveHint(name)
	switch {
	case name == table.Name:
		hint = fmt.Sprintf("a column of this row is written without its table: %s", quoteIdentifier(words[1].name))
	case column != nil && column.Type.Unwrap().Kind == catalog.Composite:
		hint = fmt.Sprintf("a field of a composite column is written (%s).%s", quoteIdentifier(name), quoteIdentifier(words[1].name))
	case above != "":
		hint = above
	case strings.HasPrefix(hint, "did you mean"):
	case len(c.catalog.Lookup(name)) == 1:
		hint = fmt.Sprintf("declare it: joins: {%s: %s}", name, name)
	default:
		hint += "; declare it under joins or fields"
	}
	c.fail(c.place(x, words[0].at), at.in, fmt.Sprintf("there is no relation %s at this level", name), hint)
}

func (c *compiler) unknownColumn(s, at *scope, w word, x sql) {
	table := s.level.node.Table.Catalog
	names := table.ColumnNames()
	for _, name := range s.relationNames() {
		if r := s.relation(name); r.valued && (!r.Many || r.Grouped != nil) {
			names = append(names, name)
		}
	}
	hint := didYouMeanSQL(w, names, "columns of "+table.String())
	if paths := s.reaching(w.name); len(paths) > 0 {
		hint = meant(paths)
	}
	if above := s.aboveHint(w.name); above != "" {
		hint = above
	}
	if w.quoted && !strings.HasPrefix(hint, "did you mean") {
		hint += fmt.Sprintf("\nfor the text, write '%s': double quotes are for names", w.name)
	}
	if x.alone && x.whole.Quoted == '\'' && !strings.Contains(x.text, ".") {
		hint += fmt.Sprintf("\nfor the text, write \"'%s'\"", x.whole.Value)
	}
	c.fail(c.place(x, w.at), at.in, fmt.Sprintf("table %s has no column %s", table, w.name), hint)
}

// didYouMeanSQL suggests names as SQL writes them.
func didYouMeanSQL(w word, have []string, kinds string) string {
	for _, name := range have {
		if fold(name) == fold(w.name) {
			return fmt.Sprintf("did you mean %s? in SQL a name that is not plain lower case needs its double quotes", quoteIdentifier(name))
		}
	}
	if close := suggest.Suggest(w.name, have); len(close) > 0 {
		return meant(quoteAll(close))
	}
	return possible(kinds, quoteAll(have))
}

func quoteAll(names []string) []string {
	var quoted []string
	for _, name := range names {
		quoted = append(quoted, quoteIdentifier(name))
	}
	return quoted
}
