package servers

import (
	"errors"
	"fmt"
	"os"
)

// Scratch is a directory for the directories of servers and for files beside
// them. Every user may pass through it, none may list it.
type Scratch struct {
	Path string

	watch  *watchdog
	kept   bool
	closed once
}

// The script removes the directory when its parent dies. Servers in it are ended
// by watchdogs of their own at the same time, and may still write: hence again.
const scratchScript = `
while read -r word; do
	[ "$word" != bye ] || exit 0
done
tries=0
until rm -rf -- "$1" 2>/dev/null || [ $tries -ge 100 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
`

// NewScratch makes a directory that is removed by Close, and also when this
// process dies in whatever way.
func NewScratch(name string) (*Scratch, error) {
	dir, err := freshDir(name, account{})
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, errors.Join(fmt.Errorf("open directory to servers: %w", err), os.RemoveAll(dir))
	}
	watch, err := startWatchdog(scratchScript, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &Scratch{Path: dir, watch: watch}, nil
}

// Keep makes the directory stay, whatever happens.
func (s *Scratch) Keep() {
	s.kept = true
	s.watch.close()
}

// Close removes the directory unless it is kept. Servers in it are closed before.
func (s *Scratch) Close() error {
	return s.closed.do(func() error {
		if s.kept {
			return nil
		}
		s.watch.close()
		return os.RemoveAll(s.Path)
	})
}
