package pipeline

import (
	"errors"

	"materializer/store"
)

func asError(err error, target any) bool { return errors.As(err, target) }

func joinClose(err error, db *store.DB) error { return errors.Join(err, db.Close()) }

func joinRemove(err error, state *store.Dir, number uint64) error {
	return errors.Join(err, state.Remove(number))
}
