package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// attempts bounds how often a load that raced with DDL is repeated.
const attempts = 3

// Load reads the catalog of the connection's database in one repeatable-read,
// read-only transaction. It keeps no lock on a table, and waits for one that is held
// exclusively only where it must print the expression of a generated column.
func Load(ctx context.Context, conn *pgx.Conn) (*Catalog, error) {
	for attempt := 1; ; attempt++ {
		c, err := loadOnce(ctx, conn)
		if err == nil {
			return c, nil
		}
		if attempt == attempts || !isRace(err) {
			return nil, fmt.Errorf("load catalog: %w", err)
		}
	}
}

// isRace recognises objects that vanished between the snapshot, which queries
// see, and the present, which functions such as pg_get_expr see.
func isRace(err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "XX000", "42P01", "42703", "42704", "3F000":
		return true
	}
	return false
}

// loader assembles one Catalog; its maps find by OID what later queries refer to.
type loader struct {
	tx      pgx.Tx
	catalog *Catalog
	tables  map[uint32]*Table
	columns map[uint32]map[int16]*Column // by table and attnum
}

func loadOnce(ctx context.Context, conn *pgx.Conn) (*Catalog, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // nothing to commit
	l := &loader{
		tx:      tx,
		catalog: &Catalog{Types: map[uint32]*Type{}},
		tables:  map[uint32]*Table{},
		columns: map[uint32]map[int16]*Column{},
	}
	for _, step := range []struct {
		what string
		load func(context.Context) error
	}{
		{"database", l.database},
		{"types", l.types},
		{"tables", l.relations},
		{"columns", l.tableColumns},
		{"statistics", l.statistics},
		{"indexes", l.indexes},
		{"foreign keys", l.foreignKeys},
		{"partitions", l.partitions},
	} {
		if err := step.load(ctx); err != nil {
			return nil, fmt.Errorf("read %s: %w", step.what, err)
		}
	}
	return l.catalog, nil
}

// database reads what is true of the whole database. The builtin and ICU
// providers of newer versions have a locale of their own; to_jsonb reads
// columns that older versions lack.
func (l *loader) database(ctx context.Context) error {
	return l.tx.QueryRow(ctx, `
		SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
		       d.datname, pg_catalog.pg_encoding_to_char(d.encoding),
		       coalesce(CASE WHEN j->>'datlocprovider' IN ('i', 'b')
		                     THEN coalesce(j->>'datlocale', j->>'daticulocale') END, d.datcollate)
		  FROM pg_catalog.pg_database d, pg_catalog.to_jsonb(d) j
		 WHERE d.datname = pg_catalog.current_database()`).
		Scan(&l.catalog.Version, &l.catalog.Database, &l.catalog.Encoding, &l.catalog.Collate)
}

// each runs a query and hands every row to scan.
func (l *loader) each(ctx context.Context, sql string, scan func(pgx.Rows) error) error {
	rows, err := l.tx.Query(ctx, sql)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
