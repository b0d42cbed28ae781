package projections

import (
	"fmt"
	"sort"
	"strings"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/internal/suggest"
	"materializer/projections/values"
	"materializer/store"
)

// Compile checks a configuration against the catalog and makes the plan of it.
// The plan is nil if a problem is more than a warning. Every problem is reported.
func Compile(file *config.File, cat *catalog.Catalog) (*Plan, config.Problems) {
	c := &compiler{file: file, catalog: cat, tables: map[uint32]*Table{}, refused: map[uint32]bool{}}
	c.options()
	plan := &Plan{}
	for i, source := range file.Projections {
		projection := &Projection{ID: uint16(i), Name: source.Name.Value}
		plan.Projections = append(plan.Projections, projection)
		c.projection(projection, source)
	}
	if len(file.Projections) == 0 {
		c.fail(config.Pos{Line: 1, Column: 1}, "", "there is no projection: nothing would be written", "add one under `projections:`")
	}
	c.checkOverlaps(plan)
	if c.failed() {
		return nil, c.problems
	}
	c.finish(plan)
	if c.failed() {
		return nil, c.problems
	}
	plan.Warnings = c.problems
	return plan, c.problems
}

// compiler collects what the plan of one configuration is made of.
type compiler struct {
	file     *config.File
	catalog  *catalog.Catalog
	problems config.Problems

	tables  map[uint32]*Table // by OID
	refused map[uint32]bool   // OIDs reported already
	keys    map[uint32]config.TableOptions
	foreign []*catalog.ForeignKey // of tables.NAME.references
	nodes   []*Node
	rels    []*Relation
	keyed   []*templateCheck
}

func (c *compiler) fail(at config.Pos, about, message, hint string) {
	c.problems = append(c.problems, config.Problem{Path: c.file.Path, Pos: at, Where: about, Message: message, Hint: hint})
}

func (c *compiler) warn(at config.Pos, about, message, hint string) {
	c.problems = append(c.problems, config.Problem{Path: c.file.Path, Pos: at, Where: about, Message: message, Hint: hint, Warning: true})
}

