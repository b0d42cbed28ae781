package oracle

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// Names are made of these; some need quotes in SQL, some are words of SQL.
var (
	tableNames  = []string{"film", "actor", "city", "store", "Order Items", "user", "group", "tag", "größe", "we\"ird", "a"}
	columnNames = []string{
		"name", "title", "state", "amount", "note", "rank", "Full Name", "select", "created_at", "order", "camelCase",
		"data", "flag", "größe", "it's", "code", "ref", "x", "slug", "qu\"ote",
	}
)

// schemas draws the tables of a scenario.
type schemas struct {
	t      *rapid.T
	tables []*Table
}

func drawTables(t *rapid.T) []*Table {
	s := &schemas{t: t}
	pool := rapid.Permutation(tableNames).Draw(t, "table names")
	count := rapid.IntRange(2, 6).Draw(t, "tables")
	for i := range count {
		table := &Table{Schema: "public", Name: pool[i], Identity: ByDefault}
		if s.chance(10, "odd schema") {
			table.Schema = "Odd Schema"
		}
		if i >= 2 && s.chance(40, "junction") {
			s.junction(table)
		} else {
			s.entity(table)
		}
		s.tables = append(s.tables, table)
	}
	if s.chance(15, "cycle") {
		from, to := s.table("cycle from"), s.table("cycle to")
		f := s.reference(from, to, true)
		f.OnDelete = "SET NULL"
	}
	return s.tables
}

func (s *schemas) chance(percent int, what string) bool { return chance(s.t, percent, what) }

// chance is true in about so many of 100 draws, and false when shrunk.
func chance(t *rapid.T, percent int, what string) bool {
	return rapid.IntRange(0, 99).Draw(t, what) >= 100-percent
}

func (s *schemas) table(what string) *Table { return rapid.SampledFrom(s.tables).Draw(s.t, what) }

// column adds a column, under another name if the table has this one already.
func (s *schemas) column(t *Table, name string, k *kind, nullable bool) *Column {
	free := name
	for n := 2; ; n++ {
		taken := false
		for _, c := range t.Columns {
			taken = taken || c.Name == free
		}
		if !taken {
			break
		}
		free = fmt.Sprintf("%s%d", name, n)
	}
	c := &Column{Table: t, Name: free, kind: k, Nullable: nullable}
	t.Columns = append(t.Columns, c)
	return c
}

// entity makes a table of its own right, with references to the tables before it.
func (s *schemas) entity(t *Table) {
	s.key(t)
	if len(s.tables) > 0 {
		for range rapid.IntRange(1, 2).Draw(s.t, "references") {
			s.reference(t, s.table("to"), false)
		}
	}
	if s.chance(25, "self reference") {
		s.reference(t, t, true)
	}
	s.columns(t, rapid.IntRange(1, 6).Draw(s.t, "columns"))
	s.uniques(t)
	s.identity(t)
	s.generated(t)
}

// generated adds a column that is computed from another.
func (s *schemas) generated(t *Table) {
	from := rapid.SampledFrom(t.Columns).Draw(s.t, "generated from")
	made := generated[from.kind.tag]
	if len(made) == 0 || from.External || !s.chance(30, "generated") {
		return
	}
	by := rapid.SampledFrom(made).Draw(s.t, "generated")
	s.column(t, "made", by.kind, true).Made = strings.ReplaceAll(by.sql, "@", ident(from.Name))
}

// key draws a simple or composite key, which may begin with a reference.
func (s *schemas) key(t *Table) {
	k := rapid.SampledFrom(keyKinds).Draw(s.t, "key kind")
	switch form := rapid.IntRange(0, 9).Draw(s.t, "key form"); {
	case form >= 8 && len(s.tables) > 0:
		f := s.reference(t, s.table("owner"), false)
		for _, c := range f.Columns {
			c.Nullable = false
		}
		if f.OnDelete == "SET NULL" {
			f.OnDelete = "CASCADE"
		}
		t.Key = append(append(t.Key, f.Columns...), s.column(t, "no", k, false))
	case form >= 7:
		t.Key = []*Column{s.column(t, "id", k, false), s.column(t, "part", rapid.SampledFrom(keyKinds).Draw(s.t, "second key kind"), false)}
	default:
		t.Key = []*Column{s.column(t, "id", k, false)}
	}
}

