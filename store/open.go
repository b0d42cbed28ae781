package store

import (
	"errors"
	"log/slog"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// What Open and the writing calls can report; each is wrapped with its place.
var (
	// ErrFingerprint: the state was made under another schema. Start a new epoch.
	ErrFingerprint = errors.New("local state was made for another set of projections")
	// ErrFormat: the state was written by a newer program.
	ErrFormat = errors.New("local state has a format that this program does not know")
	// ErrLocked: another process has the state open.
	ErrLocked = errors.New("local state is in use by another process")
	// ErrCorrupt: a file of the state is damaged.
	ErrCorrupt = errors.New("local state is corrupt")
	// ErrDiskFull: the disk of the state is full.
	ErrDiskFull = errors.New("disk of the local state is full")
	// ErrIncomplete: a change left out a value that the store does not have.
	ErrIncomplete = errors.New("row is incomplete")
)

// Options sets up a DB. The zero value, with a Schema, is usable.
type Options struct {
	// FS holds the state. Defaults to the operating system's.
	FS vfs.FS
	// Schema says what is stored. nil opens any state for its identity and
	// published records only: rows can then not be read or written.
	Schema *Schema
	// CacheBytes is the size of the block cache. Defaults to 128 MB.
	CacheBytes int64
	// MemTableBytes is the size of one memtable. Defaults to 64 MB.
	MemTableBytes int64
	// BallastBytes is reserved on disk and given up when the disk is full, so
	// that the program can stop in order. Defaults to 64 MB; negative: none.
	BallastBytes int64
	// Logger receives what the store reports. Defaults to discarding it.
	Logger *slog.Logger
	// Fatal is told when the store cannot go on and no call is there to return
	// the error. It must end the process or cancel the work; it must not call
	// the store. Defaults to exiting with code 5, or 6 for a full disk.
	Fatal func(error)
}
