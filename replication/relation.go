package replication

import (
	"fmt"
	"strings"

	"materializer/cdc"
)

// relation maps the tuples of a table, as the connection has described it, to
// the columns kept.
type relation struct {
	table    *cdc.Table
	slots    []int  // for each column of a tuple its index in Table.Columns, -1 if not kept
	identity []bool // for each of Table.Columns whether it identifies the row
}

// SchemaError says that a table is no longer what the plan was made for. The
// plan has to be made anew from the catalog, and the table be loaded again if
// its rows may have changed.
type SchemaError struct {
	Table  *cdc.Table
	Column string // empty if the error is about the table
	Change string // what has changed
	Remedy string
}

func (e *SchemaError) Error() string {
	what := "table " + e.Table.String()
	if e.Column != "" {
		what = "column " + e.Column + " of " + what
	}
	return fmt.Sprintf("%s: %s; %s", what, e.Change, e.Remedy)
}

// described is a table as a Relation message gives it.
type described struct {
	oid      uint32
	identity byte // pg_class.relreplident
	columns  []describedColumn
}

type describedColumn struct {
	name    string
	key     bool // part of the replica identity
	typeOID uint32
}

// describe takes a Relation message. Tables that are not kept are remembered
// as nil: other tables of the publication, and the partitions of a table that
// is published through its root.
func (d *decoder) describe(r *reader) error {
	oid := r.uint32()
	table := d.tables[oid]
	if table == nil && !r.short {
		d.relations[oid] = nil
		return nil
	}
	given, err := readRelation(oid, r)
	if err != nil {
		return err
	}
	rel, err := mapRelation(table, given)
	if err != nil {
		return err
	}
	d.relations[oid] = rel
	return nil
}

func readRelation(oid uint32, r *reader) (described, error) {
	given := described{oid: oid}
	r.text() // schema and name may have changed, the OID has not
	r.text()
	given.identity = r.byte()
	count := int(r.uint16())
	for i := 0; i < count && !r.short; i++ {
		key := r.byte()&1 != 0
		column := describedColumn{key: key, name: r.text(), typeOID: r.uint32()}
		r.uint32() // type modifier
		given.columns = append(given.columns, column)
	}
	if r.short {
		return given, fmt.Errorf("decode a relation: %w", errTruncated)
	}
	return given, nil
}

// mapRelation finds every kept column by its name and checks that the stream
// still identifies rows by the columns that the store does.
func mapRelation(table *cdc.Table, given described) (*relation, error) {
	rel := &relation{table: table, slots: make([]int, len(given.columns)), identity: make([]bool, len(table.Columns))}
	places := map[string]int{}
	for i, column := range given.columns {
		rel.slots[i], places[column.name] = -1, i
	}
	for i, column := range table.Columns {
		place, ok := places[column.Name]
		if !ok {
			return nil, &SchemaError{Table: table, Column: column.Name,
				Change: "it was dropped, renamed or left out of the publication's column list; the stream has " + names(given.columns),
				Remedy: "change the projections that use it, or bring it back"}
		}
		if got := given.columns[place].typeOID; got != column.TypeOID {
			return nil, &SchemaError{Table: table, Column: column.Name,
				Change: fmt.Sprintf("its type changed from OID %d to OID %d", column.TypeOID, got),
				Remedy: "the table has to be loaded again"}
		}
		rel.slots[place] = i
	}
	for _, i := range table.Identity {
		rel.identity[i] = true
		if err := coversIdentity(table, table.Columns[i].Name, given.identity, given.columns[places[table.Columns[i].Name]].key); err != nil {
			return nil, err
		}
	}
	return rel, nil
}

// coversIdentity checks that old rows are sent with a column that identifies them.
func coversIdentity(table *cdc.Table, column string, identity byte, key bool) error {
	switch {
	case identity == 'f', key && identity != 'n':
		return nil
	case identity == 'n':
		return &SchemaError{Table: table, Change: "its REPLICA IDENTITY is now NOTHING",
			Remedy: "set it back with ALTER TABLE ... REPLICA IDENTITY DEFAULT, USING INDEX or FULL"}
	}
	return &SchemaError{Table: table, Column: column, Change: "it is no longer part of the table's replica identity",
		Remedy: "bring back the primary key or the replica identity index, or load the table again under its new key"}
}

func names(columns []describedColumn) string {
	var list []string
	for _, column := range columns {
		list = append(list, column.name)
	}
	return strings.Join(list, ", ")
}

// columns reads a tuple into dst: one field for each kept column, as
// cdc.Row.Split gives them. The texts alias the message.
func (rel *relation) columns(dst [][]byte, r *reader) ([][]byte, error) {
	if count := int(r.uint16()); count != len(rel.slots) {
		return dst, fmt.Errorf("a tuple of %d columns, the table was described with %d", count, len(rel.slots))
	}
	if cap(dst) < len(rel.identity) {
		dst = make([][]byte, len(rel.identity))
	}
	dst = dst[:len(rel.identity)]
	for _, slot := range rel.slots {
		var field []byte
		switch kind := r.byte(); kind {
		case 'n':
		case 'u':
			field = cdc.Unchanged
		case 't':
			field = r.bytes(r.uint32())
		default:
			if r.short {
				return dst, errTruncated
			}
			return dst, fmt.Errorf("a column of kind %q", kind)
		}
		if slot >= 0 {
			dst[slot] = field
		}
	}
	if r.short {
		return dst, errTruncated
	}
	return dst, nil
}
