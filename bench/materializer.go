package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"materializer/cdc"
	"materializer/internal/servers"
)

// materializer is the service, the program that users run, as a process of its own.
type materializer struct {
	*site
	label   string   // its name, also among slots and files
	program string   // path of the binary
	args    []string // before the configuration's
	server  *servers.Redis
	client  *redis.Client
	command *exec.Cmd
	ended   chan error
	log     *os.File
}

// pollInterval is short against a drain, and a poll costs little against it.
const pollInterval = 2 * time.Millisecond

func (m *materializer) name() string { return m.label }

// empty takes everything away that the service has made.
func (m *materializer) empty(ctx context.Context) error {
	if m.server == nil {
		var err error
		if m.server, m.client, err = m.startRedis(ctx); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(m.path(m.label + ".state")); err != nil {
		return fmt.Errorf("remove state: %w", err)
	}
	if err := m.client.FlushDB(ctx).Err(); err != nil {
		return fmt.Errorf("empty Redis: %w", err)
	}
	object := "materializer_" + m.label // slot and publication
	return m.exec(ctx,
		"SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '"+object+"'",
		"DROP PUBLICATION IF EXISTS "+object)
}

// load returns when the marker is there: it is written with the last document.
func (m *materializer) load(ctx context.Context) error {
	if err := m.start(); err != nil {
		return err
	}
	return m.await(ctx, 0)
}

// mark is nothing: the backlog begins where the service was stopped.
func (m *materializer) mark(context.Context) error { return nil }

func (m *materializer) drain(ctx context.Context, until cdc.LSN) error {
	if err := m.start(); err != nil {
		return err
	}
	return m.await(ctx, until)
}

func (m *materializer) start() error {
	file, err := m.write(m.label+".yaml", m.configuration(m.label, m.url(), m.server.URL(), m.path(m.label+".state")))
	if err != nil {
		return err
	}
	if m.log, err = os.OpenFile(m.path(m.label+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	// The context does not kill it: rest does, so that it ends in good order.
	m.command = exec.Command(m.program, append(m.args, "--config", file)...)
	m.command.Stderr = m.log
	m.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := m.command.Start(); err != nil {
		m.command = nil
		return fmt.Errorf("start %s: %w", m.program, err)
	}
	m.ended = make(chan error, 1)
	go func(command *exec.Cmd, ended chan<- error) { ended <- command.Wait() }(m.command, m.ended)
	return nil
}

// await returns when everything committed up to a position is in Redis: when
// the marker is past it.
func (m *materializer) await(ctx context.Context, until cdc.LSN) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		text, err := m.client.HGet(ctx, "materializer:"+m.label+":position", "lsn").Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("read marker: %w", err)
		}
		if visible, err := cdc.ParseLSN(text); err == nil && visible > until {
			return nil
		}
		select {
		case <-ticker.C:
		case err := <-m.ended:
			m.ended <- err
			return fmt.Errorf("%s ended: %w\n%s", m.program, err, m.said())
		case <-ctx.Done():
			return fmt.Errorf("wait until %s is visible: %w\n%s", until, ctx.Err(), m.said())
		}
	}
}

// rest stops the process and wants it to end in good order.
func (m *materializer) rest(context.Context) error {
	if m.command == nil {
		return nil
	}
	defer func() { m.command = nil }()
	// It may have ended by itself, which Wait tells.
	_ = m.command.Process.Signal(syscall.SIGTERM)
	if err := <-m.ended; err != nil {
		return fmt.Errorf("stop %s: %w\n%s", m.program, err, m.said())
	}
	return m.log.Close()
}

// follow tells the numbers of the changes when a reader of Redis finds them.
func (m *materializer) follow(ctx context.Context, seen func(seqs ...int64)) (stop func() error, err error) {
	if err := m.start(); err != nil {
		return nil, err
	}
	until, err := m.commit(ctx, 1, 1)
	if err != nil {
		return nil, err
	}
	if err := m.await(ctx, until); err != nil {
		return nil, err
	}
	watch, err := m.watch(ctx, m.client, seen)
	if err != nil {
		return nil, err
	}
	return func() error { return errors.Join(watch(), m.rest(ctx)) }, nil
}

func (m *materializer) check(ctx context.Context) error { return m.compare(ctx, m.client, 1) }

func (m *materializer) close(ctx context.Context) error { return m.rest(ctx) }

func (m *materializer) pid() int {
	if m.command == nil {
		return 0
	}
	return m.command.Process.Pid
}

// said is the end of the log.
func (m *materializer) said() string {
	text, err := os.ReadFile(m.path(m.label + ".log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "\n")
}
