package projections

import (
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/config"
)

// refusal is why a table cannot be used, and what helps. The zero refusal is none.
type refusal struct{ message, hint string }

// identity decides which columns name a row in the stream, or why none do. It
// gives neither if the reason has been reported.
func (c *compiler) identity(t *catalog.Table) ([]string, refusal) {
	if refused := c.outsideStream(t); refused.message != "" {
		return nil, refused
	}
	option := c.options[t.OID]
	vouched := textValues(option.PrimaryKey)
	switch {
	case t.Kind == 'p': // each leaf has a replica identity of its own, which preflight compares with ours
		return c.keyOf(t, option, vouched)
	case t.ReplicaIdentity == 'n':
		return nil, refusal{fmt.Sprintf("table %s has REPLICA IDENTITY NOTHING: once it is published, its updates and deletes would be refused", t), identityRemedy(t)}
	case t.ReplicaIdentity == 'i' && t.IdentityIndex == nil:
		return nil, refusal{fmt.Sprintf("the index of the REPLICA IDENTITY of table %s is gone: once it is published, its updates and deletes would be refused", t), identityRemedy(t)}
	case t.ReplicaIdentity == 'i':
		if len(vouched) > 0 && !sameNames(vouched, t.IdentityIndex.Columns) {
			return nil, refusal{fmt.Sprintf("tables.%s.primary_key is (%s), but the REPLICA IDENTITY of the table is (%s)", option.Name.Value, strings.Join(vouched, ", "), strings.Join(t.IdentityIndex.Columns, ", ")),
				"leave primary_key out: the index says it"}
		}
		return t.IdentityIndex.Columns, refusal{}
	case t.ReplicaIdentity == 'd' && t.PrimaryKey != nil && t.PrimaryKey.Deferrable:
		return nil, refusal{fmt.Sprintf("the primary key of table %s is deferrable: once it is published, its updates and deletes would be refused", t),
			"make the key not deferrable, or name the rows by another unique index: REPLICA IDENTITY USING INDEX"}
	case t.PrimaryKey != nil && t.PrimaryKey.Deferrable:
		return nil, refusal{fmt.Sprintf("the primary key of table %s is deferrable: within a transaction two rows can have one key, and the stream does not say which of them a change means", t),
			"make the key not deferrable, or name the rows by another unique index: REPLICA IDENTITY USING INDEX"}
	case t.ReplicaIdentity == 'd' && t.PrimaryKey == nil:
		return nil, refusal{fmt.Sprintf("table %s has no primary key: once it is published, its updates and deletes would be refused", t), identityRemedy(t)}
	}
	return c.keyOf(t, option, vouched)
}

// outsideStream tells why a relation's changes are not in the stream, if they are not.
func (c *compiler) outsideStream(t *catalog.Table) refusal {
	switch {
	case t.Kind == 'v':
		return refusal{fmt.Sprintf("%s is a view: the stream has changes of tables only", t), "name the tables behind it"}
	case t.Kind == 'm':
		return refusal{fmt.Sprintf("%s is a materialized view: the stream has changes of tables only", t), "name the tables behind it"}
	case t.Kind == 'f':
		return refusal{fmt.Sprintf("%s is a foreign table: its changes are in another server's log", t), ""}
	case t.Persistence == 't':
		return refusal{fmt.Sprintf("table %s is temporary: its changes are not in the stream", t), ""}
	case t.IsPartition:
		hint := "name the partitioned table"
		if parent := c.partitioned(t); parent != nil {
			hint += " " + parent.String()
		}
		return refusal{fmt.Sprintf("table %s is a partition: its changes are published as those of the partitioned table", t), hint}
	case t.Persistence == 'u':
		return refusal{fmt.Sprintf("table %s is unlogged: its changes are not in the stream", t), fmt.Sprintf("ALTER TABLE %s SET LOGGED", sqlName(t))}
	}
	return refusal{}
}

// partitioned finds the table that a partition belongs to.
func (c *compiler) partitioned(t *catalog.Table) *catalog.Table {
	leaves := t.Leaves
	if t.Kind != 'p' {
		leaves = []*catalog.Table{t}
	}
	for _, parent := range c.catalog.Tables {
		if !parent.IsPartition && len(leaves) > 0 && slices.Contains(parent.Leaves, leaves[0]) {
			return parent
		}
	}
	return nil
}

// keyOf is the key of a table whose old rows the stream shows whole, or by the primary key.
func (c *compiler) keyOf(t *catalog.Table, option config.TableOptions, vouched []string) ([]string, refusal) {
	switch {
	case t.PrimaryKey != nil && len(vouched) > 0 && !sameNames(vouched, t.PrimaryKey.Columns):
		return nil, refusal{fmt.Sprintf("tables.%s.primary_key is (%s), but the table has the primary key (%s)", option.Name.Value, strings.Join(vouched, ", "), strings.Join(t.PrimaryKey.Columns, ", ")),
			"leave primary_key out"}
	case t.PrimaryKey != nil:
		return t.PrimaryKey.Columns, refusal{}
	case len(vouched) == 0:
		columns := "..."
		if index := notNullIndex(t); index != nil {
			columns = strings.Join(index.Columns, ", ")
		}
		return nil, refusal{fmt.Sprintf("table %s has no primary key, so its rows cannot be told apart", t),
			fmt.Sprintf("add a primary key, or say which columns are unique:\ntables:\n  %s: {primary_key: [%s]}", t, columns)}
	}
	for _, name := range option.PrimaryKey {
		column := t.Column(name.Value)
		if column == nil {
			return nil, refusal{} // reported where the section tables was read
		}
		if !column.NotNull {
			c.warn(name.Pos, subject{kind: "table", path: option.Name.Value}, fmt.Sprintf("column %s may be NULL: such a row could not be told from others, and would stop the service", name.Value),
				fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", sqlName(t), quoteIdentifier(name.Value)))
		}
	}
	return vouched, refusal{}
}

// identityRemedy is the statement that gives a table a usable replica identity.
func identityRemedy(t *catalog.Table) string {
	if t.PrimaryKey != nil && !t.PrimaryKey.Deferrable {
		return fmt.Sprintf("ALTER TABLE %s REPLICA IDENTITY DEFAULT", sqlName(t))
	}
	if index := notNullIndex(t); index != nil {
		return fmt.Sprintf("ALTER TABLE %s REPLICA IDENTITY USING INDEX %s", sqlName(t), quoteIdentifier(index.Name))
	}
	return fmt.Sprintf("add a primary key; or, where no columns have a unique index, ALTER TABLE %s REPLICA IDENTITY FULL and name columns that are unique:\ntables:\n  %s: {primary_key: [...]}", sqlName(t), t)
}

// notNullIndex is a unique index that could identify rows, nil if there is none.
func notNullIndex(t *catalog.Table) *catalog.Index {
	nullable := func(name string) bool { return t.Column(name) == nil || !t.Column(name).NotNull }
	for _, x := range t.Indexes {
		if x.Unique && !x.Deferrable && !x.Partial && !x.Expressions && !slices.ContainsFunc(x.Columns, nullable) {
			return x
		}
	}
	return nil
}

func textValues(texts []config.Text) []string {
	var list []string
	for _, text := range texts {
		list = append(list, text.Value)
	}
	return list
}

func sameNames(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
