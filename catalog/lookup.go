package catalog

import "strings"

// Table finds a table by its exact schema and name, nil if there is none.
func (c *Catalog) Table(schema, name string) *Table {
	for _, t := range c.Tables {
		if t.Name == name && t.Schema == schema {
			return t
		}
	}
	return nil
}

// Lookup finds what a configuration may mean by a name: a table of the schema
// public, or schema.table, both in the catalog's own spelling without quotes.
// Names may hold dots, so every split is tried; more than one result means
// that the name is ambiguous.
func (c *Catalog) Lookup(name string) []*Table {
	var found []*Table
	if t := c.Table("public", name); t != nil {
		found = append(found, t)
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		if t := c.Table(name[:i], name[i+1:]); t != nil {
			found = append(found, t)
		}
	}
	return found
}

// Names lists all tables but partitions, spelled as a configuration names
// them: what a mistyped name is compared with.
func (c *Catalog) Names() []string {
	var names []string
	for _, t := range c.Tables {
		if !t.IsPartition {
			names = append(names, t.String())
		}
	}
	return names
}

// ColumnNames lists the columns of the table in attnum order.
func (t *Table) ColumnNames() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// SQL is the quoted name of the table for statements shown to the user.
func (t *Table) SQL() string { return quote(t.Schema) + "." + quote(t.Name) }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
