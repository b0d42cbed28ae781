package projections

import (
	"errors"

	"materializer/projections/values"
)

// Unshowable tells whether Build failed on a value that PostgreSQL itself could
// not show either, such as a json column that holds \u0000: to_jsonb would be
// an error there. The document keeps what it was until the value changes.
func Unshowable(err error) bool { return errors.Is(err, values.ErrNotJSONB) }
