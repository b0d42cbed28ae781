package main

import (
	"context"

	"materializer/cdc"
)

// contestant is measured. In which experiments it takes part is said by which
// of the interfaces below it has. All of it is called from one goroutine.
type contestant interface {
	name() string
	close(ctx context.Context) error
}

// drainer works off a backlog of changes.
type drainer interface {
	contestant
	// mark is called before the backlog is made: it begins here.
	mark(ctx context.Context) error
	// drain returns when everything up to the position is where it should be.
	drain(ctx context.Context, until cdc.LSN) error
	// rest is called after each run, untimed: stop, clean up.
	rest(ctx context.Context) error
}

// loader brings all rows to where they should be, from nothing.
type loader interface {
	contestant
	// empty is called before each run, untimed.
	empty(ctx context.Context) error
	load(ctx context.Context) error
	// rest is called after each run, untimed.
	rest(ctx context.Context) error
}

// follower keeps up with a database in use.
type follower interface {
	contestant
	// follow calls seen with the number of each change that has reached its end,
	// until stop. It returns when it has caught up.
	follow(ctx context.Context, seen func(seqs ...int64)) (stop func() error, err error)
}

// checked is a contestant whose outcome is compared with PostgreSQL after each run.
type checked interface {
	check(ctx context.Context) error
}

// process is a contestant that runs as a process of its own.
type process interface {
	// pid is that of the process, 0 if there is none.
	pid() int
}
