package servers

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestScratchGoesUnlessItIsKept(t *testing.T) {
	t.Parallel()
	for _, keep := range []bool{false, true} {
		s, err := NewScratch("test")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(s.Path) })
		info, err := os.Stat(s.Path)
		if err != nil || info.Mode().Perm() != 0o711 {
			t.Errorf("%v, %v; want a directory that others may pass and not list", info, err)
		}
		if err := os.WriteFile(filepath.Join(s.Path, "file"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if keep {
			s.Keep()
		}
		if err := errors.Join(s.Close(), s.Close()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(s.Path); (err == nil) != keep {
			t.Errorf("kept %v: %v", keep, err)
		}
	}
}

// The watchdog alone, as when its parent was killed: it learns of that by the
// end of its input.
func TestScratchGoesWithItsParent(t *testing.T) {
	t.Parallel()
	s, err := NewScratch("test")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.watch.pipe.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.watch.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(s.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.Path, err)
	}
}
