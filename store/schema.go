package store

import "materializer/cdc"

// Schema says what is stored: built by package projections, from the plan. The
// store knows nothing of types: how a column becomes part of a key is a
// function that the schema brings.
type Schema struct {
	// Fingerprint identifies the layout and meaning of everything stored. A
	// state directory made under another fingerprint is not opened.
	Fingerprint string
	Tables      []Table // by cdc.Table.ID
	Indexes     []Index // by Index.ID
}

// Table is a stored table.
type Table struct {
	*cdc.Table
	Key []KeyPart // one per cdc.Table.Identity, in that order
}

// Index finds rows by the values of columns. An entry is
// (Match..., Order..., row key); rows with a NULL in a Match column have none.
type Index struct {
	ID    int
	Table int       // cdc.Table.ID
	Match []KeyPart // equality
	Order []KeyPart // order within equal Match, before the row key; may be empty
	// Has, where it is set, tells which rows have an entry. Those for which it
	// fails have one, and come first.
	Has func(fields [][]byte) (bool, error)
}

// KeyPart makes one column part of a key.
type KeyPart struct {
	Column int // index into cdc.Table.Columns
	// Value, where it is set, gives the text of what the part is made of, instead
	// of a column; nil for NULL. Rows for which it fails come first. Only in Order.
	Value func(fields [][]byte) ([]byte, error)
	// Append appends the order-preserving, self-delimiting encoding of a
	// non-NULL value's text to dst: bytes.Compare on encodings is the order of
	// the values, equal values have equal encodings, and no encoding is a prefix of another.
	Append func(dst, text []byte) ([]byte, error)
	Desc   bool // bytes are inverted
	// NullsFirst puts NULLs before all values (of the resulting order, after Desc). Only in Order.
	NullsFirst bool
}
