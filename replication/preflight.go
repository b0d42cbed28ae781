package replication

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"materializer/catalog"
	"materializer/cdc"
)

// Preflight finds everything that keeps these tables from being replicated,
// or that replicating them would break for the application, all at once. It
// creates and changes nothing.
func (s *Source) Preflight(ctx context.Context, tables []*cdc.Table, cat *catalog.Catalog) (Problems, error) {
	var found Problems
	err := s.control(ctx, func(conn *pgx.Conn) error {
		server, err := s.serverFacts(ctx, conn)
		if err != nil {
			return err
		}
		server.check(s, &found)
		access, err := tableAccess(ctx, conn, tables)
		if err != nil {
			return err
		}
		byOID := map[uint32]*catalog.Table{}
		for _, t := range cat.Tables {
			byOID[t.OID] = t
		}
		for _, t := range tables {
			if known := byOID[t.OID]; known == nil {
				found.add("table "+t.String(), "it is not in the database any more", "check the configuration again")
			} else {
				s.checkTable(t, known, access[t.OID], server, &found)
			}
		}
		return s.checkPublication(ctx, conn, tables, access, server, &found)
	})
	if err != nil {
		return nil, fmt.Errorf("check the source: %w", err)
	}
	return found, nil
}

// serverFacts is what Preflight asks about server, role and slots.
type serverFacts struct {
	Standby      bool
	WALLevel     string
	Role         string
	MayReplicate bool
	MayCreate    bool // in the database
	SlotsUsed    int
	SlotsMax     int
	SendersUsed  int
	SendersMax   int
	IdleSlots    []string
	SlotPlugin   *string // of the slot that has our name
	SlotDatabase string
	SlotActive   bool
	StandbySlots string // synchronized_standby_slots, PostgreSQL 17 and later
}

func (s *Source) serverFacts(ctx context.Context, conn *pgx.Conn) (serverFacts, error) {
	var f serverFacts
	err := conn.QueryRow(ctx, `
		SELECT pg_is_in_recovery(), current_setting('wal_level'), current_user,
		       r.rolsuper OR r.rolreplication OR EXISTS (
		         SELECT FROM pg_roles m WHERE m.rolname = 'rds_replication' AND pg_has_role(m.oid, 'MEMBER')),
		       has_database_privilege(current_database(), 'CREATE'),
		       (SELECT count(*) FROM pg_replication_slots), current_setting('max_replication_slots')::int4,
		       (SELECT count(*) FROM pg_stat_get_wal_senders()), current_setting('max_wal_senders')::int4,
		       ARRAY(SELECT o.slot_name::text FROM pg_replication_slots o WHERE NOT o.active ORDER BY 1),
		       coalesce(current_setting('synchronized_standby_slots', true), ''),
		       CASE WHEN s.slot_name IS NOT NULL THEN coalesce(s.plugin::text, 'none, it is a physical slot') END, coalesce(s.database, ''), coalesce(s.active, false)
		  FROM pg_roles r LEFT JOIN pg_replication_slots s ON s.slot_name = $1
		 WHERE r.rolname = current_user`, s.config.Slot).
		Scan(&f.Standby, &f.WALLevel, &f.Role, &f.MayReplicate, &f.MayCreate, &f.SlotsUsed, &f.SlotsMax,
			&f.SendersUsed, &f.SendersMax, &f.IdleSlots, &f.StandbySlots, &f.SlotPlugin, &f.SlotDatabase, &f.SlotActive)
	return f, err
}

func (f serverFacts) check(s *Source, found *Problems) {
	if f.Standby {
		*found = append(*found, standbyProblem)
	}
	if f.WALLevel != "logical" {
		found.add("server", "wal_level is "+f.WALLevel+": the log does not hold row changes",
			"ALTER SYSTEM SET wal_level = 'logical'; then restart PostgreSQL (managed services have a parameter such as rds.logical_replication)")
	}
	if !f.MayReplicate {
		found.add("role "+f.Role, "it may not read the replication stream",
			"as superuser: ALTER ROLE "+quoteName(f.Role)+" REPLICATION; (on Amazon RDS: GRANT rds_replication TO "+quoteName(f.Role)+";)")
	}
	f.checkSlots(s, found)
	if free := f.SendersMax - f.SendersUsed; free < 1 && !f.SlotActive {
		found.add("server", fmt.Sprintf("all %d WAL senders (max_wal_senders) are in use", f.SendersMax),
			fmt.Sprintf("ALTER SYSTEM SET max_wal_senders = %d; then restart PostgreSQL", f.SendersMax+5))
	}
	if s.version >= 17 && !s.config.NoFailover && f.StandbySlots == "" {
		found.warn("server", "synchronized_standby_slots is empty: after a failover the stream may be ahead of the new primary, which costs a new load",
			"ALTER SYSTEM SET synchronized_standby_slots = '<the physical slot of the standby>'; SELECT pg_reload_conf(); where there is a standby")
	}
}

