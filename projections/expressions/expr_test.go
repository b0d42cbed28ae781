package expressions

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"materializer/internal/proof"
)

// insert are rows with ordinary values, extremes and NULL.
var inserts = []string{
	`INSERT INTO t (id, nn) VALUES (1, 1)`,
	`INSERT INTO t VALUES (2, true, 7, 42, 4200000000, 12.340, 12.34, 1.5, 2.25,
	  'Hello, Wörld', 'varchar', 'ab', 'name', 'x', '\xdeadbeef', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
	  '2024-02-29', '12:34:56.789', '12:34:56+02', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+02', '1 year 2 mons 3 days 04:05:06',
	  '{"a": 1, "b": [1, 2]}', '{"a": 1, "b": [1, {"c": "x"}], "s": "text"}', 'ok', '(1,one)', '("(2,two)",3.5,"{1,2}")', 5, 'short',
	  '{1,2,3}', '{a,NULL,"b c"}', '{1.5,2}', '{2024-01-01}', '{ok,sad}', '{"{\"a\": 1}"}',
	  '[1,10)', '[1.5,2.5]', '[2024-01-01,2024-02-01)', '[2024-01-01 00:00+00,)', '{[1,3),[5,7)}',
	  42, '1010', '10101', '192.168.1.1/24', '12.34', '08:00:2b:01:02:03', 'odd', 2, 'MixED')`,
	`INSERT INTO t VALUES (3, false, -32768, -2147483648, -9223372036854775808, 'NaN', -0.01, '-Infinity', 'NaN',
	  '', '', '', '', 'z', '', '00000000-0000-0000-0000-000000000000',
	  'infinity', '24:00', '00:00-15:59', '-infinity', 'infinity', '-1 mons +1 day -00:00:00.000001',
	  'null', 'null', 'sad', '(,)', '(,,)', 1, '',
	  '{}', '{}', '{NaN}', '{infinity}', '{}', '{null}',
	  'empty', '(,)', '(,2024-01-01)', 'empty', '{}',
	  0, '0000', '', '::1', '-92233720368547758.08', 'ff:ff:ff:ff:ff:ff', '', 3, '')`,
	`INSERT INTO t VALUES (4, NULL, 32767, 2147483647, 9223372036854775807, 99999999999999999999.999, 999999.99, 3.4e38, 1e308,
	  'Straße 😀 ÀÉ', 'İıſ', 'x  ', 'NaMe', 'e', '\x00ff', 'ffffffff-ffff-ffff-ffff-ffffffffffff',
	  '0001-01-01 BC', '00:00', '23:59:59.999999+15:59', '294276-12-31 23:59:59.999999', '4713-01-01 00:00 BC', '-178000000 years',
	  '[]', '[1, 2, 3, null, "x"]', 'happy', '(2147483647,"a ""b"" \\ c")', '("(,)",NaN,{})', 2147483647, 'ärger',
	  '{{1,2},{3,NULL}}', '{NULL}', '[0:1]={1,2}', '{}', '{"O''K, \"two\"",NULL}', '{}',
	  '(,)', 'empty', '[2024-02-29,infinity)', '(,2024-01-01 12:00+00]', '{(,)}',
	  4294967295, '1111', '1', '10.0.0.0/8', '0.01', '00:00:00:00:00:00', 'Ünï', 4, 'ÀÉx')`,
}

// TestAgainstPostgres asks PostgreSQL for every line of a list of expressions.
func TestAgainstPostgres(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inserts...)
	for _, text := range lines(samples) {
		if text = strings.TrimSpace(text); text != "" {
			t.Run(text, func(t *testing.T) { w.compare(t, text) })
		}
	}
}

// compare evaluates a text on every row, here and there.
func (w *world) compare(t *testing.T, text string) {
	t.Helper()
	want, refused := w.theirs(t, text)
	e, err := Compile(text, w, Options{Release: w.release})
	switch {
	case err != nil && refused == nil:
		t.Fatalf("refused: %v; PostgreSQL answers %q", err, want)
	case err != nil:
		return
	case refused != nil:
		t.Fatalf("accepted as %s; PostgreSQL says %s", typeName(e.Type), refused.Message)
	}
	for i, row := range w.rows {
		if got := w.ours(e, row); !proof.Same(t, text, got, want[i]) {
			t.Errorf("row %s\n got %s\nwant %s", row[0], got, want[i])
		}
	}
}

