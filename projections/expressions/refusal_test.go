package expressions

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"materializer/catalog"
	"materializer/internal/suggest"
	"materializer/projections/expressions/signatures"
)

// shelf is a scope that needs no database.
type shelf struct{}

var (
	moodType   = &catalog.Type{OID: 90001, Schema: "public", Name: "mood", Kind: catalog.Enum, BaseMod: -1, Category: 'E', Labels: []string{"sad", "ok", "happy"}}
	pairType   = &catalog.Type{OID: 90002, Schema: "public", Name: "pair", Kind: catalog.Composite, BaseMod: -1, Category: 'C', Attributes: []catalog.Attribute{{Name: "a", Type: intType, TypeMod: -1}, {Name: "b", Type: textType, TypeMod: -1}}}
	domainType = &catalog.Type{OID: 90003, Schema: "public", Name: "positive", Kind: catalog.Domain, BaseMod: -1, Category: 'N', Base: intType}
)

var shelved = map[string]Leaf{
	"id": {Type: intType}, "a": {Type: intType, Nullable: true}, "big": {Type: bigintType}, "n": {Type: numericType, TypeMod: 655366}, "s": {Type: textType, Nullable: true}, "b": {Type: boolType},
	"d": {Type: builtIn("date")}, "ts": {Type: builtIn("timestamp")}, "tt": {Type: builtIn("timestamptz")}, "doc": {Type: jsonbType}, "list": {Type: builtIn("_int4")}, "mood": {Type: moodType}, "p": {Type: pairType},
	"pos": {Type: domainType}, "r": {Type: builtIn("int4range")}, "ü": {Type: textType}, "pt": {Type: builtIn("point")}, "money": {Type: builtIn("money")}, "x": {Type: builtIn("xml")},
	"german": {Type: textType, Collation: "de_DE"}, "folded": {Type: textType, Collation: "und-u-ks-level2", Nondeterministic: true}, "Odd": {Type: textType},
}

func (shelf) Column(words []Word) (Leaf, int, *Error) {
	used := 1
	if words[0].Name == "rel" && len(words) > 1 {
		used = 2
	}
	w := words[used-1]
	leaf, ok := shelved[w.Name]
	if !ok {
		return leaf, 0, &Error{w.Offset, fmt.Sprintf("there is no column %s (quoted: %v)", w.Name, w.Quoted), ""}
	}
	leaf.Ref = strings.Join([]string{words[0].Name, w.Name}, ".")
	if leaf.TypeMod == 0 {
		leaf.TypeMod = -1
	}
	return leaf, used, nil
}

func (shelf) Type(schema, name string) *catalog.Type {
	for _, t := range []*catalog.Type{moodType, pairType, domainType} {
		if t.Name == name && (schema == "" || schema == t.Schema) {
			return t
		}
	}
	return nil
}

// TestStories replays the files of testdata: what users write, and what they are told.
func TestStories(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/stories", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			for _, text := range lines(d.Input) {
				fmt.Fprintf(&out, "%s\n%s", text, story(text, Options{Aggregates: d.HasArg("aggregates")}))
			}
			return out.String()
		})
	})
}

