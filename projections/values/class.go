package values

import (
	"fmt"
	"strings"

	"materializer/catalog"
)

// Class is a set of types whose values compare with one another, under one
// encoding: values of any of its types are equal for PostgreSQL exactly if
// their encodings are the same bytes, and encodings sort as ORDER BY does, text
// in the C collation. No encoding is a prefix of another of its class. Classes
// are comparable; the zero Class is none.
type Class struct {
	kind classKind
	typ  *catalog.Type // of enums, arrays, composites, ranges; nil otherwise
}

type classKind byte

const (
	classInt     classKind = iota + 1 // smallint, integer, bigint
	classOID                          // oid, with smallint and integer
	classNumeric                      // numeric, with the integers
	classFloat                        // real and double precision, with all other numbers
	classBool
	classText   // text, varchar, name; with char(n) without its padding, citext as it is
	classBpchar // char(n), with varchar: trailing blanks do not count
	classCitext // lower case
	classChar   // "char"
	classBytea
	classUUID
	classDate
	classTimestamp // timestamp and timestamptz, with date: in UTC
	classTime
	classTimetz // with time
	classInterval
	classMoney
	classInet // inet and cidr
	classMacaddr
	classMacaddr8
	classBit // bit and varbit
	classLSN
	classTID
	classXID8
	classEnum
	classArray
	classComposite
	classRange
	classMultirange
)

var classNames = [...]string{
	classInt: "integer", classOID: "oid", classNumeric: "numeric", classFloat: "float", classBool: "boolean",
	classText: "text", classBpchar: "char", classCitext: "citext", classChar: "byte", classBytea: "bytea",
	classUUID: "uuid", classDate: "date", classTimestamp: "timestamp", classTime: "time", classTimetz: "timetz",
	classInterval: "interval", classMoney: "money", classInet: "inet", classMacaddr: "macaddr",
	classMacaddr8: "macaddr8", classBit: "bit", classLSN: "pg_lsn", classTID: "tid", classXID8: "xid8",
	classEnum: "enum", classArray: "array", classComposite: "composite", classRange: "range", classMultirange: "multirange",
}

// String names the class for fingerprints: what it gives is the same exactly
// if the encoding is. An enum shows its labels, since their positions are the encoding.
func (c Class) String() string {
	switch c.kind {
	case 0:
		return "none"
	case classEnum:
		return fmt.Sprintf("enum%q", c.typ.Labels)
	case classArray, classRange, classMultirange:
		element, _ := Natural(c.typ.Elem)
		return classNames[c.kind] + "(" + element.String() + ")"
	case classComposite:
		attributes := make([]string, len(c.typ.Attributes))
		for i, a := range c.typ.Attributes {
			class, _ := Natural(a.Type)
			attributes[i] = class.String()
		}
		return "composite(" + strings.Join(attributes, ",") + ")"
	}
	return classNames[c.kind]
}

// naturals are the classes of the built-in types.
var naturals = map[uint32]classKind{
	oidInt2: classInt, oidInt4: classInt, oidInt8: classInt, oidOID: classOID, oidNumeric: classNumeric,
	oidFloat4: classFloat, oidFloat8: classFloat, oidBool: classBool,
	oidText: classText, oidVarchar: classText, oidName: classText, oidBpchar: classBpchar, oidChar: classChar,
	oidBytea: classBytea, oidUUID: classUUID,
	oidDate: classDate, oidTimestamp: classTimestamp, oidTimestamptz: classTimestamp,
	oidTime: classTime, oidTimetz: classTimetz, oidInterval: classInterval, oidMoney: classMoney,
	oidInet: classInet, oidCIDR: classInet, oidMacaddr: classMacaddr, oidMacaddr8: classMacaddr8,
	oidBit: classBit, oidVarbit: classBit, oidLSN: classLSN, oidTID: classTID, oidXID8: classXID8,
}

// Natural gives the class in which values of t are compared with each other;
// false if their order is not supported.
func Natural(t *catalog.Type) (Class, bool) {
	t = t.Unwrap()
	if kind, ok := naturals[t.OID]; ok {
		return Class{kind: kind}, true
	}
	if isExtension(t, "citext") {
		return Class{kind: classCitext}, true
	}
	return nestedClass(t)
}

func nestedClass(t *catalog.Type) (Class, bool) {
	kind, ordered := classKind(0), true
	switch t.Kind {
	case catalog.Enum:
		kind = classEnum
	case catalog.Array:
		kind, ordered = classArray, !isVector(t) && isOrdered(t.Elem)
	case catalog.Composite:
		kind = classComposite
		for _, a := range t.Attributes {
			ordered = ordered && isOrdered(a.Type)
		}
	// A range type of the user's may sort its bounds by an operator class of its own.
	case catalog.Range:
		kind, ordered = classRange, t.OID < firstUserOID && isOrdered(t.Elem)
	case catalog.Multirange:
		kind, ordered = classMultirange, t.OID < firstUserOID && isOrdered(t.Elem)
	}
	if kind == 0 || !ordered {
		return Class{}, false
	}
	return Class{kind, t}, true
}

