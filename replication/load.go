package replication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"

	"materializer/cdc"
)

// ErrRewritten means that a table was rewritten, truncated, dropped or had its
// partitions changed after the snapshot was taken. The snapshot shows such a
// table empty or in part, and the stream says nothing of it: begin again.
var ErrRewritten = errors.New("a table was rewritten while it was being loaded")

const (
	partBytes = 64 << 20 // of a table that one worker copies at a time
	// blockBytes is the usual size of a block. Should a server be built with
	// another, parts are larger or smaller, but the last one is open and they
	// still cover all blocks.
	blockBytes = 8192
)

// RowsFunc takes a batch of rows of one table. They are valid during the call
// only. Several workers call it at the same time.
type RowsFunc func(ctx context.Context, table *cdc.Table, batch []cdc.Row) error

// part is what one COPY reads: a table or a leaf of it, or a range of its blocks.
type part struct {
	table        *cdc.Table
	oid          uint32 // of what is read
	schema, name string
	root         bool   // all leaves of a partitioned table at once
	first, end   uint32 // blocks; end 0 is open, since the table may grow
	bytes        int64
}

// stored is a table or leaf as the snapshot and the present see it.
type stored struct {
	oid          uint32
	schema, name string
	kind         byte
	selectable   bool   // as a whole, system columns included
	seen, now    uint32 // file nodes: in the snapshot, at present
	bytes        int64
	rows         int64
}

// Copy reads the tables as of the snapshot with several workers and hands on
// their rows. progress may be nil. The first error ends all workers.
//
// Each part is read in a transaction of its own which first takes the lock that
// keeps rewrites out and only then looks whether one has happened; after all
// parts every table is looked at once more.
func (sn *Snapshot) Copy(ctx context.Context, tables []*cdc.Table, workers int, rows RowsFunc, progress func(Progress)) error {
	conns, err := sn.connectWorkers(ctx, max(1, workers))
	if err != nil {
		return err
	}
	defer func() {
		for _, conn := range conns {
			_ = conn.Close(context.WithoutCancel(ctx))
		}
	}()
	watch, stop := context.WithCancel(ctx)
	var watcher errgroup.Group
	watcher.Go(func() error {
		sn.source.tellWaits(watch, processes(conns)...)
		return nil
	})
	defer func() {
		stop()
		_ = watcher.Wait() // tells, never fails
	}()
	parts, estimate, err := sn.plan(ctx, conns[0], tables)
	if err != nil {
		return err
	}
	count := newCounter(tables, parts, estimate, progress)
	if err := sn.copyParts(ctx, conns, parts, rows, count); err != nil {
		return err
	}
	for _, t := range tables {
		if err := sn.transact(ctx, conns[0], func() error {
			_, err := inspect(ctx, conns[0], t)
			return err
		}); err != nil {
			return fmt.Errorf("check %s after its copy: %w", t, err)
		}
	}
	return nil
}

func (sn *Snapshot) connectWorkers(ctx context.Context, n int) ([]*pgconn.PgConn, error) {
	config, err := connConfig(sn.source.config.URL, false)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = sn.source.config.ApplicationName
	config.RuntimeParams["max_parallel_workers_per_gather"] = "0" // the workers are ours
	config.RuntimeParams["synchronize_seqscans"] = "off"
	conns := make([]*pgconn.PgConn, 0, n)
	for range n {
		conn, err := connect(ctx, config)
		if err != nil {
			for _, open := range conns {
				_ = open.Close(context.WithoutCancel(ctx))
			}
			return nil, err
		}
		conns = append(conns, conn)
	}
	return conns, nil
}

func processes(conns []*pgconn.PgConn) []uint32 {
	pids := make([]uint32, len(conns))
	for i, conn := range conns {
		pids[i] = conn.PID()
	}
	return pids
}

// plan divides the tables into parts, the largest first so that no worker is
// left with a large one at the end.
func (sn *Snapshot) plan(ctx context.Context, conn *pgconn.PgConn, tables []*cdc.Table) ([]part, int64, error) {
	var parts []part
	var estimate int64
	for _, t := range tables {
		err := sn.transact(ctx, conn, func() error {
			relations, err := inspect(ctx, conn, t)
			if err != nil {
				return err
			}
			for _, r := range relations {
				estimate += r.rows
			}
			parts = append(parts, divide(t, relations, sn.partBytes)...)
			return nil
		})
		if err != nil {
			return nil, 0, fmt.Errorf("prepare the copy of %s: %w", t, err)
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return int(min(1, max(-1, b.bytes-a.bytes))) })
	return parts, estimate, nil
}

