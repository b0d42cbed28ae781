package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// events is where Pebble reports: its logger, its listener, the full disk. It
// never lets Pebble end the process by itself.
type events struct {
	log   *slog.Logger
	fatal func(error)
	once  sync.Once
	open  atomic.Bool // Open has returned; before, it returns what goes wrong

	full        atomic.Bool // the ballast is gone
	corruptions atomic.Int64
	background  atomic.Int64
	stalls      atomic.Int64
	stalled     atomic.Int64 // nanoseconds
	stallBegan  atomic.Int64 // unix nanoseconds
}

// fatalError is what the logger panics with inside a commit; DB.apply turns it
// into the error of that commit.
type fatalError struct{ error }

func newEvents(o Options) *events {
	e := &events{log: o.Logger, fatal: o.Fatal}
	if e.fatal == nil {
		e.fatal = func(err error) {
			e.log.Error("local state cannot go on", "error", err)
			if errors.Is(err, ErrDiskFull) {
				os.Exit(6)
			}
			os.Exit(5)
		}
	}
	return e
}

// Infof drops Pebble's running commentary; what matters arrives as an event.
func (e *events) Infof(string, ...any) {}

func (e *events) Errorf(format string, args ...any) {
	e.log.Warn("local state", "error", fmt.Sprintf(format, args...))
}

// Fatalf must not return: Pebble's state is undefined after it. A failed
// commit has a caller who gets the error; all else goes to Options.Fatal, and
// the goroutine stays where it is until the process ends.
func (e *events) Fatalf(format string, args ...any) {
	err := fmt.Errorf(format, args...)
	for _, arg := range args {
		if cause, ok := arg.(error); ok {
			err = cause
		}
	}
	err = classify(err)
	if strings.HasPrefix(format, "pebble: fatal commit error") {
		panic(fatalError{err})
	}
	e.stop(err)
	select {}
}

// stop tells the owner once that the store cannot go on.
func (e *events) stop(err error) {
	e.once.Do(func() { e.fatal(err) })
}

// alarm is stop for what happens behind the calls. While the state is being
// opened there is a call that reports it, and the caller may choose a remedy.
func (e *events) alarm(err error) {
	if e.open.Load() {
		e.stop(err)
	}
}

// stopped refuses new writes after the ballast was spent.
func (e *events) stopped() error {
	if e.full.Load() {
		return ErrDiskFull
	}
	return nil
}

func (e *events) listener() *pebble.EventListener {
	return &pebble.EventListener{
		BackgroundError: func(err error) {
			e.background.Add(1)
			e.log.Warn("local state: background work failed, will retry", "error", err)
			if errors.Is(err, syscall.ENOSPC) {
				e.full.Store(true)
				e.alarm(fmt.Errorf("flush local state: %w", ErrDiskFull))
			}
		},
		DataCorruption: func(info pebble.DataCorruptionInfo) {
			e.corruptions.Add(1)
			e.alarm(fmt.Errorf("read %s: %w: %w", info.Path, ErrCorrupt, info.Details))
		},
		DiskSlow: func(info pebble.DiskSlowInfo) {
			e.log.Warn("disk of the local state is slow", "path", info.Path, "duration", info.Duration)
		},
		LowDiskSpace: func(info pebble.LowDiskSpaceInfo) {
			e.log.Warn("disk of the local state is filling up", "available_bytes", info.AvailBytes, "below_percent", info.PercentThreshold)
		},
		WriteStallBegin: func(info pebble.WriteStallBeginInfo) {
			e.stalls.Add(1)
			e.stallBegan.Store(time.Now().UnixNano())
			e.log.Warn("writing to the local state is stalled", "reason", info.Reason)
		},
		WriteStallEnd: func() {
			e.stalled.Add(time.Now().UnixNano() - e.stallBegan.Load())
		},
	}
}

// classify puts our sentinel before Pebble's and the system's errors.
func classify(err error) error {
	switch {
	case err == nil || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrDiskFull):
		return err
	case pebble.IsCorruptionError(err):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}

const ballastName = "ballast"

// withBallast reserves room on disk that is given up at the first ENOSPC: the
// write in hand then succeeds, and every later commit is refused.
func (e *events) withBallast(fs vfs.FS, dir string, size int64) vfs.FS {
	path := fs.PathJoin(dir, ballastName)
	if size > 0 {
		if err := makeBallast(fs, path, size); err != nil {
			e.log.Warn("no room is reserved for a full disk", "path", path, "error", err)
		}
	}
	return vfs.OnDiskFull(fs, func() {
		e.full.Store(true)
		if err := fs.Remove(path); err != nil {
			e.log.Error("disk of the local state is full", "error", err)
		} else {
			e.log.Error("disk of the local state is full, reserve released", "reserve_bytes", size)
		}
	})
}

func makeBallast(fs vfs.FS, path string, size int64) error {
	if _, err := fs.Stat(path); err == nil {
		return nil
	}
	f, err := fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Preallocate(0, size), f.Close()); err != nil {
		return errors.Join(err, fs.Remove(path))
	}
	return nil
}
