package projections

import (
	"fmt"
	"regexp"
	"strings"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/projections/expressions"
	"materializer/projections/values"
)

// readTables reads the top-level section tables.
func (c *compiler) readTables() {
	for _, option := range c.file.Tables {
		in := subject{kind: "table", path: option.Name.Value}
		table := c.lookup(option.Name, in)
		if table == nil {
			continue
		}
		if earlier, twice := c.options[table.OID]; twice {
			c.fail(option.Name.Pos, in, fmt.Sprintf("%s is the table of line %d", option.Name.Value, earlier.Name.Pos.Line), "write one entry for both")
			continue
		}
		c.options[table.OID] = option
		for _, column := range option.PrimaryKey {
			c.catalogColumn(table, column, in)
		}
		for _, reference := range option.References {
			c.reference(table, reference, in)
		}
	}
}

// reference reads what stands for a foreign key that the database does not declare.
func (c *compiler) reference(table *catalog.Table, reference config.Reference, in subject) {
	to := c.lookup(reference.Table, in)
	key := &catalog.ForeignKey{Name: "references", Table: table, Referenced: to, IsSynthetic: true}
	known := to != nil
	for _, column := range reference.Columns {
		known = c.catalogColumn(table, column, in) != nil && known
		key.Columns = append(key.Columns, column.Value)
	}
	if !known {
		return
	}
	switch key.RefColumns = c.referred(to); {
	case len(key.RefColumns) == 0:
		c.fail(reference.Table.Pos, in, fmt.Sprintf("%s has no primary key to refer to", to), "write the join with `on` where it is used")
		return
	case len(key.RefColumns) != len(key.Columns):
		c.fail(reference.Table.Pos, in, fmt.Sprintf("the primary key of %s has the columns %s, and there are %d here", to, strings.Join(key.RefColumns, ", "), len(key.Columns)),
			"for several columns write references: [{columns: [a, b], table: "+to.String()+"}]")
		return
	}
	for i, column := range key.Columns {
		if _, ok := c.class(table, table.Column(column), to, to.Column(key.RefColumns[i]), reference.Columns[i].Pos, in); !ok {
			return
		}
	}
	c.references = append(c.references, key)
}

// referred is the key of a table that references mean: its primary key, or what
// stands for one.
func (c *compiler) referred(to *catalog.Table) []string {
	if to.PrimaryKey != nil {
		return to.PrimaryKey.Columns
	}
	for _, option := range c.file.Tables { // also those further down in the file
		if found := c.catalog.Lookup(option.Name.Value); len(found) == 1 && found[0] == to && len(option.PrimaryKey) > 0 {
			return textValues(option.PrimaryKey)
		}
	}
	if to.ReplicaIdentity == 'i' && to.IdentityIndex != nil {
		return to.IdentityIndex.Columns
	}
	return nil
}

// lookup finds a table by its name in the configuration.
func (c *compiler) lookup(name config.Text, in subject) *catalog.Table {
	found := c.catalog.Lookup(name.Value)
	switch len(found) {
	case 1:
		return found[0]
	case 0:
		hint := didYouMean(name.Value, c.catalog.Names(), "tables")
		if plain := strings.ReplaceAll(name.Value, `"`, ""); plain != name.Value && len(c.catalog.Lookup(plain)) > 0 {
			hint = "names of tables are written without double quotes: " + plain
		}
		if query := queryWords.FindString(name.Value); query != "" {
			hint = fmt.Sprintf("the name of one table stands here, and %s is SQL: relations join, where filters, and a union of tables cannot be expressed", query)
		}
		c.fail(name.Pos, in, fmt.Sprintf("there is no table %s in database %s", name.Value, c.catalog.Database), hint)
	default:
		var names []string
		for _, t := range found {
			names = append(names, t.SQL())
		}
		c.fail(name.Pos, in, fmt.Sprintf("%s can be %s", name.Value, strings.Join(names, " or ")), "rename one: the dots in the name make it ambiguous")
	}
	return nil
}

// queryWords tell a query from the name of a table.
var queryWords = regexp.MustCompile(`(?i)\b(select|union|join|where)\b`)

// catalogColumn finds a column by its name in the configuration.
func (c *compiler) catalogColumn(table *catalog.Table, name config.Text, in subject) *catalog.Column {
	if column := table.Column(name.Value); column != nil {
		return column
	}
	hint := didYouMean(name.Value, table.ColumnNames(), "columns of "+table.String())
	if plain := strings.ReplaceAll(name.Value, `"`, ""); plain != name.Value && table.Column(plain) != nil {
		hint = "names of columns are written without double quotes here: " + plain
	}
	c.fail(name.Pos, in, fmt.Sprintf("table %s has no column %s", table, name.Value), hint)
	return nil
}