const samples = `
b
id + 1
i4 + i2
i4 + 1
i8 * 2
n + 1
n / 3
n2 * f8
i4 / 0
f8 / 2
-i4
+n
- 5
2147483647
-2147483648
9223372036854775808
1.50
1e10
'text'
null
true
E'a\nb'
b'101'
x'1f'
date '2020-02-03'
timestamp '2020-02-03 04:05:06'
interval '1 day'
interval '1' day
interval '1.5' hour
interval '1 day 2 hours' 
'2020-01-01'::date + 1
'12'::int + 1
s || 'x'
s || i4
i4 || s
s || m
m || s
s || d
s = 'Hello, Wörld'
s < 'b'
v = 'varchar'
c = 'ab'
c = 'ab   '
c::text
c || 'x'
length(c)
v || c
nm = 'name'
m = 'ok'
m < 'happy'
m > 'sad'::mood
m::text
'ok'::mood
s::text::mood
u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
u::text
u < 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid
d + 1
d - d
d + interval '1 month'
d < ts
ts < tt
tt > d
ts - ts
ts + iv
tt - interval '1 hour'
tt at time zone 'Europe/Berlin'
ts at time zone 'UTC'
extract(year from d)
extract(epoch from tt)
date_trunc('month', ts)
date_trunc('day', tt)
date_part('year', ts)
to_char(ts, 'YYYY-MM-DD')
to_char(n, '999.99')
age(ts, ts)
iv * 2
iv = interval '1 day'
tm + interval '1 hour'
j -> 'a'
j ->> 'a'
jb -> 'b' -> 0
jb #> '{b,1,c}'
jb #>> '{b,1,c}'
jb -> 'a' = '1'
jb ? 'a'
jb @> '{"a": 1}'
jb['b'][1]['c']
jb['a']
(jb -> 'a')::int
(jb ->> 'a')::int + 1
jb - 'a'
jb || '{"z": 1}'
jsonb_build_object('a', i4, 'b', s)
to_jsonb(i4)
to_jsonb(p)
jsonb_array_length(jb -> 'b')
p = p
(p).a
(p).b
(ne).p
((ne).p).b
(ne).l[1]
p is null
p is not null
ne is null
p is distinct from p
ai[1]
ai[1:2]
ai[:1]
ai[2:]
ai[1][2]
ai[1:1][2]
at[3]
at || 'x'::text
ai || 4
0 || ai
ai || ai
array[1, 2, 3]
array[i4, i8]
array[[1,2],[3,4]]
array[ai, ai]
array[]::int[]
array['1', '2']::int[]
array[s, v]
array[i4, null]
array_length(ai, 1)
cardinality(ai)
array_position(ai, 2)
array_to_string(at, ',', '*')
ai @> array[1]
ai && '{2}'
1 = any(ai)
i4 = any('{42, 43}')
i4 = any(array[42, null])
i4 <> all(ai)
'a' = any(at)
n > all(an)
m = any(am)
i4 in (42, 43)
i4 in (42)
i4 in (1, null)
i4 not in (1, 2)
i4 not in (1, null)
s in ('', 'x', v)
n in (12.34, 5)
n in (12.34, 5, i4)
m in ('ok', 'sad')
f8 in (2.25, 'NaN')
c in ('ab', 'cd')
i2 in (7, 8.0)
d in ('2024-02-29', '2020-01-01')
(i4, s) = (42, 'Hello, Wörld')
(i4, s) in ((42, 'Hello, Wörld'), (1, 'x'))
(i4, i8) < (42, 5)
(i4, i8) <= (42, 4200000000)
(i4, s) is null
(i4, s) is not null
(i4, s) is distinct from (42, 'x')
i4 between 1 and 100
i4 not between 1 and 100
i4 between symmetric 100 and 1
i4 not between symmetric 100 and 1
s like 'H%'
s not like '%o_W%'
s ilike 'h%'
s like 'a!%' escape '!'
s similar to '(H|h)%'
s not similar to '%x%'
s ~ '^H'
s ~* '^h'
s !~ 'o'
s !~* 'O'
b and i4 > 1
b or i4 > 1
not b
b is true
b is not true
b is false
b is not false
b is unknown
b is not unknown
b = 't'
i4 is null
i4 is not null
i4 is distinct from 42
i4 is not distinct from null
null is null
case when b then 1 else 2.5 end
case when i4 > 0 then s end
case i4 when 42 then 'a' when null then 'b' else 'c' end
case when i4 <> 0 then 100 / i4 end
case s when 'x' then i4 else i8 end
coalesce(s, v, 'x')
coalesce(i4, i8, 0)
coalesce(n, 1)
coalesce(null, i4)
coalesce(1, i4 / 0)
nullif(i4, 42)
nullif(i4, 42.0)
nullif(s, '')
nullif(n, i4)
greatest(i4, i8, 5)
least(n, f8)
greatest(s, v, 'm')
greatest(d, ts)
least(m, 'ok')
cast(i4 as text)
i4::text
i8::int4
n::int
n::int8
f8::int
f8::numeric
n::numeric(5,1)
12.345::numeric(4,1)
n::float4
s::int
'12'::text::int
i4::bool
b::int
b::text
b::varchar(2)
s::varchar(3)
s::char(3)
i4::varchar(1)
c::varchar
s::bytea
y::text
i4::numeric(12,3)
ts::date
ts::time
ts::timestamp(0)
tt::timestamp
tt::date
d::timestamptz
d::text
tm::interval
iv::time
ts::text
iv::text
jb::text
j::jsonb
s::jsonb
jb::int
ai::text
ai::int8[]
ai::text[]
at::int[]
an::numeric(3,1)[]
am::text[]
at::mood[]
ri::text
'[1,5)'::int4range
s collate "C" < 'b'
lower(s)
upper(s)
length(s)
char_length(v)
substring(s from 2 for 3)
substring(s from 'o.')
substring(s, 2)
position('o' in s)
overlay(s placing 'XX' from 2)
trim(s)
trim(both 'H' from s)
trim(leading from v)
left(s, 2)
right(s, 2)
replace(s, 'l', 'L')
split_part(s, ',', 1)
concat(s, i4, null, b)
concat_ws('-', s, i4, d)
format('%s: %s', s, n)
concat(variadic at)
format('%s %s', variadic ai)
md5(s)
initcap(s)
repeat(s, 2)
lpad(s, 20, '*')
abs(i4)
round(n, 1)
round(f8)
round(n)
ceil(n)
floor(f8)
trunc(n, 1)
mod(i4, 5)
power(2, 3)
sqrt(2)
sign(n)
i4 % 5
i4 & 15
i4 | 1
i4 # 3
~ i4
i4 << 2
i4 ^ 2
|/ 25.0
@ i4
lower(ri)
upper(rn)
ri @> 5
ri && int4range(5, 20)
ri + ri
isempty(ri)
int4range(i4, 100)
5 <@ ri
rd @> d
mi @> 2
lower_inc(rt)
range_merge(ri, ri)
encode(y, 'hex')
y || '\x00'
octet_length(y)
get_byte(y, 0)
jsonb_typeof(jb)
jsonb_extract_path_text(jb, 'b', '1', 'c')
jsonb_set(jb, '{a}', '2')
num_nulls(i4, s)
make_date(2020, 1, 2)
make_interval(days => 3)
make_interval(1, mins => 5, secs => 1.5)
make_date(day => 2, year => 2020, month => 1)
jsonb_set('{"a":1}'::jsonb, path => '{b}', replacement => '2')
dp + 1
ds || 'x'
dp is null
o = 42
o + 1
bt & b'1100'
bt::int
i4::bit(8)
ip << '192.168.0.0/16'
ip::text
mo + mo
mo * 2
mc::text
"Odd"
ci = 'mixed'
ci < 'n'
ci = s
ci || 'x'
ci like 'm%'
ci ~ 'IXE'
lower(ci)
replace(ci, 'x', 'y')
ci::text
s::citext = 'HELLO, wörld'
ci in ('MIXED', 'other')
ci is distinct from 'MIXED'
greatest(ci, 'a')
row(1, 2) = row(1, 3)
i4 = (1, 2)
i4 + (1, 2)
'5' + 3
'5' || 3
1 + '5'
'a' = 'b'
'x' || 'y'
'2020-01-01' < d
foo(1)
s + 1
i4 = s
upper(i4)
i4 operator(pg_catalog.+) 1
null + 1
null and b
i4 + null
date('2020-01-01')
int4('5')
text(i4)
float8(n)
numeric(i4)
1 < 2 = true
not b = b
i4 != 42
2 ^ 3 ^ 2
'a' like 'b'
s || null
coalesce(null, null)
greatest(null, null)
nullif(null, null)
case when true then 'x' end
array_append(ai, null)
string_to_array(s, ',')
regexp_replace(s, 'o', '0', 'g')
regexp_match(s, '(H)(e)')
to_date('2020-01-02', 'YYYY-MM-DD')
to_timestamp(0)
to_number('12', '99')
timezone('UTC', ts)
ts::timestamptz
width_bucket(5, 1, 10, 3)
gcd(12, 8)
i4::oid
ch::int
starts_with(s, 'H')
s ^@ 'H'
ascii(s)
chr(65)
translate(s, 'lo', '01')
reverse(s)
substring(s, -2147483648, 2147483647)
regexp_substr('%o%', '', 3, 1, '', 1)
regexp_instr('a.b', 'b', 1, 1, 0, '', 1)
timezone('::1', tz)
concat(variadic array[1, null, 3])
num_nulls(variadic at)
jsonb_build_object(variadic array['a', s])
p in ('(1,one)', '(2,x)')
p = any(array[p, null])
(p).b || (p).a
o::int4
4000000000::oid::int4
o in (42, 4294967295)
c in ('ab', null)
n in (12.34, 'NaN', 1e30)
uuid 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'
bool 'yes'
1::bool
'{1,2}'::int[]
'{"a": 1}'::jsonb
`

// An expression is shared by all that evaluate it.
func TestConcurrentEvaluation(t *testing.T) {
	t.Parallel()
	e, err := Compile("case when id in (1, 2, 3) then upper(s) || id else coalesce(s, 'none') end", stall{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for range 500 {
				id := fmt.Sprint(worker)
				want := "x" + id
				if worker >= 1 && worker <= 3 {
					want = "X" + id + id
				}
				text, null, err := e.AppendText(nil, texts{[]byte(id), []byte("x" + id)})
				if string(text) != want || null || err != nil {
					t.Errorf("got %s, %v, %v; want %s", text, null, err, want)
				}
			}
		})
	}
	group.Wait()
}
