package servers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// PostgresOptions says how to run a cluster.
type PostgresOptions struct {
	// Dir is the data directory, made if missing and kept by Close; one that holds
	// a cluster already is started as it is. Defaults to a fresh one that Close removes.
	Dir string
	// BinDir holds initdb and postgres. Defaults to what PostgresBin finds.
	BinDir string
	// Settings are written to postgresql.conf, over the defaults that logical
	// replication and speed ask for. Without fsync=on nothing survives a crash of
	// the machine (a crash of the server it does).
	Settings map[string]string
}

// Postgres is a running cluster, or a stopped one between Stop and Restart.
// Its superuser is postgres, and everyone on 127.0.0.1 is trusted.
// It is used from one goroutine at a time.
type Postgres struct {
	Dir     string
	BinDir  string
	Port    int
	Version int // the major one: 15

	owner     account
	temporary bool
	process   *process
	watch     *watchdog
	closed    once
}

// StartPostgres makes a cluster, starts it and waits until it takes connections.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	owner, err := serverAccount()
	if err != nil {
		return nil, err
	}
	p := &Postgres{Dir: o.Dir, BinDir: o.BinDir, owner: owner, temporary: o.Dir == ""}
	if p.BinDir == "" {
		if p.BinDir, err = PostgresBin(); err != nil {
			return nil, err
		}
	}
	if err := p.prepareDir(ctx); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if err := p.startOnFreePort(ctx, o.Settings); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Postgres) prepareDir(ctx context.Context) (err error) {
	remove := ""
	if p.temporary {
		if p.Dir, err = freshDir("postgres", p.owner); err != nil {
			return err
		}
		remove = p.Dir
	} else {
		if p.Dir, err = filepath.Abs(p.Dir); err != nil {
			return fmt.Errorf("find directory: %w", err)
		}
		if err := os.MkdirAll(p.Dir, 0o700); err != nil {
			return fmt.Errorf("make data directory: %w", err)
		}
		if err := p.owner.give(p.Dir); err != nil {
			return err
		}
	}
	if p.watch, err = newWatchdog("QUIT", remove); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "PG_VERSION")); err != nil {
		from, err := template(ctx, p.BinDir, p.owner)
		if err != nil {
			return err
		}
		if err := copyTemplate(ctx, from, p.Dir, p.owner); err != nil {
			return err
		}
	}
	version, err := os.ReadFile(filepath.Join(p.Dir, "PG_VERSION"))
	if err != nil {
		return fmt.Errorf("read version of cluster: %w", err)
	}
	if p.Version, err = strconv.Atoi(strings.TrimSpace(string(version))); err != nil {
		return fmt.Errorf("read version of cluster: %w", err)
	}
	return nil
}

func (p *Postgres) startOnFreePort(ctx context.Context, settings map[string]string) error {
	for attempt := 1; ; attempt++ {
		var err error
		if p.Port, err = freePort(); err != nil {
			return err
		}
		if err := p.configure(settings); err != nil {
			return err
		}
		err = p.start(ctx)
		if err == nil || attempt == 5 || !strings.Contains(err.Error(), "could not bind") {
			return err
		}
	}
}

// configure writes the settings to the configuration file, and not to the
// command line, so that ALTER SYSTEM and a reload can still change them.
func (p *Postgres) configure(settings map[string]string) error {
	all := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(p.Port),
		"unix_socket_directories": p.socketDir(),
		"max_connections":         "100",
		"wal_level":               "logical",
		"max_replication_slots":   "30",
		"max_wal_senders":         "30",
		"fsync":                   "off",
		"full_page_writes":        "off",
		// Segments of shared memory would stay behind when the server is killed.
		"dynamic_shared_memory_type": "mmap",
		"shared_buffers":             "32MB",
		"log_line_prefix":            "%m [%p] ",
	}
	maps.Copy(all, settings)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(all[name], "'", "''"))
	}
	file := filepath.Join(p.Dir, "servers.conf")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := p.owner.give(file); err != nil {
		return err
	}
	return includeOnce(filepath.Join(p.Dir, "postgresql.conf"), "include 'servers.conf'\n")
}

func includeOnce(file, line string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if strings.HasSuffix(string(text), line) {
		return nil
	}
	if err := os.WriteFile(file, append(text, line...), 0o600); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}

// socketDir is the data directory, or none where the path of a socket in it
// would be longer than systems allow.
func (p *Postgres) socketDir() string {
	if len(p.Dir) > 80 {
		return ""
	}
	return p.Dir
}

