package oracle

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// Numbers that rows are made of. Small ones meet often.
const (
	fewKeys     = 30    // keys of rows that come and go
	fewValues   = 6     // values of columns
	mostSwapped = 10    // keys that are swapped
	spare       = 70000 // a key that is free, for swaps
	bulk        = 100000
)

// statements draws the SQL of a workload. Which rows are meant is decided by
// the server, from what is there: a hash of the key puts them into an order
// that looks random and is the same every time.
type statements struct {
	*rapid.T
	scenario *Scenario
	bulks    int // big inserts so far
}

func (s *statements) chance(percent int, what string) bool { return chance(s.T, percent, what) }

func (s *statements) number(most int, what string) string {
	return strconv.Itoa(rapid.IntRange(1, most).Draw(s.T, what))
}

func (s *statements) table() *Table { return rapid.SampledFrom(s.scenario.Tables).Draw(s.T, "table") }

// pick is a query for the key of some rows.
func (s *statements) pick(t *Table, rows int) string {
	seed := rapid.IntRange(1, 1000).Draw(s.T, "pick")
	return pick(t, names(t.Key), seed, rows)
}

func pick(t *Table, what string, seed, rows int) string {
	return fmt.Sprintf("SELECT %s FROM %s ORDER BY md5(ROW(%s)::text || %d), %s LIMIT %d", what, t.sql(), names(t.Key), seed, names(t.Key), rows)
}

// parent is a query for the key of a row that others refer to: often one of
// few, so that lists become long.
func (s *statements) parent(t *Table) string {
	seed := rapid.IntRange(1, 3).Draw(s.T, "parent")
	if s.chance(40, "any parent") {
		seed += rapid.IntRange(1, 1000).Draw(s.T, "pick")
	}
	return pick(t, names(t.Key), seed, 1)
}

// some is a condition for so many rows.
func (s *statements) some(t *Table, rows int) string {
	return "(" + names(t.Key) + ") IN (" + s.pick(t, rows) + ")"
}

// content is SQL for a new value of a column that is not a reference.
func (s *statements) content(c *Column, offset string) string {
	if c.Nullable && s.chance(20, "null") {
		return "NULL"
	}
	if edges := c.kind.edges; len(edges) > 0 && s.chance(20, "edge") {
		return rapid.SampledFrom(edges).Draw(s.T, "edge value")
	}
	most := fewValues
	if c.Table.inKey(c) || c.Table.isUnique([]*Column{c}) {
		most = fewKeys
	}
	return c.kind.value(s.number(most, "value") + offset)
}

// insert draws an INSERT of one or a few rows; rows whose parents are missing are not inserted.
func (s *statements) insert(t *Table) string {
	rows := rapid.SampledFrom([]int{1, 1, 1, 3}).Draw(s.T, "rows")
	offset := ""
	if rows > 1 {
		offset = " + i"
	}
	from := fmt.Sprintf("generate_series(1, %d) AS i", rows)
	source := map[*ForeignKey]string{}
	for n, f := range t.Foreign {
		if f.Undeclared || f.Columns[0].Nullable && s.chance(20, "no parent") {
			continue
		}
		source[f] = fmt.Sprintf("p%d", n)
		join := " CROSS JOIN (%s) AS p%d"
		if f.Columns[0].Nullable {
			join = " LEFT JOIN (%s) AS p%d ON true"
		}
		from += fmt.Sprintf(join, s.parent(f.To), n)
	}
	var values []string
	for _, c := range t.written() {
		values = append(values, s.inserted(c, source, offset))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s%s", t.sql(), names(t.written()), strings.Join(values, ", "), from, s.conflict(t))
}

func (s *statements) inserted(c *Column, source map[*ForeignKey]string, offset string) string {
	f := c.foreign
	switch {
	case f == nil:
		return s.content(c, offset)
	case source[f] != "":
		return source[f] + "." + ident(f.referenced(c).Name)
	case f.Undeclared && !(c.Nullable && s.chance(20, "no parent")):
		return c.kind.value(s.number(fewValues, "parent"))
	}
	return "NULL"
}

// referenced is the column that a column of the key refers to.
func (f *ForeignKey) referenced(c *Column) *Column {
	for i := range f.Columns {
		if f.Columns[i] == c {
			return f.To.Key[i]
		}
	}
	panic("oracle: not a column of the key")
}

// conflict draws what happens to rows that are there already.
func (s *statements) conflict(t *Table) string {
	switch rapid.IntRange(0, 3).Draw(s.T, "on conflict") {
	case 0:
		return ""
	case 1:
		return " ON CONFLICT DO NOTHING"
	}
	var set []string
	for _, c := range t.written() {
		if !t.inKey(c) {
			set = append(set, ident(c.Name)+" = EXCLUDED."+ident(c.Name))
		}
	}
	if len(set) == 0 {
		return " ON CONFLICT DO NOTHING"
	}
	return fmt.Sprintf(" ON CONFLICT (%s) DO UPDATE SET %s", names(t.Key), strings.Join(set, ", "))
}

// set draws new values of some columns that are not part of the key.
func (s *statements) set(t *Table) string {
	var free []*Column
	for _, c := range t.written() {
		if !t.inKey(c) && !(c.External && s.chance(70, "keep long value")) {
			free = append(free, c)
		}
	}
	if len(free) == 0 {
		return names(t.Key[:1]) + " = " + names(t.Key[:1])
	}
	var items []string
	for _, c := range rapid.Permutation(free).Draw(s.T, "set")[:rapid.IntRange(1, min(3, len(free))).Draw(s.T, "columns set")] {
		if c.foreign == nil {
			items = append(items, ident(c.Name)+" = "+s.content(c, ""))
			continue
		}
		if set := s.move(c.foreign); !strings.Contains(strings.Join(items, " "), set) && len(c.foreign.Columns) == 1 {
			items = append(items, set)
		}
	}
	if len(items) == 0 {
		return names(free[:1]) + " = " + names(free[:1])
	}
	return strings.Join(items, ", ")
}

// setUnjoined draws new values of columns that nothing is joined by: the same
// for many rows would make lists of thousands.
func (s *statements) setUnjoined(t *Table) string {
	items := []string{names(t.Key[:1]) + " = " + names(t.Key[:1])}
	for _, c := range t.written() {
		if c.kind.class == "" && !c.External {
			items = append(items, ident(c.Name)+" = "+s.content(c, ""))
		}
	}
	return strings.Join(items, ", ")
}

// move draws a new parent, or none.
func (s *statements) move(f *ForeignKey) string {
	if f.Columns[0].Nullable && s.chance(30, "no parent") {
		var nulls []string
		for _, c := range f.Columns {
			nulls = append(nulls, ident(c.Name)+" = NULL")
		}
		return strings.Join(nulls, ", ")
	}
	if f.Undeclared {
		return names(f.Columns) + " = " + f.Columns[0].kind.value(s.number(fewValues, "parent"))
	}
	return fmt.Sprintf("(%s) = (%s)", names(f.Columns), s.parent(f.To))
}

func update(t *Table, set, where string) string {
	return "UPDATE " + t.sql() + " SET " + set + " WHERE " + where
}
