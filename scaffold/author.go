package scaffold

import (
	"fmt"
	"strings"

	"materializer/catalog"
)

// author makes the blocks of a file.
type author struct {
	catalog *catalog.Catalog
	root    *catalog.Table
	names   names
	tables  map[*catalog.Table]bool // that are named
	used    []*catalog.Table        // the same, in order
	lists   int                     // relations to many that are not commented out
}

const (
	fewColumns  = 5  // of a row that is joined and has no column that tells what it is
	listColumns = 8  // of the rows of a list
	listLimit   = 10 // rows of a list
	manyLists   = 8  // lists in a document

	largeRows  = 10_000_000
	largeBytes = 4 << 30
)

func (a *author) file(options Options) *block {
	projection := a.projection()
	file := &block{}
	file.add(a.head(options)...)
	if tables := a.tableOptions(); len(tables.inside) > 0 {
		file.add(tables)
	}
	file.add((&block{above: []string{""}, line: "projections:"}).add(projection))
	return file
}

func (a *author) head(options Options) []*block {
	name, url := options.Name, options.SourceURL
	if name == "" {
		name = a.catalog.Database
	}
	if url == "" {
		url = "postgres://materializer@localhost:5432/" + a.catalog.Database
	}
	return []*block{
		{above: []string{
			"Documents of " + a.root.String() + ", written by materializer init from the foreign keys around the table.",
			"A beginning: take out what no reader needs, every table named here is copied to local disk.",
			"  materializer validate    checks it",
			"  materializer explain     shows what is stored, and what each change leads to",
			"",
			"The settings can also come from the environment (DATABASE_URL, REDIS_URL) or from flags.",
		}},
		setting("name: " + plainName(name)),
		setting("source:", "url: "+quoted(url)),
		setting("target:", "url: redis://localhost:6379/0"),
	}
}

// setting is one that is commented out.
func setting(line string, inside ...string) *block {
	b := &block{line: line, off: true}
	for _, x := range inside {
		b.add(&block{line: x})
	}
	return b
}

func (a *author) projection() *block {
	name := projectionName(a.root)
	key := keyTemplate(name, identity(a.root))
	copied, _, secrets := shown(a.root, len(a.root.Columns), nil)
	a.names = names{}
	for _, c := range a.root.Columns {
		a.names[c.Name] = true
	}
	a.name(a.root)
	b := &block{line: name + ":", above: []string{"", "One document for each row of " + a.root.String() + ": GET " + key}}
	b.add(&block{line: "from: " + plainName(a.root.String())}, &block{line: "key: " + quoted(key)})
	if deleted := a.root.Column("deleted_at"); deleted != nil && !deleted.NotNull {
		b.add(&block{above: []string{"leaves out rows that are marked as deleted:"}, line: "where: deleted_at is null", off: true})
	}
	b.add(columns(copied, nil, secrets))
	if fields := a.fields(); len(fields.inside) > 0 {
		b.add(fields)
	}
	return b
}

// keyTemplate is film:{id}, of several columns film:{id}:{no}.
func keyTemplate(name string, identity []string) string {
	var b strings.Builder
	b.WriteString(name)
	for _, column := range identity {
		b.WriteString(":{" + sqlName(column) + "}")
	}
	return b.String()
}

// name remembers that a table is named in the file.
func (a *author) name(t *catalog.Table) {
	if !a.tables[t] {
		a.tables[t] = true
		a.used = append(a.used, t)
	}
}

// tableOptions names the rows of tables whose key the stream does not know.
func (a *author) tableOptions() *block {
	b := &block{above: []string{"", "Tables without a primary key: these columns are unique, and name their rows."}, line: "tables:"}
	for _, t := range a.used {
		columns := uniqueColumns(t)
		if t.PrimaryKey != nil || t.IdentityIndex != nil || columns == nil || t.ReplicaIdentity != 'f' && t.Kind != 'p' {
			continue
		}
		names := make([]string, len(columns))
		for i, column := range columns {
			names[i] = plainName(column)
		}
		b.add(&block{line: fmt.Sprintf("%s: {primary_key: [%s]}", plainName(t.String()), strings.Join(names, ", ")), optional: true})
	}
	return b
}

// isLarge tells tables of which a copy on local disk should be thought about.
func isLarge(t *catalog.Table) bool { return t.Rows >= largeRows || t.Bytes >= largeBytes }

func size(t *catalog.Table) string {
	if t.Rows < 0 {
		return fmt.Sprintf("%s has %d GB", t, t.Bytes>>30)
	}
	return fmt.Sprintf("%s has about %.0f million rows and %d GB", t, t.Rows/1e6, t.Bytes>>30)
}
