package store

import (
	"errors"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"golang.org/x/sync/errgroup"

	"materializer/cdc"
)

func insert(t testing.TB, db *DB, id string, lsn cdc.LSN) error {
	t.Helper()
	b := db.NewBatch()
	must(t, b.Apply(cdc.Change{Table: testSchema().Tables[0].Table, Op: cdc.Insert, New: row(id, "a", "1", "x")}, noEffect))
	b.EndTransaction(Position{LSN: lsn})
	return b.Commit(true)
}

func TestOpenRefusesWhatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	other := testSchema()
	other.Fingerprint = "other"
	for name, test := range map[string]struct {
		damage func(t *testing.T, fs *vfs.MemFS, db *DB)
		schema *Schema
		want   error
	}{
		"fingerprint": {schema: other, want: ErrFingerprint},
		"format": {want: ErrFormat, damage: func(t *testing.T, _ *vfs.MemFS, db *DB) {
			must(t, db.pebble.Set([]byte(keyFormat), []byte("99"), pebble.Sync))
		}},
		"sstable": {want: ErrCorrupt, damage: func(t *testing.T, fs *vfs.MemFS, db *DB) {
			must(t, db.pebble.Flush())
			spoil(t, fs, ".sst")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fs := vfs.NewMem()
			db := openTest(t, fs)
			must(t, insert(t, db, "1", 1))
			if test.damage != nil {
				test.damage(t, fs, db)
			}
			must(t, db.Close())
			o := testOptions(fs) // its Fatal panics: Open returns what it finds
			if test.schema != nil {
				o.Schema = test.schema
			}
			_, err := Open("state", o)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
		})
	}
}

// spoil overwrites the middle of the files with a suffix.
func spoil(t *testing.T, fs *vfs.MemFS, suffix string) {
	names, err := fs.List("state")
	must(t, err)
	for _, name := range names {
		if !strings.HasSuffix(name, suffix) {
			continue
		}
		f, err := fs.OpenReadWrite(fs.PathJoin("state", name), vfs.WriteCategoryUnspecified)
		must(t, err)
		info, err := f.Stat()
		must(t, err)
		_, err = f.WriteAt([]byte(strings.Repeat("X", int(info.Size()/2))), 0)
		must(t, err)
		must(t, f.Close())
	}
}

func TestOpenIsExclusive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	o := testOptions(nil)
	o.BallastBytes = 1 << 20
	db, err := Open(dir, o)
	must(t, err)
	if _, err := Open(dir, o); !errors.Is(err, ErrLocked) {
		t.Errorf("second open: got %v, want %v", err, ErrLocked)
	}
	must(t, db.Close())
}

func TestIdentityOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashableMem()
	db := openTest(t, fs)
	want := db.Identity()
	if want.StateID == "" || want.Fingerprint != "test" || want.Loaded {
		t.Fatalf("new state is %+v", want)
	}
	want.SystemID, want.Timeline, want.Slot, want.Epoch = "7", 2, "s", 3
	must(t, db.SetIdentity(want))
	after := fs.CrashClone(vfs.CrashCloneCfg{})
	must(t, db.Close())
	db = openTest(t, after)
	if got := db.Identity(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	must(t, db.Close())
	db, err := Open("state", Options{FS: after})
	must(t, err)
	if got := db.Identity(); got != want {
		t.Errorf("without a schema: got %+v, want %+v", got, want)
	}
	must(t, db.Close())
}

