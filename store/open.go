package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// What Open and the writing calls can report; each is wrapped with its place.
var (
	// ErrFingerprint: the state was made under another schema. Start a new epoch.
	ErrFingerprint = errors.New("local state was made for another set of projections")
	// ErrFormat: the state was written by another version of the program.
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
	// CacheBytes is the least size of the block cache. Defaults to 128 MB. It
	// grows into what the memtables leave free: the memory of the store is
	// CacheBytes and 4 times MemTableBytes.
	CacheBytes int64
	// MemTableBytes is the size of one memtable. Defaults to 32 MB.
	MemTableBytes int64
	// BallastBytes is reserved on disk and given up when the disk is full, so
	// that the program can stop in order. Defaults to 64 MB; negative: none.
	BallastBytes int64
	// Logger receives what the store reports. Defaults to discarding it.
	Logger *slog.Logger
	// Fatal is told once when the store cannot go on, be there a call that
	// returns the error or not. The goroutine that calls it may never return,
	// so it must see to it that the process ends; it must not call the store.
	// Defaults to exiting with code 5, or 6 for a full disk.
	Fatal func(error)

	piece       int // bytes of a truncation or a rollback that are written at once
	compression *pebble.DBCompressionSettings
}

func (o Options) withDefaults() Options {
	if o.BallastBytes == 0 && o.FS == nil {
		o.BallastBytes = 64 << 20
	}
	if o.FS == nil {
		o.FS = vfs.Default
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 128 << 20
	}
	if o.MemTableBytes == 0 {
		o.MemTableBytes = 32 << 20
	}
	if o.piece == 0 {
		o.piece = 8 << 20
	}
	if o.compression == nil {
		// A third of the bytes stored as they are. Denser profiles cost half a
		// microsecond of processor time a change: see BenchmarkCompression.
		o.compression = &pebble.DBCompressionFastest
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// Open opens the state in dir, or founds one. What an unfinished transaction
// has left is rolled back before Open returns.
func Open(dir string, o Options) (*DB, error) {
	db, err := open(dir, o.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("open local state %s: %w", dir, err)
	}
	return db, nil
}

func open(dir string, o Options) (*DB, error) {
	db := &DB{options: o, events: newEvents(o)}
	if o.Schema != nil {
		if err := db.arrange(o.Schema); err != nil {
			return nil, err
		}
		if err := o.FS.MkdirAll(dir, 0o750); err != nil {
			return nil, classify(err)
		}
	}
	settings := db.settings(dir)
	defer settings.Cache.Unref()
	var err error
	if db.pebble, err = pebble.Open(dir, settings); err != nil {
		return nil, classifyOpen(err)
	}
	if err := db.recover(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.events.open.Store(true)
	return db, nil
}

// arrange sorts the indexes by table and checks that the schema is numbered
// as the keys need it.
func (db *DB) arrange(s *Schema) error {
	db.indexes = make([][]*Index, len(s.Tables))
	for i, t := range s.Tables {
		if t.ID != i || len(t.Key) == 0 {
			return fmt.Errorf("schema: table %s has number %d at place %d, and %d key columns", t, t.ID, i, len(t.Key))
		}
	}
	for i := range s.Indexes {
		x := &s.Indexes[i]
		if x.ID != i || x.Table < 0 || x.Table >= len(s.Tables) {
			return fmt.Errorf("schema: index %d is at place %d, of table %d", x.ID, i, x.Table)
		}
		db.indexes[x.Table] = append(db.indexes[x.Table], x)
	}
	return nil
}

// memTables is how many may wait to be flushed before writes stall.
const memTables = 4

// settings are Pebble's. Its defaults are made for small stores: an 8 MB
// cache, a 4 MB memtable and writes stopped at 12 files of L0 would stall a
// first load. The newest format is the one that tells a torn log from a
// damaged one.
func (db *DB) settings(dir string) *pebble.Options {
	o := db.options
	settings := &pebble.Options{
		FS: o.FS,
		// Pebble takes the memtables out of the cache: without room for them it caches nothing.
		Cache:                       pebble.NewCache(o.CacheBytes + memTables*o.MemTableBytes),
		MemTableSize:                uint64(o.MemTableBytes),
		MemTableStopWritesThreshold: memTables,
		L0CompactionThreshold:       4,
		L0StopWritesThreshold:       64,
		LBaseMaxBytes:               max(64<<20, o.MemTableBytes),
		MaxOpenFiles:                4096,
		FormatMajorVersion:          pebble.FormatNewest,
		BytesPerSync:                1 << 20,
		WALBytesPerSync:             1 << 20,
		Logger:                      db.events,
		EventListener:               db.events.listener(),
		ReadOnly:                    o.Schema == nil,
		ErrorIfNotExists:            o.Schema == nil,
		CompactionConcurrencyRange:  func() (int, int) { return 1, max(2, runtime.GOMAXPROCS(0)/2) },
	}
	if o.Schema != nil {
		settings.FS = db.events.withBallast(o.FS, dir, o.BallastBytes)
	}
	settings.ApplyCompressionSettings(func() pebble.DBCompressionSettings { return *o.compression })
	for i := range settings.Levels {
		settings.Levels[i].BlockSize = 16 << 10
		settings.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	settings.TargetFileSizes[0] = 8 << 20
	return settings
}

// recover brings the state to the last whole transaction and makes it the
// first boundary.
func (db *DB) recover() error {
	if err := db.loadIdentity(); err != nil {
		return err
	}
	value, err := db.meta(keyProgress)
	if err != nil {
		return err
	}
	if db.progress, err = parseProgress(value); err != nil {
		return err
	}
	if err := db.journal.load(db); err != nil {
		return err
	}
	db.progress.seq = max(db.progress.seq, db.journal.last())
	if err := db.countQuarantine(); err != nil {
		return err
	}
	if db.progress.partial && db.options.Schema != nil {
		if err := db.rollBack(); err != nil {
			return fmt.Errorf("roll back unfinished transaction: %w", err)
		}
	}
	db.publishBoundary(db.newBoundary())
	return nil
}

// classifyOpen names the reasons for which Pebble refuses a directory.
func classifyOpen(err error) error {
	err = classify(err)
	text := err.Error()
	switch {
	case strings.Contains(text, "unknown format major version"):
		return fmt.Errorf("%w: %w", ErrFormat, err)
	case strings.Contains(text, "lock held by"), errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EACCES) && strings.Contains(text, "LOCK"):
		return fmt.Errorf("%w: %w", ErrLocked, err)
	case errors.Is(err, pebble.ErrDBDoesNotExist), errors.Is(err, ErrCorrupt):
		return err
	case strings.Contains(text, "size mismatch"), errors.Is(err, os.ErrNotExist):
		// Files that are cut or gone are not marked as corruption by Pebble.
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return err
}
