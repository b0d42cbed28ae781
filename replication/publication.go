package replication

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"materializer/cdc"
)

// made is the comment on publications that we created and therefore may change.
const made = "made by materializer"

// publication is what the catalog says of our publication.
type publication struct {
	exists    bool
	allTables bool
	viaRoot   bool
	missing   []string // operations that it does not publish
	owned     bool     // the role may alter it
	ours      bool     // by its name or its comment
	owner     string
	members   []member
}

// member is a table of a publication.
type member struct {
	oid     uint32
	root    uint32   // the partitioned table at its top, or itself
	columns []string // nil if all
	filter  bool
}

// EnsurePublication creates the publication for exactly these tables, or
// changes ours to them. One that is not ours, or that the role may not change,
// is used as it is if it covers them; otherwise Problems say what it lacks. It
// reports whether the publication lacked something until now: changes of the
// time before are then missing from the stream of an older slot, and only a
// new load makes up for them.
func (s *Source) EnsurePublication(ctx context.Context, tables []*cdc.Table) (mended bool, err error) {
	err = s.control(ctx, func(conn *pgx.Conn) error {
		p, err := s.publication(ctx, conn)
		if err != nil {
			return err
		}
		lacks := s.lacks(p, tables)
		mended = len(lacks) > 0
		switch {
		case !p.exists:
			return s.createPublication(ctx, conn, tables)
		case p.owned && p.ours && !p.allTables && len(tables) > 0:
			if !mended && s.exact(p, tables) {
				return nil
			}
			return s.alterPublication(ctx, conn, tables)
		case mended:
			return lacks
		}
		return nil
	})
	switch {
	case code(err) == "42501":
		return false, Problems{{
			Subject: "publication " + s.config.Publication,
			Message: "the role may not make or change it: " + err.Error(),
			Remedy:  "as the owner of the tables or as superuser: " + s.createStatement(tables) + ";",
		}}
	case err != nil:
		return false, fmt.Errorf("set up publication %s: %w", s.config.Publication, err)
	case mended:
		s.config.Logger.Info("publication set", "publication", s.config.Publication, "tables", len(tables))
	}
	return mended, nil
}

// exact tells whether a publication that covers the tables holds nothing else.
func (s *Source) exact(p publication, tables []*cdc.Table) bool {
	for _, m := range p.members {
		i := slices.IndexFunc(tables, func(t *cdc.Table) bool { return t.OID == m.oid })
		if i < 0 || (m.columns != nil) != s.columnLists() {
			return false
		}
		if m.columns != nil && len(m.columns) != len(tables[i].Columns) {
			return false
		}
	}
	return true
}

// CheckPublication finds what the publication lacks for these tables, without
// changing it: a table that left it is silently missing from the stream.
func (s *Source) CheckPublication(ctx context.Context, tables []*cdc.Table) (Problems, error) {
	var found Problems
	err := s.control(ctx, func(conn *pgx.Conn) error {
		p, err := s.publication(ctx, conn)
		found = s.lacks(p, tables)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("check publication %s: %w", s.config.Publication, err)
	}
	return found, nil
}

// publication reads the state of our publication; the lists and filters of
// PostgreSQL 15 and later are read by way of JSON.
func (s *Source) publication(ctx context.Context, conn *pgx.Conn) (publication, error) {
	var p publication
	var oid uint32
	err := conn.QueryRow(ctx, `
		SELECT p.oid, p.puballtables, p.pubviaroot, pg_has_role(p.pubowner, 'USAGE'), pg_get_userbyid(p.pubowner),
		       coalesce(obj_description(p.oid, 'pg_publication'), '') = $2,
		       array_remove(ARRAY[CASE WHEN NOT p.pubinsert THEN 'insert' END, CASE WHEN NOT p.pubupdate THEN 'update' END,
		                          CASE WHEN NOT p.pubdelete THEN 'delete' END, CASE WHEN NOT p.pubtruncate THEN 'truncate' END], NULL)
		  FROM pg_publication p WHERE p.pubname = $1`, s.config.Publication, made).
		Scan(&oid, &p.allTables, &p.viaRoot, &p.owned, &p.owner, &p.ours, &p.missing)
	if errors.Is(err, pgx.ErrNoRows) {
		return publication{}, nil
	}
	if err != nil {
		return publication{}, err
	}
	p.exists = true
	p.ours = p.ours || s.config.Publication == defaultName(s.config.Name)
	rows, err := conn.Query(ctx, `
		SELECT c.oid, coalesce(pg_partition_root(c.oid), c.oid)::oid,
		       r.prattrs IS NOT NULL, ARRAY(
		         SELECT a.attname::text FROM pg_attribute a
		          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		            AND (r.prattrs IS NULL OR a.attnum = ANY (r.prattrs))),
		       coalesce(r.filtered, false)
		  FROM pg_publication_tables t
		  JOIN pg_namespace n ON n.nspname = t.schemaname
		  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
		  LEFT JOIN LATERAL (
		    SELECT string_to_array(translate(j->>'prattrs', '[] ', ''), ',')::int2[] AS prattrs, j->>'prqual' IS NOT NULL AS filtered
		      FROM pg_publication_rel r, to_jsonb(r) j WHERE r.prrelid = c.oid AND r.prpubid = $2) r ON true
		 WHERE t.pubname = $1`, s.config.Publication, oid)
	if err != nil {
		return publication{}, err
	}
	p.members, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (member, error) {
		var m member
		var listed bool
		err := row.Scan(&m.oid, &m.root, &listed, &m.columns, &m.filter)
		if !listed {
			m.columns = nil
		}
		return m, err
	})
	return p, err
}

