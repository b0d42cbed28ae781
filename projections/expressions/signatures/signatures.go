// Package signatures is PostgreSQL's own account of its functions, operators,
// casts and types, read from the catalog of a PostgreSQL 15 by
// scripts/signatures.sh: what names mean is decided by all that exists, and not
// by what happens to be implemented here.
package signatures

import _ "embed"

// The tables, one line a row, fields parted by tabs. The script names the columns.
var (
	//go:embed functions.tsv
	Functions string
	//go:embed operators.tsv
	Operators string
	//go:embed casts.tsv
	Casts string
	//go:embed types.tsv
	Types string
	// Missings is written by scripts/missing.sh: a release, and a function that it lacks.
	//go:embed missing.tsv
	Missings string
)
