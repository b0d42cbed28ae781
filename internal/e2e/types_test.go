package e2e

import (
	"fmt"
	"strings"
	"testing"

	"materializer/internal/servers/servertest"
)

// samples are values of every built-in type, the nasty ones above all: first of
// what is loaded, then of what is streamed.
var samples = []struct {
	typ    string
	values []string // SQL literals
}{
	{"smallint", []string{"-32768", "32767"}},
	{"integer", []string{"-2147483648", "2147483647"}},
	{"bigint", []string{"-9223372036854775808", "9223372036854775807"}},
	{"numeric", []string{"'NaN'", "'-Infinity'", "1e400", "1.10", "-0.000000000000000000000000000000000001"}},
	{"numeric(10,2)", []string{"1", "-99999999.99"}},
	{"real", []string{"0.1", "'NaN'", "'-Infinity'", "1.6777216e+07"}},
	{"double precision", []string{"0.1", "'Infinity'", "1e-323", "1e300", "'-0'"}},
	{"money", []string{"'1234.50'", "'-0.01'"}},
	{"boolean", []string{"true", "false"}},
	{"text", []string{"''", "E'a\\nb\\t\"q\" \\\\ \\u2028 \U0001F600 </script>'", "repeat('x', 300000)"}},
	{"varchar(10)", []string{"'ab  '", "'é'"}},
	{"char(6)", []string{"'ab'", "''"}},
	{`"char"`, []string{"'a'", "''"}},
	{"name", []string{"'some name'"}},
	{"bytea", []string{`'\xdeadbeef00'`, `''`}},
	{"date", []string{"'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'", "'2024-02-29'"}},
	{"timestamp", []string{"'infinity'", "'0044-03-15 10:00:00 BC'", "'294276-12-31 23:59:59.999999'", "'2024-07-01 12:00'"}},
	{"timestamptz", []string{"'infinity'", "'0044-03-15 10:00:00 BC'", "'294276-12-31 23:59:59.999999+00'", "'2024-07-01 12:00+05:30'"}},
	{"time", []string{"'24:00:00'", "'04:05:06.789'"}},
	{"timetz", []string{"'23:59:59.999999+15:59'", "'04:05-08'"}},
	{"interval", []string{"'1 year 2 mons -3 days 04:05:06.7'", "'-178000000 years'", "'0'"}},
	{"uuid", []string{"'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"}},
	{"json", []string{`'{"b": 1, "a": 2, "b": 1.10, "n": 1234567890123456789012345678901234567890}'`, "'null'", `'  [1, {"x" : null}] '`}},
	{"jsonb", []string{`'{"b": 1, "aa": [1.50, null], "c": {"d": "\u00e9"}}'`, "'null'", "'1e5'"}},
	{"xml", []string{"'<a>b</a>'"}},
	{"inet", []string{"'10.0.0.1/8'", "'::1'"}},
	{"cidr", []string{"'10.0.0.0/8'"}},
	{"macaddr", []string{"'08:00:2b:01:02:03'"}},
	{"bit(5)", []string{"B'10101'"}},
	{"varbit", []string{"B''", "B'101'"}},
	{"point", []string{"'(1.5,-2)'"}},
	{"box", []string{"'(1,2),(3,4)'"}},
	{"path", []string{"'((0,0),(1,1))'"}},
	{"circle", []string{"'<(1,2),3>'"}},
	{"tsvector", []string{"'a fat cat'"}},
	{"tsquery", []string{"'fat & rat'"}},
	{"int4range", []string{"'[1,5]'", "'empty'", "'(,6)'"}},
	{"tstzrange", []string{`'["2024-01-01 00:00+00",infinity)'`}},
	{"nummultirange", []string{"'{[1,2),(3,)}'"}},
	{"pg_lsn", []string{"'16/B374D848'"}},
	{"oid", []string{"4294967295"}},
	{"integer[]", []string{"'{1,NULL,3}'", "'[0:2]={1,2,3}'", "'{{1,2},{3,NULL}}'", "'{}'"}},
	{"text[]", []string{`ARRAY['a,b','NULL',NULL,'"q"','{x}','']`}},
	{"box[]", []string{"'{(3,4),(1,2);(7,8),(5,6)}'"}},
	{"timestamptz[]", []string{"ARRAY['2024-07-01 12:00+02','infinity']::timestamptz[]"}},
	{"mood", []string{"'sad'", "'very \"happy\"'"}},
	{"mood[]", []string{"ARRAY['sad',NULL]::mood[]"}},
	{"positive", []string{"5"}},
	{"tagged", []string{`ROW(1,'a "b", c',ARRAY[1.10,NULL],ROW(2,NULL)::pair)`, "ROW(NULL,NULL,NULL,NULL)"}},
	{"tagged[]", []string{`ARRAY[ROW(1,'x',NULL,NULL)::tagged,NULL]`}},
	{"hstore", []string{`'a=>1, "b c"=>NULL'`}},
	{"citext", []string{"'MiXed'"}},
}

