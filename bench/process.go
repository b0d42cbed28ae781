package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc/PID/stat, the same on all platforms that
// Linux programs see.
const tick = 10 * time.Millisecond

// usage is the processor time that each part has used up to now.
type usage struct{ own, postgres, redis time.Duration }

func (u usage) since(before usage) usage {
	return usage{u.own - before.own, u.postgres - before.postgres, u.redis - before.redis}
}

// usage measures the servers.
func (s *site) usage() usage {
	u := usage{postgres: treeTime(s.postgres.PID())}
	for _, redis := range s.redis {
		u.redis += processTime(redis.PID())
	}
	return u
}

// processTime is what a process has used, and its children that are gone.
func processTime(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0 // it has ended
	}
	// The name in parentheses may hold anything; the fields after it are numbers.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var sum time.Duration
	for _, field := range fields[11:15] { // utime, stime, cutime, cstime
		ticks, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0
		}
		sum += time.Duration(ticks) * tick
	}
	return sum
}

// treeTime is processTime of a process and its living children.
func treeTime(pid int) time.Duration {
	sum := processTime(pid)
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return sum
	}
	for _, list := range lists {
		text, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(text)) {
			if id, err := strconv.Atoi(child); err == nil {
				sum += processTime(id)
			}
		}
	}
	return sum
}

// peakMemory is the most memory that a process has held at once, in bytes.
func peakMemory(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err == nil {
				return kilobytes << 10
			}
		}
	}
	return 0
}
