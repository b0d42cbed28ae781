package servers

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// signalAll signals processes; one that has ended meanwhile is no error.
func signalAll(pids []int, sig syscall.Signal) error {
	for _, pid := range pids {
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("send %v to process %d: %w", sig, pid, err)
		}
	}
	return nil
}

// childrenOf lists the processes that pid has started. PostgreSQL makes each
// of its processes the leader of a group, so the group of the postmaster
// would name the postmaster only.
func childrenOf(pid int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	if len(stats) == 0 {
		return nil, errors.New("list processes: there is no /proc")
	}
	var children []int
	for _, file := range stats {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue // ended meanwhile
		}
		if parentIn(stat) != pid {
			continue
		}
		child, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			return nil, fmt.Errorf("list processes: %w", err)
		}
		children = append(children, child)
	}
	return children, nil
}

// parentIn reads the parent's id from a stat line: "pid (name) state parent ...".
// The name may hold anything, so the line is read from its last parenthesis.
func parentIn(stat []byte) int {
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(string(fields[1]))
	return parent
}

// waitGone waits until processes that were killed are gone. They are not our
// own children, so that there is nothing to wait for but their entry in /proc.
func waitGone(pids []int) error {
	deadline := time.After(10 * time.Second)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for _, pid := range pids {
		for alive(pid) {
			select {
			case <-again.C:
			case <-deadline:
				return fmt.Errorf("process %d does not go away", pid)
			}
		}
	}
	return nil
}

// alive tells whether a process holds memory still: a zombie does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	return len(fields) > 0 && fields[0][0] != 'Z' && fields[0][0] != 'X'
}
