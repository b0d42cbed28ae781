package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// RedisOptions says how to run a Redis server.
type RedisOptions struct {
	// Dir is the working directory, made if missing and kept by Close. Defaults
	// to a fresh one that Close removes.
	Dir string
	// Args are added to the command line, as in "--maxmemory", "1mb".
	Args []string
	// Config is the text of a configuration file, which Sentinel needs. Defaults
	// to none: a server that persists nothing by itself.
	Config string
}

// Redis is a running server, or a stopped one between Stop and Restart.
// It is used from one goroutine at a time.
type Redis struct {
	Dir  string
	Port int
	Addr string // 127.0.0.1:port

	program   string
	options   RedisOptions
	temporary bool
	process   *process
	watch     *watchdog
	closed    once
}

// StartRedis starts a server and waits until it answers.
func StartRedis(ctx context.Context, o RedisOptions) (*Redis, error) {
	program, err := RedisServer()
	if err != nil {
		return nil, err
	}
	r := &Redis{Dir: o.Dir, program: program, options: o, temporary: o.Dir == ""}
	if err := r.prepareDir(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err := r.startOnFreePort(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func (r *Redis) prepareDir() (err error) {
	remove := ""
	if r.temporary {
		if r.Dir, err = freshDir("redis", account{}); err != nil {
			return err
		}
		remove = r.Dir
	} else {
		if r.Dir, err = filepath.Abs(r.Dir); err != nil {
			return fmt.Errorf("find directory: %w", err)
		}
		if err := os.MkdirAll(r.Dir, 0o700); err != nil {
			return fmt.Errorf("make directory: %w", err)
		}
	}
	if r.options.Config != "" {
		if err := os.WriteFile(r.configFile(), []byte(r.options.Config), 0o600); err != nil {
			return fmt.Errorf("write configuration of Redis: %w", err)
		}
	}
	r.watch, err = newWatchdog("KILL", remove)
	return err
}

func (r *Redis) configFile() string { return filepath.Join(r.Dir, "redis.conf") }

func (r *Redis) startOnFreePort(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		var err error
		if r.Port, err = freePort(); err != nil {
			return err
		}
		r.Addr = loopback(r.Port)
		err = r.start(ctx)
		if err == nil || attempt == 5 || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
	}
}

func (r *Redis) start(ctx context.Context) error {
	logFile, err := os.OpenFile(r.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of Redis: %w", err)
	}
	defer func() { _ = logFile.Close() }() // the server has its own handle
	begin, err := logFile.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("open log of Redis: %w", err)
	}
	cmd := exec.Command(r.program, r.arguments()...)
	cmd.Dir = r.Dir
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if r.process, err = startProcess(cmd, r.watch); err != nil {
		return err
	}
	if err := r.process.await(ctx, r.ping); err != nil {
		err = fmt.Errorf("start Redis in %s: %w\n%s", r.Dir, err, tail(r.logFrom(begin)))
		return errors.Join(err, r.Kill())
	}
	return nil
}

func (r *Redis) arguments() []string {
	var args []string
	if r.options.Config != "" {
		args = append(args, r.configFile())
	}
	args = append(args, "--port", strconv.Itoa(r.Port), "--bind", "127.0.0.1", "--dir", r.Dir)
	if r.options.Config == "" {
		args = append(args, "--save", "", "--appendonly", "no")
	}
	return append(args, r.options.Args...)
}

// ping asks for any answer but "loading": a server that wants a password is up.
func (r *Redis) ping(ctx context.Context) error {
	answer, err := r.command(ctx, "PING")
	if err == nil && strings.HasPrefix(answer, "-LOADING") {
		return errors.New(answer)
	}
	return err
}

// command sends one inline command and returns the first line of the answer.
func (r *Redis) command(ctx context.Context, text string) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", r.Addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	if _, err := fmt.Fprintf(conn, "%s\r\n", text); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

// URL returns the address of the server's first database.
func (r *Redis) URL() string { return "redis://" + r.Addr + "/0" }

// LogFile is the path of the server's log.
func (r *Redis) LogFile() string { return filepath.Join(r.Dir, "server.log") }

func (r *Redis) logFrom(offset int64) string {
	text, err := os.ReadFile(r.LogFile())
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	return string(text[min(offset, int64(len(text))):])
}

// PID is the process id of the server, or of the last one if it is stopped.
func (r *Redis) PID() int { return r.process.pid() }

// Running tells whether the server runs.
func (r *Redis) Running() bool { return r.process.running() }

// Save writes the data to the directory. Every later start begins with it.
func (r *Redis) Save(ctx context.Context) error {
	answer, err := r.command(ctx, "SAVE")
	if err == nil && answer != "+OK" {
		err = errors.New(answer)
	}
	if err != nil {
		return fmt.Errorf("save data of Redis: %w", err)
	}
	return nil
}

// Stop ends the server. Unless its options say otherwise, its data is lost.
func (r *Redis) Stop() error {
	if err := r.process.stop(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop Redis: %w", err)
	}
	return nil
}

// Kill ends the server by SIGKILL.
func (r *Redis) Kill() error {
	if err := r.process.stop(syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill Redis: %w", err)
	}
	return nil
}

// Restart starts the server again on its port, after a stop if it still runs:
// empty, or with what Save wrote last.
func (r *Redis) Restart(ctx context.Context) error {
	if err := r.Stop(); err != nil {
		return err
	}
	return r.start(ctx)
}

// RestartWithData saves, kills and starts again: nothing is lost.
func (r *Redis) RestartWithData(ctx context.Context) error {
	if err := r.Save(ctx); err != nil {
		return err
	}
	return r.Restart(ctx)
}

// Pause freezes the server: connections stay open and silent.
func (r *Redis) Pause() error {
	if err := signalAll([]int{r.PID()}, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("pause Redis: %w", err)
	}
	return nil
}

// Resume ends a pause.
func (r *Redis) Resume() error {
	if err := signalAll([]int{r.PID()}, syscall.SIGCONT); err != nil {
		return fmt.Errorf("resume Redis: %w", err)
	}
	return nil
}

// Close kills the server and removes its directory, unless the directory was
// given. A second call does nothing.
func (r *Redis) Close() error {
	return r.closed.do(func() error {
		var err error
		if r.Running() {
			err = r.Kill()
		}
		if r.watch != nil {
			r.watch.close()
		}
		if r.temporary && r.Dir != "" {
			err = errors.Join(err, os.RemoveAll(r.Dir))
		}
		return err
	})
}
