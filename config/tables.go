package config

// tables reads what the file says about tables: keys, filters and references
// that the database does not declare.
func (d *decoder) tables(n *node) []TableOptions {
	if n.kind != mapping {
		d.mistake("", n.place, "for example tables: {audit: {primary_key: [id]}}", "tables is a mapping of name: options, not %s", notKind(n))
		return nil
	}
	var out []TableOptions
	for _, e := range d.entriesOf("", n) {
		out = append(out, d.table(e))
	}
	return out
}

func (d *decoder) table(e entry) TableOptions {
	out := TableOptions{Name: e.key}
	s, ok := d.section("table "+e.key.Value, e.value, tabled)
	if !ok {
		return out
	}
	if len(e.value.entries) == 0 {
		d.mistake(s.where, e.place, "possible: primary_key, where, references", "nothing is said of the table")
	}
	if key, ok := s.entries["primary_key"]; ok {
		out.PrimaryKey = d.texts(s.where, "primary_key", key.value, "the name of a column")
	}
	out.Where = s.text("where", "an SQL expression")
	if references, ok := s.entries["references"]; ok {
		out.References = d.references(s.where, references.value)
	}
	return out
}

// references reads {column: table}, or, for several columns, a list of {columns, table}.
func (d *decoder) references(where string, n *node) []Reference {
	var out []Reference
	switch n.kind {
	case mapping:
		for _, e := range d.entriesOf(where, n) {
			if table := d.text(where, "references: "+e.key.Value, e.value, "the name of a table"); table.Set() {
				out = append(out, Reference{Columns: []Text{e.key}, Table: table})
			}
		}
	case list:
		for _, item := range n.items {
			if r, ok := d.reference(where, item); ok {
				out = append(out, r)
			}
		}
	default:
		d.mistake(where, n.place, "for example references: {customer_id: customers}", "references is a mapping of column: table, not %s", notKind(n))
	}
	return out
}

func (d *decoder) reference(where string, n *node) (Reference, bool) {
	s, ok := d.section(where, n, reference)
	if !ok {
		return Reference{}, false
	}
	columns, hasColumns := s.entries["columns"]
	if !hasColumns || !s.has("table") {
		d.mistake(where, n.place, "for example {columns: [shop_id, customer_id], table: customers}", "a reference needs columns and table")
		return Reference{}, false
	}
	out := Reference{
		Columns: d.texts(where, "columns", columns.value, "the name of a column"),
		Table:   s.text("table", "the name of a table"),
	}
	return out, len(out.Columns) > 0 && out.Table.Set()
}
