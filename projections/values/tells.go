package values

import "materializer/catalog"

// Tells reports whether the class tells apart whatever the type itself tells
// apart, so that a column that is unique by its own comparison is unique in the
// class too. Text compared as citext is not: two rows can match one value.
func (c Class) Tells(t *catalog.Type) bool {
	natural, ok := Natural(t)
	if !ok {
		return false
	}
	if natural == c || natural.String() == c.String() {
		return true
	}
	switch c.kind {
	case classNumeric, classOID:
		return natural.kind == classInt
	case classFloat: // a double holds every integer and real but not every bigint
		name := t.Unwrap().Name
		return name == "int2" || name == "int4"
	case classText:
		return natural.kind == classBpchar || natural.kind == classCitext
	case classTimestamp:
		return natural.kind == classDate
	case classTimetz:
		return natural.kind == classTime
	}
	return false
}
