package datum

import "fmt"

// Error is what PostgreSQL would have raised: an expression has no value for a
// row. It never quotes values, which are not for logs.
type Error struct {
	Code    string // SQLSTATE, such as 22012
	Message string // as PostgreSQL words it, without the value
}

// Error is the message with its SQLSTATE.
func (e *Error) Error() string { return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code) }

// Errors that many functions share.
var (
	ErrDivisionByZero   = &Error{"22012", "division by zero"}
	ErrSmallintRange    = &Error{"22003", "smallint out of range"}
	ErrIntegerRange     = &Error{"22003", "integer out of range"}
	ErrBigintRange      = &Error{"22003", "bigint out of range"}
	ErrOverflow         = &Error{"22003", "value out of range: overflow"}
	ErrUnderflow        = &Error{"22003", "value out of range: underflow"}
	ErrDateRange        = &Error{"22008", "date out of range"}
	ErrTimestampRange   = &Error{"22008", "timestamp out of range"}
	ErrIntervalRange    = &Error{"22008", "interval out of range"}
	ErrArraySubscript   = &Error{"2202E", "wrong number of array subscripts"}
	ErrSubstringLength  = &Error{"22011", "negative substring length not allowed"}
	ErrNumericRange     = &Error{"22003", "value overflows numeric format"}
	ErrLogarithmOfZero  = &Error{"2201E", "cannot take logarithm of zero"}
	ErrLogarithmOfMinus = &Error{"2201E", "cannot take logarithm of a negative number"}
)

// Malformed is the error for a text that is no value of a type.
func Malformed(typeName string) error {
	return &Error{"22P02", "invalid input syntax for type " + typeName}
}

// Errorf makes an Error. What it formats must not be a value of a row.
func Errorf(code, format string, args ...any) error {
	return &Error{code, fmt.Sprintf(format, args...)}
}