// divide cuts what a table consists of into parts. Leaves are read one by one
// where the role may read them directly, and ranges of blocks where it may see
// the system column that tells them apart.
func divide(t *cdc.Table, relations []stored, size int64) []part {
	if relations[0].kind == 'p' {
		leaves := slices.DeleteFunc(slices.Clone(relations), func(r stored) bool { return r.kind == 'p' })
		if slices.ContainsFunc(leaves, func(r stored) bool { return !r.selectable }) {
			root := relations[0]
			return []part{{table: t, oid: root.oid, schema: root.schema, name: root.name, root: true}}
		}
		relations = leaves
	}
	var parts []part
	for _, r := range relations {
		whole := part{table: t, oid: r.oid, schema: r.schema, name: r.name, bytes: r.bytes}
		if !r.selectable || r.bytes <= size {
			parts = append(parts, whole)
			continue
		}
		step := uint32(size / blockBytes)
		for first := uint32(0); int64(first)*blockBytes < r.bytes; first += step {
			p := whole
			p.first, p.end, p.bytes = first, first+step, size
			if int64(p.end)*blockBytes >= r.bytes {
				p.end = 0
			}
			parts = append(parts, p)
		}
	}
	return parts
}

func (sn *Snapshot) copyParts(ctx context.Context, conns []*pgconn.PgConn, parts []part, rows RowsFunc, count *counter) error {
	queue := make(chan part, len(parts))
	for _, p := range parts {
		queue <- p
	}
	close(queue)
	group, ctx := errgroup.WithContext(ctx)
	for _, conn := range conns {
		group.Go(func() error {
			for p := range queue {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := sn.copyPart(ctx, conn, p, rows, count); err != nil {
					return fmt.Errorf("copy %s: %w", p.table, err)
				}
				count.finished(p.table)
			}
			return nil
		})
	}
	return group.Wait()
}

func (sn *Snapshot) copyPart(ctx context.Context, conn *pgconn.PgConn, p part, rows RowsFunc, count *counter) error {
	return sn.transact(ctx, conn, func() error {
		if err := lock(ctx, conn, p); err != nil {
			return err
		}
		if _, err := inspectOne(ctx, conn, p.schema, p.name, p.oid, p.root); err != nil {
			return err
		}
		sink := newCopySink(p.table, func(batch []cdc.Row, bytes int64) error {
			if err := rows(ctx, p.table, batch); err != nil {
				return err
			}
			count.copied(p.table, len(batch), bytes)
			return nil
		})
		if _, err := conn.CopyTo(ctx, sink, "COPY ("+p.selection(p.table)+") TO STDOUT"); err != nil {
			if sink.err != nil {
				return sink.err // what the reader of the rows said, not that the copy was broken off
			}
			return rewritten(err)
		}
		return sink.flush()
	})
}

// selection is the query that reads the part. Leaves have the columns of their
// root under the same names, perhaps in another order.
func (p part) selection(t *cdc.Table) string {
	from := "ONLY "
	if p.root {
		from = ""
	}
	sql := "SELECT " + columnList(t) + " FROM " + from + quoteName(p.schema, p.name)
	if p.first == 0 && p.end == 0 {
		return sql
	}
	sql += " WHERE ctid >= '(" + strconv.FormatUint(uint64(p.first), 10) + ",0)'::pg_catalog.tid"
	if p.end != 0 {
		sql += " AND ctid < '(" + strconv.FormatUint(uint64(p.end), 10) + ",0)'::pg_catalog.tid"
	}
	return sql
}

// lock takes the lock of a reader, by reading nothing: LOCK TABLE would want
// more privileges than the columns that we read. Rewrites wait from here on.
func lock(ctx context.Context, conn *pgconn.PgConn, p part) error {
	sql := p
	sql.first, sql.end = 0, 0
	return rewritten(exec(ctx, conn, sql.selection(p.table)+" LIMIT 0"))
}

// transact runs a function in a transaction that sees the snapshot.
func (sn *Snapshot) transact(ctx context.Context, conn *pgconn.PgConn, run func() error) error {
	begin := "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT " + quoteText(sn.Name)
	if err := exec(ctx, conn, begin); err != nil {
		return fmt.Errorf("enter the snapshot %s: %w", sn.Name, err)
	}
	if err := run(); err != nil {
		return err // the connection is of no more use and gets closed
	}
	return exec(ctx, conn, "COMMIT")
}

