// Package function is how implementations of PostgreSQL's functions and types
// are handed to the compiler of expressions: the families (numbers, strings,
// times, jsons, collections) each give a list.
//
// Operators and casts are functions too: PostgreSQL's catalog says which
// (`1 + 2` is int4pl). Which function a call means, whether it is strict and
// what it depends on is decided by package expressions from the catalog, too;
// an implementation is found by its signature.
package function

import "materializer/catalog"

// Function implements one function of pg_proc.
type Function struct {
	// Signature is name(type,type) with the names of pg_type, as in
	// signatures/functions.tsv: "int4pl(int4,int4)".
	Signature string
	// Call computes a value. Arguments are as package datum says; those of a
	// strict function are never nil. It must not keep or change args.
	// A variadic function is given all its arguments flat, of which those that are
	// repeated may be nil though it is strict; or, as by operators, one array of them.
	Call Func
	// Make is set instead of Call where the implementation depends on the
	// actual types: of polymorphic arguments, of enums, of composites.
	// An error means that the types are not supported.
	Make func(Types) (Func, error)
}

// Since is the function with another implementation from a release of PostgreSQL on.
func (f Function) Since(release int, newer Func) Function {
	older := f
	return Function{Signature: f.Signature, Make: func(types Types) (Func, error) {
		switch {
		case types.Version >= release:
			return newer, nil
		case older.Make != nil:
			return older.Make(types)
		}
		return older.Call, nil
	}}
}

// Revised gives functions of a list other implementations from a release on: those of newer with the same signature.
func Revised(list []Function, release int, newer []Function) []Function {
	revised := make(map[string]Func, len(newer))
	for _, f := range newer {
		revised[f.Signature] = f.Call
	}
	result := make([]Function, len(list))
	for i, f := range list {
		if result[i] = f; revised[f.Signature] != nil {
			result[i] = f.Since(release, revised[f.Signature])
		}
	}
	return result
}

// Func computes a value from values. It is safe for concurrent use.
type Func func(args []any) (any, error)

// Types are the actual types of one call, domains followed to their base.
type Types struct {
	Args   []*catalog.Type
	Result *catalog.Type
	// Const has the values of arguments that are constants, nil otherwise: for
	// what is prepared once, such as a regular expression.
	Const []any
	// Codec gives the text form of values of a type, for those that are made of others.
	Codec func(*catalog.Type) (Codec, error)
	// Compare orders values of a type as its default B-tree operator class does,
	// text by its bytes; an error if there is none.
	Compare func(*catalog.Type) (Compare, error)
	// ByName finds a type by its name in pg_type; nil if there is none.
	ByName func(name string) *catalog.Type
	// Version is the release of PostgreSQL that is followed, such as 15.
	Version int
}

// Compare is negative, zero or positive. Neither value is nil.
type Compare func(a, b any) int

// Codec is the text form of a type's values.
type Codec struct {
	// Parse reads what PostgreSQL's input function accepts, in the pinned
	// session (ISO dates, MDY, UTC). The text may be kept.
	Parse func(text string) (any, error)
	// Append writes what PostgreSQL's output function writes.
	Append func(dst []byte, value any) []byte
	// Stored says that Parse only reads what PostgreSQL has written: it does not
	// bring other text into that form, nor check it. A literal, or a cast from
	// text, must then be refused.
	Stored bool
}

// Type implements the text form and order of a type, or of a kind of types.
type Type struct {
	Name string       // pg_type.typname of a built-in type or a trusted extension's; "" for a Kind
	Kind catalog.Kind // for all types of this kind
	// Make gives the codec; it may ask for those of other types.
	Make func(t *catalog.Type, types Types) (Codec, error)
	// Order is nil where values are not ordered, or only by their text (see Opaque).
	Order func(t *catalog.Type, types Types) (Compare, error)
}

// Of1 makes a Function of one typed argument.
func Of1[A, R any](signature string, call func(A) (R, error)) Function {
	return Function{Signature: signature, Call: func(args []any) (any, error) {
		return boxed(call(args[0].(A)))
	}}
}

// Of2 makes a Function of two typed arguments.
func Of2[A, B, R any](signature string, call func(A, B) (R, error)) Function {
	return Function{Signature: signature, Call: func(args []any) (any, error) {
		return boxed(call(args[0].(A), args[1].(B)))
	}}
}

// Of3 makes a Function of three typed arguments.
func Of3[A, B, C, R any](signature string, call func(A, B, C) (R, error)) Function {
	return Function{Signature: signature, Call: func(args []any) (any, error) {
		return boxed(call(args[0].(A), args[1].(B), args[2].(C)))
	}}
}

// boxed keeps the result of a failed call from being a typed zero. A Func that
// can give NULL for arguments that are none returns any.
func boxed[R any](result R, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return result, nil
}
