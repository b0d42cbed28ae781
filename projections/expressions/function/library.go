package function

import (
	"bytes"
	"fmt"
	"strings"

	"materializer/catalog"
)

// Proven is the release of PostgreSQL that a library follows unless told otherwise.
const Proven = 15

// Library is what is implemented, found by name. Read-only and safe for
// concurrent use once made.
type Library struct {
	version   int
	functions map[string]Function
	types     map[string]Type
	kinds     map[catalog.Kind]Type
	byName    func(string) *catalog.Type
}

// NewLibrary joins families. byName finds built-in types.
func NewLibrary(byName func(string) *catalog.Type, functions []Function, types []Type) *Library {
	l := &Library{version: Proven, functions: map[string]Function{}, types: map[string]Type{}, kinds: map[catalog.Kind]Type{}, byName: byName}
	for _, f := range functions {
		if _, twice := l.functions[f.Signature]; twice {
			panic("function implemented twice: " + f.Signature)
		}
		l.functions[f.Signature] = f
	}
	for _, t := range types {
		if t.Name != "" {
			l.types[t.Name] = t
		} else {
			l.kinds[t.Kind] = t
		}
	}
	return l
}

// For is the library as it follows a release of PostgreSQL, such as 15.
func (l *Library) For(version int) *Library {
	other := *l
	other.version = version
	return &other
}

// Version is the release that the library follows.
func (l *Library) Version() int { return l.version }

// Function finds the implementation of a signature.
func (l *Library) Function(signature string) (Function, bool) {
	f, ok := l.functions[signature]
	return f, ok
}

// Signatures lists everything implemented, in no order.
func (l *Library) Signatures() []string {
	list := make([]string, 0, len(l.functions))
	for signature := range l.functions {
		list = append(list, signature)
	}
	return list
}

// Bind makes a function ready for calls with actual types.
func (l *Library) Bind(f Function, args []*catalog.Type, result *catalog.Type, constants []any) (Func, error) {
	if f.Make == nil {
		return f.Call, nil
	}
	types := l.env()
	types.Args, types.Result, types.Const = args, result, constants
	return f.Make(types)
}

func (l *Library) env() Types {
	return Types{Codec: l.Codec, Compare: l.Compare, ByName: l.byName, Version: l.version}
}

// lookup finds the implementation of a type: by its name where it is
// PostgreSQL's own or a known extension's, else by its kind.
func (l *Library) lookup(t *catalog.Type) (Type, bool) {
	if known, ok := l.types[t.Name]; ok && (t.Schema == "pg_catalog" || t.Kind == catalog.Base) {
		return known, true
	}
	known, ok := l.kinds[t.Kind]
	return known, ok
}

// Codec gives the text form of a type's values.
func (l *Library) Codec(t *catalog.Type) (Codec, error) {
	t = t.Unwrap()
	known, ok := l.lookup(t)
	if !ok {
		return Codec{}, fmt.Errorf("values of type %s cannot be used in expressions", t.Name)
	}
	return known.Make(t, l.env())
}

// Compare gives the order of a type's values.
func (l *Library) Compare(t *catalog.Type) (Compare, error) {
	t = t.Unwrap()
	if known, ok := l.lookup(t); ok && known.Order != nil {
		return known.Order(t, l.env())
	}
	return nil, fmt.Errorf("values of type %s cannot be compared", t.Name)
}

// ByEncoding compares values by an encoding of their text, such as that of
// package values, whose bytes sort as the values do. It is for rare types.
func ByEncoding(codec Codec, encode func(dst, text []byte) ([]byte, error)) Compare {
	return func(a, b any) int {
		x, errX := encode(nil, codec.Append(nil, a))
		y, errY := encode(nil, codec.Append(nil, b))
		if errX != nil || errY != nil {
			return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
		}
		return bytes.Compare(x, y)
	}
}