// The publisher sets the epoch while the ingester writes down what is missing.
func TestIdentityUpdatesAtTheSameTime(t *testing.T) {
	t.Parallel()
	fs := vfs.NewCrashableMem()
	db := openTest(t, fs)
	const each = 50
	var group errgroup.Group
	for range each {
		group.Go(func() error { return db.UpdateIdentity(func(id *Identity) { id.Epoch++ }) })
		group.Go(func() error { return db.UpdateIdentity(func(id *Identity) { id.Incomplete += "." }) })
	}
	must(t, group.Wait())
	want := db.Identity()
	if want.Epoch != each || want.Incomplete != strings.Repeat(".", each) {
		t.Errorf("got %+v, want each change %d times", want, each)
	}
	after := fs.CrashClone(vfs.CrashCloneCfg{})
	must(t, db.Close())
	db = openTest(t, after)
	if got := db.Identity(); got != want {
		t.Errorf("after a crash: got %+v, want %+v", got, want)
	}
	must(t, db.Close())
}

// fullDisk refuses writes while it is full; removing the ballast makes room.
type fullDisk struct{ full atomic.Bool }

func (d *fullDisk) MaybeError(op errorfs.Op) error {
	if op.Kind == errorfs.OpRemove && strings.HasSuffix(op.Path, ballastName) {
		d.full.Store(false)
	}
	if d.full.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite && op.Kind != errorfs.OpRemove {
		return syscall.ENOSPC
	}
	return nil
}

func (d *fullDisk) String() string { return "full disk" }

func TestFullDisk(t *testing.T) {
	t.Parallel()
	t.Run("the reserve lets the commit in hand through", func(t *testing.T) {
		t.Parallel()
		disk, mem := &fullDisk{}, vfs.NewCrashableMem()
		o := testOptions(errorfs.Wrap(mem, disk))
		o.BallastBytes = 1
		db, err := Open("state", o)
		must(t, err)
		must(t, insert(t, db, "1", 1))
		disk.full.Store(true)
		must(t, insert(t, db, "2", 2))
		if err := insert(t, db, "3", 3); !errors.Is(err, ErrDiskFull) {
			t.Errorf("commit after the reserve is gone: %v, want %v", err, ErrDiskFull)
		}
		must(t, db.Close())
		reopenAt(t, mem, 2)
	})
	t.Run("without reserve the commit fails and is gone", func(t *testing.T) {
		t.Parallel()
		disk, mem := &fullDisk{}, vfs.NewCrashableMem()
		db, err := Open("state", testOptions(errorfs.Wrap(mem, disk)))
		must(t, err)
		must(t, insert(t, db, "1", 1))
		disk.full.Store(true)
		for range 2 {
			if err := insert(t, db, "2", 2); !errors.Is(err, ErrDiskFull) {
				t.Errorf("commit on a full disk: %v, want %v", err, ErrDiskFull)
			}
		}
		if got := db.Position().LSN; got != 1 {
			t.Errorf("position is %d after a failed commit, want 1", got)
		}
		disk.full.Store(false)
		_ = db.Close() // of a log that failed: only the goroutines matter
		reopenAt(t, mem, 1)
	})
}

func reopenAt(t *testing.T, mem *vfs.MemFS, want cdc.LSN) {
	t.Helper()
	db := openTest(t, mem.CrashClone(vfs.CrashCloneCfg{}))
	if got := db.Position().LSN; got != want {
		t.Errorf("position after reopening is %d, want %d", got, want)
	}
	must(t, db.Close())
}

// TestCorruptionWhileOpen: a damaged block fails the read and raises the alarm.
func TestCorruptionWhileOpen(t *testing.T) {
	t.Parallel()
	fs := vfs.NewMem()
	o := testOptions(fs)
	alarm := make(chan error, 1)
	o.Fatal = func(err error) { alarm <- err }
	db, err := Open("state", o)
	must(t, err)
	must(t, insert(t, db, "1", 1))
	must(t, db.pebble.Flush())
	spoil(t, fs, ".sst")
	s := db.Snapshot()
	if _, _, err := s.Row(0, []byte("1\x00"), nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("read of a damaged block: %v, want %v", err, ErrCorrupt)
	}
	if err := <-alarm; !errors.Is(err, ErrCorrupt) {
		t.Errorf("alarm is %v, want %v", err, ErrCorrupt)
	}
	s.Close()
	must(t, db.Close())
}
