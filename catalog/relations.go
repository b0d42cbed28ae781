package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// userRelations selects what can be named in FROM. Names beginning with pg_
// are the server's own schemas, temporary ones included.
const userRelations = `
	pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
	  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'`

// relations reads the tables themselves. Measuring a table takes a lock, so a
// table under an exclusive lock is estimated from its last known pages.
func (l *loader) relations(ctx context.Context) error {
	return l.each(ctx, `
		SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relispartition, c.relreplident,
		       c.reltuples::pg_catalog.float8, c.relfilenode,
		       CASE WHEN c.relkind IN ('r', 'm') AND c.oid <> ALL (ARRAY(
		                     SELECT k.relation FROM pg_catalog.pg_locks k
		                      WHERE k.relation IS NOT NULL AND k.mode = 'AccessExclusiveLock'))
		            THEN coalesce(pg_catalog.pg_table_size(c.oid), 0)
		            ELSE c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8 END,
		       pg_catalog.row_security_active(c.oid)
		  FROM `+userRelations+`
		 ORDER BY n.nspname, c.relname`,
		func(rows pgx.Rows) error {
			t := &Table{}
			var kind, persistence, identity rune
			if err := rows.Scan(&t.OID, &t.Schema, &t.Name, &kind, &persistence, &t.IsPartition, &identity,
				&t.Rows, &t.FileNode, &t.Bytes, &t.RowSecurity); err != nil {
				return err
			}
			t.Kind, t.Persistence, t.ReplicaIdentity = byte(kind), byte(persistence), byte(identity)
			t.Selectable = true // until a column says otherwise
			l.tables[t.OID] = t
			l.columns[t.OID] = map[int16]*Column{}
			l.catalog.Tables = append(l.catalog.Tables, t)
			return nil
		})
}

func (l *loader) tableColumns(ctx context.Context) error {
	return l.each(ctx, `
		SELECT a.attrelid, a.attname, a.attnum, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated,
		       CASE WHEN a.attgenerated <> '' THEN coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') ELSE '' END,
		       coalesce(o.collname, ''), coalesce(NOT o.collisdeterministic, false),
		       CASE WHEN NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE') THEN false
		            WHEN pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN true
		            ELSE coalesce(pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT'), false) END
		  FROM pg_catalog.pg_attribute a
		  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		  LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation,
		       `+userRelations+`
		   AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		 ORDER BY a.attrelid, a.attnum`,
		func(rows pgx.Rows) error {
			c := &Column{}
			var table, typeOID uint32
			var generated rune
			var selectable *bool
			if err := rows.Scan(&table, &c.Name, &c.Attnum, &typeOID, &c.TypeMod, &c.NotNull, &generated,
				&c.Expression, &c.Collation, &c.Nondeterministic, &selectable); err != nil {
				return err
			}
			t := l.tables[table]
			if generated != 0 {
				c.Generated = byte(generated)
			}
			if c.Type = l.catalog.Types[typeOID]; c.Type == nil {
				return fmt.Errorf("column %s of %s has the unknown type %d", c.Name, t, typeOID)
			}
			c.Selectable = selectable != nil && *selectable
			t.Selectable = t.Selectable && c.Selectable
			t.Columns = append(t.Columns, c)
			l.columns[table][c.Attnum] = c
			return nil
		})
}

// statistics reads what ANALYZE saw of the columns' values, as far as the role may know.
func (l *loader) statistics(ctx context.Context) error {
	return l.each(ctx, `
		SELECT s.schemaname, s.tablename, s.attname, s.n_distinct::pg_catalog.float8,
		       coalesce(s.most_common_freqs[1], 0)::pg_catalog.float8, s.null_frac::pg_catalog.float8, s.avg_width
		  FROM pg_catalog.pg_stats s
		 WHERE s.schemaname <> 'information_schema' AND s.schemaname NOT LIKE 'pg\_%'
		 ORDER BY 1, 2, s.inherited`,
		func() func(pgx.Rows) error {
			byName := map[[2]string]*Table{}
			for _, t := range l.catalog.Tables {
				byName[[2]string{t.Schema, t.Name}] = t
			}
			return func(rows pgx.Rows) error {
				var schema, table, column string
				var distinct, mostCommon, nulls float64
				var width int
				if err := rows.Scan(&schema, &table, &column, &distinct, &mostCommon, &nulls, &width); err != nil {
					return err
				}
				if t := byName[[2]string{schema, table}]; t != nil {
					if c := t.Column(column); c != nil && (c.Distinct == 0 || t.Kind == 'p') {
						c.Distinct, c.MostCommon, c.Nulls, c.Width = distinct, mostCommon, nulls, width
					}
				}
				return nil
			}
		}())
}

// partitions hangs the leaves below every partitioned table and sums up what is counted.
func (l *loader) partitions(ctx context.Context) error {
	children := map[uint32][]*Table{}
	err := l.each(ctx, `
		SELECT i.inhparent, i.inhrelid
		  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
		 WHERE p.relkind = 'p' AND NOT coalesce((pg_catalog.to_jsonb(i)->>'inhdetachpending')::pg_catalog.bool, false)`,
		func(rows pgx.Rows) error {
			var parent, child uint32
			if err := rows.Scan(&parent, &child); err != nil {
				return err
			}
			if t := l.tables[child]; t != nil {
				children[parent] = append(children[parent], t)
			}
			return nil
		})
	if err != nil {
		return err
	}
	for _, t := range l.catalog.Tables {
		if t.Kind == 'p' {
			t.Leaves = leaves(t, children)
			t.sumLeaves()
		}
	}
	return nil
}

func leaves(t *Table, children map[uint32][]*Table) []*Table {
	found := []*Table{}
	for _, child := range children[t.OID] {
		if child.Kind == 'p' {
			found = append(found, leaves(child, children)...)
		} else {
			found = append(found, child)
		}
	}
	slices.SortFunc(found, func(a, b *Table) int { return int(int64(a.OID) - int64(b.OID)) })
	return found
}

func (t *Table) sumLeaves() {
	t.Rows, t.Bytes = -1, 0
	for _, leaf := range t.Leaves {
		t.Bytes += leaf.Bytes
		if leaf.Rows >= 0 {
			t.Rows = max(t.Rows, 0) + leaf.Rows
		}
	}
}
