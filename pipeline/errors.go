package pipeline

// TableChangedError ends a stream: a table is no longer what the plan was made for.
type TableChangedError struct{ Err error }

func (e *TableChangedError) Error() string { return e.Err.Error() }
func (e *TableChangedError) Unwrap() error { return e.Err }

// Final marks it as one that no further attempt mends.
func (e *TableChangedError) Final() bool { return true }
