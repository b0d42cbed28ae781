package oracle

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// DrawLoad makes up the first rows of a scenario, parents first.
func DrawLoad(t *rapid.T, s *Scenario) *Workload {
	draw := &statements{T: t, scenario: s}
	var load Transaction
	for _, table := range s.Tables {
		for range rapid.SampledFrom([]int{2, 8, 12, 16, 24}).Draw(t, "rows") {
			load.Statements = append(load.Statements, draw.insert(table))
		}
	}
	return &Workload{Transactions: []Transaction{load}}
}

// DrawWorkload makes up at most so many transactions over a scenario that has
// been loaded. With big, a few of them have thousands of rows.
func DrawWorkload(t *rapid.T, s *Scenario, most int, big bool) *Workload {
	draw := &statements{T: t, scenario: s}
	w := &Workload{}
	for range rapid.IntRange(1, most).Draw(t, "transactions") {
		w.Transactions = append(w.Transactions, draw.transaction(big))
	}
	return w
}

func (s *statements) transaction(big bool) Transaction {
	if big && s.chance(4, "big") {
		return Transaction{Statements: s.big()}
	}
	var t Transaction
	for range rapid.SampledFrom([]int{1, 1, 2, 3, 5}).Draw(s.T, "operations") {
		if !s.chance(10, "savepoint") {
			t.Statements = append(t.Statements, s.operation()...)
			continue
		}
		t.Statements = append(t.Statements, "SAVEPOINT part")
		t.Statements = append(t.Statements, s.operation()...)
		t.Statements = append(t.Statements, rapid.SampledFrom([]string{"ROLLBACK TO part", "RELEASE part"}).Draw(s.T, "savepoint end"))
	}
	t.Abort = s.chance(8, "abort")
	return t
}

// operation draws one thing that applications do.
func (s *statements) operation() []string {
	t := s.table()
	return rapid.SampledFrom(operations).Draw(s.T, "operation")(s, t)
}

// operations stand here as often as they are wanted.
var operations = []func(*statements, *Table) []string{
	insertRow, insertRow, insertRow, insertRow, updateRow, updateRow, updateRow, updateSome,
	moveRow, moveRow, changeKey, changeKey, swapKeys, deleteRow, deleteRow, deleteSome, again,
	sameRow, family, nothingNew, swapUnique, rare,
}

func insertRow(s *statements, t *Table) []string { return []string{s.insert(t)} }

func updateRow(s *statements, t *Table) []string {
	return []string{update(t, s.set(t), s.some(t, 1))}
}

func updateSome(s *statements, t *Table) []string {
	return []string{update(t, s.set(t), s.some(t, 4))}
}

// moveRow gives a row other parents, or none. Where the reference is part of the key, the key changes.
func moveRow(s *statements, t *Table) []string {
	if len(t.Foreign) == 0 {
		return updateRow(s, t)
	}
	f := rapid.SampledFrom(t.Foreign).Draw(s.T, "reference")
	return []string{update(t, s.move(f), s.some(t, rapid.SampledFrom([]int{1, 1, 3}).Draw(s.T, "rows")))}
}

// ownKey is a column of the key that is no reference, nil if there is none.
func (t *Table) ownKey() *Column {
	for _, c := range t.Key {
		if c.foreign == nil {
			return c
		}
	}
	return nil
}

func changeKey(s *statements, t *Table) []string {
	c := t.ownKey()
	if c == nil {
		return moveRow(s, t)
	}
	set := ident(c.Name) + " = " + c.kind.value(s.number(fewKeys, "new key"))
	if s.chance(30, "other columns too") {
		for _, other := range t.written() {
			if other.foreign == nil && !t.inKey(other) && !other.External {
				set += ", " + ident(other.Name) + " = " + s.content(other, "")
			}
		}
	}
	return []string{update(t, set, s.some(t, 1))}
}

// swapKeys exchanges two keys through one that is free.
func swapKeys(s *statements, t *Table) []string {
	c := t.ownKey()
	if c == nil {
		return moveRow(s, t)
	}
	a, b := c.kind.value(s.number(mostSwapped, "one key")), c.kind.value(s.number(mostSwapped, "other key"))
	return swap(t, c, a, b)
}

func swap(t *Table, c *Column, a, b string) []string {
	name, free := ident(c.Name), c.kind.value(fmt.Sprint(spare))
	return []string{
		update(t, name+" = "+free, name+" = "+a),
		update(t, name+" = "+a, name+" = "+b),
		update(t, name+" = "+b, name+" = "+free),
	}
}

