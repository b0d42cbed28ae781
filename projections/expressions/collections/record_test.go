package collections

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/catalog"
	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/values"
)

const userTypes = `
	CREATE TYPE mood AS ENUM ('sad', 'ok', 'Happy', 'NULL', 'a b');
	CREATE TYPE pair AS (a int4, b text);
	CREATE TYPE nest AS (p pair, list int4[], m mood)`

func mood() *catalog.Type {
	return &catalog.Type{
		OID: firstUserOID, Schema: "public", Name: "mood", Kind: catalog.Enum, BaseMod: -1, Delimiter: ',',
		Labels: []string{"sad", "ok", "Happy", "NULL", "a b"},
	}
}

func arrayOf(t *catalog.Type) *catalog.Type {
	return &catalog.Type{OID: t.OID + 100, Schema: t.Schema, Name: "_" + t.Name, Kind: catalog.Array, Elem: t, Delimiter: ',', BaseMod: -1}
}

func composite(oid uint32, name string, attributes ...*catalog.Type) *catalog.Type {
	t := &catalog.Type{OID: oid, Schema: "public", Name: name, Kind: catalog.Composite, BaseMod: -1, Delimiter: ','}
	for i, a := range attributes {
		t.Attributes = append(t.Attributes, catalog.Attribute{Name: string(rune('a' + i)), Type: a, TypeMod: -1})
	}
	return t
}

func pair(t *testing.T) *catalog.Type {
	return composite(firstUserOID+1, "pair", builtIn(t, "int4"), builtIn(t, "text"))
}

func TestRecordText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t, userTypes))
	texts := []string{
		"", "()", "(,)", "(1,)", "(,a)", "(1,a)", " (1,a) ", "( 1 , a )", "(1,a", "1,a", "(1)", "(1,a,b)", `(1,"")`, `(1,"a""b")`, `(1,"a\"b\\")`, `(1,a\,b)`, `(1,"a,b")`, `(1,a"b c"d)`, `(1,"a`, `(1,a)x`, `("1",NULL)`, `(NULL,a)`,
		`(1, )`, `(1,"(")`, `(1,()`, `(1,a\)`, "(x,a)",
	}
	compareTexts(t, conn, pair(t), "pair", append(texts, randomTexts(`(),"\1a `, 500)...))
	for i, text := range texts {
		texts[i] = `("` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(text) + `","{1,NULL}","a b")`
	}
	nest := composite(firstUserOID+2, "nest", pair(t), builtIn(t, "_int4"), mood())
	compareTexts(t, conn, nest, "nest", texts)
	compareTexts(t, conn, arrayOf(pair(t)), "pair[]", []string{`{"(1,\"a b\")",NULL}`, `{"(,)"}`})
}

func TestEnumText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t, userTypes))
	compareTexts(t, conn, mood(), "mood", []string{"sad", "ok", "Happy", "happy", "", " sad", "sad ", "NULL", "a b"})
	compareTexts(t, conn, arrayOf(mood()), "mood[]", []string{"{sad,NULL}", `{"NULL"}`, "{ a b }", "{x}"})
	codec, err := library(t).Codec(mood())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = codec.Parse("new"); !errors.Is(err, values.ErrUnknownLabel) {
		t.Errorf("unknown label: got %v", err)
	}
}

// TestUserTypes calls functions with types of a database.
func TestUserTypes(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t, userTypes))
	moods := []string{"NULL", "'sad'", "'ok'", "'Happy'", "'a b'"}
	moodArrays := []string{"NULL", "'{}'", "'{sad,ok}'", "'{NULL,Happy}'", "'{a b}'", "'{sad}'"}
	pairs := []string{"NULL", "'(1,a)'", "'(1,b)'", "'(2,a)'", "'(,a)'", "'(1,)'", "'(,)'"}
	call := caller{t: t, library: library(t), random: rand.New(rand.NewPCG(1, 2))}
	for _, f := range enumFunctions() {
		call.compare(f, mood(), moods)
	}
	for _, f := range recordFunctions() {
		call.compare(f, pair(t), pairs)
	}
	for _, f := range arrayFunctions() {
		if strings.Count(f.Signature, "anyarray") == 2 {
			call.compare(f, arrayOf(mood()), moodArrays)
		}
	}
	call.compare2(named("array_position(anycompatiblearray,anycompatible)")[0], arrayOf(mood()), moodArrays, mood(), moods, builtIn(t, "int4"))
	call.questions.compare(t, conn)
}

// caller collects calls of functions with arguments of given types.
type caller struct {
	t         *testing.T
	library   *function.Library
	random    *rand.Rand
	questions questions
}

// compare calls a function of one or two arguments of a type with all samples.
func (c *caller) compare(f function.Function, t *catalog.Type, samples []string) {
	result := builtIn(c.t, "bool")
	switch {
	case strings.Contains(f.Signature, "cmp("):
		result = builtIn(c.t, "int4")
	case strings.HasPrefix(f.Signature, "enum_range"):
		result = arrayOf(t)
	case strings.HasPrefix(f.Signature, "enum_first"), strings.HasPrefix(f.Signature, "enum_last"):
		result = t
	}
	if strings.Contains(f.Signature, ",") {
		c.compare2(f, t, samples, t, samples, result)
		return
	}
	for _, sample := range samples {
		c.call(f, result, []*catalog.Type{t}, []string{sample})
	}
}

