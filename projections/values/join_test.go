package values

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"materializer/catalog"
)

// joinValues are what the columns of a pair hold, so that many are equal or nearly so.
var joinValues = map[string][]string{
	"int2":        {"0", "1", "-1", "2", "32767"},
	"int4":        {"0", "1", "-1", "2", "16777217", "2147483647"},
	"int8":        {"0", "1", "2", "16777217", "2147483647", "9007199254740993", "9223372036854775807"},
	"oid":         {"0", "1", "2", "4294967295", "2147483647"},
	"numeric":     {"0", "1", "1.0", "-1.00", "2.5", "0.1", "0.10", "16777217", "9007199254740993", "9007199254740992", "0.1000000000000000055", "0.100000001490116", "NaN", "Infinity"},
	"float4":      {"0", "-0", "1", "-1", "2.5", "0.1", "16777216", "NaN", "Infinity", "9007199254740992"},
	"float8":      {"0", "-0", "1", "-1", "2.5", "0.1", "16777217", "NaN", "Infinity", "9007199254740992", "9223372036854775807", "0.10000000149011612"},
	"text":        {"", " ", "a", "a ", "A", "a  ", "1", "é", "b"},
	"varchar":     {"", " ", "a", "a ", "A", "a  ", "1", "É"},
	"char(3)":     {"", "a", "A", "1", "é"},
	"bpchar":      {"", " ", "a", "a ", "A"},
	"name":        {"", " ", "a", "a ", "A", "1"},
	`"char"`:      {"", " ", "a", "A", "1"},
	"citext":      {"", " ", "a", "a ", "A", "É", "é"},
	"date":        {"2000-01-01", "1999-12-31", "infinity", "-infinity", "5874897-12-31", "294277-01-01", "0044-03-15 BC"},
	"timestamp":   {"2000-01-01", "2000-01-01 00:00:00.5", "1999-12-31", "infinity", "-infinity", "0044-03-15 BC", "294276-12-31 23:59:59.999999"},
	"timestamptz": {"2000-01-01", "2000-01-01 02:00+02", "infinity", "-infinity", "0044-03-15 00:00+00 BC", "294276-12-31 23:59:59.999999+00"},
	"time":        {"00:00", "10:00", "24:00"},
	"timetz":      {"00:00+00", "10:00+00", "11:00+01", "24:00+00", "24:00+14"},
	"interval":    {"10:00", "1 day", "24:00"},
	"bool":        {"true", "false"},
	"uuid":        {"00000000-0000-0000-0000-000000000000"},
	"bytea":       {`\x61`, `\x`},
	"inet":        {"10.0.0.0/8", "10.0.0.1", "::1"},
	"cidr":        {"10.0.0.0/8", "10.0.0.1", "::1"},
	"macaddr":     {"08:00:2b:01:02:03"},
	"macaddr8":    {"08:00:2b:ff:fe:01:02:03"},
	"bit(3)":      {"101", "100"},
	"varbit":      {"101", "1", "100"},
	"money":       {"1", "2"},
	"pg_lsn":      {"0/1"},
	"xid8":        {"1"},
	"tid":         {"(0,1)"},
	"mood":        {"sad", "ok"},
	"other":       {"sad", "ok"},
	"jsonb":       {"1", `"a"`},
	"json":        {"1"},
	"int4[]":      {"{1}", "{}", "[0:0]={1}"},
	"int8[]":      {"{1}"},
	"text[]":      {"{a}"},
	"varchar[]":   {"{a}"},
	"char(3)[]":   {"{a}"},
	"small":       {"0", "1", "2"},
	"word":        {"a", "A", "é"},
	"int4range":   {"[1,3)", "[1,2]", "empty"},
	"int8range":   {"[1,3)"},
	"pair":        {`(1,a)`, `(1,)`},
	"pair[]":      {`{"(1,a)"}`},
}

// refused are the pairs that PostgreSQL compares and JoinClass does not support.
var refused = map[string]bool{
	"interval = time": true, "int8 = oid": true, "jsonb = jsonb": true,
}

// TestJoinClass compares a = b with the equality of encodings, for every pair of types.
func TestJoinClass(t *testing.T) {
	t.Parallel()
	o := newOracle(t,
		"CREATE TYPE other AS ENUM ('sad', 'ok')", "CREATE DOMAIN small AS int2", "CREATE DOMAIN word AS citext", "CREATE TYPE pair AS (n int, t text)")
	names := map[string]string{} // table to type
	i := 0
	for typ, list := range joinValues {
		table := fmt.Sprintf("j%d", i)
		o.fill(table, sample{typ: typ, values: list})
		names[table] = typ
		i++
	}
	o.load()
	for left, leftName := range names {
		for right, rightName := range names {
			o.compareJoin(left, right, leftName, rightName)
		}
	}
}

