package expressions

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"materializer/catalog"
)

// generator writes random expressions over the columns of a world, from the
// functions, operators and casts that are supported and from all the syntax.
type generator struct {
	random *rand.Rand
	parts  []string // every sub-expression written, inner ones first
}

// columns are the columns of the schema by the name of their type.
var columns = map[string][]string{
	"bool": {"b"}, "int2": {"i2"}, "int4": {"i4", "nn", "dp", "id"}, "int8": {"i8"}, "numeric": {"n", "n2"}, "float4": {"f4"}, "float8": {"f8"},
	"text": {"s", `"Odd"`}, "varchar": {"v", "ds"}, "bpchar": {"c"}, "name": {"nm"}, "char": {"ch"}, "bytea": {"y"}, "uuid": {"u"},
	"date": {"d"}, "time": {"tm"}, "timetz": {"tz"}, "timestamp": {"ts"}, "timestamptz": {"tt"}, "interval": {"iv"},
	"json": {"j"}, "jsonb": {"jb"}, "mood": {"m"}, "pair": {"p", "(ne).p"},
	"_int4": {"ai", "(ne).l"}, "_text": {"at"}, "_numeric": {"an"}, "_date": {"ad"}, "_mood": {"am"}, "_jsonb": {"aj"},
	"int4range": {"ri"}, "numrange": {"rn"}, "daterange": {"rd"}, "tstzrange": {"rt"}, "int4multirange": {"mi"},
	"oid": {"o"}, "bit": {"bt"}, "varbit": {"vb"}, "inet": {"ip"}, "money": {"mo"}, "macaddr": {"mc"}, "citext": {"ci"},
}

