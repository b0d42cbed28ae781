package main

import (
	"errors"
	"fmt"
	"strings"

	"materializer/config"
	"materializer/pipeline"
	"materializer/replication"
	"materializer/store"
)

// The exit codes. What can be tried again never ends the service.
const (
	exitDone          = 0 // also: drained after a signal
	exitFailed        = 1
	exitUsage         = 2 // wrong usage, configuration or preflight; nothing was touched
	exitHalted        = 3 // the source's position is unusable
	exitOwned         = 4 // slot or state belongs to another process
	exitStateUnusable = 5
	exitDiskFull      = 6
	exitPolicy        = 7 // Redis may evict documents, and target.strict is set
)

// codedError carries the exit code of an error that does not show it by itself.
type codedError struct {
	code int
	error
}

func (e codedError) Unwrap() error { return e.error }

// usage marks what the caller of the program has to write otherwise.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return codedError{exitUsage, err}
}

// exitCode says how the process ends.
func exitCode(err error) int {
	var coded codedError
	var mistakes config.Problems
	var findings replication.Problems
	var halted *pipeline.HaltError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &mistakes), errors.As(err, &findings), errors.Is(err, replication.ErrSlotForeign):
		return exitUsage
	case errors.As(err, &halted):
		return exitHalted
	case errors.Is(err, store.ErrLocked), errors.Is(err, replication.ErrSlotActive):
		return exitOwned
	case errors.Is(err, store.ErrDiskFull):
		return exitDiskFull
	case errors.Is(err, store.ErrCorrupt), errors.Is(err, store.ErrFormat):
		return exitStateUnusable
	}
	return exitFailed
}

// hints say what to do about errors that do not say it themselves.
var hints = []struct {
	err  error
	hint string
}{
	{store.ErrLocked, "another materializer runs with this state.dir: stop it, or give each its own"},
	{replication.ErrSlotActive, "another materializer, or another program, reads this slot: stop it, or set source.slot"},
	{store.ErrFormat, "another version of the program wrote it: run that version, or remove it with `materializer teardown --state`, which means a new load"},
	{store.ErrCorrupt, "start again: what cannot be read is made anew from PostgreSQL"},
	{store.ErrDiskFull, "make room where state.dir is and start again; nothing is lost"},
}

// describe is what is printed of an error: what is wrong, then what to do.
func describe(err error) string {
	var rendered renderedError
	if errors.As(err, &rendered) {
		return rendered.text
	}
	var found replication.Problems
	if errors.As(err, &found) {
		return describeFindings(found)
	}
	text := "materializer: " + strings.TrimSpace(err.Error()) + "\n"
	for _, h := range hints {
		if errors.Is(err, h.err) {
			text += "  " + h.hint + "\n"
		}
	}
	return text
}

// describeFindings lists what is to be mended in the database, warnings last.
func describeFindings(found replication.Problems) string {
	var mistakes, warnings strings.Builder
	n := 0
	for _, finding := range found {
		if finding.Warning {
			fmt.Fprintf(&warnings, "%s\n", finding)
			continue
		}
		n++
		fmt.Fprintf(&mistakes, "%s\n", finding)
	}
	return fmt.Sprintf("%s%s\n%s to mend in the database.\n", &mistakes, &warnings, count(n, "thing", "things"))
}

// renderedError is printed as it is.
type renderedError struct {
	text string
	error
}

func (e renderedError) Unwrap() error { return e.error }
