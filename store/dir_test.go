package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"materializer/cdc"
)

func dirOptions() Options {
	o := testOptions(nil)
	o.BallastBytes = -1
	return o
}

func TestDirIsExclusive(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d, err := OpenDir(path)
	must(t, err)
	_, err = OpenDir(path)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("second OpenDir: %v, want %v naming %d", err, ErrLocked, os.Getpid())
	}
	must(t, d.Close())
	d, err = OpenDir(path)
	must(t, err)
	must(t, d.Close())
}

func TestDirKeepsFinishedEpochs(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	d, err := OpenDir(path)
	must(t, err)
	if newest, ok := d.Newest(); ok {
		t.Errorf("an empty directory has %+v", newest)
	}
	for _, finish := range []bool{true, true, false} {
		db, err := d.Create(5, dirOptions())
		must(t, err)
		if finish {
			must(t, db.FinishLoad(db.Identity(), Position{LSN: cdc.LSN(db.Identity().Epoch)}, nil))
		}
		must(t, db.Close())
	}
	must(t, d.Remove(5))
	must(t, d.Close())
	must(t, os.Mkdir(filepath.Join(path, "removed-000004"), 0o750))
	must(t, os.Mkdir(filepath.Join(path, "epoch-000009"), 0o750))

	d, err = OpenDir(path)
	must(t, err)
	newest, ok := d.Newest()
	if len(d.Epochs()) != 1 || !ok || newest.Number != 6 || newest.Identity.Epoch != 6 || !newest.Identity.Loaded {
		t.Errorf("epochs are %+v, want the finished number 6 only", d.Epochs())
	}
	db, err := d.Open(newest.Number, dirOptions())
	must(t, err)
	if got := db.Position().LSN; got != 6 {
		t.Errorf("epoch 6 is at %d", got)
	}
	must(t, db.Close())
	if _, err := d.Open(7, dirOptions()); err == nil {
		t.Error("an epoch that is not there was opened")
	}
	must(t, d.Close())
	entries, err := os.ReadDir(path)
	must(t, err)
	if len(entries) != 2 {
		t.Errorf("directory has %v, want one epoch and the lock", entries)
	}
}

func TestDirReportsUnreadableEpochs(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(string) error{
		"cut":  func(file string) error { return os.Truncate(file, 7) },
		"gone": os.Remove,
		"overwritten": func(file string) error {
			info, err := os.Stat(file)
			if err != nil {
				return err
			}
			return os.WriteFile(file, make([]byte, info.Size()), 0o640)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testUnreadable(t, damage)
		})
	}
}

func testUnreadable(t *testing.T, damage func(file string) error) {
	path := t.TempDir()
	d, err := OpenDir(path)
	must(t, err)
	db, err := d.Create(0, dirOptions())
	must(t, err)
	must(t, db.FinishLoad(db.Identity(), Position{LSN: 1}, nil))
	must(t, db.Close())
	must(t, d.Close())
	files, err := filepath.Glob(filepath.Join(path, "epoch-000001", "*.sst"))
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no table was written")
	}
	for _, file := range files {
		must(t, damage(file))
	}
	d, err = OpenDir(path)
	must(t, err)
	newest, ok := d.Newest()
	if !ok || !errors.Is(newest.Err, ErrCorrupt) {
		t.Errorf("newest is %+v, want %v", newest, ErrCorrupt)
	}
	must(t, d.Close())
}
