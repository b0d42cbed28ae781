package values

import (
	"fmt"
	"strings"

	"materializer/catalog"
)

// sqlNames are the types whose SQL name is not their name in the catalog.
var sqlNames = map[uint32]string{
	oidBool: "boolean", oidChar: `"char"`, oidInt8: "bigint", oidInt2: "smallint", oidInt4: "integer",
	oidFloat4: "real", oidFloat8: "double precision", oidBpchar: "character", oidVarchar: "character varying",
	oidTime: "time without time zone", oidTimetz: "time with time zone",
	oidTimestamp: "timestamp without time zone", oidTimestamptz: "timestamp with time zone",
	oidBit: "bit", oidVarbit: "bit varying",
}

// TypeName names a type for messages as format_type does, with its modifier
// unless that is -1: character varying(20), numeric(10,2), public.mood[].
func TypeName(t *catalog.Type, mod int32) string {
	if t == nil {
		return "unknown"
	}
	if t.Kind == catalog.Array && t.Elem != nil && !isVector(t) {
		return TypeName(t.Elem, mod) + "[]"
	}
	name, found := sqlNames[t.OID]
	if !found {
		name = quoteIdentifier(t.Name)
		if t.Schema != "pg_catalog" && t.Schema != "public" && t.Schema != "" {
			name = quoteIdentifier(t.Schema) + "." + name
		}
	}
	if mod < 0 {
		return name
	}
	before, after, timed := strings.Cut(name, " ")
	switch t.OID {
	case oidTime, oidTimetz, oidTimestamp, oidTimestamptz:
		if timed {
			return fmt.Sprintf("%s(%d) %s", before, mod, after)
		}
	}
	return name + modifier(t.OID, mod)
}

func modifier(oid uint32, mod int32) string {
	const header = 4 // VARHDRSZ, which some modifiers include
	switch oid {
	case oidBpchar, oidVarchar:
		return fmt.Sprintf("(%d)", mod-header)
	case oidBit, oidVarbit:
		return fmt.Sprintf("(%d)", mod)
	case oidNumeric:
		precision, scale := (mod-header)>>16&0xffff, (mod-header)&0x7ff
		return fmt.Sprintf("(%d,%d)", precision, (scale^1024)-1024)
	case oidInterval:
		return intervalModifier(mod)
	}
	return ""
}

// intervalFields are the field restrictions of interval by their bits.
var intervalFields = map[int32]string{
	1 << 2: " year", 1 << 1: " month", 1 << 3: " day", 1 << 10: " hour", 1 << 11: " minute", 1 << 12: " second",
	1<<2 | 1<<1: " year to month", 1<<3 | 1<<10: " day to hour", 1<<3 | 1<<10 | 1<<11: " day to minute",
	1<<3 | 1<<10 | 1<<11 | 1<<12: " day to second", 1<<10 | 1<<11: " hour to minute",
	1<<10 | 1<<11 | 1<<12: " hour to second", 1<<11 | 1<<12: " minute to second",
}

func intervalModifier(mod int32) string {
	fields := intervalFields[mod>>16&0x7fff]
	if precision := mod & 0xffff; precision != 0xffff {
		return fmt.Sprintf("%s(%d)", fields, precision)
	}
	return fields
}

func quoteIdentifier(name string) string {
	for i, c := range []byte(name) {
		if c == '_' || 'a' <= c && c <= 'z' || i > 0 && ('0' <= c && c <= '9' || c == '$') {
			continue
		}
		return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return name
}
