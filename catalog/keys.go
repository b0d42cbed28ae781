package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// indexes reads all valid indexes, unique or not, and finds the primary key
// and the index that identifies rows in the stream.
func (l *loader) indexes(ctx context.Context) error {
	return l.each(ctx, `
		SELECT i.indrelid, i.indexrelid, x.relname, i.indkey::pg_catalog.int2[], i.indnkeyatts,
		       i.indisprimary, i.indisunique, NOT i.indimmediate, i.indpred IS NOT NULL, i.indexprs IS NOT NULL,
		       coalesce((pg_catalog.to_jsonb(i)->>'indnullsnotdistinct')::pg_catalog.bool, false), i.indisreplident
		  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid,
		       `+userRelations+`
		   AND i.indrelid = c.oid AND i.indisvalid AND i.indislive
		 ORDER BY i.indrelid, NOT i.indisprimary, x.relname`,
		func(rows pgx.Rows) error {
			x := &Index{}
			var table uint32
			var key []int16
			var length int16
			var identity bool
			if err := rows.Scan(&table, &x.OID, &x.Name, &key, &length, &x.Primary, &x.Unique, &x.Deferrable,
				&x.Partial, &x.Expressions, &x.NullsNotDistinct, &identity); err != nil {
				return err
			}
			t := l.tables[table]
			x.Columns = l.names(t, key[:length])
			t.Indexes = append(t.Indexes, x)
			if x.Primary {
				t.PrimaryKey = x
			}
			switch {
			case t.ReplicaIdentity == 'i' && identity,
				t.ReplicaIdentity == 'd' && x.Primary && !x.Deferrable:
				t.IdentityIndex = x
			}
			return nil
		})
}

// foreignKeys reads what tables declare themselves; the copies that a
// partitioned table's key leaves on its partitions have a parent constraint.
// Keys with a PERIOD join by overlap, not by equality, and are left out.
func (l *loader) foreignKeys(ctx context.Context) error {
	return l.each(ctx, `
		SELECT f.conname, f.conrelid, f.conkey, f.confrelid, f.confkey, f.confdeltype, f.confupdtype
		  FROM pg_catalog.pg_constraint f
		 WHERE f.contype = 'f' AND f.conparentid = 0
		   AND NOT coalesce((pg_catalog.to_jsonb(f)->>'conperiod')::pg_catalog.bool, false)
		 ORDER BY f.conrelid, f.conname`,
		func(rows pgx.Rows) error {
			k := &ForeignKey{}
			var table, referenced uint32
			var columns, refColumns []int16
			var onDelete, onUpdate rune
			if err := rows.Scan(&k.Name, &table, &columns, &referenced, &refColumns, &onDelete, &onUpdate); err != nil {
				return err
			}
			k.OnDelete, k.OnUpdate = byte(onDelete), byte(onUpdate)
			k.Table, k.Referenced = l.tables[table], l.tables[referenced]
			if k.Table == nil || k.Referenced == nil {
				return nil // in a schema of the server's own
			}
			k.Columns, k.RefColumns = l.names(k.Table, columns), l.names(k.Referenced, refColumns)
			k.Table.ForeignKeys = append(k.Table.ForeignKeys, k)
			k.Referenced.ReferencedBy = append(k.Referenced.ReferencedBy, k)
			return nil
		})
}

// names turns attribute numbers into names, "" for an expression (0).
func (l *loader) names(t *Table, attnums []int16) []string {
	names := make([]string, len(attnums))
	for i, attnum := range attnums {
		if c := l.columns[t.OID][attnum]; c != nil {
			names[i] = c.Name
		}
	}
	return names
}
