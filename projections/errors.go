package projections

import (
	"errors"

	"materializer/projections/expressions/datum"
	"materializer/projections/values"
)

// Unshowable tells whether Build failed on a row for which PostgreSQL itself
// would raise an error: an expression that divides by zero, or a json column that
// holds \u0000, of which to_jsonb makes nothing. The document keeps what it was
// until a change makes it showable.
func Unshowable(err error) bool {
	var raised *datum.Error
	return errors.Is(err, values.ErrNotJSONB) || errors.As(err, &raised)
}
