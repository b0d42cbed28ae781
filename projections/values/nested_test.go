package values

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// nest makes, for the values of table base, a table with every kind of type
// that can be made of them.
func (o *oracle) nest(base, typ string) string {
	o.Helper()
	table := base + "_nested"
	delim := ","
	if typ == "box" {
		delim = ";"
	}
	var sql strings.Builder
	for _, statement := range []string{
		`-- %[2]s
		CREATE DOMAIN dom_%[1]s AS %[2]s`,
		`CREATE DOMAIN doms_%[1]s AS dom_%[1]s`,
		`CREATE TYPE comp_%[1]s AS (x %[2]s, "Long ""name""" %[2]s[], gone int, b doms_%[1]s, n int)`,
		`ALTER TYPE comp_%[1]s DROP ATTRIBUTE gone`,
		`CREATE TYPE outer_%[1]s AS (c comp_%[1]s, cs comp_%[1]s[], v %[2]s)`,
		`CREATE DOMAIN arr_%[1]s AS %[2]s[]`,
		`CREATE DOMAIN domc_%[1]s AS comp_%[1]s`,
		`CREATE TABLE %[3]s (v %[2]s, one %[2]s[], two %[2]s[], three %[2]s[], bounds %[2]s[], dom doms_%[1]s, doms doms_%[1]s[],
			comp comp_%[1]s, comps comp_%[1]s[], outer_ outer_%[1]s, arr arr_%[1]s, arrs arr_%[1]s[], domc domc_%[1]s)`,
		`INSERT INTO %[3]s
			SELECT v, one, two, three, bounds, v, one::doms_%[1]s[], comp, comps, row(comp, comps, v)::outer_%[1]s, one, ('{"' || replace(replace(one::text, '\', '\\'), '"', '\"') || '"%[4]sNULL}')::arr_%[1]s[], comp::domc_%[1]s
			  FROM (SELECT *, array[comp, null, row(null, null, null, null)::comp_%[1]s] AS comps
			  FROM (SELECT *, row(v, one, w, 1)::comp_%[1]s AS comp
			  FROM (SELECT a.v, b.v AS w,
			       CASE WHEN a.id %% 5 = 0 THEN '{}' WHEN a.id %% 5 < 3 THEN array[a.v, b.v] ELSE array[a.v, null, b.v] END AS one,
			       CASE WHEN a.id %% 2 = 0 THEN array[[a.v, b.v], [null::%[2]s, a.v]] ELSE array[[a.v], [b.v], [b.v]] END AS two,
			       array[[[a.v], [b.v]], [[b.v], [null::%[2]s]]] AS three,
			       CASE WHEN a.id %% 2 = 0 THEN array_fill(a.v, array[2, 1], array[-3, a.id]) ELSE array_fill(a.v, array[1]) END AS bounds
			  FROM %[1]s a JOIN %[1]s b ON b.id = (a.id * 7) %% (SELECT max(id) FROM %[1]s) + 1 WHERE a.id < 80) x) y) z`,
		`INSERT INTO %[3]s (v) SELECT v FROM %[1]s WHERE id >= 80`,
		`INSERT INTO %[3]s DEFAULT VALUES`,
	} {
		fmt.Fprintf(&sql, statement+";\n", base, typ, table, delim)
	}
	o.exec(sql.String())
	return table
}

// ranges makes a table of ranges and multiranges whose bounds are in table base.
func (o *oracle) ranges(base, typ string) string {
	o.Helper()
	table := "t_" + typ
	multi := strings.Replace(typ, "range", "multirange", 1)
	o.exec(fmt.Sprintf(`
		CREATE DOMAIN dom_%[2]s AS %[2]s;
		CREATE TABLE %[1]s (v %[2]s, vs %[2]s[], dom dom_%[2]s, multi %[3]s, multis %[3]s[]);
		INSERT INTO %[1]s SELECT r, array[r, null, 'empty'], r, %[3]s(r, %[2]s(null, low)), array[%[3]s(r), '{}'] FROM (
			SELECT %[2]s(low, high, kind) AS r, low FROM (
				SELECT least(a.v, b.v) AS low, greatest(a.v, b.v) AS high, (array['[]', '[)', '(]', '()'])[1 + a.id %% 4] AS kind
				  FROM %[4]s a JOIN %[4]s b ON b.id = (a.id * 7) %% (SELECT max(id) FROM %[4]s) + 1
				UNION ALL SELECT null, v, '(]' FROM %[4]s UNION ALL SELECT v, null, '(]' FROM %[4]s
				UNION ALL SELECT v, v, '[]' FROM %[4]s UNION ALL SELECT null, null, '[]') x
			WHERE low::text NOT LIKE '5874897%%' AND high::text NOT LIKE '5874897%%' AND low::text NOT IN ('9223372036854775807', '2147483647')
			  AND high::text NOT IN ('9223372036854775807', '2147483647')) y`, table, typ, multi, base))
	return table
}

