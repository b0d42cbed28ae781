package servers

import (
	"fmt"
	"os"
	"path/filepath"
)

// tempRoot is where fresh directories are made: os.TempDir, unless another
// user could not pass through it, as is the case with a private TMPDIR of root.
func tempRoot() string {
	if os.Geteuid() != 0 {
		return os.TempDir()
	}
	for _, dir := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if passable(dir) {
			return dir
		}
	}
	return os.TempDir()
}

// passable tells whether everyone may reach what is inside dir.
func passable(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}

// freshDir makes an empty directory that belongs to the account.
func freshDir(name string, owner account) (string, error) {
	dir, err := os.MkdirTemp(tempRoot(), "materializer-"+name+"-")
	if err != nil {
		return "", fmt.Errorf("make directory for %s: %w", name, err)
	}
	if err := owner.give(dir); err != nil {
		_ = os.RemoveAll(dir)
		return "", err
	}
	return dir, nil
}