func (c *compiler) failed() bool {
	for _, p := range c.problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

// options reads the top-level section tables.
func (c *compiler) options() {
	c.keys = map[uint32]config.TableOptions{}
	for _, option := range c.file.Tables {
		about := "table " + option.Name.Value
		table := c.lookup(option.Name, about)
		if table == nil {
			continue
		}
		c.keys[table.OID] = option
		for _, column := range option.PrimaryKey {
			c.catalogColumn(table, column, about)
		}
		if option.Where.Set() {
			c.unsupported(option.Where, about, "a filter")
		}
		for _, reference := range option.References {
			c.reference(table, reference, about)
		}
	}
}

func (c *compiler) reference(table *catalog.Table, reference config.Reference, about string) {
	to := c.lookup(reference.Table, about)
	if to == nil {
		return
	}
	key := &catalog.ForeignKey{Name: "references in the configuration", Table: table, Referenced: to, IsSynthetic: true}
	for _, column := range reference.Columns {
		if c.catalogColumn(table, column, about) == nil {
			return
		}
		key.Columns = append(key.Columns, column.Value)
	}
	if to.PrimaryKey == nil || len(to.PrimaryKey.Columns) != len(key.Columns) {
		c.fail(reference.Table.Pos, about,
			fmt.Sprintf("%s has no primary key of %d column(s) to refer to", to, len(key.Columns)),
			"write the join with `on` where it is used")
		return
	}
	key.RefColumns = to.PrimaryKey.Columns
	c.foreign = append(c.foreign, key)
}

// lookup finds a table by the name in the configuration and reports why it cannot be used.
func (c *compiler) lookup(name config.Text, about string) *catalog.Table {
	found := c.catalog.Lookup(name.Value)
	if len(found) == 1 {
		return found[0]
	}
	if len(found) > 1 {
		c.fail(name.Pos, about, fmt.Sprintf("%s can be read as %d different tables", name.Value, len(found)), "rename one: the dots in it make it ambiguous")
		return nil
	}
	c.fail(name.Pos, about, fmt.Sprintf("there is no table %s in database %s", name.Value, c.catalog.Database),
		c.didYouMean(name.Value, c.catalog.Names(), "tables"))
	return nil
}

func (c *compiler) didYouMean(want string, have []string, plural string) string {
	if best := suggest.Suggest(want, have); len(best) > 0 {
		return fmt.Sprintf("did you mean %s?", strings.Join(best, " or "))
	}
	return list(plural, have)
}

// list names what is possible, briefly.
func list(plural string, have []string) string {
	if len(have) == 0 {
		return "there are no " + plural
	}
	sort.Strings(have)
	const most = 20
	if len(have) > most {
		return fmt.Sprintf("%s: %s and %d more", plural, strings.Join(have[:most], ", "), len(have)-most)
	}
	return plural + ": " + strings.Join(have, ", ")
}

func (c *compiler) catalogColumn(table *catalog.Table, name config.Text, about string) *catalog.Column {
	if column := table.Column(name.Value); column != nil {
		return column
	}
	hint := c.didYouMean(name.Value, table.ColumnNames(), "columns of "+table.String())
	if name.Quoted == '\'' {
		hint += fmt.Sprintf("; for the text, write \"'%s'\"", name.Value)
	}
	c.fail(name.Pos, about, fmt.Sprintf("table %s has no column %s", table, name.Value), hint)
	return nil
}

// table gives the plan's table, or nil when it cannot be kept exact; why is reported once per table.
func (c *compiler) table(name config.Text, about string) *Table {
	from := c.lookup(name, about)
	if from == nil || c.refused[from.OID] {
		return nil
	}
	if have := c.tables[from.OID]; have != nil {
		return have
	}
	identity, message, hint := c.identity(from)
	if message != "" {
		c.refused[from.OID] = true
		c.fail(name.Pos, about, message, hint)
		return nil
	}
	table := &Table{Catalog: from, columns: map[string]*Column{}}
	table.Stored = &cdc.Table{OID: from.OID, Schema: from.Schema, Name: from.Name}
	c.tables[from.OID] = table
	for _, column := range identity {
		table.Identity = append(table.Identity, c.column(table, from.Column(column), name.Pos, about))
	}
	table.Primary = table.Identity
	if from.PrimaryKey != nil {
		table.Primary = nil
		for _, column := range from.PrimaryKey.Columns {
			table.Primary = append(table.Primary, c.column(table, from.Column(column), name.Pos, about))
		}
	}
	for _, column := range table.Identity {
		if _, ok := values.Natural(column.Type()); !ok {
			c.refused[from.OID] = true
			c.fail(name.Pos, about, fmt.Sprintf("column %s identifies the rows of %s, and its type %s has no order that could be kept", column.Catalog.Name, from, typeName(column)),
				"use another unique index as replica identity")
		}
	}
	return table
}

// identity decides which columns name a row in the stream, or why none do.
func (c *compiler) identity(t *catalog.Table) (columns []string, message, hint string) {
	switch {
	case t.Kind == 'v' || t.Kind == 'm':
		return nil, fmt.Sprintf("%s is a view: the stream has changes of tables only", t), "name the tables behind it"
	case t.Kind == 'f':
		return nil, fmt.Sprintf("%s is a foreign table: its changes are not in this database's stream", t), ""
	case t.Persistence == 'u':
		return nil, fmt.Sprintf("table %s is unlogged: its changes are not in the stream", t), fmt.Sprintf("ALTER TABLE %s SET LOGGED", sqlName(t))
	case t.Persistence == 't':
		return nil, fmt.Sprintf("table %s is temporary: its changes are not in the stream", t), ""
	case t.IsPartition:
		return nil, fmt.Sprintf("table %s is a partition: its changes are published as those of the partitioned table", t), "name the partitioned table"
	case t.ReplicaIdentity == 'n':
		return nil, fmt.Sprintf("table %s has REPLICA IDENTITY NOTHING: updates and deletes would be refused once it is published", t),
			fmt.Sprintf("ALTER TABLE %s REPLICA IDENTITY DEFAULT", sqlName(t))
	case t.ReplicaIdentity == 'i' && t.IdentityIndex != nil:
		return t.IdentityIndex.Columns, "", ""
	}
	vouched := c.keys[t.OID].PrimaryKey
	switch {
	case t.PrimaryKey != nil && t.PrimaryKey.Deferrable && t.ReplicaIdentity == 'd':
		return nil, fmt.Sprintf("the primary key of table %s is deferrable: PostgreSQL would refuse its updates and deletes once it is published", t),
			fmt.Sprintf("make it not deferrable, or ALTER TABLE %s REPLICA IDENTITY FULL", sqlName(t))
	case t.PrimaryKey != nil:
		return t.PrimaryKey.Columns, "", ""
	case len(vouched) > 0 && (t.ReplicaIdentity == 'f' || t.Kind == 'p'):
		for _, column := range vouched {
			if t.Column(column.Value) == nil {
				return nil, fmt.Sprintf("tables.%s.primary_key names column %s, which the table does not have", t, column.Value), ""
			}
			columns = append(columns, column.Value)
		}
		return columns, "", ""
	case t.ReplicaIdentity == 'f':
		return nil, fmt.Sprintf("table %s has no primary key, so its rows cannot be told apart", t),
			fmt.Sprintf("add a primary key, or say which columns are unique: tables: {%s: {primary_key: [...]}}", t)
	}
	return nil, fmt.Sprintf("table %s has no primary key: its rows cannot be told apart, and updates would be refused once it is published", t),
		fmt.Sprintf("add a primary key, or a unique index on NOT NULL columns and ALTER TABLE %s REPLICA IDENTITY USING INDEX ...", sqlName(t))
}

func sqlName(t *catalog.Table) string {
	if t.Schema == "public" {
		return quoteIdentifier(t.Name)
	}
	return quoteIdentifier(t.Schema) + "." + quoteIdentifier(t.Name)
}

func typeName(c *Column) string { return values.TypeName(c.Catalog.Type, c.Catalog.TypeMod) }

// column marks a column as used and gives the plan's own.
func (c *compiler) column(table *Table, from *catalog.Column, at config.Pos, about string) *Column {
	if have := table.columns[from.Name]; have != nil {
		return have
	}
	switch {
	case from.Generated != 0:
		c.fail(at, about, fmt.Sprintf("column %s of %s is generated, and generated columns are not in the stream", from.Name, table.Catalog),
			"leave it out (`except`), or make it an ordinary column")
	case !from.Selectable:
		c.fail(at, about, fmt.Sprintf("the role may not read column %s of %s", from.Name, table.Catalog),
			fmt.Sprintf("GRANT SELECT ON %s TO the role", sqlName(table.Catalog)))
	}
	made := &Column{Table: table, Catalog: from}
	table.columns[from.Name] = made
	return made
}

// finish lays out tables, columns and indexes once all uses are known.
func (c *compiler) finish(plan *Plan) {
	plan.Nodes = c.nodes
	plan.Schema = &store.Schema{}
	tables := c.layoutTables(plan)
	var shared indexes
	c.planAccess(&shared)
	for _, have := range shared.list {
		plan.Schema.Indexes = append(plan.Schema.Indexes, have.Index)
	}
	plan.occurrences = make([][]*Node, len(tables))
	for _, node := range plan.Nodes {
		node.watch()
		id := node.Table.Stored.ID
		plan.occurrences[id] = append(plan.occurrences[id], node)
	}
	plan.Schema.Fingerprint = fingerprint(plan, &shared)
}

func (c *compiler) layoutTables(plan *Plan) []*Table {
	var tables []*Table
	for _, table := range c.tables {
		tables = append(tables, table)
	}
	sort.Slice(tables, func(i, j int) bool { return tables[i].Catalog.OID < tables[j].Catalog.OID })
	for id, table := range tables {
		table.layout(id)
		stored := store.Table{Table: table.Stored}
		for _, column := range table.Identity {
			natural, _ := values.Natural(column.Type())
			stored.Key = append(stored.Key, store.KeyPart{Column: column.Index, Append: natural.Key(column.Type())})
		}
		plan.Schema.Tables = append(plan.Schema.Tables, stored)
	}
	return tables
}

// layout numbers the used columns in the order of the table.
func (t *Table) layout(id int) {
	t.Stored.ID = id
	for _, from := range t.Catalog.Columns {
		if column := t.columns[from.Name]; column != nil {
			column.Index = len(t.Stored.Columns)
			t.Stored.Columns = append(t.Stored.Columns, cdc.Column{Name: from.Name, Attnum: from.Attnum, TypeOID: from.Type.OID, TypeMod: from.TypeMod})
		}
	}
	for _, column := range t.Identity {
		t.Stored.Identity = append(t.Stored.Identity, column.Index)
	}
}

// planAccess decides for every node how its rows are found from above and the
// rows above from it; first those that need an order, so that the others share their indexes.
func (c *compiler) planAccess(shared *indexes) {
	for _, relation := range c.rels {
		if order, ok := relation.indexOrder(); ok {
			node := relation.Target()
			node.down = shared.access(node.Table, node.sides(false), order)
			node.ordered = true
		}
	}
	for _, node := range c.nodes {
		if node.Parent == nil {
			continue
		}
		if !node.ordered {
			node.down = shared.access(node.Table, node.sides(false), node.Relation.walkOrder(node))
		}
	}
	for _, node := range c.nodes {
		if node.Parent != nil {
			node.up = shared.access(node.Parent.Table, node.sides(true), anyOrder)
		}
	}
	for _, relation := range c.rels {
		relation.inOrder = relation.isInOrder()
	}
}

// watch collects the columns whose change matters at the node.
func (n *Node) watch() {
	if len(n.used) == len(n.Table.Stored.Columns) {
		return
	}
	n.watched = []int{}
	for column := range n.used {
		n.watched = append(n.watched, column.Index)
	}
	sort.Ints(n.watched)
}
