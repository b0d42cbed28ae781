package times

import (
	"errors"

	"materializer/projections/expressions/datum"
)

// errFormat is the fault of a text that is none of its type, which its reader names.
var errFormat = errors.New("bad format")

// Faults of texts and of fields.
var (
	errField         = &datum.Error{Code: "22008", Message: "date/time field value out of range"}
	errIntervalField = &datum.Error{Code: "22015", Message: "interval field value out of range"}
	errDisplacement  = &datum.Error{Code: "22009", Message: "time zone displacement out of range"}
	errZone          = &datum.Error{Code: "22023", Message: "time zone not recognized"}
	errClock         = &datum.Error{Code: "0A000", Message: "depends on the clock"}
)

// named puts the type's name into the fault of a text.
func named(err error, typeName string) error {
	if errors.Is(err, errFormat) {
		return &datum.Error{Code: "22007", Message: "invalid input syntax for type " + typeName}
	}
	return err
}