const typesSchema = `
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'very "happy"');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE TYPE pair AS (x integer, y text);
CREATE TYPE tagged AS (id integer, "na me" text, list numeric[], inner_pair pair);
`

// hostile makes settings of sessions the default that change the text of values.
const hostile = `DO $$ BEGIN
	EXECUTE format('ALTER DATABASE %I SET datestyle = "German"', current_database());
	EXECUTE format('ALTER DATABASE %I SET intervalstyle = "iso_8601"', current_database());
	EXECUTE format('ALTER DATABASE %I SET timezone = "Asia/Kolkata"', current_database());
	EXECUTE format('ALTER DATABASE %I SET extra_float_digits = -3', current_database());
	EXECUTE format('ALTER DATABASE %I SET bytea_output = "escape"', current_database());
END $$`

// TestTypes shows that a document holds what to_jsonb gives for every type, by
// COPY and by the stream, whatever the role's settings are, and that an update
// which leaves a TOAST value alone keeps it.
func TestTypes(t *testing.T) {
	t.Parallel()
	var columns []string
	most := 0
	for i, s := range samples {
		columns = append(columns, fmt.Sprintf("c%d %s", i, s.typ))
		most = max(most, len(s.values))
	}
	insert := func(offset int) string {
		var rows []string
		for n := range most {
			row := []string{fmt.Sprint(offset + n)}
			for _, s := range samples {
				value := "NULL"
				if n < len(s.values) {
					value = "CAST(" + s.values[n] + " AS " + s.typ + ")"
				}
				row = append(row, value)
			}
			rows = append(rows, "("+strings.Join(row, ", ")+")")
		}
		return "INSERT INTO v VALUES " + strings.Join(rows, ", ")
	}
	r := start(t, typesSchema+hostile+";CREATE TABLE v (id int PRIMARY KEY, "+strings.Join(columns, ", ")+", n int);"+
		insert(0), `
projections:
  all:
    from: v
    key: "v:{id}"
    columns: "*"
`)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, insert(1000), "UPDATE v SET n = 1")
	r.wantOracle(t)
	servertest.Exec(t, r.pg, "UPDATE v SET id = id + 5000", "DELETE FROM v WHERE id % 3 = 0")
	r.wantOracle(t)
}

// TestUnshowable holds a json value that jsonb cannot hold. Its document keeps
// what it was, also through a load into new state, and goes with its row.
func TestUnshowable(t *testing.T) {
	t.Parallel()
	const yaml = "projections:\n  doc: {from: doc, key: \"doc:{id}\", columns: [id, body]}\n"
	r := start(t, `CREATE TABLE doc (id int PRIMARY KEY, body json);
		INSERT INTO doc VALUES (1, '{"a": 1}'), (2, '{"a": 2}')`, yaml)
	r.wantOracle(t)
	servertest.Exec(t, r.pg, `UPDATE doc SET body = '{"a": "\u0000"}' WHERE id = 1`, `UPDATE doc SET body = '{"a": 3}' WHERE id = 2`)
	r.wantKeys(t, map[string]string{"doc:1": `{"id":1,"body":{"a":1}}`, "doc:2": `{"id":2,"body":{"a":3}}`})
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	r.run(t, strings.Replace(yaml, "columns: [id, body]", "columns: [body, id]", 1)) // loads anew
	r.wantKeys(t, map[string]string{"doc:1": `{"id":1,"body":{"a":1}}`, "doc:2": `{"body":{"a":3},"id":2}`})
	servertest.Exec(t, r.pg, `DELETE FROM doc WHERE id = 1`)
	r.wantKeys(t, map[string]string{"doc:2": `{"body":{"a":3},"id":2}`})
}
