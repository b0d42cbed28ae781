package expressions

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"materializer/catalog"
	"materializer/projections/expressions/signatures"
)

// signature is a function of pg_proc.
type signature struct {
	oid        uint32
	name, key  string // key is name(type,type)
	args       []*catalog.Type
	result     *catalog.Type
	volatility byte // i, s, v
	strict     bool
	variadic   bool
	set        bool // returns a set of rows
	aggregate  bool
	defaults   int // how many arguments at the end may be left out
}

// operator is an operator of pg_operator. left is nil for a prefix operator.
type operator struct {
	name                string
	left, right, result *catalog.Type
	function            *signature // nil where it is left out of the tables
}

// cast is a row of pg_cast.
type cast struct {
	context  byte // i implicit, a assignment, e explicit
	method   byte // f function, b binary, i by text
	function *signature
}

type pair struct{ from, to *catalog.Type }

// catalogue is all that PostgreSQL has, to decide what names mean.
type catalogue struct {
	functions   map[string][]*signature
	byKey       map[string]*signature
	operators   map[string][]*operator
	casts       map[pair]cast
	preferred   map[*catalog.Type]bool
	arrays      map[*catalog.Type]*catalog.Type // of an element
	multiranges map[*catalog.Type]*catalog.Type // of a range
}

var known = sync.OnceValue(func() *catalogue {
	k := &catalogue{
		functions: map[string][]*signature{}, byKey: map[string]*signature{},
		operators: map[string][]*operator{}, casts: map[pair]cast{},
		preferred: map[*catalog.Type]bool{}, arrays: map[*catalog.Type]*catalog.Type{}, multiranges: map[*catalog.Type]*catalog.Type{},
	}
	for _, row := range signatures.Rows(signatures.Types) {
		t := signatures.ByName(row[1])
		if row[4] == "t" {
			k.preferred[t] = true
		}
		if row[6] != "" {
			k.arrays[t] = signatures.ByName(row[6])
		}
		if t.Kind == catalog.Multirange && t.Elem != nil {
			k.multiranges[t.Elem] = t
		}
	}
	byOID := k.addFunctions()
	k.addOperators(byOID)
	k.addCasts(byOID)
	k.addExtensions()
	return k
})

func (k *catalogue) addFunctions() map[string]*signature {
	byOID := map[string]*signature{}
	for _, row := range signatures.Rows(signatures.Functions) {
		args, ok := typesNamed(row[2])
		result := signatures.ByName(row[3])
		if !ok || result == nil {
			continue // of types that no column has
		}
		oid, _ := strconv.ParseUint(row[0], 10, 32)
		defaults, _ := strconv.Atoi(row[9])
		f := &signature{
			oid: uint32(oid), name: row[1], key: row[1] + "(" + row[2] + ")", args: args, result: result,
			volatility: row[4][0], strict: row[5] == "t", variadic: row[6] == "t", set: row[7] == "t", aggregate: row[8] == "a", defaults: defaults,
		}
		k.addFunction(f)
		byOID[row[0]] = f
	}
	return byOID
}

func (k *catalogue) addFunction(f *signature) {
	k.functions[f.name] = append(k.functions[f.name], f)
	k.byKey[f.key] = f
}

func (k *catalogue) addOperators(byOID map[string]*signature) {
	for _, row := range signatures.Rows(signatures.Operators) {
		o := &operator{name: row[0], left: signatures.ByName(row[1]), right: signatures.ByName(row[2]), result: signatures.ByName(row[3]), function: byOID[row[4]]}
		if o.right == nil || o.result == nil || o.left == nil && row[1] != "" {
			continue
		}
		k.operators[o.name] = append(k.operators[o.name], o)
	}
}

func (k *catalogue) addCasts(byOID map[string]*signature) {
	for _, row := range signatures.Rows(signatures.Casts) {
		from, to := signatures.ByName(row[0]), signatures.ByName(row[1])
		if from != nil && to != nil {
			k.casts[pair{from, to}] = cast{context: row[2][0], method: row[3][0], function: byOID[row[4]]}
		}
	}
}

// typesNamed finds the types of an argument list; false if one is not known.
func typesNamed(list string) ([]*catalog.Type, bool) {
	types := []*catalog.Type{}
	for name := range strings.SplitSeq(list, ",") {
		if name != "" {
			types = append(types, signatures.ByName(name))
		}
	}
	return types, !slices.Contains(types, nil)
}

// builtIn names the types that the compiler itself refers to.
func builtIn(name string) *catalog.Type {
	t := signatures.ByName(name)
	if t == nil {
		panic("PostgreSQL has no type " + name)
	}
	return t
}

var (
	boolType    = builtIn("bool")
	textType    = builtIn("text")
	intType     = builtIn("int4")
	bigintType  = builtIn("int8")
	numericType = builtIn("numeric")
	oidType     = builtIn("oid")
	bitType     = builtIn("bit")
	jsonbType   = builtIn("jsonb")
	recordType  = builtIn("record")
	// unknownType is that of a literal whose type is not decided yet.
	unknownType = builtIn("unknown")
)

// own is the type by which the compiler knows a type: built-in ones and those
// of known extensions are one pointer each, domains are what they rest on.
func own(t *catalog.Type) *catalog.Type {
	t = t.Unwrap()
	if t.Schema == "pg_catalog" {
		if found := signatures.ByName(t.Name); found != nil {
			return found
		}
	}
	if found := extensionType(t); found != nil {
		return found
	}
	return t
}

// same tells whether two types are one.
func same(a, b *catalog.Type) bool {
	switch {
	case a == b:
		return true
	case a == nil || b == nil:
		return false
	case a.OID != 0 || b.OID != 0:
		return a.OID == b.OID
	}
	return a.Kind == catalog.Array && b.Kind == catalog.Array && same(a.Elem, b.Elem)
}

// preferred tells whether a type is the preferred one of its category.
func preferred(t *catalog.Type) bool { return known().preferred[t] }

// element is the type of an array's elements as declared, nil for what is no array.
func element(t *catalog.Type) *catalog.Type {
	if t.Kind != catalog.Array {
		return nil
	}
	if t.Elem.Kind == catalog.Domain {
		return t.Elem
	}
	return own(t.Elem)
}

// subtype is the type of a range's bounds, nil for what is no range.
func subtype(t *catalog.Type) *catalog.Type {
	if t.Kind != catalog.Range {
		return nil
	}
	return own(t.Elem)
}

// rangeOf is the range of a multirange, nil for what is none.
func rangeOf(t *catalog.Type) *catalog.Type {
	if t.Kind != catalog.Multirange {
		return nil
	}
	return own(t.Elem)
}

// arrayOf is the type of arrays of a type. Those of the database's own types
// are asked of the scope, and stood in for where no column has one.
func (c *compiler) arrayOf(t *catalog.Type) *catalog.Type {
	if found := known().arrays[t]; found != nil {
		return found
	}
	if t.Kind == catalog.Array || t.Kind == catalog.Pseudo {
		return nil
	}
	if found := c.scope.Type(t.Schema, "_"+t.Name); found != nil && found.Kind == catalog.Array && same(own(found.Elem), t) {
		return found
	}
	return &catalog.Type{Schema: t.Schema, Name: "_" + t.Name, Kind: catalog.Array, Elem: t, BaseMod: -1, Delimiter: ',', Category: 'A'}
}
