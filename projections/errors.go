package projections

import (
	"errors"

	"materializer/projections/values"
)

// Unshowable tells whether Build failed on a row for which PostgreSQL itself
// would raise an error: an expression that divides by zero, or a json column that
// holds \u0000, of which to_jsonb makes nothing. The document keeps what it was
// until a change makes it showable. That the catalog is too old to know an enum's
// label is no such error: PostgreSQL knows it.
func Unshowable(err error) bool {
	_, raised := failureOf(err)
	return raised || errors.Is(err, values.ErrNotJSONB)
}