// reference adds the columns of a foreign key and the key.
func (s *schemas) reference(t, to *Table, nullable bool) *ForeignKey {
	f := &ForeignKey{Table: t, To: to, OnUpdate: "NO ACTION"}
	nullable = nullable || s.chance(60, "nullable reference")
	if t == to && t.Key == nil {
		panic("a table refers to itself before it has a key")
	}
	for _, k := range to.Key {
		c := s.column(t, to.Name+"_"+k.Name, s.compatible(k.kind), nullable)
		c.foreign = f
		f.Columns = append(f.Columns, c)
	}
	f.OnDelete = rapid.SampledFrom([]string{"CASCADE", "NO ACTION", "SET NULL"}).Draw(s.t, "on delete")
	if !nullable && f.OnDelete == "SET NULL" {
		f.OnDelete = "CASCADE"
	}
	if s.chance(40, "on update cascade") {
		f.OnUpdate = "CASCADE"
	}
	f.Undeclared = len(to.Key) == 1 && !to.Keyless && s.chance(8, "undeclared")
	t.Foreign = append(t.Foreign, f)
	return f
}

// compatible is a type whose values can refer to a key: sometimes another integer.
func (s *schemas) compatible(k *kind) *kind {
	if (k == kindInt || k == kindBigint) && s.chance(20, "other integer") {
		return rapid.SampledFrom([]*kind{kindInt, kindBigint}).Draw(s.t, "integer")
	}
	return k
}

func (s *schemas) columns(t *Table, n int) {
	pool := rapid.Permutation(columnNames).Draw(s.t, "column names")
	for i := range n {
		k := rapid.SampledFrom(otherKinds).Draw(s.t, "kind")
		s.column(t, pool[i], k, s.chance(60, "nullable"))
	}
	if s.chance(30, "long column") {
		k := rapid.SampledFrom([]*kind{longText, longJSON}).Draw(s.t, "long kind")
		s.column(t, "long", k, s.chance(30, "nullable")).External = true
	}
}

// uniques makes some columns unique: a code of its own, a reference (one to one).
func (s *schemas) uniques(t *Table) {
	if s.chance(40, "unique column") {
		k := rapid.SampledFrom(keyKinds).Draw(s.t, "unique kind")
		t.Unique = append(t.Unique, []*Column{s.column(t, "unique_"+k.class, k, s.chance(50, "nullable"))})
	}
	if len(t.Foreign) > 0 && s.chance(15, "one to one") {
		t.Unique = append(t.Unique, rapid.SampledFrom(t.Foreign).Draw(s.t, "unique reference").Columns)
	}
}

func (s *schemas) identity(t *Table) {
	switch n := rapid.IntRange(0, 19).Draw(s.t, "identity"); {
	case n >= 18:
		t.Identity = ByRow
	case n >= 16 && len(t.Unique) > 0 && notNull(t.Unique[0]):
		t.Identity = ByIndex
	case n == 15:
		t.Keyless, t.Identity, t.Unique = true, ByIndex, nil
	case n >= 12 && len(t.Unique) == 0:
		t.Partitioning = "HASH"
		if t.Key[0].kind.class == "number" && s.chance(50, "range") {
			t.Partitioning = "RANGE"
		}
	}
}

func notNull(columns []*Column) bool {
	for _, c := range columns {
		if c.Nullable {
			return false
		}
	}
	return true
}

// junction links two of the tables before it: by the pair alone, by the pair
// and a place, or with rows of their own key, so that a pair may be there twice.
func (s *schemas) junction(t *Table) {
	form := rapid.IntRange(0, 2).Draw(s.t, "junction form")
	if form == 2 {
		t.Key = []*Column{s.column(t, "id", rapid.SampledFrom(keyKinds).Draw(s.t, "key kind"), false)}
	}
	for _, what := range []string{"left", "right"} {
		f := s.reference(t, s.table(what), false)
		if form == 2 {
			continue
		}
		for _, c := range f.Columns {
			c.Nullable = false
		}
		if f.OnDelete == "SET NULL" {
			f.OnDelete = "CASCADE"
		}
		t.Key = append(t.Key, f.Columns...)
	}
	position := s.column(t, "position", kindInt, form != 1)
	if form == 1 {
		t.Key = append(t.Key, position)
	}
	s.columns(t, rapid.IntRange(0, 2).Draw(s.t, "columns"))
	s.identity(t)
}