func (f serverFacts) checkSlots(s *Source, found *Problems) {
	slot := s.config.Slot
	if f.SlotPlugin != nil {
		if *f.SlotPlugin != plugin || f.SlotDatabase != s.database {
			found.add("slot "+slot, fmt.Sprintf("a slot of something else has this name (plugin %s, database %q)", *f.SlotPlugin, f.SlotDatabase),
				"choose another name for ours, or, if nothing needs it: SELECT pg_drop_replication_slot("+quoteText(slot)+");")
		}
		return
	}
	if f.SlotsUsed < f.SlotsMax {
		return
	}
	remedy := fmt.Sprintf("ALTER SYSTEM SET max_replication_slots = %d; then restart PostgreSQL", f.SlotsMax+5)
	if len(f.IdleSlots) > 0 {
		remedy += "; or drop a slot that nobody needs: SELECT pg_drop_replication_slot(" + quoteText(f.IdleSlots[0]) +
			"); (inactive now: " + strings.Join(f.IdleSlots, ", ") + ")"
	}
	found.add("server", fmt.Sprintf("all %d replication slots (max_replication_slots) are in use", f.SlotsMax), remedy)
}

// access is what the role may do with a table beyond reading columns.
type access struct {
	schema bool // may use its schema
	owner  string
	owned  bool // may publish it
}

func tableAccess(ctx context.Context, conn *pgx.Conn, tables []*cdc.Table) (map[uint32]access, error) {
	oids := make([]uint32, len(tables))
	for i, t := range tables {
		oids[i] = t.OID
	}
	rows, err := conn.Query(ctx, `
		SELECT c.oid, has_schema_privilege(c.relnamespace, 'USAGE'), pg_get_userbyid(c.relowner), pg_has_role(c.relowner, 'USAGE')
		  FROM pg_class c WHERE c.oid = ANY ($1::oid[])`, oids)
	if err != nil {
		return nil, err
	}
	found := map[uint32]access{}
	var oid uint32
	var a access
	_, err = pgx.ForEachRow(rows, []any{&oid, &a.schema, &a.owner, &a.owned}, func() error {
		found[oid] = a
		return nil
	})
	return found, err
}

// checkTable looks at one table and, if it is partitioned, at its leaves.
func (s *Source) checkTable(t *cdc.Table, known *catalog.Table, may access, server serverFacts, found *Problems) {
	subject := "table " + t.String()
	if known.Kind != 'r' && known.Kind != 'p' {
		found.add(subject, "it is no table but "+kindName(known.Kind)+": it has no changes of its own", "use the tables that it is made of")
		return
	}
	checkReadable(t, known, may, server.Role, found)
	if known.RowSecurity {
		found.add(subject, "row-level security hides rows from the role "+server.Role,
			"as superuser: ALTER ROLE "+quoteName(server.Role)+" BYPASSRLS;")
	}
	if known.Kind == 'p' {
		for _, leaf := range known.Leaves {
			s.checkStorage(t, leaf, found)
			s.checkIdentity(t, leaf, found)
		}
		return
	}
	if known.Persistence == 't' {
		found.add(subject, "it is a temporary table", "use a permanent one")
		return
	}
	s.checkStorage(t, known, found)
	s.checkIdentity(t, known, found)
}

func checkReadable(t *cdc.Table, known *catalog.Table, may access, role string, found *Problems) {
	subject := "table " + t.String()
	if !may.schema {
		found.add(subject, "the role "+role+" may not use the schema "+t.Schema,
			"GRANT USAGE ON SCHEMA "+quoteName(t.Schema)+" TO "+quoteName(role)+"; GRANT SELECT ON "+quoteName(t.Schema, t.Name)+" TO "+quoteName(role)+";")
		return
	}
	var hidden, gone, generated []string
	for _, c := range t.Columns {
		column := known.Column(c.Name)
		switch {
		case column == nil:
			gone = append(gone, c.Name)
		case column.Generated != 0:
			generated = append(generated, c.Name)
		case !column.Selectable:
			hidden = append(hidden, c.Name)
		}
	}
	if len(gone) > 0 {
		found.add(subject, "it has no "+columnWord(gone)+" any more", "check the configuration again")
	}
	if len(generated) > 0 {
		found.add(subject, "the stream does not carry the generated "+columnWord(generated), "use the columns that it is computed from")
	}
	if len(hidden) > 0 {
		found.add(subject, "the role "+role+" may not read the "+columnWord(hidden),
			"GRANT SELECT ON "+quoteName(t.Schema, t.Name)+" TO "+quoteName(role)+";")
	}
}

func columnWord(names []string) string {
	if len(names) == 1 {
		return "column " + names[0]
	}
	return "columns " + strings.Join(names, ", ")
}

// checkStorage refuses what never reaches the log. The table is t itself or one of its leaves.
func (s *Source) checkStorage(t *cdc.Table, stored *catalog.Table, found *Problems) {
	subject, name := storedSubject(t, stored), quoteName(stored.Schema, stored.Name)
	switch {
	case stored.Kind == 'f':
		found.add(subject, "it is a foreign table: its changes are in another server's log", "detach it, or materialize from that server")
	case stored.Persistence == 'u':
		found.add(subject, "it is unlogged: its changes are in no log", "ALTER TABLE "+name+" SET LOGGED;")
	}
}