func isOrdered(t *catalog.Type) bool {
	if t == nil {
		return false
	}
	_, ok := Natural(t)
	return ok
}

// Order gives the encoding of t's values that sorts as PostgreSQL's ORDER BY,
// that of its natural class; false if their order is not supported.
func Order(t *catalog.Type) (AppendFunc, bool) {
	class, ok := Natural(t)
	if !ok {
		return nil, false
	}
	return class.Key(t), true
}

// JoinClass gives the class in which a = b compares a column of type a with
// one of type b, as PostgreSQL resolves the operator.
func JoinClass(a, b *catalog.Type) (Class, error) {
	left, ok := Natural(a)
	if !ok {
		return Class{}, unsupported(a, "is not supported as a join column")
	}
	right, ok := Natural(b)
	if !ok {
		return Class{}, unsupported(b, "is not supported as a join column")
	}
	if left == right {
		return left, nil
	}
	class, ok := common(left.kind, right.kind, a.Unwrap(), b.Unwrap())
	if !ok {
		class, ok = common(right.kind, left.kind, b.Unwrap(), a.Unwrap())
	}
	if !ok {
		return Class{}, fmt.Errorf("%s and %s do not compare", TypeName(a, -1), TypeName(b, -1))
	}
	return Class{kind: class}, nil
}

// common gives the class of two different natural classes, named in one of the two orders.
func common(left, right classKind, a, b *catalog.Type) (classKind, bool) {
	switch {
	case left == classInt && right == classNumeric,
		(left == classInt || left == classNumeric) && right == classFloat,
		left == classDate && right == classTimestamp,
		left == classTime && right == classTimetz,
		left == classCitext && right == classText,
		left == classChar && right == classText:
		return right, true
	case left == classInt && right == classOID && a.OID != oidInt8:
		return classOID, true
	// PostgreSQL turns varchar into char(n) here, but char(n) into text beside text and name.
	case left == classBpchar && right == classText && b.OID == oidVarchar:
		return classBpchar, true
	case left == classBpchar && (right == classText || right == classCitext || right == classChar),
		left == classCitext && right == classChar:
		return classText, true
	}
	return 0, false
}

// Key gives the encoding of values of type t in the class. For a type that
// the class does not have it is a function that fails.
func (c Class) Key(t *catalog.Type) AppendFunc {
	t = t.Unwrap()
	natural, _ := Natural(t)
	switch c.kind {
	case classNumeric:
		if natural.kind == classInt || natural.kind == classNumeric {
			return appendNumericKey
		}
	case classOID:
		if t.OID == oidInt2 || t.OID == oidInt4 {
			return appendIntAsOIDKey
		}
	case classFloat:
		switch natural.kind {
		case classInt, classNumeric, classFloat:
			if t.OID == oidFloat4 {
				return appendFloat4Key
			}
			return appendFloat8Key
		}
	case classText:
		switch natural.kind {
		case classText, classCitext, classChar:
			return appendTextKey
		case classBpchar:
			return appendBpcharKey
		}
	case classBpchar:
		if t.OID == oidBpchar || t.OID == oidVarchar {
			return appendBpcharKey
		}
	case classTimestamp:
		switch natural.kind {
		case classDate:
			return appendDateAsTimestampKey
		case classTimestamp:
			return appendTimestampKey
		}
	case classTimetz:
		switch natural.kind {
		case classTime:
			return appendTimeAsTimetzKey
		case classTimetz:
			return appendTimetzKey
		}
	}
	if c.kind == 0 || natural.kind != c.kind || !sameShape(natural, c) {
		return refuse(fmt.Errorf("%s is not of the class %s", TypeName(t, -1), c))
	}
	return c.naturalKey(t)
}

// sameShape compares the types of two classes of one kind. Types of different
// readings of the catalog are the same if their encodings are.
func sameShape(a, b Class) bool {
	return a.typ == b.typ || a.String() == b.String()
}

var naturalKeys = [...]AppendFunc{
	classInt: appendIntKey, classOID: appendOIDKey, classBool: appendBoolKey, classCitext: appendCitextKey,
	classChar: appendCharKey, classBytea: appendByteaKey, classUUID: appendUUIDKey, classDate: appendDateKey,
	classTime: appendTimeKey, classInterval: appendIntervalKey, classMoney: appendMoneyKey,
	classInet: appendInetKey, classMacaddr: appendMacaddrKey, classMacaddr8: appendMacaddr8Key,
	classBit: appendBitKey, classLSN: appendLSNKey, classTID: appendTIDKey, classXID8: appendXID8Key,
}

func (c Class) naturalKey(t *catalog.Type) AppendFunc {
	switch c.kind {
	case classEnum:
		return enumKey(t.Labels)
	case classArray:
		return arrayKey(t)
	case classComposite:
		return compositeKey(t)
	case classRange:
		return rangeKey(t)
	case classMultirange:
		return multirangeKey(t)
	}
	return naturalKeys[c.kind]
}