func (o *oracle) compareJoin(left, right, leftName, rightName string) {
	o.Helper()
	pair := leftName + " = " + rightName
	a, b := o.typ(left+".v"), o.typ(right+".v")
	class, refusal := JoinClass(a, b)
	rows, err := o.try(fmt.Sprintf("SELECT a.v, b.v, a.v = b.v FROM %s a, %s b", left, right))
	switch {
	case refusal != nil && (err != nil || refused[pair] || refused[rightName+" = "+leftName]):
		return
	case refusal != nil || err != nil:
		o.Errorf("%s: we say %v, PostgreSQL says %v", pair, refusal, err)
		return
	}
	if other, err := JoinClass(b, a); err != nil || other != class {
		o.Errorf("%s: class %s, the other way round %s, %v", pair, class, other, err)
	}
	leftKey, rightKey := class.Key(a), class.Key(b)
	for _, row := range rows {
		x, err := leftKey(nil, row[0])
		y, err2 := rightKey(nil, row[1])
		if err != nil || err2 != nil {
			o.Errorf("%s in class %s: %q = %q: %v, %v", pair, class, row[0], row[1], err, err2)
			continue
		}
		if got, want := bytes.Equal(x, y), string(row[2]) == "t"; got != want {
			o.Errorf("%s in class %s: %q = %q: got %v, want %v", pair, class, row[0], row[1], got, want)
		}
	}
}

func builtin(oid uint32, name string) *catalog.Type {
	return &catalog.Type{OID: oid, Schema: "pg_catalog", Name: name, Kind: catalog.Base, Delimiter: ','}
}

var (
	int4type    = builtin(oidInt4, "int4")
	texttype    = builtin(oidText, "text")
	numerictype = builtin(oidNumeric, "numeric")
	timetype    = builtin(oidTimestamptz, "timestamptz")
	uuidtype    = builtin(oidUUID, "uuid")
	jsonbtype   = builtin(oidJSONB, "jsonb")
	texttypes   = &catalog.Type{OID: 1009, Schema: "pg_catalog", Name: "_text", Kind: catalog.Array, Elem: texttype, Delimiter: ','}
)

func TestJoinErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b *catalog.Type
		want string
	}{
		{int4type, texttype, "integer and text do not compare"},
		{texttypes, timetype, "text[] and timestamp with time zone do not compare"},
		{jsonbtype, jsonbtype, "type jsonb is not supported as a join column"},
	} {
		if _, err := JoinClass(c.a, c.b); err == nil || err.Error() != c.want {
			t.Errorf("JoinClass: got %v, want %s", err, c.want)
		}
	}
}

// TestNatural: the class of a join of a type with itself is its natural one,
// and its encoding is that of Order.
func TestNatural(t *testing.T) {
	t.Parallel()
	class, ok := Natural(int4type)
	joined, err := JoinClass(int4type, int4type)
	if !ok || err != nil || joined != class || class != (Class{kind: classInt}) {
		t.Errorf("classes of integer: %v, %v, %v, %v", class, ok, joined, err)
	}
	order, _ := Order(int4type)
	for _, text := range []string{"0", "-5", "70000"} {
		a, _ := order(nil, []byte(text))
		b, err := class.Key(int4type)(nil, []byte(text))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("keys of %s: %x and %x, %v", text, a, b, err)
		}
	}
	if _, err := class.Key(texttype)(nil, []byte("1")); err == nil {
		t.Error("text has a key in the class of integers")
	}
}

func TestClassString(t *testing.T) {
	t.Parallel()
	mood := &catalog.Type{OID: 20000, Schema: "public", Name: "mood", Kind: catalog.Enum, Labels: []string{"sad", `a"b`}}
	pair := &catalog.Type{OID: 20001, Schema: "public", Name: "pair", Kind: catalog.Composite,
		Attributes: []catalog.Attribute{{Name: "a", Type: int4type}, {Name: "b", Type: texttypes}}}
	var got []string
	for _, typ := range []*catalog.Type{int4type, timetype, texttypes, mood, pair} {
		class, _ := Natural(typ)
		got = append(got, class.String())
	}
	want := []string{"integer", "timestamp", "array(text)", `enum["sad" "a\"b"]`, "composite(integer,array(text))"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := (Class{}).String(); got != "none" {
		t.Errorf("the zero Class: %s", got)
	}
	for kind := classInt; kind <= classMultirange; kind++ {
		if strings.TrimSpace(classNames[kind]) == "" {
			t.Errorf("class %d has no name", kind)
		}
	}
}
