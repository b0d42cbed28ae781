package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Dir is the state directory. It holds epochs, each a DB of its own: a reload
// fills a new one beside the one in use. One process has it at a time.
type Dir struct {
	fs     vfs.FS
	path   string
	lock   io.Closer
	epochs []Epoch
}

// Epoch is one state within a Dir.
type Epoch struct {
	Number   uint64
	Path     string
	Identity Identity
	Err      error // why it cannot be read, if it cannot; ErrCorrupt among others
}

const (
	epochPrefix   = "epoch-"
	removedPrefix = "removed-"
	lockName      = "lock"
)

// OpenDir takes the state directory, makes it if need be, and removes epochs
// whose first load was never completed. ErrLocked names the process that has
// the directory.
func OpenDir(path string) (*Dir, error) { return OpenDirOn(vfs.Default, path) }

// OpenDirOn is OpenDir on another file system, such as one that can crash. Its
// states are opened there whatever Options.FS says.
func OpenDirOn(fs vfs.FS, path string) (*Dir, error) {
	d := &Dir{fs: fs, path: path}
	if err := d.make(); err != nil {
		return nil, fmt.Errorf("make state directory: %w", classify(err))
	}
	if err := d.acquire(); err != nil {
		return nil, fmt.Errorf("lock state directory %s: %w", path, err)
	}
	if err := d.scan(); err != nil {
		return nil, errors.Join(fmt.Errorf("read state directory %s: %w", path, err), d.Close())
	}
	return d, nil
}

// make makes the directory if it is not there. Its name is durable then: a
// state that a crash takes away with its directory would have been confirmed.
func (d *Dir) make() error {
	if _, err := d.fs.Stat(d.path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := d.fs.MkdirAll(d.path, 0o750); err != nil {
		return err
	}
	return d.syncDir(d.fs.PathDir(d.path))
}

// acquire locks the directory for this process. The lock ends with the
// process, however it ends; the file stays and holds the pid for messages.
func (d *Dir) acquire() (err error) {
	if d.fs != vfs.Default {
		d.lock, err = d.fs.Lock(d.fs.PathJoin(d.path, lockName))
		return err
	}
	lock, err := os.OpenFile(d.fs.PathJoin(d.path, lockName), os.O_RDWR|os.O_CREATE, 0o640)
	if err != nil {
		return classify(err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := io.ReadAll(io.LimitReader(lock, 32))
		_ = lock.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("%w: process %s", ErrLocked, strings.TrimSpace(string(owner)))
		}
		return fmt.Errorf("flock: %w", err)
	}
	d.lock = lock
	if err := lock.Truncate(0); err != nil {
		return errors.Join(classify(err), lock.Close())
	}
	if _, err := lock.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return errors.Join(classify(err), lock.Close())
	}
	return nil
}

func (d *Dir) scan() error {
	names, err := d.fs.List(d.path)
	if err != nil {
		return err
	}
	for _, name := range names {
		if strings.HasPrefix(name, removedPrefix) {
			if err := d.fs.RemoveAll(d.fs.PathJoin(d.path, name)); err != nil {
				return err
			}
		}
		text, ok := strings.CutPrefix(name, epochPrefix)
		number, err := strconv.ParseUint(text, 10, 64)
		if err != nil || !ok {
			continue
		}
		if info, err := d.fs.Stat(d.epochPath(number)); err != nil || !info.IsDir() {
			continue
		}
		if err := d.look(number); err != nil {
			return err
		}
	}
	slices.SortFunc(d.epochs, func(a, b Epoch) int { return int(int64(a.Number - b.Number)) })
	return nil
}

// look adds an epoch to the list, or removes it if it was never finished.
func (d *Dir) look(number uint64) error {
	e := Epoch{Number: number, Path: d.epochPath(number)}
	e.Identity, e.Err = peek(d.fs, e.Path)
	d.epochs = append(d.epochs, e)
	unfinished := e.Err == nil && !e.Identity.Loaded
	if unfinished || errors.Is(e.Err, pebble.ErrDBDoesNotExist) {
		return d.Remove(number)
	}
	return nil
}

// peek reads the identity of a state without changing it.
func peek(fs vfs.FS, path string) (Identity, error) {
	db, err := Open(path, Options{FS: fs})
	if err != nil {
		return Identity{}, err
	}
	return db.Identity(), db.Close()
}

func (d *Dir) epochPath(number uint64) string {
	return d.fs.PathJoin(d.path, fmt.Sprintf("%s%06d", epochPrefix, number))
}

// Close gives the directory up. Its states must be closed before.
func (d *Dir) Close() error { return d.lock.Close() }

// Epochs lists what the directory holds, ascending.
func (d *Dir) Epochs() []Epoch { return slices.Clone(d.epochs) }

// Newest is the latest epoch whose first load is complete, or that cannot be
// read: what to make of that is the caller's decision.
func (d *Dir) Newest() (Epoch, bool) {
	if len(d.epochs) == 0 {
		return Epoch{}, false
	}
	return d.epochs[len(d.epochs)-1], true
}

// Open opens one of the epochs.
func (d *Dir) Open(number uint64, o Options) (*DB, error) {
	if !slices.ContainsFunc(d.epochs, func(e Epoch) bool { return e.Number == number }) {
		return nil, fmt.Errorf("open epoch %d: %w", number, pebble.ErrDBDoesNotExist)
	}
	return Open(d.epochPath(number), d.on(o))
}

// on keeps the zero Options.FS for the operating system: it has a reserve for a full disk.
func (d *Dir) on(o Options) Options {
	if d.fs != vfs.Default {
		o.FS = d.fs
	}
	return o
}

// Create makes a new epoch beside the others. Until FinishLoad it counts as
// unfinished. atLeast is the lowest number that it may get.
func (d *Dir) Create(atLeast uint64, o Options) (*DB, error) {
	number := max(atLeast, 1)
	if newest, ok := d.Newest(); ok {
		number = max(number, newest.Number+1)
	}
	db, err := Open(d.epochPath(number), d.on(o))
	if err != nil {
		return nil, err
	}
	id := db.Identity()
	id.Epoch = number
	if err := errors.Join(db.SetIdentity(id), d.sync()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	d.epochs = append(d.epochs, Epoch{Number: number, Path: d.epochPath(number), Identity: id})
	return db, nil
}

// sync makes the names in the directory durable.
func (d *Dir) sync() error {
	if err := d.syncDir(d.path); err != nil {
		return fmt.Errorf("sync state directory: %w", classify(err))
	}
	return nil
}

func (d *Dir) syncDir(path string) error {
	f, err := d.fs.OpenDir(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Remove deletes an epoch, which must be closed. It is renamed first, so that
// a half-deleted one is never taken for a state.
func (d *Dir) Remove(number uint64) error {
	removed := d.fs.PathJoin(d.path, fmt.Sprintf("%s%06d", removedPrefix, number))
	if err := d.fs.Rename(d.epochPath(number), removed); err != nil {
		return fmt.Errorf("remove epoch %d: %w", number, err)
	}
	d.epochs = slices.DeleteFunc(d.epochs, func(e Epoch) bool { return e.Number == number })
	if err := d.sync(); err != nil {
		return err
	}
	if err := d.fs.RemoveAll(removed); err != nil {
		return fmt.Errorf("remove epoch %d: %w", number, err)
	}
	return nil
}