// checkIdentity makes sure that the stream names the row that an update or a
// delete changes, and that publishing does not make these statements fail.
func (s *Source) checkIdentity(t *cdc.Table, stored *catalog.Table, found *Problems) {
	if stored.Kind != 'r' {
		return
	}
	subject, name := storedSubject(t, stored), quoteName(stored.Schema, stored.Name)
	const breaks = ": once published, its UPDATE and DELETE would fail for the application"
	want := identityNames(t)
	switch index := stored.IdentityIndex; {
	case stored.ReplicaIdentity == 'f' && s.columnLists():
		found.add(subject, "REPLICA IDENTITY FULL does not go with a column list"+breaks,
			"set source.column_lists: false, or ALTER TABLE "+name+" REPLICA IDENTITY DEFAULT;")
	case stored.ReplicaIdentity == 'f':
	case stored.ReplicaIdentity == 'n':
		found.add(subject, "it has REPLICA IDENTITY NOTHING"+breaks, identityRemedy(stored, name))
	case index == nil && stored.ReplicaIdentity == 'i':
		found.add(subject, "the index of its REPLICA IDENTITY is gone"+breaks, identityRemedy(stored, name))
	case index == nil && stored.PrimaryKey != nil:
		found.add(subject, "its primary key is deferrable and cannot identify rows in the stream"+breaks,
			"ALTER TABLE "+name+" DROP CONSTRAINT "+quoteName(stored.PrimaryKey.Name)+", ADD PRIMARY KEY ("+columnsSQL(stored.PrimaryKey.Columns)+");")
	case index == nil:
		found.add(subject, "it has neither a primary key nor another REPLICA IDENTITY"+breaks, identityRemedy(stored, name))
	case !slices.Equal(sorted(index.Columns), sorted(want)):
		found.add(subject, fmt.Sprintf("its REPLICA IDENTITY is (%s), but rows are identified by (%s): the stream would not always tell which row changed",
			strings.Join(index.Columns, ", "), strings.Join(want, ", ")), identityRemedy(stored, name))
	}
}

func columnsSQL(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quoteName(name)
	}
	return strings.Join(quoted, ", ")
}

// identityRemedy is the statement that gives the table a usable identity.
func identityRemedy(stored *catalog.Table, name string) string {
	if stored.PrimaryKey != nil && !stored.PrimaryKey.Deferrable {
		return "ALTER TABLE " + name + " REPLICA IDENTITY DEFAULT;"
	}
	for _, x := range stored.Indexes {
		if x.Unique && !x.Deferrable && !x.Partial && !x.Expressions && allNotNull(stored, x.Columns) {
			return "ALTER TABLE " + name + " REPLICA IDENTITY USING INDEX " + quoteName(x.Name) + ";"
		}
	}
	return "ALTER TABLE " + name + " ADD PRIMARY KEY (...); or, where no columns are unique, ALTER TABLE " + name +
		" REPLICA IDENTITY FULL; with an entry for it in the section tables"
}

func allNotNull(t *catalog.Table, names []string) bool {
	for _, name := range names {
		if c := t.Column(name); c == nil || !c.NotNull {
			return false
		}
	}
	return true
}

func storedSubject(t *cdc.Table, stored *catalog.Table) string {
	if stored.OID == t.OID {
		return "table " + t.String()
	}
	return "partition " + stored.String() + " of " + t.String()
}

func identityNames(t *cdc.Table) []string {
	names := make([]string, len(t.Identity))
	for i, column := range t.Identity {
		names[i] = t.Columns[column].Name
	}
	return names
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func kindName(kind byte) string {
	switch kind {
	case 'v':
		return "a view"
	case 'm':
		return "a materialized view"
	case 'f':
		return "a foreign table"
	}
	return "something else"
}

// checkPublication finds whether EnsurePublication will succeed.
func (s *Source) checkPublication(ctx context.Context, conn *pgx.Conn, tables []*cdc.Table, may map[uint32]access, server serverFacts, found *Problems) error {
	p, err := s.publication(ctx, conn)
	if err != nil {
		return err
	}
	lacks := s.lacks(p, tables)
	if p.exists && (len(lacks) == 0 || !p.ours || !p.owned || p.allTables) {
		*found = append(*found, lacks...)
		return nil
	}
	var obstacles []string
	if !p.exists && !server.MayCreate {
		obstacles = append(obstacles, "may not create anything in the database "+s.database)
	}
	for _, t := range tables {
		if a, known := may[t.OID]; known && !a.owned {
			obstacles = append(obstacles, "does not own the table "+t.String()+" (its owner is "+a.owner+")")
		}
	}
	if len(obstacles) > 0 {
		statement := s.createStatement(tables)
		if p.exists {
			statement = s.setStatement(tables)
		}
		found.add("publication "+s.config.Publication, "the role "+server.Role+" cannot make it: it "+strings.Join(obstacles, ", "),
			"as superuser: "+statement+";")
	}
	return nil
}