func (p *Postgres) start(ctx context.Context) error {
	logFile, err := os.OpenFile(p.LogFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log of PostgreSQL: %w", err)
	}
	defer func() { _ = logFile.Close() }() // the server has its own handle
	begin, err := logFile.Seek(0, 2)
	if err != nil {
		return fmt.Errorf("open log of PostgreSQL: %w", err)
	}
	cmd := postgresCommand(context.WithoutCancel(ctx), p.owner, p.Dir, filepath.Join(p.BinDir, "postgres"), "-D", p.Dir)
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if p.process, err = startProcess(cmd, p.watch); err != nil {
		return err
	}
	if err := p.process.await(ctx, p.ping); err != nil {
		err = fmt.Errorf("start PostgreSQL in %s: %w\n%s", p.Dir, err, tail(p.logFrom(begin)))
		return errors.Join(err, p.Kill())
	}
	return nil
}

func (p *Postgres) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL returns the address of a database, as superuser.
func (p *Postgres) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port)),
		Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// LogFile is the path of the server's log.
func (p *Postgres) LogFile() string { return filepath.Join(p.Dir, "server.log") }

func (p *Postgres) logFrom(offset int64) string {
	text, err := os.ReadFile(p.LogFile())
	if err != nil {
		return "its log cannot be read: " + err.Error()
	}
	return string(text[min(offset, int64(len(text))):])
}

// PID is the process id of the postmaster, or of the last one if it is stopped.
func (p *Postgres) PID() int { return p.process.pid() }

// Running tells whether the postmaster runs.
func (p *Postgres) Running() bool { return p.process.running() }

// Stop shuts the cluster down and waits for the end: "fast" ends sessions and
// waits for replication to have received everything, "immediate" is a crash
// with a warning, "smart" waits for the sessions.
func (p *Postgres) Stop(mode string) error {
	signals := map[string]syscall.Signal{"smart": syscall.SIGTERM, "fast": syscall.SIGINT, "immediate": syscall.SIGQUIT}
	sig, ok := signals[mode]
	if !ok {
		return fmt.Errorf("stop PostgreSQL: mode %q is none of smart, fast, immediate", mode)
	}
	if err := p.process.stop(sig); err != nil {
		return fmt.Errorf("stop PostgreSQL in %s: %w", p.Dir, err)
	}
	return nil
}

// Kill ends every process of the cluster by SIGKILL, as a power cut would.
func (p *Postgres) Kill() error {
	if !p.Running() {
		return nil
	}
	// Stopped first, the postmaster starts no process that we would not see.
	if err := signalAll([]int{p.PID()}, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	children, err := childrenOf(p.PID())
	if err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	if err := signalAll(append(children, p.PID()), syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	<-p.process.done
	// A child that is still going away holds the shared memory, and a start would refuse.
	if err := waitGone(children); err != nil {
		return fmt.Errorf("kill PostgreSQL: %w", err)
	}
	return nil
}

// Restart starts the cluster again on its port and directory, after a fast
// stop if it still runs.
func (p *Postgres) Restart(ctx context.Context) error {
	if err := p.Stop("fast"); err != nil {
		return err
	}
	return p.start(ctx)
}

// Pause freezes every process of the cluster: connections stay open and
// silent, as with a machine that hangs.
func (p *Postgres) Pause() error {
	if err := signalAll([]int{p.PID()}, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("pause PostgreSQL: %w", err)
	}
	children, err := childrenOf(p.PID())
	if err != nil {
		return fmt.Errorf("pause PostgreSQL: %w", err)
	}
	if err := signalAll(children, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("pause PostgreSQL: %w", err)
	}
	return nil
}

// Resume ends a pause.
func (p *Postgres) Resume() error {
	children, err := childrenOf(p.PID())
	if err != nil {
		return fmt.Errorf("resume PostgreSQL: %w", err)
	}
	if err := signalAll(append(children, p.PID()), syscall.SIGCONT); err != nil {
		return fmt.Errorf("resume PostgreSQL: %w", err)
	}
	return nil
}

// Close stops the cluster at once and removes its directory, unless the
// directory was given. A second call does nothing.
func (p *Postgres) Close() error {
	return p.closed.do(func() error {
		var err error
		if p.Running() {
			err = errors.Join(p.Resume(), p.Stop("immediate"))
		}
		if p.watch != nil {
			p.watch.close()
		}
		if p.temporary && p.Dir != "" {
			removeSharedMemory(p.Dir)
			err = errors.Join(err, os.RemoveAll(p.Dir))
		}
		return err
	})
}