// swapUnique exchanges values of a unique column, by which keys may be made.
func swapUnique(s *statements, t *Table) []string {
	for _, unique := range t.Unique {
		if c := unique[0]; len(unique) == 1 && c.foreign == nil {
			a, b := c.kind.value(s.number(mostSwapped, "one value")), c.kind.value(s.number(mostSwapped, "other value"))
			return swap(t, c, a, b)
		}
	}
	return updateRow(s, t)
}

func deleteRow(s *statements, t *Table) []string {
	return []string{"DELETE FROM " + t.sql() + " WHERE " + s.some(t, 1)}
}

func deleteSome(s *statements, t *Table) []string {
	return []string{"DELETE FROM " + t.sql() + " WHERE " + s.some(t, 3)}
}

// again deletes a row and inserts others, maybe under the same key, at once.
func again(s *statements, t *Table) []string {
	return []string{"DELETE FROM " + t.sql() + " WHERE " + s.some(t, 1), s.insert(t), s.insert(t)}
}

// sameRow changes one row several times.
func sameRow(s *statements, t *Table) []string {
	where := s.some(t, 1)
	done := []string{update(t, s.set(t), where), update(t, s.set(t), where)}
	if s.chance(30, "and delete") {
		done = append(done, "DELETE FROM "+t.sql()+" WHERE "+where)
	}
	return done
}

// family changes a parent and its children.
func family(s *statements, t *Table) []string {
	if len(t.Foreign) == 0 {
		return sameRow(s, t)
	}
	f := rapid.SampledFrom(t.Foreign).Draw(s.T, "reference")
	parent := s.pick(f.To, 1)
	done := []string{
		update(f.To, s.set(f.To), "("+names(f.To.Key)+") IN ("+parent+")"),
		update(t, s.set(t), "("+names(f.Columns)+") IN ("+parent+")"),
	}
	if s.chance(30, "parent goes") {
		done = append(done, "DELETE FROM "+f.To.sql()+" WHERE ("+names(f.To.Key)+") IN ("+parent+")")
	}
	return rapid.Permutation(done).Draw(s.T, "order")
}

// nothingNew updates rows to what they are.
func nothingNew(s *statements, t *Table) []string {
	c := rapid.SampledFrom(t.written()).Draw(s.T, "column")
	return []string{update(t, ident(c.Name)+" = "+ident(c.Name), s.some(t, 5))}
}

// rare is what changes many rows.
func rare(s *statements, t *Table) []string {
	switch rapid.IntRange(0, 5).Draw(s.T, "rare") {
	case 4:
		return []string{update(t, s.set(t), s.some(t, 15))}
	case 5:
		return append([]string{"TRUNCATE " + t.sql() + " CASCADE"}, s.insert(t), s.insert(t))
	}
	return updateRow(s, t)
}

// bigRows is how many rows a big transaction inserts into each table.
const bigRows = 1500

// big inserts many rows into a table and those that it refers to, each with its
// own parents, so that no list becomes long; then changes and deletes some of all of them.
func (s *statements) big() []string {
	s.bulks++
	base := s.bulks * bulk
	t := s.table()
	var done []string
	have := map[*Table]bool{}
	s.bigInsert(t, base, have, &done)
	done = append(done,
		update(t, s.setUnjoined(t), fmt.Sprintf("abs(hashtext(ROW(%s)::text)) %% 3 = 0", names(t.Key))),
		fmt.Sprintf("DELETE FROM %s WHERE abs(hashtext(ROW(%s)::text)) %% 4 = 0", t.sql(), names(t.Key)),
	)
	return done
}

func (s *statements) bigInsert(t *Table, base int, have map[*Table]bool, done *[]string) {
	if have[t] {
		return
	}
	have[t] = true
	for _, f := range t.Foreign {
		if !f.Columns[0].Nullable && !f.Undeclared {
			s.bigInsert(f.To, base, have, done)
		}
	}
	var values []string
	for _, c := range t.written() {
		values = append(values, s.bigValue(c, base, have))
	}
	*done = append(*done, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM generate_series(1, %d) AS i",
		t.sql(), names(t.written()), strings.Join(values, ", "), bigRows))
}

// bigValue is made of the number of the row: children of the i-th row are the i-th.
func (s *statements) bigValue(c *Column, base int, have map[*Table]bool) string {
	n := fmt.Sprintf("%d + i", base)
	switch {
	case c.foreign != nil && c.foreign.Undeclared:
		return c.kind.value(n)
	case c.foreign != nil && !have[c.foreign.To]:
		return "NULL"
	case c.foreign != nil:
		return s.bigValue(c.foreign.referenced(c), base, have)
	case c.External && c.Nullable:
		return "NULL"
	}
	return c.kind.value(n)
}