// literals are texts of values by type.
var literals = map[string][]string{
	"bool": {"true", "f", "yes"}, "int2": {"0", "-1", "7", "32767"}, "int4": {"0", "1", "2", "-3", "5", "2147483647", "-2147483648"}, "int8": {"0", "3", "-9223372036854775808", "4200000000"},
	"numeric": {"0", "1.50", "-0.001", "12345.6789", "NaN", "3"}, "float4": {"0", "1.5", "-Infinity", "3e38"}, "float8": {"0", "-0", "2.25", "1e-300", "NaN"},
	"text": {"", "a", "Hello", "b c", "ä😀", "12", "2024-01-02", "%o%", "YYYY-MM-DD", "{1,2}", "a.c"}, "varchar": {"x", "varchar", ""}, "bpchar": {"ab", "x  "}, "name": {"name"}, "char": {"x", "1"},
	"bytea": {`\x00ff`, "", "abc"}, "uuid": {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"},
	"date": {"2024-02-29", "infinity", "1999-12-31"}, "time": {"12:34:56.5", "24:00"}, "timetz": {"01:02:03+04"}, "timestamp": {"2024-02-29 12:34:56.789", "-infinity"}, "timestamptz": {"2024-02-29 12:34:56+02"},
	"interval": {"1 day", "-1 mon", "02:03:04.5"}, "json": {`{"a": [1, 2]}`, "3"}, "jsonb": {`{"a": [1, {"b": null}]}`, "[1,2]", "3", `"x"`},
	"mood": {"ok", "happy"}, "pair": {"(1,x)", "(,)"}, "_int4": {"{1,2,3}", "{}", "{{1},{2}}"}, "_text": {"{a,NULL}", "{}"}, "_numeric": {"{1.5}"}, "_date": {"{2024-02-29}"}, "_mood": {"{ok,sad}"}, "_jsonb": {"{1}"},
	"int4range": {"[1,5)", "empty"}, "numrange": {"(1.5,)"}, "daterange": {"[2024-01-01,2024-03-01]"}, "tstzrange": {"(,2024-01-01)"}, "int4multirange": {"{[1,2),[5,9)}"},
	"oid": {"42"}, "bit": {"1"}, "varbit": {"0101"}, "inet": {"10.0.0.1/8"}, "money": {"1.50"}, "macaddr": {"08:00:2b:01:02:03"}, "citext": {"MIXed", "a"},
}

var typeList = slices.Sorted(maps.Keys(columns))

// dangerous functions take their time, or memory, in PostgreSQL too.
var dangerous = map[string]bool{"repeat": true, "lpad": true, "rpad": true, "factorial": true, "array_fill": true, "power": true, "pow": true, "exp": true, "numeric_power": true, "dexp": true, "dpow": true, "bit": true, "varbit": true}

// sqlType writes the name of a type.
func sqlType(name string) string {
	if element, ok := strings.CutPrefix(name, "_"); ok {
		return sqlType(element) + "[]"
	}
	switch name {
	case "mood", "pair", "citext":
		return name
	case "char":
		return `"char"`
	}
	return `pg_catalog."` + name + `"`
}

func pick[T any](g *generator, list []T) T { return list[g.random.IntN(len(list))] }

func (g *generator) one(n int) bool { return g.random.IntN(n) == 0 }

// note remembers a sub-expression, in parentheses.
func (g *generator) note(text string) string {
	text = "(" + text + ")"
	g.parts = append(g.parts, text)
	return text
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// leaf is a column, a literal or NULL.
func (g *generator) leaf(t string) string {
	switch {
	case g.one(20):
		return "NULL"
	case g.one(3):
		text := quote(pick(g, literals[t]))
		switch g.random.IntN(4) {
		case 0:
			return text // of unknown type
		case 1:
			return "CAST(" + text + " AS " + sqlType(t) + ")"
		}
		if (t == "int4" || t == "numeric") && text != "'NaN'" && g.one(2) {
			return strings.Trim(text, "'")
		}
		return text + "::" + sqlType(t)
	}
	return pick(g, columns[t])
}

// expr is an expression of a type, or of one that may become it.
func (g *generator) expr(t string, depth int) string {
	if depth <= 0 || columns[t] == nil {
		if columns[t] == nil {
			t = "text"
		}
		return g.leaf(t)
	}
	if g.one(25) {
		t = pick(g, typeList) // what does PostgreSQL make of it?
	}
	switch g.random.IntN(10) {
	case 0:
		return g.leaf(t)
	case 1, 2, 3, 4:
		return g.note(g.call(t, depth))
	case 5:
		return g.note(g.cast(t, depth))
	case 6, 7:
		if t == "bool" {
			return g.note(g.condition(depth))
		}
		if element, ok := strings.CutPrefix(t, "_"); ok {
			return g.note(g.array(element, depth))
		}
	}
	return g.note(g.syntax(t, depth))
}

func (g *generator) cast(t string, depth int) string {
	from := pick(g, typeList)
	inner := g.expr(from, depth-1)
	name := sqlType(t)
	switch {
	case t == "varchar" && g.one(2):
		name = "varchar(3)"
	case t == "bpchar" && g.one(2):
		name = "char(4)"
	case t == "numeric" && g.one(2):
		name = pick(g, []string{"numeric(6,2)", "numeric(3)", "numeric(2,-1)", "numeric(3,5)"})
	case strings.HasPrefix(t, "time") && g.one(2):
		name += fmt.Sprintf("(%d)", g.random.IntN(4))
	}
	if strings.Contains(name, `"(`) { // a modifier needs the plain spelling
		name = strings.ReplaceAll(strings.TrimPrefix(name, "pg_catalog."), `"`, "")
	}
	if g.one(2) {
		return "CAST(" + inner + " AS " + name + ")"
	}
	return inner + "::" + name
}

// syntax is what exists for every type.
func (g *generator) syntax(t string, depth int) string {
	e := func() string { return g.expr(t, depth-1) }
	other := pick(g, typeList)
	switch g.random.IntN(9) {
	case 0:
		return fmt.Sprintf("CASE WHEN %s THEN %s WHEN %s THEN %s ELSE %s END", g.expr("bool", depth-1), e(), g.expr("bool", depth-1), e(), e())
	case 1:
		return fmt.Sprintf("CASE %s WHEN %s THEN %s WHEN %s THEN %s END", g.expr(other, depth-1), g.expr(other, depth-1), e(), g.expr(other, depth-1), e())
	case 2, 3:
		return fmt.Sprintf("COALESCE(%s, %s, %s)", e(), e(), e())
	case 4:
		return fmt.Sprintf("NULLIF(%s, %s)", e(), e())
	case 5:
		return fmt.Sprintf("%s(%s, %s, %s)", pick(g, []string{"GREATEST", "LEAST"}), e(), e(), e())
	case 6:
		if columns["_"+t] != nil {
			return fmt.Sprintf("(%s)[%s]", g.expr("_"+t, depth-1), g.expr("int4", depth-2))
		}
	case 7:
		switch t {
		case "jsonb":
			return fmt.Sprintf("(%s)[%s]", g.expr("jsonb", depth-1), pick(g, []string{"'a'", "0", "'a'][1", "i4", "s"}))
		case "int4":
			return "(" + pick(g, []string{"p", "(ne).p"}) + ").a"
		case "text":
			return pick(g, []string{"(p).b", "((ne).p).b"})
		}
	}
	return e()
}

func (g *generator) array(element string, depth int) string {
	e := func() string { return g.expr(element, depth-1) }
	switch g.random.IntN(4) {
	case 0:
		return fmt.Sprintf("ARRAY[%s, %s]", e(), e())
	case 1:
		return fmt.Sprintf("ARRAY[%s, %s]::%s", e(), e(), sqlType("_"+element))
	case 2:
		return fmt.Sprintf("(%s)[%s:%s]", g.expr("_"+element, depth-1), pick(g, []string{"", "1", "2", "i4", "0"}), pick(g, []string{"", "1", "2", "nn", "NULL"}))
	}
	return fmt.Sprintf("ARRAY[%s, %s]", g.expr("_"+element, depth-1), g.expr("_"+element, depth-1))
}

// condition is the syntax that gives a boolean.
func (g *generator) condition(depth int) string {
	t := pick(g, typeList)
	e := func() string { return g.expr(t, depth-1) }
	b := func() string { return g.expr("bool", depth-1) }
	text := func() string { return g.expr("text", depth-1) }
	not := pick(g, []string{"", "NOT "})
	switch g.random.IntN(17) {
	case 0:
		return b() + " AND " + b() + " AND " + b()
	case 1:
		return b() + " OR " + b()
	case 2:
		return "NOT " + b()
	case 3:
		return e() + " IS " + not + "NULL"
	case 4:
		return b() + " IS " + not + pick(g, []string{"TRUE", "FALSE", "UNKNOWN"})
	case 5:
		return e() + " IS " + not + "DISTINCT FROM " + e()
	case 6, 7:
		return fmt.Sprintf("%s %sIN (%s)", e(), not, strings.Join(g.items(t, depth), ", "))
	case 8:
		return fmt.Sprintf("%s %sBETWEEN %s%s AND %s", e(), not, pick(g, []string{"", "SYMMETRIC "}), e(), e())
	case 9:
		return fmt.Sprintf("%s %s%s %s", text(), not, pick(g, []string{"LIKE", "ILIKE"}), g.pattern())
	case 10:
		return fmt.Sprintf("%s %sLIKE %s ESCAPE %s", text(), not, g.pattern(), pick(g, []string{"'!'", "''", "'%'"}))
	case 11:
		return fmt.Sprintf("%s %sSIMILAR TO %s", text(), not, pick(g, []string{"'%(a|b)%'", "'H%'", "'[a-z]*'", "s"}))
	case 12:
		return fmt.Sprintf("%s %s %s", text(), pick(g, []string{"~", "~*", "!~", "!~*"}), pick(g, []string{"'^h'", "'o.*l'", "'[[:alpha:]]+$'", `'\d'`}))
	case 13:
		return fmt.Sprintf("(%s, %s) %s (%s, %s)", e(), text(), pick(g, []string{"=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM"}), e(), text())
	case 14:
		return fmt.Sprintf("(%s, %s) %sIN ((%s, %s), (%s, 'x'))", e(), text(), not, e(), text(), e())
	}
	op := pick(g, []string{"=", "<>", "<", "<=", ">", ">="})
	array := "_" + t
	if columns[array] == nil {
		return e() + " " + op + " " + e()
	}
	return fmt.Sprintf("%s %s %s (%s)", e(), op, pick(g, []string{"ANY", "ALL"}), g.expr(array, depth-1))
}

func (g *generator) items(t string, depth int) []string {
	var items []string
	for range 1 + g.random.IntN(5) {
		if g.one(3) {
			items = append(items, g.expr(t, depth-1))
		} else {
			items = append(items, quote(pick(g, literals[t]))+pick(g, []string{"", "::" + sqlType(t)}))
		}
	}
	return items
}

func (g *generator) pattern() string {
	return pick(g, []string{"'%o%'", "'H_llo%'", "'!%%'", `'\%'`, "''", "'%'", "s", "'%ß%'"})
}

// unfit tells functions that are not for random calls: those behind varchar(5)
// and its like, whose calls PostgreSQL's planner shortens in ways that are not theirs; comparisons of texts,
// of whose result only the sign is defined; what makes a "char" that is no character; and
// functions written in SQL, whose arguments are not evaluated before they are called.
func unfit(f *signature) bool {
	switch {
	case len(f.args) > 1 && f.args[0].Name == f.name && f.args[1] == intType,
		f.key == "bpchar(char)", f.name == "char", f.key == "substring(text,text,text)",
		len(f.args) > 1 && f.args[0] == citextType && !strings.HasPrefix(f.name, "citext") && !strings.HasPrefix(f.name, "textic"):
		return true
	}
	return strings.HasSuffix(f.name, "cmp") && len(f.args) > 0 && f.args[0].Category == 'S'
}

// callable are the functions and operators that are supported, by the type of their result.
func callable() map[string][]candidate {
	found := map[string][]candidate{}
	for _, functions := range known().functions {
		for _, f := range functions {
			if supported(f) && !f.aggregate && !f.set && !dangerous[f.name] && !unfit(f) {
				found[f.result.Name] = append(found[f.result.Name], candidate{function: f, args: f.args})
			}
		}
	}
	for name, operators := range known().operators {
		for _, o := range operators {
			if supported(o.function) && name != "^" {
				args := []*catalog.Type{o.left, o.right}
				if o.left == nil {
					args = args[1:]
				}
				found[o.result.Name] = append(found[o.result.Name], candidate{function: o.function, operator: o, args: args})
			}
		}
	}
	for _, list := range found {
		slices.SortFunc(list, func(a, b candidate) int {
			return strings.Compare(a.function.key+fmt.Sprint(a.operator == nil), b.function.key+fmt.Sprint(b.operator == nil))
		})
	}
	return found
}

var byResult = map[string][]candidate{}

// call is a call of a function, or an operator, that gives the type.
func (g *generator) call(t string, depth int) string {
	list := slices.Clone(byResult[t])
	switch {
	case strings.HasPrefix(t, "_"):
		list = append(append(list, byResult["anyarray"]...), byResult["anycompatiblearray"]...)
	case strings.HasSuffix(t, "multirange"):
		list = append(list, byResult["anymultirange"]...)
	case strings.HasSuffix(t, "range"):
		list = append(list, byResult["anyrange"]...)
	case t == "int4" || t == "numeric" || t == "date":
		list = append(list, byResult["anyelement"]...)
	}
	if len(list) == 0 {
		return g.leaf(t)
	}
	x := pick(g, list)
	element := strings.TrimPrefix(t, "_")
	if !isPolymorphic(x.function.result) || element == t {
		element = pick(g, []string{"int4", "text", "numeric", "date", "mood", "jsonb"})
	}
	switch t {
	case "int4range", "int4multirange":
		element = "int4"
	case "numrange":
		element = "numeric"
	case "daterange":
		element = "date"
	case "tstzrange":
		element = "timestamptz"
	}
	var args []string
	for i, a := range x.args {
		if x.function.variadic && i == len(x.args)-1 && x.operator == nil && g.one(4) {
			array := a.Name
			if array == "any" {
				array = pick(g, []string{"_int4", "_text", "_date", "_mood"})
			}
			args = append(args, "VARIADIC "+g.expr(array, depth-1))
			continue
		}
		if x.function.variadic && i == len(x.args)-1 && x.operator == nil {
			for range 1 + g.random.IntN(3) {
				args = append(args, g.expr(g.stand(variadicElement(a).Name, element), depth-1))
			}
			continue
		}
		args = append(args, g.expr(g.stand(a.Name, element), depth-1))
	}
	switch {
	case x.operator == nil:
		if slices.Contains(x.args, citextType) || x.function.result == citextType {
			return fmt.Sprintf("%q(%s)", x.function.name, strings.Join(args, ", "))
		}
		return fmt.Sprintf("pg_catalog.%q(%s)", x.function.name, strings.Join(args, ", "))
	case len(args) == 1:
		return x.operator.name + " " + args[0]
	case g.one(10):
		return args[0] + " OPERATOR(pg_catalog." + x.operator.name + ") " + args[1]
	}
	return args[0] + " " + x.operator.name + " " + args[1]
}

// stand is a type for a polymorphic argument of a call with this element.
func (g *generator) stand(name, element string) string {
	switch name {
	case "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray":
		return element
	case "anyenum":
		return "mood"
	case "anyarray", "anycompatiblearray":
		return "_" + element
	case "any":
		return pick(g, typeList)
	case "record":
		return "pair"
	}
	ranges := map[string]string{"int4": "int4range", "numeric": "numrange", "date": "daterange", "timestamptz": "tstzrange"}
	switch name {
	case "anyrange", "anycompatiblerange":
		if ranges[element] != "" {
			return ranges[element]
		}
		return "int4range"
	case "anymultirange", "anycompatiblemultirange":
		return "int4multirange"
	}
	return name
}