func (c *caller) compare2(f function.Function, a *catalog.Type, left []string, b *catalog.Type, right []string, result *catalog.Type) {
	for _, x := range left {
		for _, y := range right {
			c.call(f, result, []*catalog.Type{a, b}, []string{x, y})
		}
	}
}

func (c *caller) call(f function.Function, result *catalog.Type, types []*catalog.Type, literals []string) {
	name, _, _ := strings.Cut(f.Signature, "(")
	args, sql, null := make([]any, len(types)), make([]string, len(types)), false
	for i, t := range types {
		sql[i] = literals[i] + "::" + typeName(t)
		if literals[i] == "NULL" {
			null = true
			continue
		}
		codec, err := c.library.Codec(t)
		if err != nil {
			c.t.Fatal(err)
		}
		if args[i], err = codec.Parse(strings.Trim(literals[i], "'")); err != nil {
			c.t.Fatal(err)
		}
	}
	codec, err := c.library.Codec(result)
	if err != nil {
		c.t.Fatal(err)
	}
	answer := "NULL"
	if strict := !strings.HasPrefix(name, "enum_range") && !strings.HasPrefix(name, "enum_first") && !strings.HasPrefix(name, "enum_last") && name != "array_position"; !strict || !null {
		run, err := c.library.Bind(f, types, result, make([]any, len(types)))
		if err != nil {
			c.t.Fatal(err)
		}
		value, err := run(args)
		answer = proof.Answer(codec, value, err)
	}
	c.questions.add(answer, "pg_catalog.%s(%s)", name, strings.Join(sql, ", "))
}

func typeName(t *catalog.Type) string {
	if t.Kind == catalog.Array {
		return t.Elem.Name + "[]"
	}
	return t.Name
}

// TestRefused are functions that cannot be bound for what the catalog does not tell.
func TestRefused(t *testing.T) {
	t.Parallel()
	l := library(t)
	userRange := &catalog.Type{OID: firstUserOID + 9, Schema: "public", Name: "textrange", Kind: catalog.Range, Elem: builtIn(t, "text")}
	json := builtIn(t, "point")
	for _, c := range []struct {
		signature string
		args      []*catalog.Type
	}{
		{"range_overlaps(anyrange,anyrange)", []*catalog.Type{userRange, userRange}},
		{"array_eq(anyarray,anyarray)", []*catalog.Type{arrayOf(json), arrayOf(json)}},
		{"array_remove(anycompatiblearray,anycompatible)", []*catalog.Type{arrayOf(json), json}},
		{"record_eq(record,record)", []*catalog.Type{pair(t), composite(firstUserOID+5, "other", builtIn(t, "int4"))}},
		{"record_eq(record,record)", []*catalog.Type{pair(t), composite(firstUserOID+5, "other", builtIn(t, "int8"), builtIn(t, "text"))}},
		{"enum_first(anyenum)", []*catalog.Type{{Kind: catalog.Enum, Name: "none"}}},
	} {
		f, ok := l.Function(c.signature)
		if !ok {
			t.Fatalf("no function %s", c.signature)
		}
		if _, err := l.Bind(f, c.args, builtIn(t, "bool"), nil); err == nil {
			t.Errorf("%s of %s: no error", c.signature, c.args[0].Name)
		}
	}
	codec, err := l.Codec(userRange)
	if err != nil {
		t.Fatal(err)
	}
	value, err := codec.Parse(`[a,"b c")`)
	if err != nil || !codec.Stored || string(codec.Append(nil, value)) != `[a,"b c")` {
		t.Errorf("a user's range: %v, %v, stored %v", value, err, codec.Stored)
	}
}

// TestStored are types whose text is only kept.
func TestStored(t *testing.T) {
	t.Parallel()
	l := library(t)
	ltree := &catalog.Type{OID: firstUserOID + 20, Schema: "public", Name: "ltree", Kind: catalog.Base, Delimiter: ','}
	limited := composite(firstUserOID+21, "limited", builtIn(t, "text"))
	limited.Attributes[0].TypeMod = 7
	for _, stored := range []*catalog.Type{ltree, arrayOf(ltree), composite(firstUserOID+22, "of", ltree), limited, builtIn(t, "tsvector")} {
		codec, err := l.Codec(stored)
		if err != nil {
			t.Fatal(err)
		}
		if !codec.Stored {
			t.Errorf("%s: any text would be taken", stored.Name)
		}
	}
	codec, err := l.Codec(ltree)
	if err != nil {
		t.Fatal(err)
	}
	if value, err := codec.Parse("a.b"); err != nil || value != datum.Opaque("a.b") {
		t.Errorf("ltree: %v, %v", value, err)
	}
	if codec, err = l.Codec(builtIn(t, "inet")); err != nil || codec.Stored {
		t.Errorf("inet: stored %v, %v", codec.Stored, err)
	}
}
