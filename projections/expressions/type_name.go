package expressions

import (
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"materializer/catalog"
	"materializer/internal/suggest"
	"materializer/projections/expressions/signatures"
)

var spellings = map[string]string{
	"int2": "smallint", "int4": "integer", "int8": "bigint", "float4": "real", "float8": "double precision", "bool": "boolean",
	"bpchar": "character", "varchar": "character varying", "char": `"char"`, "varbit": "bit varying",
	"time": "time without time zone", "timetz": "time with time zone", "timestamp": "timestamp without time zone", "timestamptz": "timestamp with time zone",
}

// typeName writes a type as PostgreSQL's messages do.
func typeName(t *catalog.Type) string {
	if t.Kind == catalog.Array && t.Elem != nil && t.Name != "int2vector" && t.Name != "oidvector" {
		return typeName(t.Elem) + "[]"
	}
	if spelling, ok := spellings[t.Name]; ok && t.Schema == "pg_catalog" {
		return spelling
	}
	if t.Schema != "" && t.Schema != "pg_catalog" && t.Schema != "public" {
		return t.Schema + "." + t.Name
	}
	return t.Name
}

func typeNames(types []*catalog.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = typeName(t)
	}
	return strings.Join(names, ", ")
}

// typeOf finds the type and modifier that a cast names.
func (c *compiler) typeOf(n *pg.TypeName) (*catalog.Type, int32, *Error) {
	at := c.offset(n.Location)
	words := stringsOf(n.Names)
	name, schema := words[len(words)-1], ""
	if len(words) > 1 {
		schema = words[len(words)-2]
	}
	if n.Setof || n.PctType {
		return nil, -1, failure(at, "", "only the name of a type can stand here")
	}
	t := c.namedType(schema, name)
	if t == nil {
		return nil, -1, failure(at, nearTypes(name), "type %s does not exist", strings.Join(words, "."))
	}
	if refused := volatileText(t, t); refused != "" {
		return nil, -1, failure(at, "", "%s", refused)
	}
	if t.Kind == catalog.Pseudo {
		return nil, -1, failure(at, "", "%s is no type of values", typeName(t))
	}
	mod, err := c.modifier(t, n, at)
	if err != nil {
		return nil, -1, err
	}
	if len(n.ArrayBounds) > 0 {
		if t = c.arrayOf(t); t == nil {
			return nil, -1, failure(at, "", "type %s has no arrays", name)
		}
	}
	return t, mod, nil
}

// namedType looks where PostgreSQL does: its own types come first unless a schema is named.
func (c *compiler) namedType(schema, name string) *catalog.Type {
	if schema == "" || schema == "pg_catalog" {
		if t := signatures.ByName(name); t != nil {
			return t
		}
	}
	t := c.scope.Type(schema, name)
	if t == nil || t.Kind == catalog.Domain {
		return t
	}
	return own(t)
}

func nearTypes(name string) string {
	have := []string{"text", "varchar", "integer", "bigint", "smallint", "numeric", "real", "boolean", "date", "time", "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "bytea", "inet"}
	if alias, ok := map[string]string{"string": "text", "datetime": "timestamp", "double": "double precision", "long": "bigint", "number": "numeric", "unsigned": "bigint", "tinyint": "smallint", "blob": "bytea"}[name]; ok {
		return "did you mean " + alias + "?"
	}
	if near := suggest.Suggest(name, have); len(near) > 0 {
		return "did you mean " + near[0] + "?"
	}
	return ""
}

// The offset that the lengths of texts and numbers have in a modifier (VARHDRSZ).
const header = 4

// modifier is what the type's typmodin function makes of varchar(10).
func (c *compiler) modifier(t *catalog.Type, n *pg.TypeName, at int) (int32, *Error) {
	if len(n.Typmods) == 0 {
		return -1, nil
	}
	var mods []int32
	for _, m := range n.Typmods {
		constant := m.GetAConst()
		if constant == nil || constant.GetIval() == nil {
			return -1, failure(at, "", "the length of a type must be a number")
		}
		mods = append(mods, constant.GetIval().GetIval())
	}
	mod, ok := encodeModifier(t.Name, mods)
	if !ok || t.Schema != "pg_catalog" {
		return -1, failure(at, "", "invalid length or precision for type %s", typeName(t))
	}
	if t.Name == "numeric" && len(mods) == 2 && (mods[1] < 0 || mods[1] > mods[0]) && c.library.Version() < 15 {
		return -1, failure(at, "", "before PostgreSQL 15 the scale of a numeric is between 0 and its precision")
	}
	return mod, nil
}

func encodeModifier(name string, mods []int32) (int32, bool) {
	first := mods[0]
	switch name {
	case "varchar", "bpchar":
		return first + header, len(mods) == 1 && first >= 1 && first <= 10485760
	case "bit", "varbit":
		return first, len(mods) == 1 && first >= 1 && first <= 83886080
	case "time", "timetz", "timestamp", "timestamptz":
		return min(first, 6), len(mods) == 1 && first >= 0
	case "interval":
		precision := int32(0xFFFF)
		if len(mods) == 2 {
			precision = min(mods[1], 6)
		}
		return first<<16 | precision, len(mods) <= 2 && precision >= 0
	case "numeric":
		scale := int32(0)
		if len(mods) == 2 {
			scale = mods[1]
		}
		return (first<<16 | scale&0x7FF) + header, len(mods) <= 2 && first >= 1 && first <= 1000 && scale >= -1000 && scale <= 1000
	}
	return -1, false
}

func stringsOf(nodes []*pg.Node) []string {
	words := make([]string, len(nodes))
	for i, n := range nodes {
		words[i] = n.GetString_().GetSval()
	}
	return words
}
