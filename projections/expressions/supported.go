package expressions

import (
	"maps"
	"slices"
	"strings"

	"materializer/catalog"
)

// Group is a part of what is supported, for the documentation.
type Group struct {
	Title string
	Items []Item
}

// Item is one thing that is supported, and the forms in which it can be written.
type Item struct {
	Name  string
	Forms []string
}

// Supported lists syntax, functions by family, operators and casts.
func Supported() []Group {
	groups := []Group{{"Syntax", syntax}}
	hidden := behind()
	for _, f := range families() {
		forms := map[string][]string{}
		for _, implemented := range f.functions {
			if s := known().byKey[implemented.Signature]; s != nil && permitted(s) && !hidden[s] && !internal(s) {
				forms[s.name] = append(forms[s.name], writtenCall(s))
			}
		}
		groups = append(groups, Group{"Functions: " + f.title, items(forms)})
	}
	return append(groups, Group{"Operators", supportedOperators()}, Group{"Casts", supportedCasts()})
}

// syntax is what the compiler itself understands.
var syntax = []Item{
	{"literals", []string{`'text'`, `E'line\n'`, `$$text$$`, `1`, `1.5`, `1e6`, `0x1f`, `true`, `null`, `B'101'`, `X'1f'`, `date '2024-02-29'`, `interval '1 day'`, `'1'::numeric`}},
	{"columns", []string{`column`, `relation.column`, `"Odd Name"`, `(composite).field`, `relation.composite.field`}},
	{"logic", []string{`AND`, `OR`, `NOT`, `IS [NOT] TRUE`, `IS [NOT] FALSE`, `IS [NOT] UNKNOWN`}},
	{"NULL", []string{`IS [NOT] NULL`, `IS [NOT] DISTINCT FROM`, `COALESCE(a, b)`, `NULLIF(a, b)`}},
	{"comparison", []string{`BETWEEN a AND b`, `BETWEEN SYMMETRIC a AND b`, `IN (a, b)`, `NOT IN (a, b)`, `= ANY (array)`, `<> ALL (array)`, `(a, b) = (c, d)`, `(a, b) IN ((1, 2), (3, 4))`, `GREATEST(a, b)`, `LEAST(a, b)`}},
	{"patterns", []string{`LIKE 'a%'`, `ILIKE 'a%'`, `LIKE 'a!%' ESCAPE '!'`, `SIMILAR TO 'a|b'`, `~ '^a'`, `~* '^a'`}},
	{"conditionals", []string{`CASE WHEN a THEN b ELSE c END`, `CASE a WHEN b THEN c END`}},
	{"casts", []string{`CAST(a AS type)`, `a::type`, `varchar(10)`, `char(3)`, `numeric(10,2)`, `timestamp(0)`, `integer[]`}},
	{"arrays", []string{`ARRAY[a, b]`, `a[1]`, `a[1][2]`, `a[1:2]`, `a[:2]`}},
	{"jsonb", []string{`doc['a']['b']`, `doc['a'][0]`}},
	{"calls", []string{`f(a, b)`, `f(a, VARIADIC array)`, `a OPERATOR(pg_catalog.+) b`}},
	{"special calls", []string{`EXTRACT(year FROM a)`, `a AT TIME ZONE 'UTC'`, `POSITION(a IN b)`, `SUBSTRING(a FROM 1 FOR 2)`, `TRIM(BOTH 'x' FROM a)`, `OVERLAY(a PLACING b FROM 1)`}},
	{"collation", []string{`a COLLATE "C"`}},
}

func items(forms map[string][]string) []Item {
	var list []Item
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		slices.Sort(forms[name])
		list = append(list, Item{name, slices.Compact(forms[name])})
	}
	return list
}

func writtenCall(f *signature) string {
	call := f.name + "(" + typeNames(f.args)
	if f.variadic {
		call += ", ..."
	}
	return call + ")"
}

// behind are functions that nobody calls, since an operator or a cast stands for them.
func behind() map[*signature]bool {
	called := map[string]bool{"array_append": true, "array_prepend": true, "array_cat": true, "starts_with": true, "timezone": true, "date": true}
	hidden := map[*signature]bool{}
	hide := func(f *signature) {
		if f != nil && !called[f.name] && !strings.Contains(f.name, "_extract_path") {
			hidden[f] = true
		}
	}
	for _, operators := range known().operators {
		for _, o := range operators {
			hide(o.function)
		}
	}
	for _, c := range known().casts {
		hide(c.function)
	}
	return hidden
}

// internal tells the functions of indexes and aggregates.
func internal(f *signature) bool {
	for _, suffix := range []string{"cmp", "larger", "smaller", "_support", "_accum", "_canonical", "_subdiff"} {
		if strings.HasSuffix(f.name, suffix) {
			return true
		}
	}
	return strings.HasPrefix(f.name, "hash") || f.name == "in_range" || slices.Contains(f.args, citextType)
}

// supportedOperators lists each operator with the types that it takes.
func supportedOperators() []Item {
	forms := map[string][]string{}
	for name, operators := range known().operators {
		for _, o := range operators {
			if !supported(o.function) || o.left == citextType {
				continue
			}
			types := []*catalog.Type{o.left, o.right}
			if o.left == nil {
				types = types[1:]
			}
			forms[name] = append(forms[name], operation(name, types)+" → "+typeName(o.result))
		}
	}
	return items(forms)
}

// supportedCasts lists for each type what it can be cast to, but for text, to which all can be.
func supportedCasts() []Item {
	forms := map[string][]string{}
	for p, c := range known().casts {
		usable := c.method != 'f' || supported(c.function)
		if p.from != p.to && usable && p.to.Category != 'S' && readable(p.from) && readable(p.to) {
			forms[typeName(p.from)] = append(forms[typeName(p.from)], typeName(p.to))
		}
	}
	return items(forms)
}

// readable tells types whose values can be used.
func readable(t *catalog.Type) bool {
	_, err := Library().Codec(t)
	return err == nil && volatileText(t, t) == "" && !strings.HasPrefix(t.Name, "pg_")
}
