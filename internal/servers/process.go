// Package servers runs throwaway PostgreSQL and Redis servers: real processes
// on free loopback ports, in a directory of their own. The tests use it
// (through servertest), and so does the demo command.
//
// It promises that a server which was started is ready for clients, that it
// keeps port and directory through Stop, Kill and Restart, and that nothing
// outlives the process that started it: on Close, or when that process dies in
// whatever way, the server is stopped and a directory made here is removed.
//
// A server that does not start is reported with the end of its log. A missing
// program is reported with what to install. Signals go to processes started
// here, by their id.
package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// startTimeout bounds a start, and stopTimeout a requested stop: both are far
// above what a busy machine needs.
const (
	startTimeout = 60 * time.Second
	stopTimeout  = 60 * time.Second
)

// process is one run of a server program. A restart makes a new one.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and was reaped
}

// startProcess starts cmd apart from this process's group, so that a signal
// from the terminal reaches us and not the servers we still need to end well.
func startProcess(cmd *exec.Cmd, watch *watchdog) (*process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	watch.guard(cmd.Process.Pid)
	p := &process{cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		watch.release()
		close(p.done)
	}()
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// running tells whether the process has not ended yet.
func (p *process) running() bool {
	if p == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// stop sends the signal and waits for the end. A process that does not end in
// time is killed, and that is an error.
func (p *process) stop(sig os.Signal) error {
	if !p.running() {
		return nil
	}
	if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal process %d: %w", p.pid(), err)
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
	}
	_ = p.cmd.Process.Kill()
	<-p.done
	return fmt.Errorf("stop process %d: still running %v after %v, killed", p.pid(), stopTimeout, sig)
}

// await calls ready until it returns nil, the process ends, or time is up. A
// starting server has no signal to wait for, so this asks again and again.
func (p *process) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	var err error
	for {
		if err = ready(ctx); err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-p.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("wait until ready: %w (last answer: %w)", ctx.Err(), err)
		}
	}
}

// errEnded says that a server ended while it was starting; its log says why.
var errEnded = errors.New("ended while starting")

// once runs a function the first time only; later calls return its error.
type once struct {
	sync.Once
	err error
}

func (o *once) do(f func() error) error {
	o.Do(func() { o.err = f() })
	return o.err
}