// TestAgainstPostgres compares JSON, KeyText, Order and TypeName with
// PostgreSQL, for each type, and for arrays, domains, composites and ranges of it.
func TestAgainstPostgres(t *testing.T) {
	t.Parallel()
	o := newOracle(t, "CREATE TYPE empty_ AS ()", "CREATE TYPE lone AS (t text)")
	tables := map[string]bool{} // the value tells whether the type has an order
	for i, s := range samples {
		base := fmt.Sprintf("t%d", i)
		o.fill(base, s)
		if s.flat {
			tables[base] = !s.noOrder
			continue
		}
		tables[o.nest(base, s.typ)] = !s.noOrder
		for ranged, of := range rangeTypes {
			if of == s.typ {
				tables[o.ranges(base, ranged)] = true
			}
		}
	}
	o.load()
	for table, ordered := range tables {
		for column := range o.types {
			if name, found := strings.CutPrefix(column, table+"."); found && name != "id" {
				o.compare(table, name, ordered)
			}
		}
	}
}

func (o *oracle) compare(table, column string, ordered bool) {
	o.Helper()
	typ, mod := o.typ(table+"."+column), o.mods[table+"."+column]
	o.compareTypeName(table, column)
	toJSON, err := JSON(typ)
	if err != nil {
		o.Fatalf("JSON of %s: %v", TypeName(typ, mod), err)
	}
	order, ok := Order(typ)
	if ok != ordered {
		o.Fatalf("Order of %s: got %v, want %v", TypeName(typ, mod), ok, ordered)
	}
	rank := "0"
	if ordered {
		rank = fmt.Sprintf("dense_rank() OVER (ORDER BY %s)", column)
	}
	rows := o.query(fmt.Sprintf(`SELECT %[1]s, to_jsonb(%[1]s), %[1]s::text, %[2]s FROM %[3]s WHERE NOT %[1]s IS NOT DISTINCT FROM NULL ORDER BY 4`,
		column, rank, table))
	name := TypeName(typ, mod) + " (" + table + "." + column + ")"
	for _, row := range rows {
		o.compareJSON(name, toJSON, row[0], row[1])
		if typ.Unwrap().OID != oidXML {
			o.compareText(name, KeyText(typ), row[0], row[2])
		}
	}
	if ordered {
		o.compareOrder(name, order, rows)
	}
}

func (o *oracle) compareTypeName(table, column string) {
	o.Helper()
	got := TypeName(o.typ(table+"."+column), o.mods[table+"."+column])
	row := o.query(`SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`, table, column)[0]
	want := strings.Replace(string(row[0]), "bpchar", "character", 1) // the one name that no one writes
	if got != want {
		o.Errorf("TypeName of %s.%s: got %s, want %s", table, column, got, want)
	}
}

func (o *oracle) compareJSON(name string, f AppendFunc, text, want []byte) {
	o.Helper()
	var compact bytes.Buffer
	if err := json.Compact(&compact, want); err != nil {
		o.Fatal(err)
	}
	got, err := f([]byte("before"), text)
	if err != nil {
		o.Errorf("JSON of %s %q: %v", name, text, err)
		return
	}
	if got := bytes.TrimPrefix(got, []byte("before")); !bytes.Equal(got, compact.Bytes()) {
		o.Errorf("JSON of %s %q:\n got %.300s\nwant %.300s", name, text, got, compact.Bytes())
	}
}

func (o *oracle) compareText(name string, f AppendFunc, text, want []byte) {
	o.Helper()
	got, err := f([]byte("before"), text)
	if err != nil || string(got) != "before"+string(want) {
		o.Errorf("KeyText of %s %q: got %q, %v; want %q", name, text, got, err, want)
	}
}

// compareOrder expects rows in order, with their rank in the last column.
func (o *oracle) compareOrder(name string, f AppendFunc, rows [][][]byte) {
	o.Helper()
	keys := make([][]byte, len(rows))
	for i, row := range rows {
		key, err := f(nil, row[0])
		if err != nil {
			o.Errorf("Order of %s %q: %v", name, row[0], err)
			return
		}
		keys[i] = key
		if i == 0 {
			continue
		}
		before := rows[i-1]
		want := -1
		if bytes.Equal(before[3], row[3]) {
			want = 0
		}
		if got := bytes.Compare(keys[i-1], key); got != want {
			o.Errorf("Order of %s: %q (%x) and %q (%x) compare as %d, want %d", name, before[0], keys[i-1], row[0], key, got, want)
		}
	}
	slices.SortFunc(keys, bytes.Compare)
	for i := range keys[:max(0, len(keys)-1)] {
		if bytes.HasPrefix(keys[i+1], keys[i]) && !bytes.Equal(keys[i], keys[i+1]) {
			o.Errorf("Order of %s: %x begins like all of %x", name, keys[i+1], keys[i])
		}
	}
}
