package pipeline

import (
	"errors"

	"materializer/store"
)

// TableChangedError ends a stream: a table is no longer what the plan was made for.
type TableChangedError struct{ Err error }

func (e *TableChangedError) Error() string { return e.Err.Error() }
func (e *TableChangedError) Unwrap() error { return e.Err }

// Final marks it as one that no further attempt mends.
func (e *TableChangedError) Final() bool { return true }

func asError(err error, target any) bool { return errors.As(err, target) }

func joinClose(err error, db *store.DB) error { return errors.Join(err, db.Close()) }

func joinRemove(err error, state *store.Dir, number uint64) error {
	return errors.Join(err, state.Remove(number))
}