// table gives the plan's table, or nil if it is not there or cannot be kept
// exact; why it cannot be is reported once.
func (c *compiler) table(name config.Text, in subject) *Table {
	from := c.lookup(name, in)
	if from == nil {
		return nil
	}
	if have, known := c.tables[from.OID]; known {
		return have
	}
	c.tables[from.OID] = nil
	identity, refused := c.identity(from)
	if refused.message != "" {
		c.fail(name.Pos, in, refused.message, refused.hint)
	}
	if identity == nil {
		return nil
	}
	table := &Table{Catalog: from, columns: map[string]*Column{}}
	table.Stored = &cdc.Table{OID: from.OID, Schema: from.Schema, Name: from.Name}
	table.Identity = c.keyColumns(table, identity, name, in)
	table.Primary = table.Identity
	if from.PrimaryKey != nil {
		table.Primary = c.keyColumns(table, from.PrimaryKey.Columns, name, in)
	}
	c.tables[from.OID] = table
	if where := c.options[from.OID].Where; where.Set() {
		table.Where = c.condition(c.ownScope(table, subject{kind: "table", path: from.String()}), where)
	}
	return table
}

// ownScope is the scope of a row of a table wherever it is used: its own columns.
func (c *compiler) ownScope(table *Table, in subject) *scope {
	return newScope(&level{node: &Node{Table: table, used: map[*Column]bool{}}}, nil, in)
}

// keyColumns marks columns that identify or order rows as used.
func (c *compiler) keyColumns(table *Table, names []string, at config.Text, in subject) []*Column {
	var columns []*Column
	for _, name := range names {
		column := c.stored(table, table.Catalog.Column(name), at.Pos, in)
		columns = append(columns, column)
		if _, ok := values.Natural(column.Type()); !ok {
			c.fail(at.Pos, in, fmt.Sprintf("column %s of %s is part of its key, and the type %s has no order that could be kept", name, table.Catalog, typeName(column.Catalog)),
				"the key must be of other columns")
		}
		c.warnFolding(column, at.Pos, in)
	}
	return columns
}

// column marks a column as used and gives the plan's own; nil if it cannot be.
func (c *compiler) column(table *Table, from *catalog.Column, at config.Pos, in subject) *Column {
	if from.Generated == 0 {
		return c.stored(table, from, at, in)
	}
	if have, known := table.columns[from.Name]; known {
		return have
	}
	column := &Column{Table: table, Catalog: from, Index: -1}
	if column.Computed = c.computed(table, from, at, in); column.Computed == nil {
		column = nil
	}
	table.columns[from.Name] = column
	return column
}

// computed compiles what a generated column is computed from.
func (c *compiler) computed(table *Table, column *catalog.Column, at config.Pos, in subject) Expr {
	text := fmt.Sprintf("CAST((%s) AS %s)", column.Expression, values.TypeName(column.Type, column.TypeMod))
	s := c.ownScope(table, in)
	names := &names{compiler: c, scope: s, text: sql{text: text, whole: config.Text{Value: text, Pos: at}}, leaves: map[string]Expr{}}
	compiled, failed := expressions.Compile(text, names, expressions.Options{Release: c.release()})
	if failed != nil {
		c.fail(at, in, fmt.Sprintf("column %s of %s is generated, the stream has no generated columns, and it cannot be computed here: %s", column.Name, table.Catalog, failed.Message),
			generatedRemedy(table.Catalog, column))
		return nil
	}
	return names.compiled(compiled)
}

// stored marks a column as stored and gives the plan's own.
func (c *compiler) stored(table *Table, from *catalog.Column, at config.Pos, in subject) *Column {
	switch {
	case from.Generated != 0:
		c.fail(at, in, fmt.Sprintf("column %s of %s is generated, and the stream has no generated columns", from.Name, table.Catalog), generatedRemedy(table.Catalog, from))
	case !from.Selectable:
		c.fail(at, in, fmt.Sprintf("the role may not read column %s of %s", from.Name, table.Catalog), grant(table.Catalog))
	}
	have := table.columns[from.Name]
	if have == nil {
		have = &Column{Table: table, Catalog: from}
		table.columns[from.Name] = have
	}
	return have
}

func generatedRemedy(table *catalog.Table, column *catalog.Column) string {
	hint := fmt.Sprintf("leave it out (except: [%s])", column.Name)
	if column.Generated != 's' {
		return hint + ", or use the columns that it is computed from"
	}
	return fmt.Sprintf("%s, use the columns that it is computed from, or make it an ordinary one that the application or a trigger fills: ALTER TABLE %s ALTER COLUMN %s DROP EXPRESSION",
		hint, sqlName(table), quoteIdentifier(column.Name))
}

func grant(table *catalog.Table) string {
	return fmt.Sprintf("GRANT SELECT ON %s TO the role", sqlName(table))
}

func sqlName(t *catalog.Table) string {
	if t.Schema == "public" {
		return quoteIdentifier(t.Name)
	}
	return quoteIdentifier(t.Schema) + "." + quoteIdentifier(t.Name)
}

func typeName(c *catalog.Column) string { return values.TypeName(c.Type, c.TypeMod) }

func typeOf(e Expr) string { return values.TypeName(e.Type(), -1) }