// lacks compares the publication with what the tables need of it.
func (s *Source) lacks(p publication, tables []*cdc.Table) Problems {
	var found Problems
	subject, name := "publication "+s.config.Publication, quoteName(s.config.Publication)
	if !p.exists {
		found.add(subject, "it does not exist", s.createStatement(tables)+";")
		return found
	}
	if len(p.missing) > 0 {
		found.add(subject, "it does not publish "+strings.Join(p.missing, ", ")+": such changes would be missed",
			"ALTER PUBLICATION "+name+" SET (publish = 'insert, update, delete, truncate');")
	}
	if !p.viaRoot {
		found.add(subject, "it does not publish partitions as their partitioned table",
			"ALTER PUBLICATION "+name+" SET (publish_via_partition_root = true);")
	}
	for _, t := range tables {
		i := slices.IndexFunc(p.members, func(m member) bool { return m.oid == t.OID })
		switch {
		case i < 0 && !p.viaRoot && slices.ContainsFunc(p.members, func(m member) bool { return m.root == t.OID }):
			// its leaves are listed, until the publication is set to publish by the root
		case i < 0:
			found.add(subject, "it does not contain the table "+t.String(),
				"ALTER PUBLICATION "+name+" ADD TABLE ONLY "+quoteName(t.Schema, t.Name)+";")
		case p.members[i].filter:
			found.add(subject, "it has a row filter on "+t.String()+": rows would be missed", s.setStatement(tables)+";")
		case p.members[i].columns != nil:
			if hidden := without(t, p.members[i].columns); len(hidden) > 0 {
				found.add(subject, "its column list hides "+strings.Join(hidden, ", ")+" of "+t.String(), s.setStatement(tables)+";")
			}
		}
	}
	return found
}

// without lists the columns of the table that are not among the names.
func without(t *cdc.Table, names []string) []string {
	var hidden []string
	for _, c := range t.Columns {
		if !slices.Contains(names, c.Name) {
			hidden = append(hidden, c.Name)
		}
	}
	return hidden
}

func (s *Source) createPublication(ctx context.Context, conn *pgx.Conn, tables []*cdc.Table) error {
	return s.change(ctx, conn, s.createStatement(tables),
		"COMMENT ON PUBLICATION "+quoteName(s.config.Publication)+" IS "+quoteText(made))
}

func (s *Source) alterPublication(ctx context.Context, conn *pgx.Conn, tables []*cdc.Table) error {
	return s.change(ctx, conn, s.setStatement(tables),
		"ALTER PUBLICATION "+quoteName(s.config.Publication)+" SET ("+options+")")
}

const options = "publish = 'insert, update, delete, truncate', publish_via_partition_root = true"

// createStatement publishes whole rows unless the user chose column lists:
// a list would also block DROP COLUMN.
func (s *Source) createStatement(tables []*cdc.Table) string {
	statement := "CREATE PUBLICATION " + quoteName(s.config.Publication)
	if len(tables) > 0 {
		statement += " FOR TABLE " + s.tableList(tables)
	}
	return statement + " WITH (" + options + ")"
}

func (s *Source) setStatement(tables []*cdc.Table) string {
	return "ALTER PUBLICATION " + quoteName(s.config.Publication) + " SET TABLE " + s.tableList(tables)
}

func (s *Source) tableList(tables []*cdc.Table) string {
	items := make([]string, len(tables))
	for i, t := range tables {
		items[i] = "ONLY " + quoteName(t.Schema, t.Name)
		if s.columnLists() {
			items[i] += " (" + columnList(t) + ")"
		}
	}
	return strings.Join(items, ", ")
}

// columnLists are a thing of PostgreSQL 15 and later.
func (s *Source) columnLists() bool { return s.config.ColumnLists && s.version >= 15 }

func columnList(t *cdc.Table) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoteName(c.Name)
	}
	return strings.Join(names, ", ")
}

// dropPublication leaves what is not ours.
func (s *Source) dropPublication(ctx context.Context) error {
	err := s.control(ctx, func(conn *pgx.Conn) error {
		p, err := s.publication(ctx, conn)
		if err != nil || !p.exists {
			return err
		}
		if !p.ours || !p.owned {
			s.config.Logger.Info("publication left: it is not ours", "publication", s.config.Publication, "owner", p.owner)
			return nil
		}
		return s.change(ctx, conn, "DROP PUBLICATION IF EXISTS "+quoteName(s.config.Publication))
	})
	if err != nil {
		return fmt.Errorf("drop publication %s: %w", s.config.Publication, err)
	}
	return nil
}

// change runs statements in one transaction, which gives up rather than queue
// for long behind somebody's lock.
func (s *Source) change(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // of no effect after the commit
	for _, sql := range append([]string{"SET LOCAL lock_timeout TO '30s'"}, statements...) {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}
