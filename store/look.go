package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// FormatVersion is the version of the layout that this program writes.
const FormatVersion = formatVersion

// Look lists the epochs of a state directory without taking or changing it. An
// epoch that is in use has the error ErrLocked; a directory that does not exist
// has no epochs.
func Look(path string) ([]Epoch, error) {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state directory: %w", err)
	}
	d := &Dir{fs: vfs.Default, path: path}
	for _, entry := range entries {
		text, ok := strings.CutPrefix(entry.Name(), epochPrefix)
		number, err := strconv.ParseUint(text, 10, 64)
		if !ok || err != nil || !entry.IsDir() {
			continue
		}
		e := Epoch{Number: number, Path: d.epochPath(number)}
		e.Identity, e.Err = peek(d.fs, e.Path)
		d.epochs = append(d.epochs, e)
	}
	slices.SortFunc(d.epochs, func(a, b Epoch) int { return int(int64(a.Number - b.Number)) })
	return d.epochs, nil
}
