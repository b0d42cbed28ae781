package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// reachable finds the types of all columns and what they are made of, and all
// enums: expressions can name one that no column has.
const reachable = `
	WITH RECURSIVE used(oid) AS (
	  (SELECT a.atttypid FROM pg_catalog.pg_attribute a, ` + userRelations + `
	     AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	   UNION SELECT e.enumtypid FROM pg_catalog.pg_enum e)
	  UNION
	  SELECT part.oid
	    FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid, LATERAL (
	      SELECT t.typelem WHERE t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
	      UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
	      UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
	                 WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
	      UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid
	      UNION ALL SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid
	    ) part(oid)
	)`

// firstUserOID is FirstNormalObjectId: to_jsonb looks for casts of types from here on.
const firstUserOID = 16384

// types reads all types that columns are made of. Links are set afterwards,
// since a type may come before what it is made of.
func (l *loader) types(ctx context.Context) error {
	type links struct{ elem, base, rangeElem uint32 }
	all := map[uint32]links{}
	err := l.each(ctx, reachable+`
		SELECT t.oid, n.nspname, t.typname, t.typtype, t.typcategory, t.typdelim, t.typbasetype, t.typtypmod,
		       CASE WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc THEN t.typelem ELSE 0 END,
		       coalesce((SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE r.rngtypid = t.oid),
		                (SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngmultitypid = t.oid), 0),
		       EXISTS (SELECT FROM pg_catalog.pg_cast k
		                WHERE k.castsource = t.oid AND k.casttarget = 'pg_catalog.json'::pg_catalog.regtype AND k.castfunc <> 0)
		  FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid
		  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace`,
		func(rows pgx.Rows) error {
			t := &Type{}
			var kind, category, delimiter rune
			var to links
			if err := rows.Scan(&t.OID, &t.Schema, &t.Name, &kind, &category, &delimiter, &to.base, &t.BaseMod,
				&to.elem, &to.rangeElem, &t.HasJSONCast); err != nil {
				return err
			}
			t.Kind, t.Category, t.Delimiter = Kind(kind), byte(category), byte(delimiter)
			if t.Kind == Base && to.elem != 0 {
				t.Kind = Array
			}
			t.HasJSONCast = t.HasJSONCast && t.OID >= firstUserOID
			l.catalog.Types[t.OID], all[t.OID] = t, to
			return nil
		})
	if err != nil {
		return err
	}
	for oid, to := range all {
		t := l.catalog.Types[oid]
		t.Base = l.catalog.Types[to.base]
		t.Elem = l.catalog.Types[max(to.elem, to.rangeElem)] // never both
		if (t.Base == nil) != (to.base == 0) || (t.Elem == nil) != (max(to.elem, to.rangeElem) == 0) {
			return fmt.Errorf("type %s.%s rests on an unknown type", t.Schema, t.Name)
		}
	}
	if err := l.labels(ctx); err != nil {
		return err
	}
	return l.attributes(ctx)
}

func (l *loader) labels(ctx context.Context) error {
	return l.each(ctx, `SELECT e.enumtypid, e.enumlabel FROM pg_catalog.pg_enum e ORDER BY e.enumtypid, e.enumsortorder`,
		func(rows pgx.Rows) error {
			var oid uint32
			var label string
			if err := rows.Scan(&oid, &label); err != nil {
				return err
			}
			if t := l.catalog.Types[oid]; t != nil {
				t.Labels = append(t.Labels, label)
			}
			return nil
		})
}

func (l *loader) attributes(ctx context.Context) error {
	return l.each(ctx, reachable+`
		SELECT t.oid, a.attname, a.atttypid, a.atttypmod
		  FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid
		  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
		 WHERE t.typtype = 'c' ORDER BY t.oid, a.attnum`,
		func(rows pgx.Rows) error {
			var composite, oid uint32
			var a Attribute
			if err := rows.Scan(&composite, &a.Name, &oid, &a.TypeMod); err != nil {
				return err
			}
			if a.Type = l.catalog.Types[oid]; a.Type == nil {
				return fmt.Errorf("attribute %s has the unknown type %d", a.Name, oid)
			}
			t := l.catalog.Types[composite]
			t.Attributes = append(t.Attributes, a)
			return nil
		})
}
