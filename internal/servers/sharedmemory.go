package servers

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// removeSharedMemory removes the System V segment that a killed postmaster
// leaves behind: a few bytes, but systems have a few thousand segments only. A
// cluster that was shut down has removed segment and pid file itself.
func removeSharedMemory(dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		return
	}
	// The seventh line is the segment's key and id.
	lines := strings.Split(string(text), "\n")
	if len(lines) < 7 {
		return
	}
	words := strings.Fields(lines[6])
	if len(words) != 2 {
		return
	}
	if id, err := strconv.Atoi(words[1]); err == nil {
		_, _ = unix.SysvShmCtl(id, unix.IPC_RMID, nil) // in use or gone already: nothing to do
	}
}
