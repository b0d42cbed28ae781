package servers

import (
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
)

// watchdog is a small shell process beside each server. It reads a pipe whose
// other end only this process holds, so it learns of our death however we die,
// kill -9 included; then it ends the server and removes its directory.
// (A parent-death signal would be tied to a thread, and not to the process.)
type watchdog struct {
	mu   sync.Mutex
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// The script is told the id of the process to end, or "idle" while there is
// none, or "bye" when there is nothing left to do.
const watchdogScript = `
pid=
while read -r word; do
	case $word in
	bye) exit 0 ;;
	idle) pid= ;;
	*) pid=$word ;;
	esac
done
if [ -n "$pid" ]; then
	kill -CONT "$pid"
	kill -"$1" "$pid"
	tries=0
	while kill -0 "$pid" && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -KILL "$pid"
fi
[ -z "$2" ] || rm -rf -- "$2"
`

// newWatchdog starts a watchdog that ends its server by the named signal and
// then removes the directory, if one is given.
func newWatchdog(signal, remove string) (*watchdog, error) {
	return startWatchdog(watchdogScript, signal, remove)
}

// startWatchdog runs a script that reads its words from us.
func startWatchdog(script string, args ...string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "watchdog"}, args...)...)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("open pipe to watchdog: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start watchdog: %w", err)
	}
	return &watchdog{cmd: cmd, pipe: pipe}, nil
}

func (w *watchdog) tell(word string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// A watchdog that is gone cannot be told, and there is nothing to do then:
	// the server is still stopped by Close.
	_, _ = io.WriteString(w.pipe, word+"\n")
}

func (w *watchdog) guard(pid int) { w.tell(strconv.Itoa(pid)) }

// release is called when the process was reaped: its id can mean another now.
func (w *watchdog) release() { w.tell("idle") }

func (w *watchdog) close() {
	w.tell("bye")
	_ = w.pipe.Close()
	_ = w.cmd.Wait()
}
