package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"materializer/internal/servers"
)

// cpusVariable tells this program, started by itself, that its processors are set.
const cpusVariable = "MATERIALIZER_BENCH_CPUS"

// confine lets this process and all that it starts run on the first n
// processors only. The threads of a Go program each have a setting of their
// own, so one thread is set and then becomes the program anew.
func confine(n int) error {
	if n <= 0 || n >= runtime.NumCPU() || os.Getenv(cpusVariable) != "" {
		return nil
	}
	runtime.LockOSThread()
	var may, set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &may); err != nil {
		return fmt.Errorf("ask for processors: %w", err)
	}
	for cpu := 0; n > 0; cpu++ {
		if may.IsSet(cpu) {
			set.Set(cpu)
			n--
		}
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("set processors: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	return syscall.Exec(self, os.Args, append(os.Environ(), cpusVariable+"=set"))
}

// machine describes where the figures were made.
func (s *site) machine(ctx context.Context) (string, error) {
	var postgres string
	if err := s.conn.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&postgres); err != nil {
		return "", fmt.Errorf("ask for the version: %w", err)
	}
	redis, err := redisVersion(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, revision %s. %d processors for everything, %s (%s), %s of memory, Linux %s, load average before %s.\nPostgreSQL %s (fsync on), %s, %s.\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), revision(ctx), runtime.NumCPU(), cpuModel(), runtime.GOARCH, memory(), kernel(), loadAverage(),
		postgres, redis, runtime.Version()), nil
}

// revision is that of this checkout, as far as git knows it.
func revision(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// redisVersion is "Redis 7.0.15".
func redisVersion(ctx context.Context) (string, error) {
	program, err := servers.RedisServer()
	if err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, program, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask for the version: %w", err)
	}
	for _, word := range strings.Fields(string(out)) {
		if version, ok := strings.CutPrefix(word, "v="); ok {
			return "Redis " + version, nil
		}
	}
	return "Redis", nil
}

func cpuModel() string {
	return strings.TrimPrefix(line(contents("/proc/cpuinfo"), "model name"), ": ")
}

func memory() string {
	var kilobytes int64
	if _, err := fmt.Sscan(line(contents("/proc/meminfo"), "MemTotal:"), &kilobytes); err != nil {
		return "an unknown amount"
	}
	return fmt.Sprintf("%d GB", (kilobytes+1<<19)>>20)
}

func kernel() string {
	out, err := exec.Command("uname", "-r").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

func loadAverage() string {
	first, _, _ := strings.Cut(contents("/proc/loadavg"), " ")
	return first
}

func contents(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text)
}

// line is what follows a name in the first line that begins with it.
func line(text, name string) string {
	for each := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(each, name); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}