// story is what compiling a text comes to.
func story(text string, o Options) string {
	e, err := Compile(text, shelf{}, o)
	if err != nil {
		return point(text, "", err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "    %s", typeName(e.Type))
	if e.TypeMod >= 0 {
		fmt.Fprintf(&out, " modifier %d", e.TypeMod)
	}
	if !e.Nullable() {
		out.WriteString(", never NULL")
	}
	if e.root.constant {
		value, _, err := e.AppendText(nil, nil)
		fmt.Fprintf(&out, ", constant %s %v", value, err)
	}
	for _, s := range e.Spans {
		fmt.Fprintf(&out, ", %s is %v", text[s.From:s.To], s.Leaf.Ref)
	}
	out.WriteByte('\n')
	for _, a := range e.Aggregates {
		tellAggregate(&out, text, a)
	}
	for _, w := range e.Warnings {
		out.WriteString(point(text, "warning: ", w))
	}
	return out.String()
}

func tellAggregate(out *strings.Builder, text string, a *Aggregate) {
	fmt.Fprintf(out, "    %s is %s of", text[a.From:a.To], a.Signature)
	for _, arg := range a.Args {
		fmt.Fprintf(out, " [%s %s, %d leaves]", arg.Text, typeName(arg.Type), len(arg.Leaves))
	}
	if a.Distinct {
		out.WriteString(" distinct")
	}
	for _, order := range a.OrderBy {
		fmt.Fprintf(out, " order [%s desc %v nulls first %v]", order.Expr.Text, order.Desc, order.NullsFirst)
	}
	if a.Filter != nil {
		fmt.Fprintf(out, " filter [%s]", a.Filter.Text)
	}
	fmt.Fprintf(out, ", a %s\n", typeName(a.Type))
}

// point shows a message under the place that it speaks of.
func point(text, kind string, e *Error) string {
	column := len([]rune(text[:min(e.Offset, len(text))]))
	out := fmt.Sprintf("%s^ %s%s\n", strings.Repeat(" ", column), kind, e.Message)
	if e.Hint != "" {
		out += fmt.Sprintf("%s  (%s)\n", strings.Repeat(" ", column), e.Hint)
	}
	return out
}

// Every function of every family is one of PostgreSQL's that may be used, and
// is found by its name.
func TestEveryFunctionIsReachable(t *testing.T) {
	t.Parallel()
	for _, key := range Library().Signatures() {
		f := known().byKey[key]
		switch {
		case f == nil:
			t.Errorf("%s: PostgreSQL has no such function", key)
		case !permitted(f):
			t.Errorf("%s depends on the clock, the session or other rows", key)
		case !found(f):
			t.Errorf("%s is not found by its name and types", key)
		}
	}
}

// found tells whether a call with the very types of a function finds it.
func found(f *signature) bool {
	c := &compiler{scope: shelf{}, library: library()}
	c.sink = c.newSink()
	types := make([]*catalog.Type, len(f.args))
	for i, arg := range f.args {
		types[i] = stand(arg)
	}
	candidates := c.functionCandidates(f.name, len(types), f.variadic)
	chosen, ok := exactly(candidates, types)
	if !ok {
		matching := c.matching(candidates, types)
		if len(matching) == 1 {
			chosen, ok = matching[0], true
		} else {
			chosen, ok = c.choose(matching, types)
		}
	}
	return ok && chosen.function == f
}

// stand is an actual type for a polymorphic one.
func stand(t *catalog.Type) *catalog.Type {
	actual := map[string]string{
		"anyelement": "int4", "anynonarray": "int4", "anycompatible": "int4", "anycompatiblenonarray": "int4",
		"anyarray": "_int4", "anycompatiblearray": "_int4", "anyrange": "int4range", "anycompatiblerange": "int4range",
		"anymultirange": "int4multirange", "anycompatiblemultirange": "int4multirange", "any": "int4",
	}
	switch {
	case t.Name == "anyenum":
		return moodType
	case t == recordType:
		return pairType
	case actual[t.Name] != "":
		return signatures.ByName(actual[t.Name])
	}
	return t
}

// Names that are suggested exist.
func TestSynonymsAreNoFunctions(t *testing.T) {
	t.Parallel()
	for name := range synonyms {
		if len(known().functions[name]) > 0 {
			t.Errorf("%s is a function of PostgreSQL", name)
		}
	}
	if near := suggest.Suggest("lowr", supportedNames()); len(near) == 0 || near[0] != "lower" {
		t.Errorf("lowr: suggested %q", near)
	}
}

func TestAnEmptyTextIsNoExpression(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "  \n"} {
		if _, err := Compile(text, shelf{}, Options{}); err == nil || err.Message != "an expression is missing here" {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

// Whatever the text is, it is compiled or refused at a place inside of it.
func FuzzCompile(f *testing.F) {
	for _, text := range append(lines(samples), "(a", "a[", "$1", "'", "\x00", "a::", "(((", `"`, "case", "a in ()", "U&'\\0041'", "a.b.c.d", "(a,b).c", "a[1].b", "array[[1],[2,3]]") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, aggregates := range []bool{false, true} {
			_, err := Compile(text, shelf{}, Options{Aggregates: aggregates})
			if err != nil && (err.Offset < 0 || err.Offset > len(text)) {
				t.Errorf("%q: error at %d: %v", text, err.Offset, err)
			}
		}
	})
}