// inspect looks at a table and all its leaves, and at what has become of them since the snapshot.
func inspect(ctx context.Context, conn *pgconn.PgConn, t *cdc.Table) ([]stored, error) {
	root := part{table: t, schema: t.Schema, name: t.Name, root: true}
	if err := lock(ctx, conn, root); err != nil {
		return nil, err
	}
	return inspectOne(ctx, conn, t.Schema, t.Name, t.OID, true)
}

// inspectOne compares what the snapshot shows of a table with what functions
// say, which always see the present: its name, its file and, if wanted, its leaves.
func inspectOne(ctx context.Context, conn *pgconn.PgConn, schema, name string, oid uint32, withLeaves bool) ([]stored, error) {
	number := strconv.FormatUint(uint64(oid), 10)
	sql := "SELECT pg_catalog.to_regclass(" + quoteText(quoteName(schema, name)) + ")::pg_catalog.oid = " + number + `::pg_catalog.oid`
	rows, err := query(ctx, conn, sql)
	if err != nil {
		return nil, err
	}
	if string(rows[0][0]) != "t" {
		return nil, fmt.Errorf("%w: %s.%s was dropped or renamed", ErrRewritten, schema, name)
	}
	leaves := "false"
	if withLeaves {
		leaves = "p.relkind = 'p'"
	}
	rows, err = query(ctx, conn, `
		WITH RECURSIVE tree(oid) AS (
		  SELECT `+number+`::pg_catalog.oid
		  UNION ALL
		  SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_class p ON p.oid = tree.oid
		    JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.oid WHERE `+leaves+`),
		present(oid) AS (
		  SELECT `+number+`::pg_catalog.oid
		  UNION
		  SELECT t.relid FROM pg_catalog.pg_class p, pg_catalog.pg_partition_tree(p.oid) t
		   WHERE p.oid = `+number+`::pg_catalog.oid AND `+leaves+`)
		SELECT coalesce(tree.oid, present.oid), n.nspname, c.relname, c.relkind,
		       pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
		         AND NOT pg_catalog.row_security_active(c.oid),
		       c.relfilenode, coalesce(pg_catalog.pg_relation_filenode(c.oid), 0),
		       CASE WHEN c.relkind = 'r' THEN coalesce(pg_catalog.pg_relation_size(c.oid), 0) ELSE 0 END,
		       CASE WHEN c.relkind = 'r' AND c.reltuples > 0 THEN c.reltuples::pg_catalog.int8 ELSE 0 END,
		       tree.oid IS NOT NULL AND present.oid IS NOT NULL
		  FROM tree FULL JOIN present ON present.oid = tree.oid
		  LEFT JOIN pg_catalog.pg_class c ON c.oid = tree.oid
		  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		 ORDER BY tree.oid <> `+number+`::pg_catalog.oid, tree.oid`)
	if err != nil {
		return nil, rewritten(err)
	}
	relations := make([]stored, len(rows))
	for i, row := range rows {
		if string(row[9]) != "t" {
			return nil, fmt.Errorf("%w: the partitions of %s.%s changed", ErrRewritten, schema, name)
		}
		if relations[i], err = readStored(row); err != nil {
			return nil, err
		}
		if r := relations[i]; r.seen != r.now {
			return nil, fmt.Errorf("%w: %s.%s has another file than in the snapshot", ErrRewritten, r.schema, r.name)
		}
	}
	return relations, nil
}

func readStored(row [][]byte) (stored, error) {
	var numbers [5]int64
	for i, column := range []int{0, 5, 6, 7, 8} {
		n, err := strconv.ParseInt(string(row[column]), 10, 64)
		if err != nil {
			return stored{}, fmt.Errorf("read the state of a table: %w", err)
		}
		numbers[i] = n
	}
	return stored{
		oid: uint32(numbers[0]), schema: string(row[1]), name: string(row[2]), kind: row[3][0],
		selectable: string(row[4]) == "t",
		seen:       uint32(numbers[1]), now: uint32(numbers[2]), bytes: numbers[3], rows: numbers[4],
	}, nil
}

// rewritten marks errors of objects that are not there any more.
func rewritten(err error) error {
	switch code(err) {
	case "42P01", "42703", "3F000":
		return fmt.Errorf("%w: %w", ErrRewritten, err)
	}
	return err
}
