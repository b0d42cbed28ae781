package demo

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
)

// fill makes the shop's tables and copies its rows in, and tells of what it is
// about to do. It gives the number of rows of each table, in the order of shop.tables.
func fill(ctx context.Context, conn *pgx.Conn, s *shop, tell func(string)) ([]int64, error) {
	if _, err := conn.PgConn().Exec(ctx, schema).ReadAll(); err != nil {
		return nil, fmt.Errorf("make the shop's tables: %w", err)
	}
	var counts []int64
	for _, t := range s.tables() {
		tell("copying rows into " + t.name)
		n, err := copyRows(ctx, conn, t)
		if err != nil {
			return nil, fmt.Errorf("fill table %s: %w", t.name, err)
		}
		counts = append(counts, n)
	}
	tell("making indexes")
	if _, err := conn.PgConn().Exec(ctx, indexes+continueSequences()+"ANALYZE;").ReadAll(); err != nil {
		return nil, fmt.Errorf("index the shop's tables: %w", err)
	}
	return counts, nil
}

func copyRows(ctx context.Context, conn *pgx.Conn, t table) (int64, error) {
	next, stop := iter.Pull(t.rows)
	defer stop()
	return conn.CopyFrom(ctx, pgx.Identifier{t.name}, strings.Fields(t.columns), pgx.CopyFromFunc(func() ([]any, error) {
		row, _ := next() // nil ends the copy
		return row, nil
	}))
}

// continueSequences makes new rows get ids after those that were copied.
func continueSequences() string {
	var sql strings.Builder
	for _, name := range serial {
		fmt.Fprintf(&sql, "SELECT setval(pg_get_serial_sequence('%s', 'id'), (SELECT max(id) FROM %[1]s));\n", name)
	}
	return sql.String()
}
